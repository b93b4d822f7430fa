"""What is kept of a seat that is given back, or asked for moving it: kinds of fees."""

from __future__ import annotations

from enum import StrEnum

from courses_app.catalogue.rules import ChangeTerms
from courses_app.foundation.yen import TaxCategory, Yen


class FeeKind(StrEnum):
    CANCELLATION = "cancellation"  # grows as the day comes nearer: out of the scope of consumption tax
    HANDLING = "handling"  # the same whenever: taxable
    MOVE = "move"  # for moving a seat once more than is free: the same whenever, taxable

    @property
    def tax_category(self) -> TaxCategory:
        return TaxCategory.OUT_OF_SCOPE if self is FeeKind.CANCELLATION else TaxCategory.TAXABLE_10


def kept_if_absent(terms: ChangeTerms | None, price: Yen) -> Yen:
    """What is kept of the price of a seat to which nobody comes; an order without rules keeps all of it."""
    return price if terms is None else terms.kept_of_absent(price)
