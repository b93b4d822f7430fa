"""How a booking may be paid, until when, and how long its seats wait for the money."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from courses_app.foundation.clock import add_business_days, day_of, end_of
from courses_app.foundation.yen import Yen
from courses_app.payments.models import PaymentMethod, PaymentWay
from courses_app.payments.rules import bank_due_on, grace_until

# An order paid on a firm's page keeps its seats a little longer than the page is open, for the news must travel.
NEWS_TRAVELS = timedelta(minutes=3)
SHORTEST_PAGE = timedelta(minutes=35)  # where a way says nothing
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Payable:
    """By when to pay: `due_on` is shown, `pay_until` is when the unpaid order lapses."""

    method: PaymentMethod
    due_on: date | None
    grace_until_on: date | None
    pay_until: datetime
    page: timedelta = SHORTEST_PAGE  # how long a firm's page is open


@dataclass(frozen=True)
class CourseDays:
    """What a course says of transfers, in business days."""

    due: int
    grace: int


def methods_for(
    total: Yen, ways: Iterable[PaymentWay], *, stripe_enabled: bool, starts_at: datetime, now: datetime
) -> list[PaymentMethod]:
    """The ways an amount can be paid before a run, in the order of the office; nothing to pay has one way, too."""
    if total == 0:
        return [PaymentMethod.NONE]
    return [
        way.method
        for way in ways
        if way.is_on
        and way.takes(total)
        and (stripe_enabled or not way.at_stripe)
        and _is_early_enough(way, starts_at=starts_at, now=now)
    ]


def _is_early_enough(way: PaymentWay, *, starts_at: datetime, now: datetime) -> bool:
    last = add_business_days(day_of(starts_at), -way.last_days_before)
    if way.method is PaymentMethod.KONBINI:
        return day_of(now) <= min(last, _konbini_last_day(way, starts_at=starts_at) - A_DAY)
    return day_of(now) <= last


def payable(way: PaymentWay | None, *, starts_at: datetime, course: CourseDays, now: datetime) -> Payable:
    """Until when an order placed now is to be paid; None is the way of what costs nothing.

    A transfer that came in time may be seen late, so the order waits for the grace period (R-17), but not into the run.
    """
    if way is None or way.method is PaymentMethod.STRIPE:
        page = timedelta(minutes=way.page_minutes) if way and way.page_minutes else SHORTEST_PAGE
        return Payable(way.method if way else PaymentMethod.NONE, None, None, now + page + NEWS_TRAVELS, page)
    page = timedelta(minutes=way.page_minutes or 0) or SHORTEST_PAGE
    if way.method is PaymentMethod.KONBINI:
        last = day_of(now) + konbini_days(way, starts_at=starts_at, now=now) * A_DAY
        return Payable(way.method, last, last, end_of(last) + NEWS_TRAVELS, page)
    starts_on = day_of(starts_at)
    days = way.pay_days if way.pay_days is not None else course.due
    grace = way.grace_days if way.grace_days is not None else course.grace
    due_on = bank_due_on(day_of(now), add_business_days(starts_on, -way.due_days_before), days)
    waits = min(grace_until(due_on, grace), add_business_days(starts_on, -way.wait_days_before))
    return Payable(way.method, due_on, max(due_on, waits), end_of(max(due_on, waits)), page)


def konbini_days(way: PaymentWay, *, starts_at: datetime, now: datetime) -> int:
    """For how many calendar days numbers given out now may be good; at least one."""
    left = (_konbini_last_day(way, starts_at=starts_at) - day_of(now)).days
    return max(1, min(way.pay_days or 1, left))


def _konbini_last_day(way: PaymentWay, *, starts_at: datetime) -> date:
    return add_business_days(day_of(starts_at), -way.due_days_before)


def is_in_time(way: Payable, *, closes_at: datetime, now: datetime) -> bool:
    """Whether an order may still change to this transfer: it is due before booking closes."""
    return now < closes_at and way.due_on is not None and way.due_on <= day_of(closes_at)
