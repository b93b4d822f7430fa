"""Until when seats that were booked without a name are named, and what becomes of those that are not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from courses_app.catalogue.rules.changes import DayKind, last_day
from courses_app.foundation.templating import day

A_DAY = timedelta(days=1)


class UnnamedSeats(StrEnum):
    """What becomes of a seat that has no name when the time for naming is over."""

    GIVEN_UP = "given_up"  # cancelled, as the rules of change of its order say for the day after
    KEPT = "kept"  # nobody is admitted without a name; the office is told, and may still enter one

    @property
    def label(self) -> LazyString:
        return _LABELS[self]


_LABELS = {
    UnnamedSeats.GIVEN_UP: _l("Given up, with the cancellation fee of the day after"),
    UnnamedSeats.KEPT: _l("Kept; the office is told, and nobody is admitted without a name"),
}


@dataclass(frozen=True)
class NamingTerms:
    """The rule of a course for seats without a name, as plain values."""

    days_before: int
    day_kind: DayKind
    unnamed: UnnamedSeats

    def until(self, *, run_day: date) -> date:
        """The last day on which the booker may name a seat of a run on this day."""
        return last_day(self.day_kind, self.days_before, run_day=run_day)

    def as_data(self) -> dict[str, Any]:
        """Plain values to be kept with an order."""
        return {"days_before": self.days_before, "day_kind": self.day_kind.value, "unnamed": self.unnamed.value}

    @classmethod
    def of_data(cls, data: dict[str, Any]) -> NamingTerms:
        """The rule as it was kept."""
        return cls(data["days_before"], DayKind(data["day_kind"]), UnnamedSeats(data["unnamed"]))


def naming_words(terms: NamingTerms, *, free: bool, run_day: date) -> list[str]:
    """Until when to name, and what becomes of a seat without a name then."""
    until = terms.until(run_day=run_day)
    return [
        str(_("Seats without a name yet: enter the names on this site by %(until)s.", until=day(until))),
        unnamed_words(terms, free=free, run_day=run_day),
    ]


def unnamed_words(terms: NamingTerms, *, free: bool, run_day: date) -> str:
    """What becomes of a seat that has no name in time."""
    if terms.unnamed is UnnamedSeats.KEPT:
        return str(
            _(
                "A seat without a name then is not cancelled, but nobody is admitted without a name; our office can"
                " still enter one until the run begins."
            )
        )
    if free:
        return str(_("A seat without a name then is given up."))
    return str(
        _(
            "A seat without a name then is given up: it is refunded as if it were cancelled on %(on)s (see"
            " cancellation and refund).",
            on=day(terms.until(run_day=run_day) + A_DAY),
        )
    )
