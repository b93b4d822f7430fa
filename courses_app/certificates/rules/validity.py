"""Until when a completion counts, decided from plain values."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

MONTHS_A_YEAR = 12


def valid_through(completed_on: date, months: int) -> date:
    """The last day on which a completion counts, that day included: the same day so many months later.

    The day of completion itself is not counted (民法140条), so the period ends with the day of the same number; where
    the last month has none, with that month's last day (民法143条2項): 29 February 2028 counts to 28 February 2031.
    28 February stays 28 February in a leap year too; the Civil Code can be read as giving one day more there, and
    nobody is harmed by retaking a day early. `months` may be negative: the day so many months before.
    """
    years, month = divmod(completed_on.month - 1 + months, MONTHS_A_YEAR)
    year = completed_on.year + years
    return date(year, month + 1, min(completed_on.day, monthrange(year, month + 1)[1]))
