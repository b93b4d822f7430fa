"""Other dates of a course: where else there is room."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, case, false, func, or_, select
from sqlalchemy.orm import aliased, contains_eager

from courses_app.accounts.models import MemberStatus
from courses_app.bookings.models import STILL_WAITING, BookingStatus, Seat, WaitingParty
from courses_app.bookings.queries.freed import moves_counted
from courses_app.bookings.queries.seats import taken_of
from courses_app.bookings.queries.supplements import due_for, open_supplement_of, unpaid_of
from courses_app.bookings.queries.vouchers import voucher_on
from courses_app.bookings.rules import MoveCost, move_fee
from courses_app.catalogue.models import CourseRun, Delivery, FeeAudience, Prefecture, RunStatus, Venue
from courses_app.catalogue.queries import OF_EVERYBODY, price_of
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen

MOST_DATES = 12
MOST_IN_LIST = 100  # that a spreadsheet may name


@dataclass(frozen=True)
class OtherDate:
    """A run of the same course; `left` are seats that can be booked at once (none where others wait for them)."""

    run: CourseRun
    left: int


@dataclass(frozen=True)
class DateForSeat:
    """Where a seat could go, what that means in money, and by when an additional invoice would be due."""

    run: CourseRun
    left: int
    cost: MoveCost
    due_on: date | None


def dates_for(seat: Seat, *, waived: bool, now: datetime) -> list[DateForSeat]:
    """The dates to which a seat could be moved, near ones first; `waived` for no fee. Raises NoFee."""
    return dates_at(seat, move_cost(seat, seat.price, waived=waived), now=now)


def dates_at(seat: Seat, cost: MoveCost, *, now: datetime) -> list[DateForSeat]:
    """The same where it is known what a move at the same price means."""
    verified = seat.booking.organization.member_status is MemberStatus.VERIFIED
    audience = FeeAudience.MEMBER if verified else FeeAudience.GENERAL
    booked_on = day_of(seat.booking.held_at)
    found, before = other_dates(seat.run.reference, now=now), open_supplement_of(seat)
    voucher = voucher_on(seat)
    new = [price_of(one.run, audience, booked_on=booked_on).amount for one in found]
    costs = [replace(cost, new=Yen(price - (voucher.terms.less(price) if voucher else 0))) for price in new]
    return [
        DateForSeat(one.run, one.left, there, due_for(one.run, before, now=now).due_on)
        for one, there in zip(found, costs, strict=True)
    ]


def move_cost(seat: Seat, new: Yen, *, waived: bool) -> MoveCost:
    """What moving a seat to a date with this price means now; of an unpaid order the prices alone."""
    if seat.booking.status is not BookingStatus.PAID:
        return MoveCost(seat.price, new, Yen(0), Yen(0))
    return MoveCost(seat.price, new, Yen(0) if waived else fee_of_moving(seat), unpaid_of(seat))


def fee_of_moving(seat: Seat) -> Yen:
    """What the terms of the order ask for moving the seat once more."""
    booking = seat.booking
    return move_fee(booking.status, booking.change_terms, price=seat.price, moved=moves_counted(seat))


def other_dates(reference: str, *, also: Collection[str] = (), now: datetime) -> list[OtherDate]:
    """Open runs of the course of a run with seats left, those of the same region first; one statement.

    The runs with the references `also` are among them, however full they are.
    """
    left = _left(now)
    found = session.execute(
        _of_course(reference)
        .add_columns(left)
        .where(
            CourseRun.id != HERE.id, OF_EVERYBODY, or_(_open(now) & (left > 0), CourseRun.reference.in_(sorted(also)))
        )
        .order_by(CourseRun.reference.not_in(sorted(also)), ~_NEAR, CourseRun.starts_at, CourseRun.id)
        .limit(MOST_DATES)
    )
    return [OtherDate(other, int(count)) for other, count in found]


def dates_for_list(run: CourseRun, *, now: datetime) -> list[OtherDate]:
    """The run itself, then every other open one of its course, full ones too, near ones first; one statement.

    No seats are left where booking is not open any more.
    """
    found = session.execute(
        _of_course(run.reference)
        .add_columns(case((_open(now), _left(now)), else_=0))
        .where((CourseRun.id == run.id) | (OF_EVERYBODY & _open(now)))
        .order_by(CourseRun.id != run.id, ~_NEAR, CourseRun.starts_at, CourseRun.id)
        .limit(MOST_IN_LIST)
    )
    return [OtherDate(other, int(count)) for other, count in found]


def _left(now: datetime) -> ColumnElement[int]:
    """Seats that can be booked at once."""
    free = CourseRun.capacity - taken_of(CourseRun.__table__.c.id, now=now)
    waited_for = select(WaitingParty.id).where(WaitingParty.run_id == CourseRun.id, STILL_WAITING).exists()
    return case((waited_for, 0), (free < 0, 0), else_=free)


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
    """Every run of the course of a run."""
    return (
        select(CourseRun)
        .join(HERE, HERE.course_id == CourseRun.course_id)
        .outerjoin(HALL, HALL.id == HERE.venue_id)
        .outerjoin(REGION, REGION.code == HALL.prefecture_code)
        .outerjoin(CourseRun.venue)
        .outerjoin(Prefecture, Prefecture.code == Venue.prefecture_code)
        .options(contains_eager(CourseRun.venue))
        .where(HERE.reference == reference)
    )


def _open(now: datetime) -> ColumnElement[bool]:
    published = CourseRun.status == RunStatus.PUBLISHED
    return published & (CourseRun.booking_opens_at <= now) & (CourseRun.booking_closes_at > now)
