"""A receipt in parts: each names an addressee and an amount, and together they are what was paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from courses_app.foundation.refusal import Refusal
from courses_app.foundation.yen import TaxCategory, Yen, total
from courses_app.payments.rules.papers import SumDiffers


@dataclass(frozen=True)
class ReceiptPart:
    """One receipt: for whom, after 但し, how much."""

    addressee: str
    for_what: str
    amount: Yen


class NothingChanged(Refusal):
    """A correction that corrects nothing."""

    def __init__(self) -> None:
        super().__init__(_l("Nothing differs from the invoice as it stands. Please change what is wrong."))


def spread(parts: Sequence[ReceiptPart], sums: Mapping[TaxCategory, Yen]) -> list[dict[TaxCategory, Yen]]:
    """What of each tax category stands on each part: every yen placed, none twice. Raises SumDiffers."""
    paid, said = total(sums.values()), total(part.amount for part in parts)
    if said != paid or any(part.amount <= 0 for part in parts):
        raise SumDiffers(paid=paid, parts=said)
    left, shares = dict(sums), []
    for part in parts:
        mine, rest, whole = {}, part.amount, total(left.values())
        for category, amount in left.items():
            mine[category] = Yen(rest * amount // whole if whole else 0)
            rest, whole = Yen(rest - mine[category]), Yen(whole - amount)
        left = {category: Yen(amount - mine[category]) for category, amount in left.items()}
        shares.append({category: amount for category, amount in mine.items() if amount})
    return shares
