"""How and by when an order is paid, in words; of a request also by when it is answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from flask_babel import gettext as _

from courses_app.bookings.models import Booking
from courses_app.bookings.rules import PAGE_OPEN, Payable, answer_by, payable
from courses_app.foundation.templating import day, instant
from courses_app.payments.models import PaymentMethod


def payable_of(booking: Booking, method: PaymentMethod, *, now: datetime) -> Payable:
    """By when this booking would have to be paid, were it ordered now."""
    course = booking.course
    return payable(
        method,
        starts_at=booking.first_run.starts_at,
        due_business_days=course.payment_due_business_days,
        grace_business_days=course.payment_grace_business_days,
        now=now,
    )


def payable_once_approved(booking: Booking, method: PaymentMethod, *, now: datetime) -> Payable:
    """By when a request that is approved now is to be paid: nobody waits before the screen, so a card has days, too."""
    way = payable_of(booking, method, now=now)
    if method is not PaymentMethod.STRIPE:
        return way
    return replace(way, pay_until=payable_of(booking, PaymentMethod.BANK_TRANSFER, now=now).pay_until)


def answer_day(booking: Booking, *, now: datetime) -> date | None:
    """By when the office answers, were the booking requested now; None where it needs no answer."""
    if not booking.needs_approval:
        return None
    closes_at = min(run.booking_closes_at for run in booking.runs)
    return answer_by(booking.course.approval_business_days, closes_at=closes_at, now=now)


def request_closed() -> str:
    """Why a request ended that nobody answered."""
    return str(_("Booking for the run closed before we had answered the request. We are sorry."))


def payment_lines(booking: Booking, ways: Sequence[Payable]) -> tuple[str, ...]:
    """Every way to pay that is offered, or the one that was chosen."""
    if not booking.needs_approval:
        return tuple(_how_to_pay(way) for way in ways)
    if booking.ordered_at is not None:
        return tuple(_how_to_pay_once_approved(way) for way in ways)
    return (
        _("This is a request. Nothing is to be paid until our office has approved it."),
        *(_how_to_pay_later(way, booking.course.payment_due_business_days) for way in ways),
    )


def _how_to_pay_later(way: Payable, days: int) -> str:
    words = {
        PaymentMethod.NONE: _("Nothing to pay."),
        PaymentMethod.STRIPE: _("Credit card: after the approval, on the page to which our e-mail leads."),
        PaymentMethod.BANK_TRANSFER: _(
            "Bank transfer: within %(days)d business days of the approval, earlier if the run is near. The invoice"
            " comes by e-mail and names the day. You bear the transfer fee.",
            days=days,
        ),
    }
    return str(words[way.method])


def _how_to_pay_once_approved(way: Payable) -> str:
    if way.method is PaymentMethod.STRIPE:
        return str(_("Credit card: on the payment page, by %(until)s.", until=instant(way.pay_until)))
    return _how_to_pay(way)


def _how_to_pay(way: Payable) -> str:
    words = {
        PaymentMethod.NONE: _("Nothing to pay."),
        PaymentMethod.STRIPE: _(
            "Credit card: on the payment page that follows, within %(minutes)d minutes of ordering.",
            minutes=PAGE_OPEN.total_seconds() // 60,
        ),
        PaymentMethod.BANK_TRANSFER: _(
            "Bank transfer: by %(date)s. The invoice comes by e-mail. You bear the transfer fee.", date=day(way.due_on)
        ),
    }
    return str(words[way.method])
