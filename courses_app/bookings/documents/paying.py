"""How and by when an order is paid, in words; of a request also by when it is answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from flask_babel import gettext as _

from courses_app.bookings.models import Booking
from courses_app.bookings.rules import CourseDays, Payable, answer_by, methods_for, payable
from courses_app.foundation.clock import day_of
from courses_app.foundation.templating import day, instant
from courses_app.payments.models import PaymentMethod
from courses_app.payments.queries import way_of, ways_on


def methods_of(booking: Booking, *, stripe_enabled: bool, now: datetime) -> list[PaymentMethod]:
    """How this booking could be paid, were it ordered now: what is switched on, takes the amount, and is in time."""
    return methods_for(
        booking.total, ways_on(day_of(now)), stripe_enabled=stripe_enabled, starts_at=booking.first_run.starts_at,
        now=now,
    )  # fmt: skip


def payable_of(booking: Booking, method: PaymentMethod, *, now: datetime) -> Payable:
    """By when this booking would have to be paid, were it ordered now."""
    course = booking.course
    return payable(
        None if method is PaymentMethod.NONE else way_of(method, day_of(now)),
        starts_at=booking.first_run.starts_at,
        course=CourseDays(course.payment_due_business_days, course.payment_grace_business_days),
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
    if way.method is PaymentMethod.NONE:
        return str(_("Nothing to pay."))
    if way.method is PaymentMethod.BANK_TRANSFER:
        return str(
            _(
                "Bank transfer: within %(days)d business days of the approval, earlier if the run is near. The invoice"
                " comes by e-mail and names the day. You bear the transfer fee.",
                days=days,
            )
        )
    words = {
        PaymentMethod.STRIPE: _("Credit card: after the approval, on the page to which our e-mail leads."),
        PaymentMethod.KONBINI: _(
            "Convenience store: after the approval. You get the numbers to pay with, and the day, on the page to which"
            " our e-mail leads."
        ),
        PaymentMethod.VIRTUAL_ACCOUNT: _(
            "Bank transfer to an account of your own: after the approval. You get the account and the day on the page"
            " to which our e-mail leads. You bear the transfer fee."
        ),
    }
    return str(words[way.method])


def _how_to_pay_once_approved(way: Payable) -> str:
    if way.method is PaymentMethod.STRIPE:
        return str(_("Credit card: on the payment page, by %(until)s.", until=instant(way.pay_until)))
    return _how_to_pay(way)


def _how_to_pay(way: Payable) -> str:
    if way.method is PaymentMethod.NONE:
        return str(_("Nothing to pay."))
    if way.method is PaymentMethod.STRIPE:
        minutes = way.page.total_seconds() // 60
        return str(
            _("Credit card: on the payment page that follows, within %(minutes)d minutes of ordering.", minutes=minutes)
        )
    words = {
        PaymentMethod.BANK_TRANSFER: _(
            "Bank transfer: by %(date)s. The invoice comes by e-mail. You bear the transfer fee.", date=day(way.due_on)
        ),
        PaymentMethod.KONBINI: _(
            "Convenience store: by %(date)s, at FamilyMart, Lawson, Ministop or Seicomart. You get the numbers to pay"
            " with on the payment page that follows.",
            date=day(way.due_on),
        ),
        PaymentMethod.VIRTUAL_ACCOUNT: _(
            "Bank transfer to an account of your own: by %(date)s. You get the account on the payment page that"
            " follows. You bear the transfer fee.",
            date=day(way.due_on),
        ),
    }
    return str(words[way.method])
