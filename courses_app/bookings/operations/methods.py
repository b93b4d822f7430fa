"""An order to be paid by card is paid by transfer after all: the card was refused, or the page was left."""

from __future__ import annotations

from datetime import datetime

from courses_app.bookings import documents, emails
from courses_app.bookings.models import Booking
from courses_app.bookings.operations.locks import locked_booking
from courses_app.bookings.rules import (
    BookingMove,
    BookingStatus,
    MethodNotOffered,
    Payable,
    TransferTooLate,
    is_in_time,
)
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.foundation.lifecycle import MoveNotAllowed
from courses_app.payments.models import PaymentMethod
from courses_app.payments.operations import ask_for_transfer
from courses_app.payments.queries import way_of


def transfer_for(booking: Booking, *, now: datetime) -> Payable:
    """By when an order would have to be transferred, were it changed now. Raises TransferTooLate, MethodNotOffered."""
    if not way_of(PaymentMethod.BANK_TRANSFER, day_of(now)).is_on:
        raise MethodNotOffered()
    way = documents.payable_of(booking, PaymentMethod.BANK_TRANSFER, now=now)
    if not is_in_time(way, closes_at=booking.first_run.booking_closes_at, now=now):
        raise TransferTooLate(booking.first_run.booking_closes_at)
    return way


def change_to_transfer(*, booking: Booking, by: Actor, now: datetime) -> Booking:
    """An unpaid order gets a due day and an invoice like a fresh one by transfer; twice, or once paid, nothing happens.

    The caller has closed its payment pages: what was paid there is settled, and wins. Raises TransferTooLate, and
    MoveNotAllowed when the booking no longer waits for money.
    """
    booking = locked_booking(booking.id)
    if booking.status is BookingStatus.PAID or booking.payment_method is PaymentMethod.BANK_TRANSFER:
        return booking
    if booking.status is not BookingStatus.ORDERED or booking.invoice is None:
        raise MoveNotAllowed(booking.status, BookingMove.SETTLE)
    way = transfer_for(booking, now=now)
    booking.payment_method, booking.pay_until = way.method, way.pay_until
    booking.terms = documents.terms_with_payment(booking, way)
    ask_for_transfer(invoice=booking.invoice, due_on=way.due_on, grace_until_on=way.grace_until_on, by=by, now=now)
    _note(booking, by=by, now=now)
    session.flush()
    emails.method_changed(booking, now=now)
    return booking


def _note(booking: Booking, *, by: Actor, now: datetime) -> None:
    subject, state, way = ("booking", booking.reference), booking.status.value, booking.payment_method
    detail = {"method": way.value if way else None}
    audit.record(
        by=by, now=now, action="booking.method_changed", subject=subject, before=state, after=state, detail=detail
    )
