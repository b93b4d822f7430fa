"""Money that went back."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select

from courses_app.bookings.models import Booking
from courses_app.bookings.operations.locks import locked_booking
from courses_app.bookings.operations.moves import move_booking
from courses_app.bookings.operations.settle import PAID_NO_SEAT
from courses_app.bookings.queries import of_invoice, still_owed
from courses_app.bookings.rules import BOOKING, BookingMove
from courses_app.foundation import matters
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.payments import operations as payments
from courses_app.payments.models import Refund
from courses_app.payments.queries import open_matter_of


def note_refund_sent(
    *, refund: Refund, sent_on: date, by: Actor, now: datetime, external_id: str | None = None
) -> None:
    """The office has sent money back; a booking with nothing left to send is refunded. Twice does nothing more."""
    found = session.scalar(select(Booking.id).where(of_invoice(refund.invoice))) if refund.invoice else None
    booking = locked_booking(found) if found is not None else None
    payments.note_refund_sent(refund=refund, sent_on=sent_on, external_id=external_id, by=by, now=now)
    if booking is None or still_owed(booking) or not BOOKING.allows(booking.status, BookingMove.REFUND):
        return
    move_booking(booking, BookingMove.REFUND, by=by, now=now)
    matter = open_matter_of(PAID_NO_SEAT, "booking", booking.reference)
    if matter is not None:
        matters.settle(matter, by=by, now=now, note="refunded")
