"""Which date of the course a row of a list asks for, in whatever way its sheet writes dates."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from courses_app.bookings.rules.sheets.days import typed_day
from courses_app.foundation.references import ALPHABET, REFERENCE_LENGTH
from courses_app.foundation.text import folded

REFERENCE = re.compile(f"R-[{ALPHABET}]{{{REFERENCE_LENGTH}}}")
WITHOUT_YEAR = re.compile(r"(\d{1,2})[/.月-](\d{1,2})日?")
BEGINNING = re.compile(r"[\s(]")  # after the day may stand its weekday, the hour, the place


@dataclass(frozen=True)
class Dates:
    """The dates a list may name, by the references of their runs, and who sits there already (ids of people).

    `own` is the list's own date, where everybody goes whose row names none.
    """

    own: str
    days: Mapping[str, date]
    booked: Mapping[str, Collection[int]] = field(default_factory=dict)

    def of(self, typed: str) -> str:
        """The reference of the run a cell means; "" where it can't be told."""
        meant = self._meant(folded(typed) or "")
        return meant[0] if len(meant) == 1 else ""

    def why_not(self, typed: str) -> Any:
        """What is wrong with a cell that names no date; None where it does."""
        meant = self._meant(folded(typed) or "")
        if len(meant) == 1:
            return None
        if meant:
            return _l("The course is held more than once on this day. Choose one of the list.")
        return _l("No date of this course that can be booked now is written like this. Choose one of the list.")

    def _meant(self, text: str) -> Sequence[str]:
        if not text:
            return [self.own]
        if found := REFERENCE.search(text.upper()):
            return [found[0]] if found[0] in self.days else []
        day = typed_day(BEGINNING.split(text, maxsplit=1)[0]) or typed_day(text)
        if day is not None:
            return [reference for reference, on in self.days.items() if on == day]
        if short := WITHOUT_YEAR.match(text):
            asked = (int(short[1]), int(short[2]))
            return [reference for reference, on in self.days.items() if (on.month, on.day) == asked]
        return []


def spread(
    rows: Sequence[tuple[int, str]], *, to: str, room: Mapping[str, int], only_excess: bool
) -> dict[int, dict[str, str]]:
    """What to write into the rows (each a number with the run it asks for now) so that they attend on another date.

    All of them, or only those who come after the last seat of theirs (`room` by run).
    """
    stay = first_that_fit(rows, room=room) if only_excess else set()
    return {number: {"run": to} for number, run in rows if number not in stay and run != to}


def first_that_fit(rows: Sequence[tuple[int, str]], *, room: Mapping[str, int]) -> set[int]:
    """The numbers of the first rows of each date that find a seat there (`room` by run)."""
    free, found = dict(room), set()
    for number, run in rows:
        if free.get(run, 0) > 0:
            free[run] -= 1
            found.add(number)
    return found


def without_room(rows: Sequence[tuple[int, str]], *, room: Mapping[str, int]) -> set[str]:
    """The dates (references of runs) with fewer seats than rows."""
    return {run for run, wanted in Counter(run for _number, run in rows).items() if wanted > room.get(run, 0)}
