"""How many files an organization may send: each is read by a process of its own, which others wait for (S-39)."""

from __future__ import annotations

from datetime import datetime, timedelta

from courses_app.accounts.models import Organization
from courses_app.accounts.rules.throttling import Limit
from courses_app.bookings.rules.drafts import TooManyFiles
from courses_app.foundation import throttle

FILES = Limit("sheets.organization", 60, timedelta(hours=1))


def count_upload(*, organization: Organization, now: datetime) -> None:
    """Count a file before it is read, whatever is in it. Raises TooManyFiles."""
    wait = throttle.seconds_to_wait(FILES.scope, organization.reference, limit=FILES.most, within=FILES.within, now=now)
    if wait:
        raise TooManyFiles(wait)
    throttle.count_attempt(FILES.scope, organization.reference, now=now)
