"""What a seat costs: fees of a course by the day a run is held, early prices by the day of booking."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Protocol

from flask_babel import lazy_gettext as _l

from courses_app.catalogue.rules.words import FeeAudience
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.templating import day, yen_incl
from courses_app.foundation.yen import TaxCategory, Yen


class NoFee(Refusal):
    """A course has no fee on the day of a run."""

    def __init__(self, on: date) -> None:
        super().__init__(
            _l(
                "No fee has been set for this course on %(day)s. "
                "Seats can be booked as soon as our office has set one.",
                day=day(on),
            )
        )


class FeeInForceAlready(Refusal):
    """A fee that has begun is never changed; a new one starts on a later day."""

    def __init__(self, first_on: date) -> None:
        super().__init__(
            _l(
                "A fee that is already in force is not changed. Let the new fee start on %(day)s or later.",
                day=day(first_on),
            ),
            field="from_on",
        )


class FeeOverlaps(Refusal):
    """Two fees for the same audience would hold for the same days."""

    def __init__(self, amount: Yen, from_on: date, until_on: date | None) -> None:
        if until_on is None:
            words = _l(
                "From %(from)s a fee of %(amount)s is planned already. Choose another day, or withdraw that one first.",
                **{"from": day(from_on)}, amount=yen_incl(amount),
            )  # fmt: skip
        else:
            words = _l(
                "From %(from)s until %(until)s a price of %(amount)s holds already. Two prices may not hold for the "
                "same days: choose days after or before it, or withdraw that one first.",
                **{"from": day(from_on)}, until=day(until_on), amount=yen_incl(amount),
            )  # fmt: skip
        super().__init__(words, field="from_on")


class NothingAfterwards(Refusal):
    """After the last day of a fee there would be none."""

    def __init__(self) -> None:
        super().__init__(
            _l(
                "After this day the course would have no fee, and no seats could be booked. "
                "Leave the last day empty, or set the fee that holds afterwards first."
            ),
            field="until_on",
        )


class EarlyIsOver(Refusal):
    """The last day to book at an early price has passed."""

    def __init__(self) -> None:
        super().__init__(_l("This day has passed. Please choose today or a later day."), field="early_until_on")


class FeeStays(Refusal):
    """A fee that is or was in force is part of the history."""

    def __init__(self) -> None:
        super().__init__(_l("This fee has begun or was withdrawn already. Set a new one that begins on a later day."))


class FeeLike(Protocol):
    """A row of a price list; one with a last day to book is an early price."""

    @property
    def audience(self) -> FeeAudience: ...
    @property
    def amount(self) -> Yen: ...
    @property
    def tax_category(self) -> TaxCategory: ...
    @property
    def from_on(self) -> date: ...
    @property
    def until_on(self) -> date | None: ...
    @property
    def early_until_on(self) -> date | None: ...
    @property
    def early_days_before(self) -> int | None: ...


@dataclass(frozen=True)
class Price:
    """Yen for one seat, tax included; `regular` without the early price, which is had until `early_until`."""

    amount: Yen
    tax_category: TaxCategory
    regular: Yen
    early_until: date | None = None


def price_for(
    fees: Collection[FeeLike],
    audience: FeeAudience,
    *,
    on: date,
    booked_on: date,
    general_override: Yen | None = None,
    member_override: Yen | None = None,
) -> Price:
    """The price of one seat for an audience. Raises NoFee.

    `on` is the day the run is held (the day of supply, 消費税法), so that a run's price never moves between looking
    and paying, but for an early price, which ends with its last day (`booked_on`). The overrides are the run's own
    prices: for those there is no early price. Members never pay more than everybody else.
    """
    general = _in_force(fees, FeeAudience.GENERAL, on)
    if general is None:
        raise NoFee(on)
    early = early_in_force(fees, FeeAudience.GENERAL, on) if general_override is None else None
    every = _price(general, general_override, early, on=on, booked_on=booked_on)
    if audience is FeeAudience.GENERAL:
        return every
    member = _in_force(fees, FeeAudience.MEMBER, on) or general
    own = general_override is not None or member_override is not None
    early = None if own else early_in_force(fees, FeeAudience.MEMBER, on)
    theirs = _price(member, member_override, early, on=on, booked_on=booked_on)
    best = every if every.amount < theirs.amount else theirs
    return replace(best, regular=max(best.amount, min(every.regular, theirs.regular)))


def is_early(fee: FeeLike) -> bool:
    """Whether it is an early price."""
    return fee.early_until_on is not None or fee.early_days_before is not None


def last_day_to_book(fee: FeeLike, run_day: date) -> date | None:
    """The last day on which a seat of a run on this day is had at an early price; None of a fee that has none."""
    if fee.early_days_before is not None:
        return run_day - timedelta(days=fee.early_days_before)
    return fee.early_until_on


def early_in_force(fees: Iterable[FeeLike], audience: FeeAudience, on: date) -> FeeLike | None:
    """The early price for runs held on a day, whether it can still be had or not."""
    return _latest((fee for fee in fees if is_early(fee)), audience, on)


def check_free_of_others(fees: Collection[FeeLike], new: FeeLike) -> None:
    """Whether a new price may stand beside those of its course. Raises FeeOverlaps and NothingAfterwards.

    A fee without a last day holds until another begins, and again after one that has a last day; everything else
    that shares days is an overlap.
    """
    others = [fee for fee in fees if fee.audience is new.audience and is_early(fee) == is_early(new)]
    for one in others:
        if _share_days(one, new) and not (_gives_way(one, new) or _gives_way(new, one)):
            raise FeeOverlaps(one.amount, one.from_on, one.until_on)
    if is_early(new) or new.until_on is None or new.audience is not FeeAudience.GENERAL:
        return
    afterwards = new.until_on + timedelta(days=1)
    if not any(one.until_on is None and one.from_on <= afterwards for one in others):
        raise NothingAfterwards()


def held_until(fees: Iterable[FeeLike], fee: FeeLike) -> date | None:
    """The last run day of a fee: its own, or the day before the next one without a last day begins."""
    if fee.until_on is not None or is_early(fee):
        return fee.until_on
    alike = (one for one in fees if one.audience is fee.audience and not is_early(one) and one.until_on is None)
    following = min((one.from_on for one in alike if one.from_on > fee.from_on), default=None)
    return following - timedelta(days=1) if following else None


def _share_days(one: FeeLike, other: FeeLike) -> bool:
    ends = (one.until_on or date.max, other.until_on or date.max)
    return one.from_on <= ends[1] and other.from_on <= ends[0]


def _gives_way(first: FeeLike, then: FeeLike) -> bool:
    """Whether a fee without a last day gives way to one that begins later."""
    return first.until_on is None and not is_early(first) and first.from_on < then.from_on


def _price(fee: FeeLike, override: Yen | None, early: FeeLike | None, *, on: date, booked_on: date) -> Price:
    regular = fee.amount if override is None else override
    last = last_day_to_book(early, on) if early is not None else None
    if early is None or last is None or booked_on > last or early.amount >= regular:
        return Price(regular, fee.tax_category, regular)
    return Price(early.amount, early.tax_category, regular, last)


def _in_force(fees: Iterable[FeeLike], audience: FeeAudience, on: date) -> FeeLike | None:
    return _latest((fee for fee in fees if not is_early(fee)), audience, on)


def _latest(fees: Iterable[FeeLike], audience: FeeAudience, on: date) -> FeeLike | None:
    found: FeeLike | None = None
    for fee in fees:
        begun = fee.audience is audience and fee.from_on <= on
        if begun and (fee.until_on is None or on <= fee.until_on) and (found is None or fee.from_on > found.from_on):
            found = fee
    return found
