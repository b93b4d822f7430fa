"""The timetable: runs with what is left of their seats, in five statements however long the list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from courses_app.bookings.models import Seat
from courses_app.bookings.queries import live, taken_by_run
from courses_app.catalogue.models import Course, CourseRun, Delivery, Fee, Prefecture, RunStatus, Venue
from courses_app.catalogue.queries import CourseLine, course_lines, matching, upcoming
from courses_app.catalogue.rules import Availability, FeeAudience, NoFee, RunFilter, availability, price_for, seats_left
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.foundation.paging import Page, paged_rows
from courses_app.foundation.yen import Yen

COLUMNS = (
    CourseRun.id, CourseRun.reference, CourseRun.course_id, CourseRun.starts_at, CourseRun.ends_at, CourseRun.delivery,
    CourseRun.language, CourseRun.capacity, CourseRun.status, CourseRun.booking_opens_at, CourseRun.booking_closes_at,
    CourseRun.price_general, CourseRun.price_member,
    Venue.name_ja.label("venue_ja"), Venue.name_en.label("venue_en"),
    Prefecture.name_ja.label("prefecture_ja"), Prefecture.name_en.label("prefecture_en"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TimetableLine:
    """A run as the timetable shows it; prices in yen, tax included, None where no fee is known."""

    reference: str
    course: CourseLine
    starts_at: datetime
    ends_at: datetime
    starts_on: date
    ends_on: date
    delivery: Delivery
    language: str
    venue_ja: str | None
    venue_en: str | None
    prefecture_ja: str | None
    prefecture_en: str | None
    capacity: int
    left: int
    state: Availability
    closes_at: datetime
    price: Yen | None
    member_price: Yen | None

    @property
    def online(self) -> bool:
        return self.delivery is Delivery.ONLINE

    @property
    def bookable(self) -> bool:
        return self.state in (Availability.OPEN, Availability.FEW)


@dataclass(frozen=True, slots=True)
class RunSeats:
    """Seats and prices (yen, tax included; None while no fee is set) of one run."""

    taken: int
    left: int
    state: Availability
    price: Yen | None
    member_price: Yen | None

    @property
    def bookable(self) -> bool:
        return self.state in (Availability.OPEN, Availability.FEW)


def timetable(wanted: RunFilter, *, number: int, now: datetime) -> tuple[Page[TimetableLine], list[CourseLine]]:
    """A page of coming runs that match, soonest first, and the courses one can choose from."""
    courses = course_lines()
    query = _coming(now).where(*matching(wanted, courses))
    if wanted.open:
        query = query.where(*_open_with_seats(now))
    page = paged_rows(query, number=number)
    lines = _lines(page.rows, courses, now=now)
    return Page(lines, page.number, page.per_page, page.total), courses


def next_runs(*, limit: int, now: datetime) -> tuple[list[TimetableLine], list[CourseLine]]:
    """The next runs that can be booked, and the courses one can choose from."""
    courses = course_lines()
    query = _coming(now).where(*_open_with_seats(now)).limit(limit)
    return _lines(session.execute(query).all(), courses, now=now), courses


def next_runs_of(course: Course, *, limit: int, now: datetime) -> list[TimetableLine]:
    """The next runs of a course whose booking has not ended; full ones too."""
    line = CourseLine(
        course.id,
        course.code,
        course.slug,
        course.kind,
        course.programme,
        course.name_ja,
        course.name_en,
        course.audiences,
    )
    query = _coming(now).where(
        CourseRun.course_id == course.id, CourseRun.status == RunStatus.PUBLISHED, CourseRun.booking_closes_at > now
    )
    query = query.limit(limit)
    return _lines(session.execute(query).all(), [line], now=now)


def seats_of(run: CourseRun, *, now: datetime) -> RunSeats:
    """What is left of a run's seats, and what one costs."""
    taken = taken_by_run([run.id], now=now)[run.id]
    on = day_of(run.starts_at)
    return RunSeats(
        taken=taken,
        left=seats_left(run.capacity, taken),
        state=state_of(run, taken, now=now),
        price=_price(run.course.fees, FeeAudience.GENERAL, on, run),
        member_price=_price(run.course.fees, FeeAudience.MEMBER, on, run),
    )


def _coming(now: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(*COLUMNS)
        .select_from(CourseRun)
        .outerjoin(Venue, Venue.id == CourseRun.venue_id)
        .outerjoin(Prefecture, Prefecture.code == Venue.prefecture_code)
        .where(upcoming(now))
        .order_by(CourseRun.starts_at, CourseRun.id)
    )


def _open_with_seats(now: datetime) -> tuple[ColumnElement[bool], ...]:
    taken = (
        select(func.count(Seat.id))
        .where(Seat.run_id == CourseRun.id, live(now=now))
        .correlate(CourseRun)
        .scalar_subquery()
    )
    return (
        CourseRun.status == RunStatus.PUBLISHED,
        CourseRun.booking_opens_at <= now,
        CourseRun.booking_closes_at > now,
        CourseRun.capacity > taken,
    )


def _lines(rows: Sequence[Any], courses: Iterable[CourseLine], *, now: datetime) -> list[TimetableLine]:
    by_id = {course.id: course for course in courses}
    taken = taken_by_run([row.id for row in rows], now=now)
    fees = _fees({row.course_id for row in rows})
    return [_line(row, by_id[row.course_id], taken[row.id], fees[row.course_id], now=now) for row in rows]


def _fees(course_ids: Iterable[int]) -> dict[int, list[Any]]:
    columns = (Fee.course_id, Fee.audience, Fee.amount, Fee.tax_category, Fee.from_on, Fee.until_on)
    fees: dict[int, list[Any]] = defaultdict(list)
    for fee in session.execute(select(*columns).where(Fee.course_id.in_(course_ids))):
        fees[fee.course_id].append(fee)
    return fees


def _line(row: Any, course: CourseLine, taken: int, fees: list[Any], *, now: datetime) -> TimetableLine:
    starts_on = day_of(row.starts_at)
    return TimetableLine(
        reference=row.reference,
        course=course,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        starts_on=starts_on,
        ends_on=day_of(row.ends_at),
        delivery=row.delivery,
        language=row.language,
        venue_ja=row.venue_ja,
        venue_en=row.venue_en,
        prefecture_ja=row.prefecture_ja,
        prefecture_en=row.prefecture_en,
        capacity=row.capacity,
        left=seats_left(row.capacity, taken),
        state=state_of(row, taken, now=now),
        closes_at=row.booking_closes_at,
        price=_price(fees, FeeAudience.GENERAL, starts_on, row),
        member_price=_price(fees, FeeAudience.MEMBER, starts_on, row),
    )


def state_of(run: Any, taken: int, *, now: datetime) -> Availability:
    """The word for a run (or a row of its columns) of which so many seats are taken."""
    return availability(
        status=run.status,
        capacity=run.capacity,
        taken=taken,
        opens_at=run.booking_opens_at,
        closes_at=run.booking_closes_at,
        ends_at=run.ends_at,
        now=now,
    )


def _price(fees: list[Any], audience: FeeAudience, on: date, run: Any) -> Yen | None:
    try:
        price = price_for(fees, audience, on=on, general_override=run.price_general, member_override=run.price_member)
    except NoFee:
        return None
    return price.amount
