"""Papers about money: their kinds and numbers, how long they are kept, what is refused."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from courses_app.accounts.rules.numbers import corporate_number_holds
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.templating import yen
from courses_app.foundation.yen import TaxCategory, Yen, tax_included_in

KEPT_YEARS = 7  # 消費税法施行令70条の13第1項, 法人税法施行規則59条
MONTHS_BEFORE = 2  # the years begin so long after the end of the business year (the same articles)


class PaperKind(StrEnum):
    QUOTE = "quote"  # 見積書
    INVOICE = "invoice"  # 請求書 (適格請求書)
    RECEIPT = "receipt"  # 領収書
    CORRECTED_INVOICE = "corrected_invoice"  # 修正した適格請求書
    RETURN_INVOICE = "return_invoice"  # 適格返還請求書
    MONTHLY_INVOICE = "monthly_invoice"  # 月次請求書, of organizations that pay on account


class Series(StrEnum):
    """A series of numbers without gaps, begun anew each calendar year."""

    INVOICE = "invoice"
    RECEIPT = "receipt"
    QUOTE = "quote"
    RETURN = "return"

    def code(self, day: date) -> str:
        return f"{self.value}:{day.year}"

    def written(self, day: date, number: int) -> str:
        """2026-000123 of an invoice; of the others with a letter in front: R-2026-000123."""
        return f"{PREFIXES[self]}{day.year}-{number:06}"


PREFIXES = {Series.INVOICE: "", Series.RECEIPT: "R-", Series.QUOTE: "M-", Series.RETURN: "H-"}
SERIES_OF = {
    PaperKind.QUOTE: Series.QUOTE,
    PaperKind.INVOICE: Series.INVOICE,
    PaperKind.RECEIPT: Series.RECEIPT,
    PaperKind.CORRECTED_INVOICE: Series.INVOICE,
    PaperKind.RETURN_INVOICE: Series.RETURN,
    PaperKind.MONTHLY_INVOICE: Series.INVOICE,
}


class RegistrationNumberWrong(ValueError):
    """A registration number of an issuer that can't be one."""


class PaperNotReady(Refusal):
    """There is no paper yet that could be printed again, split or corrected."""

    def __init__(self) -> None:
        super().__init__(_l("This paper has not been issued yet. Please wait a minute and look again."))


class PaperDamaged(Refusal):
    """The bytes of a kept paper are not those that were issued: nobody gets them as the paper."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _l(
                "Paper %(number)s no longer has the bytes with which it was issued, and is not handed out. Please tell"
                " who runs this system: it has to be restored from a backup.",
                number=number,
            )
        )


class SumDiffers(Refusal):
    """The parts of a receipt are not together what was paid."""

    def __init__(self, *, paid: Yen, parts: Yen) -> None:
        super().__init__(
            _l(
                "Together the receipts say %(parts)s, but %(paid)s was paid. Please mend the amounts.",
                parts=yen(parts),
                paid=yen(paid),
            )
        )


def kept_until(issued_on: date, *, year_ends_in: int) -> date:
    """Through which day a paper is kept: seven years, begun two months after the end of the business year.

    The business year of the day of issue ends with the month `year_ends_in` (消費税法施行令70条の13第1項).
    """
    year = issued_on.year + (issued_on.month > year_ends_in)
    months = year_ends_in + MONTHS_BEFORE
    year, month = year + KEPT_YEARS + (months > 12), (months - 1) % 12 + 1
    return date(year, month, monthrange(year, month)[1])


def check_registration_number(number: str) -> str:
    """T and 13 digits of which the first is the check digit of the others (消費税法施行令70条の5).

    Raises RegistrationNumberWrong: what it says is for who edits the data of the issuer.
    """
    if not re.fullmatch(r"T[0-9]{13}", number):
        raise RegistrationNumberWrong(f"the registration number '{number}' is not T and 13 digits")
    if not corporate_number_holds(number[1:]):
        raise RegistrationNumberWrong(f"the check digit of the registration number '{number}' is wrong: mistyped?")
    return number


@dataclass(frozen=True)
class TaxPart:
    """What a paper says of one tax category: the amount with tax, the rate, the tax within, rounded down once."""

    category: TaxCategory
    percent: int
    amount: Yen
    tax: Yen

    def as_data(self) -> dict[str, object]:
        return {"category": self.category.value, "percent": self.percent, "amount": self.amount, "tax": self.tax}


def tax_parts(amounts: Mapping[TaxCategory, Yen], rates: Mapping[TaxCategory, int]) -> list[TaxPart]:
    """Each category with its tax, in their order; those of zero yen are left out. `rates` in percent."""
    return [
        TaxPart(category, rates[category], amounts[category], tax_included_in(amounts[category], rates[category]))
        for category in TaxCategory
        if amounts.get(category)
    ]


def by_category(pairs: Iterable[tuple[TaxCategory, Yen]]) -> dict[TaxCategory, Yen]:
    """The sum of each category; those that come to nothing are left out."""
    sums: dict[TaxCategory, Yen] = {}
    for category, amount in pairs:
        sums[category] = Yen(sums.get(category, 0) + amount)
    return {category: amount for category, amount in sums.items() if amount}
