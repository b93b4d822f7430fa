"""What was kept of money that goes back, as a return invoice says it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from courses_app.bookings.models import BookingFee
from courses_app.bookings.rules import FeeKind

FEES = {FeeKind.CANCELLATION: "取消料", FeeKind.HANDLING: "取消手数料", FeeKind.MOVE: "日程変更手数料"}


def kept_words(fees: Sequence[BookingFee]) -> list[dict[str, Any]]:
    """Each fee with its name, its rule and its tax category (`papers.KeptFacts`); papers are Japanese."""
    return [
        {
            "words": f"{FEES[fee.kind]}（{fee.rule}）" if fee.rule else FEES[fee.kind],
            "tax": fee.tax_category.value,
            "amount": fee.amount,
        }
        for fee in fees
    ]
