"""Taxes, due days and shares, decided from plain values."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses_app.foundation.yen import TaxCategory, Yen
from courses_app.payments.rules import LineFacts, TaxTotal, bank_due_on, grace_until, share_of, taxes_of

RATES = {TaxCategory.TAXABLE_10: 10, TaxCategory.EXEMPT: 0, TaxCategory.OUT_OF_SCOPE: 0}
DAY = date(2026, 12, 1)
TAXED, EXEMPT, OUTSIDE = TaxCategory.TAXABLE_10, TaxCategory.EXEMPT, TaxCategory.OUT_OF_SCOPE


def line(quantity: int, price: int, category: TaxCategory = TAXED) -> LineFacts:
    return LineFacts("講習", DAY, quantity, Yen(price), category)


def amounts(lines: list[LineFacts]) -> list[tuple[TaxCategory, int, int, int]]:
    return [(part.category, part.percent, part.amount, part.tax) for part in taxes_of(lines, RATES)]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([line(3, 11_500)], [(TAXED, 10, 34_500, 3_136)]),
        ([line(1, 11_500)] * 3, [(TAXED, 10, 34_500, 3_136)]),  # per line it would be 3,135
        ([line(1, 11_500)], [(TAXED, 10, 11_500, 1_045)]),
        ([line(1, 11)], [(TAXED, 10, 11, 1)]),
        ([line(1, 10)], [(TAXED, 10, 10, 0)]),
        ([line(1, 0)], [(TAXED, 10, 0, 0)]),
        ([line(2, 9_000, EXEMPT)], [(EXEMPT, 0, 18_000, 0)]),
        (
            [line(1, 5_000, OUTSIDE), line(3, 11_500), line(1, 9_000, EXEMPT), line(1, 1_000)],
            [(TAXED, 10, 35_500, 3_227), (EXEMPT, 0, 9_000, 0), (OUTSIDE, 0, 5_000, 0)],
        ),
    ],
)
def test_d17_tax_is_rounded_once_for_each_rate_of_an_invoice(lines, expected) -> None:  # type: ignore[no-untyped-def]
    assert amounts(lines) == expected


def test_a_category_without_a_rate_is_never_guessed() -> None:
    with pytest.raises(LookupError, match="taxable_10"):
        taxes_of([line(1, 100)], {EXEMPT: 0})


@pytest.mark.parametrize(
    ("ordered_on", "last_day", "business_days", "due_on"),
    [
        (date(2026, 10, 1), date(2026, 11, 24), 7, date(2026, 10, 13)),  # Sports Day (12 October) is not counted
        (date(2026, 12, 25), date(2027, 2, 1), 7, date(2027, 1, 6)),  # New Year's Day
        (date(2026, 4, 27), date(2026, 6, 1), 3, date(2026, 5, 1)),  # Showa Day
        (date(2026, 5, 1), date(2026, 6, 1), 1, date(2026, 5, 7)),  # three holidays, a substitute one, a weekend
        (date(2026, 10, 1), date(2026, 10, 5), 7, date(2026, 10, 5)),  # not after the deadline
        (date(2026, 10, 5), date(2026, 10, 5), 7, date(2026, 10, 5)),  # ordered on the last day
        (date(2026, 10, 6), date(2026, 10, 5), 7, date(2026, 10, 6)),  # never before the order
    ],
)
def test_due_in_business_days_but_not_after_the_deadline(
    ordered_on: date, last_day: date, business_days: int, due_on: date
) -> None:
    assert bank_due_on(ordered_on, last_day, business_days) == due_on


def test_r17_the_day_waited_for_is_later_than_the_day_shown() -> None:
    assert grace_until(date(2026, 10, 9), 3) == date(2026, 10, 15)
    assert grace_until(date(2026, 10, 9), 0) == date(2026, 10, 9)


def test_a_refund_is_spread_over_the_categories_in_proportion() -> None:
    taxes = [TaxTotal(TAXED, 10, Yen(34_500), Yen(3_136)), TaxTotal(OUTSIDE, 0, Yen(5_000), Yen(0))]
    assert share_of(Yen(39_500), taxes) == taxes
    assert [(part.amount, part.tax) for part in share_of(Yen(20_000), taxes)] == [(17_468, 1_588), (2_532, 0)]
    assert [part.category for part in share_of(Yen(100), [*taxes, TaxTotal(EXEMPT, 0, Yen(0), Yen(0))])] == [
        TAXED,
        OUTSIDE,
    ]


@given(
    st.lists(st.tuples(st.sampled_from(list(TaxCategory)), st.integers(1, 50), st.integers(0, 60_000)), min_size=1),
    st.data(),
)
def test_every_yen_of_a_refund_is_placed(drawn, data) -> None:  # type: ignore[no-untyped-def]
    taxes = taxes_of([line(quantity, price, category) for category, quantity, price in drawn], RATES)
    total = sum(part.amount for part in taxes)
    amount = Yen(data.draw(st.integers(0, total)))
    shares = share_of(amount, taxes)
    assert sum(share.amount for share in shares) == amount
    whole = {part.category: part for part in taxes}
    assert all(0 < share.amount <= whole[share.category].amount for share in shares)
    assert all(share.tax <= whole[share.category].tax for share in shares)
