"""How full a run is, and who is in it already; asked under the run's lock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, inspect, select
from sqlalchemy.orm import joinedload

from courses_app.accounts.models import Person
from courses_app.bookings.models import Booking, Seat
from courses_app.bookings.operations.lapse import lapse_run_out_holds
from courses_app.bookings.rules import LIVE_SEATS, AlreadyBooked, SeatStatus, check_room
from courses_app.catalogue.models import CourseRun
from courses_app.foundation.db import session


@dataclass(frozen=True)
class Crowd:
    """Seats taken, holds among the rows that have run out, and seats of the people asked about."""

    taken: int
    run_out: int
    clashing: int


def crowd_of(run_id: int, person_ids: Sequence[int], *, now: datetime) -> Crowd:
    """One statement, however full the run."""
    over = (Seat.status == SeatStatus.HELD) & (Seat.hold_until <= now)
    row = session.execute(
        select(_count(~over), _count(over), _count(~over & Seat.person_id.in_(person_ids))).where(
            Seat.run_id == run_id, Seat.status.in_(LIVE_SEATS)
        )
    ).one()
    return Crowd(*row)


def make_room(run: CourseRun, people: Sequence[Person], *, organization_id: int, now: datetime) -> None:
    """Whether all these people find a seat; run-out holds end on the way, so that their seats can be given again.

    People who are not written yet can't have a seat. Raises AlreadyBooked and RunFull.
    """
    person_ids = [key[0] for person in people if (key := inspect(person).identity)]
    crowd = crowd_of(run.id, person_ids, now=now)
    if crowd.run_out:
        lapse_run_out_holds(run.id, now=now)
    if crowd.clashing:
        raise _already_booked(run.id, person_ids, organization_id=organization_id)
    check_room(wanted=len(people), taken=crowd.taken, capacity=run.capacity)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)


def _already_booked(run_id: int, person_ids: Sequence[int], *, organization_id: int) -> AlreadyBooked:
    """The sentence that names them and, if it was a colleague, who was quicker (R-04)."""
    seats = session.scalars(
        select(Seat)
        .options(joinedload(Seat.booking).joinedload(Booking.booked_by))
        .where(Seat.run_id == run_id, Seat.person_id.in_(person_ids), Seat.status.in_(LIVE_SEATS))
        .order_by(Seat.booking_id, Seat.position)
    ).all()
    booking = seats[0].booking
    ours = booking.organization_id == organization_id
    return AlreadyBooked(
        [seat.full_name for seat in seats],
        who=booking.booked_by.full_name if ours else None,
        reference=booking.reference if ours else None,
    )
