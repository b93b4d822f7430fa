"""Paying by card: the seats of an order wait as long as its payment page is open."""

from __future__ import annotations

from datetime import datetime

from courses_app.bookings.models import Booking
from courses_app.bookings.operations.locks import locked_booking
from courses_app.bookings.rules import NEWS_TRAVELS, BookingMove, BookingStatus
from courses_app.foundation.audit import Actor
from courses_app.foundation.lifecycle import MoveNotAllowed
from courses_app.payments.models import Checkout
from courses_app.payments.operations import intend_checkout


def begin_checkout(*, booking: Booking, language: str, by: Actor, now: datetime) -> Checkout:
    """The intention to pay by card, to be committed before Stripe is called (R-09); an open one is given again.

    Raises MoveNotAllowed when the booking no longer waits for money, AlreadyPaid and InvoiceCancelled.
    """
    booking = locked_booking(booking.id)
    if booking.status is not BookingStatus.ORDERED or booking.invoice is None or booking.pay_until is None:
        raise MoveNotAllowed(booking.status, BookingMove.SETTLE)
    checkout = intend_checkout(
        invoice=booking.invoice, language=language, expires_at=booking.pay_until - NEWS_TRAVELS, by=by, now=now
    )
    booking.pay_until = max(booking.pay_until, checkout.expires_at + NEWS_TRAVELS)
    return checkout
