"""People of an organization."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from courses_app.accounts.models import Membership
from courses_app.foundation.db import session


def live_membership(person_id: int, organization_id: int) -> Membership | None:
    """That a person belongs to an organization now."""
    return session.scalar(
        select(Membership)
        .options(joinedload(Membership.person), joinedload(Membership.organization))
        .where(
            Membership.person_id == person_id,
            Membership.organization_id == organization_id,
            Membership.until_on.is_(None),
        )
    )
