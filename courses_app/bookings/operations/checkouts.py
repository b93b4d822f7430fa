"""Paying by card: the seats of an order wait as long as its payment page is open."""

from __future__ import annotations

from datetime import datetime

from courses_app.bookings.models import Booking
from courses_app.bookings.operations.locks import locked_booking
from courses_app.bookings.queries import to_pay
from courses_app.bookings.rules import NEWS_TRAVELS, PAGE_OPEN, BookingMove, BookingStatus
from courses_app.foundation.audit import Actor
from courses_app.foundation.lifecycle import MoveNotAllowed
from courses_app.payments.models import Checkout
from courses_app.payments.operations import intend_checkout


def begin_checkout(*, booking: Booking, language: str, by: Actor, now: datetime) -> Checkout:
    """The intention to pay by card what is to be paid next, to be committed before Stripe is called (R-09).

    An open one is given again. No seat waits for an additional invoice.

    Raises MoveNotAllowed when no money is awaited, AlreadyPaid and InvoiceCancelled.
    """
    booking = locked_booking(booking.id)
    invoice = to_pay(booking)
    if invoice is None:
        raise MoveNotAllowed(booking.status, BookingMove.SETTLE)
    if booking.status is not BookingStatus.ORDERED or booking.pay_until is None:
        return intend_checkout(invoice=invoice, language=language, expires_at=now + PAGE_OPEN, by=by, now=now)
    checkout = intend_checkout(
        invoice=invoice, language=language, expires_at=booking.pay_until - NEWS_TRAVELS, by=by, now=now
    )
    booking.pay_until = max(booking.pay_until, checkout.expires_at + NEWS_TRAVELS)
    return checkout
