"""Money: whole yen, an integer type of its own, and the one rule that rounds."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NewType

Yen = NewType("Yen", int)


class TaxCategory(StrEnum):
    """How consumption tax treats an amount; the rate of a category is a row with a date (payments.TaxRate)."""

    TAXABLE_10 = "taxable_10"
    EXEMPT = "exempt"
    OUT_OF_SCOPE = "out_of_scope"


def tax_included_in(total: Yen, rate_percent: int) -> Yen:
    """Consumption tax contained in a tax-included total, rounded down once (消費税法57条の4, 令70条の10).

    The caller passes the total of all lines of one rate of one invoice: three seats at ¥11,500 hold ¥3,136, and not
    3 × ¥1,045.
    """
    return Yen(total * rate_percent // (100 + rate_percent))


def total(amounts: Iterable[Yen]) -> Yen:
    """The sum of amounts in yen; zero for none."""
    return Yen(sum(amounts))
