"""What a page of a change shows before it is done: the same for the organization and, with `office`, for staff."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from courses_app.accounts.models import Person
from courses_app.bookings.models import Booking, Seat
from courses_app.bookings.queries.bookings import named_seat_of, seat_of
from courses_app.bookings.queries.dates import DateForSeat, dates_at, move_cost
from courses_app.bookings.queries.fees import Quote, quote_of, still_to_come
from courses_app.bookings.queries.freed import freed_seats, moves_counted
from courses_app.bookings.queries.seats import people_to_choose
from courses_app.bookings.rules import (
    LIVE_SEATS,
    NoSeatChosen,
    check_cancellable,
    check_movable,
    check_substitutable,
)
from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.queries import run_by_reference
from courses_app.foundation.yen import Yen


@dataclass(frozen=True)
class Cancelling:
    """What giving back each seat would cost now; `quote` is for those `chosen`, None while there are none."""

    booking: Booking
    each: Quote
    chosen: Sequence[int]
    quote: Quote | None


@dataclass(frozen=True)
class Substituting:
    """A seat and who might take it over."""

    booking: Booking
    seat: Seat
    people: Sequence[Person]


@dataclass(frozen=True)
class Moving:
    """A seat and the dates it could go to; the `fee` that the terms ask for it (`waived` or not), what is `unpaid`.

    `full` is a date that was chosen and had no seat left: one can wait for it.
    """

    booking: Booking
    seat: Seat
    dates: Sequence[DateForSeat]
    fee: Yen
    unpaid: Yen
    full: CourseRun | None


def cancelling(booking: Booking, positions: Collection[int], *, office: bool, now: datetime) -> Cancelling:
    """The seats still to come, and the figures for the chosen ones among them. Raises what `check_cancellable` does."""
    last = booking.runs[-1].starts_at
    free = office or bool(freed_seats(booking, now=now))
    check_cancellable(booking.standing, starts_at=last, now=now, office=free)
    coming = [seat.position for seat in still_to_come(booking, now=now)]
    chosen = [one for one in positions if one in coming]
    each = quote_of(booking, coming, now=now)
    return Cancelling(booking, each, chosen, quote_of(booking, chosen, now=now) if chosen else None)


def substituting(booking: Booking, position: int, *, refused: bool, office: bool, now: datetime) -> Substituting | None:
    """None where nobody sits at that place. Raises what `check_substitutable` does, unless it was `refused` already."""
    seat = named_seat_of(booking, position)
    if seat is None:
        return None
    if not refused:
        starts_at = seat.run.starts_at
        check_substitutable(booking.standing, starts_at=starts_at, now=now, office=office)
    return Substituting(booking, seat, people_to_choose(booking.organization))


def moving(
    booking: Booking, position: int, *, refused: bool, office: bool, waived: bool = False, full: str = "", now: datetime
) -> Moving | None:
    """None where there is no such place. Raises NoSeatChosen, and as `check_movable`, unless `refused` already."""
    seat = seat_of(booking, position)
    if seat is None:
        return None
    freed = seat.id in freed_seats(booking, now=now)
    if not refused:
        starts_at, moved = seat.run.starts_at, moves_counted(seat)
        check_movable(booking.standing, moved=moved, starts_at=starts_at, now=now, office=office or freed)
        if seat.status not in LIVE_SEATS:
            raise NoSeatChosen()
    cost = move_cost(seat, seat.price, waived=freed)
    dates = dates_at(seat, cost.without_fee if waived else cost, now=now)
    there = run_by_reference(full) if full else None
    if there is not None and (there.private or there.course_id != seat.run.course_id):
        there = None
    return Moving(booking, seat, dates, cost.fee, cost.unpaid, there)
