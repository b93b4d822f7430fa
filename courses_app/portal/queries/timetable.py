"""The timetable: coming runs with their seats, in three statements (four where the list has more pages).

This is the product's hottest page. Its statements are made once, of plain columns, and only filters are added to them;
seats are counted for the rows of the page alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Select, bindparam, func, select

from courses_app.bookings.queries import taken_by_run, taken_of
from courses_app.catalogue.models import Course, CourseRun, Prefecture, RunStatus, Venue
from courses_app.catalogue.queries import LISTED, CourseLine, course_lines, current_fees, line_of, narrowed
from courses_app.catalogue.rules import RunFilter, seats_left
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import UTCDateTime, session
from courses_app.foundation.paging import PER_PAGE, Page
from courses_app.portal.queries.lines import RunSeats, TimetableLine, prices_in, state_of, timetable_line

NOW = cast(Any, bindparam("now", type_=UTCDateTime()))
RUNS, VENUES, PREFECTURES = CourseRun.__table__.c, Venue.__table__.c, Prefecture.__table__.c
COMING = (
    select(
        RUNS.id, RUNS.reference, RUNS.course_id, RUNS.starts_at, RUNS.ends_at, RUNS.delivery, RUNS.language,
        RUNS.capacity, RUNS.status, RUNS.booking_opens_at, RUNS.booking_closes_at, RUNS.price_general,
        RUNS.price_member, VENUES.name_ja.label("venue_ja"), VENUES.name_en.label("venue_en"),
        PREFECTURES.name_ja.label("prefecture_ja"), PREFECTURES.name_en.label("prefecture_en"),
    )
    .select_from(
        CourseRun.__table__.outerjoin(Venue.__table__, VENUES.id == RUNS.venue_id).outerjoin(
            Prefecture.__table__, PREFECTURES.code == VENUES.prefecture_code
        )
    )
    .where(RUNS.ends_at > NOW, LISTED)
    .order_by(RUNS.starts_at, RUNS.id)
)  # fmt: skip


def _with_seats(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """The query cut to a page, and beside each row how many of its seats are taken."""
    page = query.limit(bindparam("most")).offset(bindparam("skipped")).subquery("page")
    return select(page, taken_of(page.c.id, now=NOW).label("taken")).order_by(page.c.starts_at, page.c.id)


def _count(query: Select[*tuple[Any, ...]]) -> Select[int]:
    return select(func.count()).select_from(query.order_by(None).subquery())


OPEN = (
    RUNS.status == RunStatus.PUBLISHED,
    RUNS.booking_opens_at <= NOW,
    RUNS.booking_closes_at > NOW,
    RUNS.capacity > taken_of(RUNS.id, now=NOW),
)
OF_COURSE = (
    RUNS.course_id == bindparam("course_id"),
    RUNS.status == RunStatus.PUBLISHED,
    RUNS.booking_closes_at > NOW,
)
ALL_SEATED, ALL_COUNT = _with_seats(COMING), _count(COMING)
OPEN_SEATED = _with_seats(COMING.where(*OPEN))
OF_COURSE_SEATED = _with_seats(COMING.where(*OF_COURSE))


def timetable(wanted: RunFilter, *, number: int, now: datetime) -> tuple[Page[TimetableLine], list[CourseLine]]:
    """A page of coming runs that match, soonest first, and the courses one can choose from."""
    courses = course_lines()
    conditions = [*narrowed(wanted, courses), *(OPEN if wanted.open else ())]
    query = COMING.where(*conditions)
    skipped = (number - 1) * PER_PAGE
    rows = _rows(_with_seats(query) if conditions else ALL_SEATED, now=now, most=PER_PAGE + 1, skipped=skipped)
    total = skipped + len(rows)
    if len(rows) > PER_PAGE or not rows:  # only then there may be others
        total = session.scalar(_count(query) if conditions else ALL_COUNT, {"now": now}) or 0
    return Page(_lines(rows[:PER_PAGE], courses, now=now), number, PER_PAGE, total), courses


def next_runs(*, limit: int, now: datetime) -> tuple[list[TimetableLine], list[CourseLine]]:
    """The next runs that can be booked, and the courses one can choose from."""
    courses = course_lines()
    return _lines(_rows(OPEN_SEATED, now=now, most=limit, skipped=0), courses, now=now), courses


def next_runs_of(course: Course, *, limit: int, now: datetime) -> list[TimetableLine]:
    """The next runs of a course whose booking has not ended; full ones too."""
    rows = _rows(OF_COURSE_SEATED, now=now, most=limit, skipped=0, course_id=course.id)
    return _lines(rows, [line_of(course)], now=now)


def seats_of(run: CourseRun, *, now: datetime) -> RunSeats:
    """What is left of a run's seats, and what one costs."""
    taken = taken_by_run([run.id], now=now)[run.id]
    return RunSeats(
        taken=taken,
        left=seats_left(run.capacity, taken),
        state=state_of(run, taken, now=now),
        **prices_in(run.course.fees, run, now=now),
    )


def _rows(query: Select[*tuple[Any, ...]], **values: Any) -> Sequence[Any]:
    return session.connection().execute(query, values).all()  # around the ORM: these are plain rows


def _lines(rows: Sequence[Any], courses: Sequence[CourseLine], *, now: datetime) -> list[TimetableLine]:
    by_id = {course.id: course for course in courses}
    fees = current_fees(_first_day(rows)) if rows else {}
    return [timetable_line(row, by_id, fees, now=now) for row in rows]


def _first_day(rows: Sequence[Any]) -> date:
    return day_of(rows[0].starts_at)
