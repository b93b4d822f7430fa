"""What a way to pay may look like."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from courses_app.foundation.refusal import Refusal
from courses_app.foundation.templating import yen
from courses_app.foundation.yen import Yen

FIRMS_LIMITS = {"stripe": (50, None), "konbini": (120, 300_000), "virtual_account": (50, None)}  # Stripe's own, in yen


@dataclass(frozen=True)
class WayFacts:
    """How a method may be used; None where it is the course that says, or there is no limit."""

    is_on: bool
    position: int
    least: Yen
    most: Yen | None
    page_minutes: int | None
    pay_days: int | None
    grace_days: int | None
    due_days_before: int
    wait_days_before: int
    last_days_before: int

    def as_columns(self) -> dict[str, Any]:
        return asdict(self)


class WayBeginsBefore(Refusal):
    """What was in force on a day stays in force."""

    def __init__(self) -> None:
        super().__init__(_l("A day that is over can't be changed: choose today or a later day."), field="from_on")


class LimitsUnclear(Refusal):
    """The most is less than the least, or the payment firm takes no such amount."""

    def __init__(self, least: int, most: int | None) -> None:
        if most is None:
            message = _l("The lowest amount is %(least)s or more.", least=yen(Yen(least)))
        else:
            message = _l(
                "The lowest amount is %(least)s or more, the highest %(most)s or less, and not below the lowest.",
                least=yen(Yen(least)),
                most=yen(Yen(most)),
            )
        super().__init__(message, field="most")


class DaysUnclear(Refusal):
    """It would be waited for until before it is due."""

    def __init__(self) -> None:
        super().__init__(
            _l("We can't stop waiting before the money is due: choose a smaller or the same number of days."),
            field="wait_days_before",
        )


class LastWay(Refusal):
    """Nobody could pay any more."""

    def __init__(self) -> None:
        super().__init__(
            _l("At least one way to pay must stay switched on. Switch on another one first."), field="is_on"
        )


def check_way(facts: WayFacts, *, method: str, from_on: date, today: date) -> None:
    """Raises WayBeginsBefore, LimitsUnclear, DaysUnclear."""
    if from_on < today:
        raise WayBeginsBefore()
    least, most = FIRMS_LIMITS.get(method, (1, None))
    beyond = most is not None and (facts.most is None or facts.most > most)
    if facts.least < least or beyond or (facts.most is not None and facts.most < facts.least):
        raise LimitsUnclear(least, most)
    if facts.wait_days_before > facts.due_days_before:
        raise DaysUnclear()
