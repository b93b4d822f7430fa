"""Other dates of a course: where else there is room."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, false, func, or_, select
from sqlalchemy.orm import aliased, contains_eager

from courses_app.bookings.models import STILL_WAITING, WaitingParty
from courses_app.bookings.queries.seats import taken_of
from courses_app.catalogue.models import CourseRun, Delivery, Prefecture, RunStatus, Venue
from courses_app.catalogue.queries import OF_EVERYBODY
from courses_app.foundation.db import session

MOST_DATES = 12


@dataclass(frozen=True)
class OtherDate:
    """A run of the same course; `left` are seats that can be booked at once (none where others wait for them)."""

    run: CourseRun
    left: int


def other_dates(reference: str, *, also: Collection[str] = (), now: datetime) -> list[OtherDate]:
    """Open runs of the course of a run with seats left, those of the same region first; one statement.

    The runs with the references `also` are among them, however full they are.
    """
    free = CourseRun.capacity - taken_of(CourseRun.__table__.c.id, now=now)
    waited_for = select(WaitingParty.id).where(WaitingParty.run_id == CourseRun.id, STILL_WAITING).exists()
    left = case((waited_for, 0), (free < 0, 0), else_=free)
    found = session.execute(
        _of_course(reference)
        .add_columns(left)
        .where(or_(_open(now) & (left > 0), CourseRun.reference.in_(sorted(also))))
        .order_by(CourseRun.reference.not_in(sorted(also)), ~_NEAR, CourseRun.starts_at, CourseRun.id)
        .limit(MOST_DATES)
    )
    return [OtherDate(other, int(count)) for other, count in found]


HERE, HALL, REGION = aliased(CourseRun), aliased(Venue), aliased(Prefecture)
# In the same region, or online as well.
_NEAR = func.coalesce(
    or_(
        Prefecture.region == REGION.region,
        (CourseRun.delivery == Delivery.ONLINE) & (HERE.delivery == Delivery.ONLINE),
    ),
    false(),
)


def _of_course(reference: str) -> Select[CourseRun]:
    return (
        select(CourseRun)
        .join(HERE, (HERE.course_id == CourseRun.course_id) & (HERE.id != CourseRun.id))
        .outerjoin(HALL, HALL.id == HERE.venue_id)
        .outerjoin(REGION, REGION.code == HALL.prefecture_code)
        .outerjoin(CourseRun.venue)
        .outerjoin(Prefecture, Prefecture.code == Venue.prefecture_code)
        .options(contains_eager(CourseRun.venue))
        .where(HERE.reference == reference, OF_EVERYBODY)
    )


def _open(now: datetime) -> ColumnElement[bool]:
    published = CourseRun.status == RunStatus.PUBLISHED
    return published & (CourseRun.booking_opens_at <= now) & (CourseRun.booking_closes_at > now)
