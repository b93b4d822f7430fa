"""The only place that assigns the status of a booking or a seat; each move leaves its audit row or seat event."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from courses_app.bookings.models import Booking, MoveQuestion, Seat, SeatEvent
from courses_app.bookings.operations.asking import BOOKING_ENDED, supersede
from courses_app.bookings.operations.parties import follow_offer
from courses_app.bookings.rules import (
    ASKED_OF,
    BOOKING,
    REQUEST_UNANSWERED,
    SEAT,
    BookingMove,
    BookingStatus,
    SeatMove,
    SeatStatus,
)
from courses_app.foundation import audit, matters
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.payments.queries import open_matter_of


def move_booking(
    booking: Booking, move: BookingMove, *, by: Actor, now: datetime, detail: dict[str, Any] | None = None
) -> None:
    """One step of a booking's life. Raises MoveNotAllowed."""
    before = booking.status
    booking.status = BOOKING.after(before, move)
    audit.record(
        by=by,
        now=now,
        action=f"booking.{move.value}",
        subject=("booking", booking.reference),
        before=before.value,
        after=booking.status.value,
        detail=detail,
    )
    if before is BookingStatus.REQUESTED:
        _close_question(booking, by=by, now=now)
    if before in ASKED_OF and booking.status not in ASKED_OF:
        supersede(MoveQuestion.booking_id == booking.id, reason=BOOKING_ENDED, by=by, now=now)
    if booking.waiting_party_id is not None and before is BookingStatus.HELD:
        follow_offer(booking, move, by=by, now=now)


def _close_question(booking: Booking, *, by: Actor, now: datetime) -> None:
    """However a request ends, the office is no longer asked to answer it."""
    matter = open_matter_of(REQUEST_UNANSWERED, "booking", booking.reference)
    if matter is not None:
        matters.settle(matter, by=by, now=now, note=booking.status.value)


def move_seats(seats: Iterable[Seat], move: SeatMove, *, by: Actor, now: datetime) -> None:
    """The same step for each of the seats; only a held seat has an end of its hold. Raises MoveNotAllowed."""
    for seat in seats:
        before = seat.status
        seat.status = SEAT.after(before, move)
        if seat.status is not SeatStatus.HELD:
            seat.hold_until = None
        session.add(
            SeatEvent(
                seat_id=seat.id,
                at=now,
                move=move,
                before=before,
                after=seat.status,
                actor_label=by.label,
                request_id=audit.request_id.get(),
            )
        )


def hold_to(booking: Booking, until: datetime) -> None:
    """Keep a booking's seats until this instant; each has a copy of it."""
    booking.hold_until = until
    for seat in booking.live_seats:
        seat.hold_until = until
