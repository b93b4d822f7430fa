"""The rules by which seats may change, and when which of them holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from courses_app.catalogue.models import ChangePolicy, Course
from courses_app.catalogue.rules import ChangeTerms, Step
from courses_app.foundation.db import session


def change_terms_on(course_id: int, day: date) -> ChangeTerms | None:
    """The rules for an order placed on a day: the course's own, else the house's; None where none are set."""
    found = (
        session.scalars(
            select(ChangePolicy)
            .options(joinedload(ChangePolicy.steps))
            .where(
                or_(ChangePolicy.course_id == course_id, ChangePolicy.course_id.is_(None)),
                ChangePolicy.from_on <= day,
                or_(ChangePolicy.until_on.is_(None), ChangePolicy.until_on >= day),
            )
        )
        .unique()
        .all()
    )
    best = max(found, key=lambda policy: (policy.course_id is not None, policy.from_on), default=None)
    return terms_of(best) if best else None


def terms_of(policy: ChangePolicy) -> ChangeTerms:
    """The same as plain values, to decide with and to be frozen in an order."""
    return ChangeTerms(
        day_kind=policy.day_kind,
        steps=tuple(Step(one.days_before, one.percent, one.amount) for one in policy.steps),
        handling_fee=policy.handling_fee,
        no_show_percent=policy.no_show_percent,
        substitution_until_days=policy.substitution_until_days,
        move_until_days=policy.move_until_days,
        moves_allowed=policy.moves_allowed,
        move_fee=policy.move_fee,
    )


def policies_of(course: Course | None) -> Sequence[ChangePolicy]:
    """The rules of a course (None: of all without their own) over time, the latest first."""
    owned = ChangePolicy.course_id.is_(None) if course is None else ChangePolicy.course_id == course.id
    query = select(ChangePolicy).options(selectinload(ChangePolicy.steps)).where(owned)
    return session.scalars(query.order_by(ChangePolicy.from_on.desc())).all()
