"""Questions about people and organizations."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from courses_app.accounts.models import Membership
from courses_app.foundation.db import session


def coordinated_membership(person_id: int) -> Membership | None:
    """The live membership in which a person is a coordinator, with its organization."""
    return session.scalar(
        select(Membership)
        .options(joinedload(Membership.organization))
        .where(Membership.person_id == person_id, Membership.is_coordinator, Membership.until_on.is_(None))
        .order_by(Membership.id)
        .limit(1)
    )
