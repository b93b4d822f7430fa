"""What staff change on the first pages: matters are settled with a note, failed mail goes back into the queue."""

from __future__ import annotations

from datetime import datetime

from courses_app.foundation import matters
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.matters import Matter
from courses_app.foundation.outbox import OutboxMessage, OutboxState, retry
from courses_app.office import queries
from courses_app.office.rules import MailNotFailed, MatterSettled, SettledByDeed, matter_kind


def settle_matter(matter: Matter, *, note: str, by: Actor, now: datetime) -> None:
    """Close an open matter with a note of what was done. Raises MatterSettled, SettledByDeed."""
    session.refresh(matter, with_for_update=True)
    if matter.settled_at is not None:
        raise MatterSettled()
    if matter_kind(matter.kind).settled_by_deed:
        raise SettledByDeed()
    matters.settle(matter, by=by, now=now, note=note)


def send_again(message: OutboxMessage, *, by: Actor, now: datetime) -> None:
    """Put a failed mail back into the queue; the matter it had raised is settled. Raises MailNotFailed."""
    session.refresh(message, with_for_update=True)
    if message.state is not OutboxState.FAILED:
        raise MailNotFailed()
    retry(message, by=by, now=now)
    matter = queries.open_matter_of_mail(message)
    if matter is not None:
        matters.settle(matter, by=by, now=now, note="sent again")
