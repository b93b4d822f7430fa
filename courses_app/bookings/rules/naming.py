"""Seats that were booked without a name: whether there may be any, and until when they are named."""

from __future__ import annotations

from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext as _n

from courses_app.bookings.rules.changing import Standing
from courses_app.bookings.rules.lifecycles import BookingStatus
from courses_app.bookings.rules.refusals import BookingHasEnded, TooLateToChange
from courses_app.catalogue.rules import NamingTerms, distance_words
from courses_app.foundation.clock import day_of
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.templating import day

NAMEABLE = (BookingStatus.HELD, BookingStatus.REQUESTED, BookingStatus.ORDERED, BookingStatus.PAID)


class NamesNeeded(Refusal):
    """Everybody must be named: by the rule of the course, or because the time for naming is over."""

    def __init__(self, until_on: date | None) -> None:
        if until_on is None:
            message = _l("For this course everybody is named when booking. Please enter the names of all attendees.")
        else:
            message = _l(
                "Names could follow until %(until)s. That day is over, so please enter the names of all attendees now.",
                until=day(until_on),
            )
        super().__init__(message, field="unnamed")


class NamingClosed(Refusal):
    """Too near to the day for a name."""

    def __init__(self, until_on: date, *, rule: str) -> None:
        super().__init__(
            _l(
                "By the terms of this order (“Quantity”) the names could be entered %(rule)s, that is until %(until)s. "
                "Please contact our office.",
                rule=rule,
                until=day(until_on),
            )
        )
        self.until_on = until_on


class SeatHasName(Refusal):
    """Somebody was faster."""

    def __init__(self) -> None:
        super().__init__(
            _l("One of these seats was named or cancelled in the meantime. Please look at the booking again.")
        )


class TooManyNames(Refusal):
    """More names than seats without one. `left` is how many seats there are."""

    def __init__(self, left: int) -> None:
        super().__init__(
            _n(
                "Only %(num)d seat is without a name. Nothing was changed; please enter fewer names.",
                "Only %(num)d seats are without a name. Nothing was changed; please enter fewer names.",
                left,
            )
        )
        self.left = left


def check_unnamed(terms: NamingTerms | None, *, starts_at: datetime, now: datetime) -> None:
    """Whether seats without a name may be booked now. Raises NamesNeeded."""
    until_on = terms.until(run_day=day_of(starts_at)) if terms else None
    if until_on is None or day_of(now) > until_on:
        raise NamesNeeded(until_on)


def check_nameable(
    order: Standing, terms: NamingTerms | None, *, starts_at: datetime, now: datetime, office: bool
) -> None:
    """Whether a seat may be named; the office may until the run begins.

    Raises BookingHasEnded, TooLateToChange and NamingClosed.
    """
    if order.status not in NAMEABLE:
        raise BookingHasEnded(order.closed_at)
    if starts_at <= now:
        raise TooLateToChange(starts_at)
    if office or terms is None or order.status is BookingStatus.HELD:
        return
    until_on = terms.until(run_day=day_of(starts_at))
    if day_of(now) > until_on:
        raise NamingClosed(until_on, rule=distance_words(terms.day_kind, terms.days_before))
