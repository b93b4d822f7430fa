"""A day as people write it, in Western years or those of a Japanese era."""

from __future__ import annotations

import re
from datetime import date

from courses_app.foundation.text import folded

WESTERN = re.compile(r"(\d{4})[-/.年]\s*(\d{1,2})[-/.月]\s*(\d{1,2})日?(?:[ T]00:00(?::00)?)?")
SHORT = re.compile(r"(\d{4})(\d{2})(\d{2})")
OF_AN_ERA = re.compile(
    r"(明治|大正|昭和|平成|令和|[明大昭平令mtshr])\s*(元|\d{1,2})[-/.年]\s*(\d{1,2})[-/.月]\s*(\d{1,2})日?",
    re.IGNORECASE,
)
# First and last day of each era. In 1912 and 1926 the day of the change has both names; since 1979 (元号法) an era ends
# on the day before.
ERAS = {
    "m": (date(1868, 10, 23), date(1912, 7, 30)), "t": (date(1912, 7, 30), date(1926, 12, 25)),
    "s": (date(1926, 12, 25), date(1989, 1, 7)), "h": (date(1989, 1, 8), date(2019, 4, 30)),
    "r": (date(2019, 5, 1), date.max),
}  # fmt: skip
LETTERS = {"明": "m", "大": "t", "昭": "s", "平": "h", "令": "r"}


def typed_day(typed: str) -> date | None:
    """The day of 1980-04-01, 1980/4/1, 1980年4月1日, 19800401, 昭和55年4月1日 or S55.4.1 in any width; else None.

    A day that its era doesn't have (昭和70年) is None too.
    """
    text = folded(typed) or ""
    if found := WESTERN.fullmatch(text) or SHORT.fullmatch(text):
        return _day(*(int(part) for part in found.groups()))
    if found := OF_AN_ERA.fullmatch(text):
        return _of_era(found[1], 1 if found[2] == "元" else int(found[2]), int(found[3]), int(found[4]))
    return None


def _of_era(name: str, year: int, month: int, day: int) -> date | None:
    first, last = ERAS[LETTERS.get(name[0], name.lower())]
    found = _day(first.year + year - 1, month, day) if year else None
    return found if found and first <= found <= last else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
