"""Runs that fit somebody's last day: of the same course, open for booking, with seats left."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from courses_app.bookings.queries import taken_by_run
from courses_app.catalogue.models import CourseRun, RunStatus, Venue
from courses_app.catalogue.queries import OF_EVERYBODY
from courses_app.catalogue.rules import seats_left
from courses_app.certificates.rules import valid_through
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session


@dataclass(frozen=True)
class FittingRun:
    """A run that can be booked; `ends_on` is the day from which a completion in it would count."""

    run: CourseRun
    left: int
    ends_on: date

    def renewed_through(self, months: int) -> date:
        """The last day of a completion in this run."""
        return valid_through(self.ends_on, months)


def fitting_runs(course_ids: Collection[int], *, now: datetime) -> dict[int, list[FittingRun]]:
    """By course: the runs that can be booked now, soonest first. Two statements."""
    if not course_ids:
        return {}
    runs = session.scalars(
        select(CourseRun)
        .options(joinedload(CourseRun.course), joinedload(CourseRun.venue).joinedload(Venue.prefecture))
        .where(
            CourseRun.course_id.in_(course_ids),
            OF_EVERYBODY,
            CourseRun.status == RunStatus.PUBLISHED,
            CourseRun.booking_opens_at <= now,
            CourseRun.booking_closes_at > now,
            CourseRun.starts_at > now,
        )
        .order_by(CourseRun.starts_at, CourseRun.id)
    ).all()
    taken = taken_by_run([run.id for run in runs], now=now)
    found: dict[int, list[FittingRun]] = {}
    for run in runs:
        if left := seats_left(run.capacity, taken.get(run.id, 0)):
            found.setdefault(run.course_id, []).append(FittingRun(run, left, day_of(run.ends_at)))
    return found


def choose_fitting(
    runs: Mapping[int, Sequence[FittingRun]], course_id: int, *, before: date | None, most: int
) -> list[FittingRun]:
    """The soonest runs of a course that end by a day (any, where there is no such day)."""
    return [run for run in runs.get(course_id, ()) if before is None or run.ends_on <= before][:most]
