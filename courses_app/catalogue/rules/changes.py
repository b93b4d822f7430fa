"""What giving a seat back costs, and until when a seat may change: decided from plain values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from courses_app.foundation.clock import add_business_days
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.templating import day
from courses_app.foundation.yen import Yen

WHOLE = 100


class DayKind(StrEnum):
    CALENDAR = "calendar"
    BUSINESS = "business"

    @property
    def label(self) -> LazyString:
        return _KINDS[self]


_KINDS = {DayKind.CALENDAR: _l("Calendar days"), DayKind.BUSINESS: _l("Business days")}


class RunDayOver(Refusal):
    """After the day of the run nothing is given back."""

    def __init__(self, run_day: date) -> None:
        super().__init__(_l("Seats can be cancelled up to the day of the run, and that was %(day)s.", day=day(run_day)))


class LadderIncomplete(Refusal):
    """The steps must say what holds up to the very day, each distance once."""

    def __init__(self) -> None:
        super().__init__(_l("One step must begin 0 days before the run, and no two steps on the same day."))


class StepUnclear(Refusal):
    """A step takes a part of the fee or an amount, never both."""

    def __init__(self) -> None:
        super().__init__(_l("Each step needs either a percentage or an amount in yen, not both."))


class AbsenceCheaper(Refusal):
    """Who would pay less by staying away gives no seat back, though others wait for it."""

    def __init__(self, percent: int) -> None:
        super().__init__(
            _l(
                "Staying away must not cost less than cancelling on the day itself, or seats others wait for stay "
                "empty. Please enter at least %(percent)d, or lower the step of 0 days and the handling fee.",
                percent=percent,
            ),
            field="no_show_percent",
        )


class PolicyInForceAlready(Refusal):
    """Rules that have begun are never changed; new ones start on a later day."""

    def __init__(self, first_on: date) -> None:
        super().__init__(
            _l(
                "Rules that are already in force are not changed. Let the new ones start on %(day)s or later.",
                day=day(first_on),
            ),
            field="from_on",
        )


@dataclass(frozen=True)
class Step:
    """What is kept of a price by who cancels at least `days_before` days before the run: percent, or yen."""

    days_before: int
    percent: int | None = None
    amount: Yen | None = None

    def of(self, price: Yen) -> Yen:
        """Yen kept of a price, rounded down, never more than the price."""
        return min(price, Yen(price * (self.percent or 0) // WHOLE) if self.amount is None else self.amount)


@dataclass(frozen=True)
class ChangeTerms:
    """The rules by which a seat may change, as plain values; steps go from the farthest to the nearest day."""

    day_kind: DayKind
    steps: tuple[Step, ...]
    handling_fee: Yen
    no_show_percent: int
    substitution_until_days: int
    move_until_days: int
    moves_allowed: int  # free of charge
    move_fee: Yen | None = None  # for each one after these; None: then only the office moves

    def last_day(self, days_before: int, *, run_day: date) -> date:
        """The last day that is at least so many days before the run, counted as these rules count."""
        return last_day(self.day_kind, days_before, run_day=run_day)

    def substitution_until(self, *, run_day: date) -> date:
        """The last day on which somebody else may be named."""
        return self.last_day(self.substitution_until_days, run_day=run_day)

    def moving_until(self, *, run_day: date) -> date:
        """The last day on which a seat may be moved to another date."""
        return self.last_day(self.move_until_days, run_day=run_day)

    def kept_of_absent(self, price: Yen) -> Yen:
        """Yen kept of the price of a seat to which nobody comes, rounded down."""
        return Yen(price * self.no_show_percent // WHOLE)

    @property
    def may_move(self) -> bool:
        """Whether who booked may move a seat at all."""
        return self.moves_allowed > 0 or self.move_fee is not None

    def as_data(self) -> dict[str, Any]:
        """Plain values to be kept with an order."""
        steps = [{"days_before": one.days_before, "percent": one.percent, "amount": one.amount} for one in self.steps]
        return {**vars(self), "day_kind": self.day_kind.value, "steps": steps}

    @classmethod
    def of_data(cls, data: dict[str, Any]) -> ChangeTerms:
        """The rules as they were kept."""
        steps = in_order(Step(**one) for one in data["steps"])
        return cls(**{**data, "day_kind": DayKind(data["day_kind"]), "steps": steps})


@dataclass(frozen=True)
class SeatFee:
    """What cancelling one seat costs on a day, and how long it stays so: `worse` is what comes after `until_on`."""

    cancellation: Yen
    handling: Yen
    refund: Yen
    step: Step
    until_on: date
    worse: Step | None

    @property
    def total(self) -> Yen:
        return Yen(self.cancellation + self.handling)


@dataclass(frozen=True)
class PolicyFacts:
    """New rules and the day from which orders fall under them."""

    name: str
    from_on: date
    terms: ChangeTerms


def last_day(kind: DayKind, days_before: int, *, run_day: date) -> date:
    """The last day that is at least so many days of this kind before the run's."""
    if kind is DayKind.BUSINESS:
        return add_business_days(run_day, -days_before)
    return run_day - timedelta(days=days_before)


def fee_for(terms: ChangeTerms, price: Yen, *, on: date, run_day: date) -> SeatFee:
    """The fee for cancelling a seat of this price on a day; together never more than the price. Raises RunDayOver."""
    for number, step in enumerate(terms.steps):
        until_on = terms.last_day(step.days_before, run_day=run_day)
        if on <= until_on:
            cancellation = step.of(price)
            handling = min(terms.handling_fee, Yen(price - cancellation))
            refund = Yen(price - cancellation - handling)
            worse = next((later for later in terms.steps[number + 1 :] if later.of(price) > cancellation), None)
            until_on = _before(terms, worse, number, run_day=run_day)
            return SeatFee(cancellation, handling, refund, step, until_on, worse)
    raise RunDayOver(run_day)


def in_order(steps: Iterable[Step]) -> tuple[Step, ...]:
    """The farthest first."""
    return tuple(sorted(steps, key=lambda step: -step.days_before))


def check_ladder(steps: Iterable[Step]) -> None:
    """Whether the steps answer for every day up to the run's. Raises LadderIncomplete and StepUnclear."""
    given = list(steps)
    if any((step.percent is None) == (step.amount is None) for step in given):
        raise StepUnclear()
    days = [step.days_before for step in given]
    if 0 not in days or len(set(days)) < len(days):
        raise LadderIncomplete()


def check_absence(terms: ChangeTerms) -> None:
    """Whether not coming costs no less than cancelling on the day, as far as both are percentages.

    Raises AbsenceCheaper.
    """
    nearest = in_order(terms.steps)[-1].percent or 0
    if terms.no_show_percent < nearest or (terms.handling_fee and terms.no_show_percent == nearest < WHOLE):
        raise AbsenceCheaper(WHOLE if terms.handling_fee else nearest)


def _before(terms: ChangeTerms, worse: Step | None, number: int, *, run_day: date) -> date:
    """The last day before it becomes dearer; steps that cost the same in between change nothing."""
    last = terms.steps[-1] if worse is None else terms.steps[terms.steps.index(worse, number) - 1]
    return terms.last_day(last.days_before, run_day=run_day)
