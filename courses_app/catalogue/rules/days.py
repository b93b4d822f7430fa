"""How the subjects of a course are laid out over a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

# [guess] after the day of a mandatory course: ten minutes between lectures, an hour at noon, a first lecture at 9:30.
DAY_BEGINS = time(9, 30)
BREAK = timedelta(minutes=10)
LUNCH = timedelta(minutes=60)
LUNCH_FROM, LUNCH_BY = time(11, 20), time(12, 30)


@dataclass(frozen=True)
class DayPart:
    """When a subject (by its place in the list) begins and ends."""

    subject: int
    starts_at: datetime
    ends_at: datetime


def lay_out_day(minutes: Iterable[int], *, starts_at: datetime) -> list[DayPart]:
    """One part for each subject, in order, with short breaks between and a lunch break around noon.

    Lunch is taken before the part that would else end after 12:30; a day that begins at 11:20 or later has none.
    Staff may move every part afterwards.
    """
    parts: list[DayPart] = []
    lunch_to_come = starts_at.time() < LUNCH_FROM
    at = starts_at
    for number, length in enumerate(timedelta(minutes=count) for count in minutes):
        if parts:
            lunch_now = lunch_to_come and at.time() >= LUNCH_FROM and (at + BREAK + length).time() > LUNCH_BY
            at += LUNCH if lunch_now else BREAK
            lunch_to_come = lunch_to_come and not lunch_now
        parts.append(DayPart(number, at, at + length))
        at += length
    return parts
