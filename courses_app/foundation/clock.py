"""The clock, read only by doors (views, tasks, commands); everything below receives `now` and `today` as arguments."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import jpholiday

JST = ZoneInfo("Asia/Tokyo")
SATURDAY = 5


def now() -> datetime:
    """This instant, aware, UTC, whole microseconds."""
    return datetime.now(UTC)


def today() -> date:
    """This day in the house's zone (Asia/Tokyo)."""
    return day_of(now())


def day_of(instant: datetime) -> date:
    """The day in Tokyo on which an instant falls."""
    return instant.astimezone(JST).date()


def start_of(day: date) -> datetime:
    """The first instant of a day in Tokyo, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=JST).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The first instant after a day in Tokyo, in UTC."""
    return start_of(day + timedelta(days=1))


def last_day_of(until: datetime) -> date:
    """The last day in Tokyo on which something can be done that ends at this instant."""
    return day_of(until - timedelta(microseconds=1))


def is_business_day(day: date) -> bool:
    """Neither weekend nor national holiday in Japan (国民の祝日に関する法律, substitute holidays included)."""
    return day.weekday() < SATURDAY and not jpholiday.is_holiday(day)


def add_business_days(day: date, count: int) -> date:
    """The day `count` business days after `day` (before it, if negative); `day` itself is not counted."""
    step = timedelta(days=1 if count >= 0 else -1)
    remaining = abs(count)
    while remaining:
        day += step
        if is_business_day(day):
            remaining -= 1
    return day
