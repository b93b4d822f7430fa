"""What stands in a feed, for how long, and under which names: decided from plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from flask_babel import lazy_pgettext as _p

from courses_app.catalogue.rules import RunStatus
from courses_app.foundation.clock import day_of
from courses_app.foundation.naming import Told

# The right-hand side of every UID. It is a name for this product's events and never the host they are fetched from: a
# UID must survive a move to another address, or every subscriber sees every event twice. `.example` belongs to nobody
# (RFC 2606); what makes a UID unique is the random reference before it. Never change it.
UID_NAMESPACE = "courses.example"

PAST = timedelta(days=90)
FUTURE = timedelta(days=731)  # 24 months
CANCELLED_STAYS = timedelta(days=30)
NOTICE = timedelta(days=90)  # the notice of an expiry is an all-day event of its own, this much earlier


class EventStatus(StrEnum):
    """The three words RFC 5545 has for a VEVENT."""

    TENTATIVE = "TENTATIVE"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True)
class Horizon:
    """From which day to which (both included) a feed tells."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


def horizon(today: date) -> Horizon:
    """90 days back, 24 months ahead; it moves once a day, so that a feed's bytes do too."""
    return Horizon(today - PAST, today + FUTURE)


def status_of(status: RunStatus) -> EventStatus:
    """A run's word in a calendar."""
    return {
        RunStatus.DRAFT: EventStatus.TENTATIVE,
        RunStatus.PUBLISHED: EventStatus.CONFIRMED,
        RunStatus.CALLED_OFF: EventStatus.CANCELLED,
    }[status]


def status_of_seats(*, run: RunStatus, live: int, confirmed: int) -> EventStatus:
    """A run's word in the calendar of somebody who booked: no live seat is cancelled, unpaid ones are tentative."""
    if run is RunStatus.CALLED_OFF or not live:
        return EventStatus.CANCELLED
    return EventStatus.CONFIRMED if confirmed else EventStatus.TENTATIVE


def cancellation_is_told(cancelled_at: datetime | None, *, today: date) -> bool:
    """Whether a cancelled event still stands in the feed: 30 full days, so that slow subscribers hear of it too."""
    return cancelled_at is None or today <= day_of(cancelled_at) + CANCELLED_STAYS


def run_uid(reference: str, day: int = 1) -> str:
    """The UID of a run's event; a run of several days has one event a day, numbered from the second on.

    Numbered and not dated: a day that is moved keeps its UID.
    """
    number = "" if day == 1 else f"-{day}"
    return f"run-{reference}{number}@{UID_NAMESPACE}"


def expiry_uid(person: str, course: str, last_day: date, *, notice: bool = False) -> str:
    """The UID of the last day of somebody's completion; a renewal has another day and so another UID."""
    kind = "expiry-notice" if notice else "expiry"
    return f"{kind}-{person}-{course}-{last_day:%Y%m%d}@{UID_NAMESPACE}"


# What the audit and the outbox call what happens in this room.
TOLD = Told(
    actions={
        "feed.opened": _p("what was done", "Calendar address opened"),
        "feed.replaced": _p("what was done", "Calendar address replaced"),
        "feed.closed": _p("what was done", "Calendar address closed"),
    },
    states={
        "purpose.organization": _p("state in the audit", "Calendar of the organization"),
        "purpose.instructor": _p("state in the audit", "Calendar of the instructor"),
        "purpose.staff": _p("state in the audit", "Calendar of the office"),
        "purpose.person": _p("state in the audit", "Own calendar"),
    },
    details={
        "purpose": _p("detail in the audit", "Which calendar"),
    },
)
