"""The life of a course run, what its seats are called, and until when it can be booked."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from hmac import compare_digest

from courses_app.catalogue.rules.words import Delivery, RunStatus
from courses_app.foundation.clock import JST, add_business_days
from courses_app.foundation.lifecycle import Lifecycle

# [guess] "Few left" (残席わずか) is said from the last fifth of the seats on, and always for the last five.
FEW_PERCENT = 20
FEW_SEATS = 5
# [guess] Booking ends when the office closes on the last day.
BOOKING_ENDS = time(17, 0)


class RunMove(StrEnum):
    PUBLISH = "publish"
    CALL_OFF = "call_off"


RUN = Lifecycle[RunStatus, RunMove](
    {
        (RunStatus.DRAFT, RunMove.PUBLISH): RunStatus.PUBLISHED,
        (RunStatus.PUBLISHED, RunMove.CALL_OFF): RunStatus.CALLED_OFF,
    },
    begins=(RunStatus.DRAFT,),
)


class Availability(StrEnum):
    OPEN = "open"  # 申込可
    FEW = "few"  # 残席わずか
    FULL = "full"  # 満席
    NOT_OPEN = "not_open"  # 受付開始前
    CLOSED = "closed"  # 受付終了
    CALLED_OFF = "called_off"  # 中止
    HELD = "held"  # 開催済み


def availability(
    *,
    status: RunStatus,
    capacity: int,
    taken: int,
    opens_at: datetime,
    closes_at: datetime,
    ends_at: datetime,
    now: datetime,
) -> Availability:
    """The one word a run carries in the timetable; a seat can be booked only where it is OPEN or FEW."""
    if status is RunStatus.CALLED_OFF:
        return Availability.CALLED_OFF
    if ends_at <= now:
        return Availability.HELD
    if status is RunStatus.DRAFT or now < opens_at:
        return Availability.NOT_OPEN
    if closes_at <= now:
        return Availability.CLOSED
    return _of_seats(seats_left(capacity, taken), capacity)


def _of_seats(left: int, capacity: int) -> Availability:
    if left == 0:
        return Availability.FULL
    few = left <= FEW_SEATS or left * 100 <= capacity * FEW_PERCENT
    return Availability.FEW if few else Availability.OPEN


def opens(link_token: str | None, key: str) -> bool:
    """Whether a key is the one of a private run's link; a public run has none."""
    return link_token is not None and compare_digest(link_token.encode(), key.encode())


def seats_left(capacity: int, taken: int) -> int:
    """Never below zero, also for a run that is overbooked."""
    return max(capacity - taken, 0)


def booking_closes_by_default(
    starts_on: date, delivery: Delivery, *, days_before_venue: int, business_days_before_online: int
) -> datetime:
    """When booking ends unless staff say otherwise: 17:00 so many days (venue) or business days (online) before."""
    if delivery is Delivery.VENUE:
        last = starts_on - timedelta(days=days_before_venue)
    else:
        last = add_business_days(starts_on, -business_days_before_online)
    return datetime.combine(last, BOOKING_ENDS, tzinfo=JST)
