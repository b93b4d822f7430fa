"""What a seat costs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from flask_babel import lazy_gettext as _l

from courses_app.catalogue.rules.words import FeeAudience
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.templating import day
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


class FeeLike(Protocol):
    """A row of a price list."""

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


@dataclass(frozen=True)
class Price:
    """Yen for one seat, tax included."""

    amount: Yen
    tax_category: TaxCategory


def price_for(
    fees: Collection[FeeLike],
    audience: FeeAudience,
    *,
    on: date,
    general_override: Yen | None = None,
    member_override: Yen | None = None,
) -> Price:
    """The price of one seat for an audience. Raises NoFee.

    `on` is the day the run is held (the day of supply, 消費税法), so that a run's price never moves between looking
    and paying. The overrides are the run's own prices. Members never pay more than everybody else.
    """
    general = _in_force(fees, FeeAudience.GENERAL, on)
    if general is None:
        raise NoFee(on)
    amount = general.amount if general_override is None else general_override
    if audience is FeeAudience.GENERAL:
        return Price(amount, general.tax_category)
    member = _in_force(fees, FeeAudience.MEMBER, on) or general
    reduced = member.amount if member_override is None else member_override
    return Price(min(amount, reduced), member.tax_category)


def _in_force(fees: Iterable[FeeLike], audience: FeeAudience, on: date) -> FeeLike | None:
    found: FeeLike | None = None
    for fee in fees:
        begun = fee.audience is audience and fee.from_on <= on
        if begun and (fee.until_on is None or on <= fee.until_on) and (found is None or fee.from_on > found.from_on):
            found = fee
    return found
