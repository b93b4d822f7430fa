"""How a booking may be paid, until when, and how long its seats wait for the money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from courses_app.foundation.clock import add_business_days, day_of, end_of
from courses_app.foundation.yen import Yen
from courses_app.payments.models import PaymentMethod
from courses_app.payments.rules import bank_due_on, grace_until

# [guess] A transfer is asked for by two business days before the first day, and waited for until one before it.
TRANSFER_DAYS_BEFORE, WAIT_DAYS_BEFORE = 2, 1
# [guess] So long a payment page is open; the order by card keeps its seats a little longer, for the news must travel.
PAGE_OPEN = timedelta(minutes=35)
NEWS_TRAVELS = timedelta(minutes=3)


@dataclass(frozen=True)
class Payable:
    """By when to pay: `due_on` is shown, `pay_until` is when the unpaid order lapses."""

    method: PaymentMethod
    due_on: date | None
    grace_until_on: date | None
    pay_until: datetime


def methods_for(total: Yen, *, stripe_enabled: bool) -> list[PaymentMethod]:
    """The ways an amount can be paid, the most used first; nothing to pay has one way, too."""
    if total == 0:
        return [PaymentMethod.NONE]
    return [PaymentMethod.BANK_TRANSFER, PaymentMethod.STRIPE] if stripe_enabled else [PaymentMethod.BANK_TRANSFER]


def payable(
    method: PaymentMethod, *, starts_at: datetime, due_business_days: int, grace_business_days: int, now: datetime
) -> Payable:
    """Until when an order placed now is to be paid.

    A transfer that came in time may be seen late, so the order waits for the grace period (R-17), but not into the run.
    """
    if method is PaymentMethod.BANK_TRANSFER:
        starts_on = day_of(starts_at)
        due_on = bank_due_on(day_of(now), add_business_days(starts_on, -TRANSFER_DAYS_BEFORE), due_business_days)
        waits = min(grace_until(due_on, grace_business_days), add_business_days(starts_on, -WAIT_DAYS_BEFORE))
        return Payable(method, due_on, max(due_on, waits), end_of(max(due_on, waits)))
    return Payable(method, None, None, now + PAGE_OPEN + NEWS_TRAVELS)


def is_in_time(way: Payable, *, closes_at: datetime, now: datetime) -> bool:
    """Whether an order may still change to this transfer: it is due before booking closes."""
    return now < closes_at and way.due_on is not None and way.due_on <= day_of(closes_at)
