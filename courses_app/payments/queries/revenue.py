"""Revenue by what was supplied and month, read from the ledger's own account, every yen placed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen
from courses_app.payments.models import InvoiceLine, LedgerAccount, LedgerEntry, LedgerTransaction
from courses_app.payments.rules import spread


@dataclass(frozen=True)
class RevenueLine:
    """What one thing brought in one month: what was billed, what was taken back of it. `about` is its code."""

    month: date
    about: str
    billed: Yen
    taken_back: Yen

    @property
    def revenue(self) -> Yen:
        return Yen(self.billed - self.taken_back)


def revenue(*, by_supply: bool) -> list[RevenueLine]:
    """One line for each month and thing, in that order: the month of posting, or the one in which it was supplied."""
    gathered: dict[tuple[date, str], list[int]] = {}
    for booked_on, line, amount in _parts():
        day = line.supplied_on if by_supply and line else booked_on
        sums = gathered.setdefault((day.replace(day=1), line.about if line else ""), [0, 0])
        sums[amount < 0] += abs(amount)
    return [
        RevenueLine(month, about, Yen(billed), Yen(taken_back))
        for (month, about), (billed, taken_back) in sorted(gathered.items())
    ]


@dataclass(frozen=True)
class _Line:
    about: str
    supplied_on: date
    amount: int


def _parts() -> Iterator[tuple[date, _Line | None, int]]:
    """Every entry of the account, spread over the lines of its invoice in proportion; credit is positive."""
    lines = _lines()
    for booked_on, invoice_id, amount in session.execute(_entries()):
        of_invoice = lines.get(invoice_id, ())
        if not of_invoice:
            yield booked_on, None, amount
            continue
        shares = spread(abs(amount), [line.amount for line in of_invoice])
        for line, share in zip(of_invoice, shares, strict=True):
            if share:
                yield booked_on, line, share if amount > 0 else -share


def _entries() -> Any:
    return (
        select(LedgerTransaction.booked_on, LedgerEntry.invoice_id, LedgerEntry.credit - LedgerEntry.debit)
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .where(LedgerEntry.account == LedgerAccount.REVENUE)
        .order_by(LedgerTransaction.id, LedgerEntry.id)
    )


def _lines() -> Mapping[int, Sequence[_Line]]:
    found: dict[int, list[_Line]] = {}
    query = select(InvoiceLine.invoice_id, InvoiceLine.about, InvoiceLine.supplied_on, InvoiceLine.amount)
    for invoice_id, about, supplied_on, amount in session.execute(query.order_by(InvoiceLine.id)):
        if amount:
            found.setdefault(invoice_id, []).append(_Line(about, supplied_on, amount))
    return found
