"""Admission tickets (受講票): printed once for each confirmed seat, then mailed."""

from __future__ import annotations

from datetime import datetime

from courses_app.bookings import emails
from courses_app.bookings.models import Booking, Seat
from courses_app.bookings.operations.locks import locked_booking
from courses_app.bookings.queries import TICKET_FAILED
from courses_app.bookings.rules import SeatStatus
from courses_app.foundation import audit, matters
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.documents import store
from courses_app.payments.queries import open_matter_of


def keep_ticket(*, seat: Seat, content: bytes, sequence: int, now: datetime) -> bool:
    """Keep the printed ticket of a seat and owe the mails; False if the seat was given back or had one meanwhile.

    `sequence` is the run's as printed: a ticket of a run that was changed since is thrown away, and printed again.

    The attendee gets theirs at once; who booked gets all of them together when the last is printed.
    """
    booking = locked_booking(seat.booking_id)
    seat = next(one for one in booking.seats if one.id == seat.id)
    if seat.status is not SeatStatus.CONFIRMED or seat.ticket_document_id is not None or seat.run.sequence != sequence:
        return False
    seat.ticket = store(kind="admission_ticket", filename=f"ticket-{seat.reference}.pdf", content=content, now=now)
    audit.record(by=SYSTEM, now=now, action="seat.ticket", subject=("seat", seat.reference))
    if (matter := open_matter_of(TICKET_FAILED, "seat", seat.reference)) is not None:
        matters.settle(matter, by=SYSTEM, now=now, note="printed")
    emails.ticket_to_attendee(seat, now=now)
    if all(one.ticket_document_id or one.ticket for one in _confirmed(booking)):
        emails.tickets_to_booker(booking, now=now)
    return True


def put_off_ticket(*, seat: Seat, reason: str, now: datetime) -> None:
    """Note that a ticket could not be printed: it is tried again later, and staff see why (a character, a fault)."""
    detail = {"reason": reason, "tried_at": now.isoformat()}
    matter = matters.open_matter(
        kind=TICKET_FAILED, subject=("seat", seat.reference), now=now, by=SYSTEM, detail=detail
    )
    matter.detail = detail


def _confirmed(booking: Booking) -> list[Seat]:
    """Those a ticket is printed for."""
    return [seat for seat in booking.seats if seat.status is SeatStatus.CONFIRMED and seat.person_id is not None]
