"""Paying at a firm: the seats of an order wait as long as its page is open, and then as long as the method says."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from courses_app.bookings.models import Booking
from courses_app.bookings.operations.locks import locked_booking
from courses_app.bookings.queries import to_pay
from courses_app.bookings.rules import (
    NEWS_TRAVELS,
    BookingMove,
    BookingStatus,
    MethodNotOffered,
    konbini_days,
    methods_for,
)
from courses_app.foundation.audit import Actor
from courses_app.foundation.clock import day_of, end_of
from courses_app.foundation.lifecycle import MoveNotAllowed
from courses_app.payments.models import Checkout, PaymentMethod, PaymentWay
from courses_app.payments.operations import intend_checkout
from courses_app.payments.queries import way_of, ways_on

LONG = timedelta(days=365)  # no seat waits for an additional invoice


def begin_checkout(
    *, booking: Booking, language: str, by: Actor, now: datetime, method: PaymentMethod = PaymentMethod.STRIPE
) -> Checkout:
    """The intention to pay what is to be paid next, to be committed before Stripe is called (R-09).

    An open one of the same method is given again. No seat waits for an additional invoice. Raises MoveNotAllowed when
    no money is awaited, MethodNotOffered, AlreadyPaid and InvoiceCancelled.
    """
    booking = locked_booking(booking.id)
    invoice = to_pay(booking)
    if invoice is None:
        raise MoveNotAllowed(booking.status, BookingMove.SETTLE)
    check_payable_by(booking, method, now=now)
    way = way_of(method, day_of(now))
    waits = booking.status is BookingStatus.ORDERED and booking.pay_until is not None
    until = booking.pay_until - NEWS_TRAVELS if waits and booking.pay_until else None
    days = _numbers_last(booking, way, until=until, now=now)
    checkout = intend_checkout(
        invoice=invoice, method=method, days=days, language=language, by=by, now=now,
        expires_at=_page_until(way, until, now=now),
    )  # fmt: skip
    if waits and booking.pay_until:
        booking.pay_until = max(booking.pay_until, checkout.expires_at + NEWS_TRAVELS)
    return checkout


def pages_for(booking: Booking, *, now: datetime) -> list[PaymentMethod]:
    """By which methods what is to be paid next could be paid at Stripe now."""
    return [way.method for way in ways_on(day_of(now)) if _is_possible(booking, way, now=now)]


def check_payable_by(booking: Booking, method: PaymentMethod, *, now: datetime) -> None:
    """Raises MethodNotOffered; what is paid or over is for `begin_checkout` to say."""
    if to_pay(booking) is not None and method not in pages_for(booking, now=now):
        raise MethodNotOffered()


def _is_possible(booking: Booking, way: PaymentWay, *, now: datetime) -> bool:
    """The way that was ordered stays open to who ordered it while the seats wait."""
    invoice = to_pay(booking)
    if invoice is None or not way.at_stripe:
        return False
    waits = booking.status is BookingStatus.ORDERED
    if waits and way.method is PaymentMethod.KONBINI and _last_day(booking, now=now) <= day_of(now):
        return False
    if waits and booking.payment_method is way.method:
        return True
    starts_at = booking.first_run.starts_at if waits else now + LONG
    return bool(methods_for(invoice.total, [way], stripe_enabled=True, starts_at=starts_at, now=now))


def _last_day(booking: Booking, *, now: datetime) -> date:
    """The last whole day for which the seats wait."""
    return _whole_day_before((booking.pay_until or now) - NEWS_TRAVELS)


def _whole_day_before(until: datetime) -> date:
    """An end of a day is the beginning of the next."""
    return day_of(until - timedelta(seconds=1))


def _numbers_last(booking: Booking, way: PaymentWay, *, until: datetime | None, now: datetime) -> int | None:
    """For how many days numbers for a convenience store are good: never longer than the seats wait."""
    if way.method is not PaymentMethod.KONBINI:
        return None
    if until is None:
        return way.pay_days or 1
    most = konbini_days(way, starts_at=booking.first_run.starts_at, now=now)
    left = (_whole_day_before(until) - day_of(now)).days
    return max(1, left if booking.payment_method is way.method else min(most, left))


def _page_until(way: PaymentWay, until: datetime | None, *, now: datetime) -> datetime:
    """How long the page is open; numbers given out after midnight would be good for a day longer."""
    page = now + timedelta(minutes=way.page_minutes or 30)
    if until is None:
        return page
    if way.method is PaymentMethod.KONBINI:
        return min(until, page, end_of(day_of(now)))
    return until
