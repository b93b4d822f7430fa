"""How full a run is, and who is in it already; asked under the run's lock, in one statement however full it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import joinedload

from courses_app.bookings.models import LIVING, STILL_WAITING, Booking, Seat, WaitingParty
from courses_app.bookings.operations.around import table_of
from courses_app.bookings.operations.lapse import lapse_run_out_holds
from courses_app.bookings.queries import blocked_of
from courses_app.bookings.rules import AlreadyBooked, SeatStatus, check_room
from courses_app.foundation.db import UTCDateTime, session

SEATS, BOOKINGS, PARTIES = table_of(Seat), table_of(Booking), table_of(WaitingParty)


@dataclass(frozen=True)
class Crowd:
    """Seats taken (by people, and kept by the office), run-out holds among the rows, seats of the people asked about,
    the form's booking, a line."""

    seated: int
    run_out: int
    clashing: int
    same_form: int | None
    somebody_waits: bool
    blocked: int

    @property
    def taken(self) -> int:
        return self.seated + self.blocked


_OVER = (SEATS.c.status == SeatStatus.HELD) & (SEATS.c.hold_until <= bindparam("now"))
_CROWD = select(
    func.count().filter(~_OVER),
    func.count().filter(_OVER),
    func.count().filter(~_OVER & SEATS.c.person_id.in_(bindparam("people", expanding=True))),
    select(BOOKINGS.c.id)
    .where(BOOKINGS.c.organization_id == bindparam("organization"), BOOKINGS.c.form_token == bindparam("form_token"))
    .scalar_subquery(),
    exists().where(PARTIES.c.run_id == bindparam("run"), STILL_WAITING),
    blocked_of(bindparam("run"), now=bindparam("now", type_=UTCDateTime())),
).where(SEATS.c.run_id == bindparam("run"), LIVING)


def crowd_of(
    run_id: int, *, people: Sequence[int] = (), organization_id: int | None = None, form_token: str = "", now: datetime
) -> Crowd:
    """The run's crowd; with a form's token also the booking that the form has made already."""
    asked = {
        "run": run_id, "people": list(people), "organization": organization_id, "form_token": form_token, "now": now,
    }  # fmt: skip
    return Crowd(*session.connection().execute(_CROWD, asked).one())


def make_room(
    crowd: Crowd,
    *,
    run_id: int,
    capacity: int,
    people: Sequence[int],
    wanted: int,
    organization_id: int,
    now: datetime,
) -> None:
    """Whether all who are wanted find a seat; run-out holds end on the way, so that their seats can be given again.

    `people` are those among them who may have a seat already. Raises AlreadyBooked and RunFull.
    """
    only_new(crowd, run_id=run_id, people=people, organization_id=organization_id, now=now)
    check_room(wanted=wanted, taken=crowd.taken, capacity=capacity)


def only_new(crowd: Crowd, *, run_id: int, people: Sequence[int], organization_id: int, now: datetime) -> None:
    """Whether none of them has a seat in the run; run-out holds end on the way. Raises AlreadyBooked."""
    if crowd.run_out:
        lapse_run_out_holds(run_id, now=now)
    if crowd.clashing:
        raise _already_booked(run_id, people, organization_id=organization_id)


def _already_booked(run_id: int, people: Sequence[int], *, organization_id: int) -> AlreadyBooked:
    """The sentence that names them and, if it was a colleague, who was quicker (R-04)."""
    seats = session.scalars(
        select(Seat)
        .options(joinedload(Seat.booking).joinedload(Booking.booked_by))
        .where(Seat.run_id == run_id, Seat.person_id.in_(people), LIVING)
        .order_by(Seat.booking_id, Seat.position)
    ).all()
    booking = seats[0].booking
    ours = booking.organization_id == organization_id
    return AlreadyBooked(
        [seat.full_name for seat in seats],
        who=booking.booked_by.full_name if ours else None,
        reference=booking.reference if ours else None,
    )
