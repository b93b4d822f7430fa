"""The entries of the ledger as the journal wants them: by posting day, revenue by tax category."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from courses_app.accounts.models import Organization
from courses_app.foundation.db import session, streamed
from courses_app.foundation.yen import Yen
from courses_app.payments.models import Invoice, LedgerAccount, LedgerEntry, LedgerTransaction
from courses_app.payments.rules import TaxTotal, share_of
from courses_app.payments.rules.journal import JournalSide, Posting


def postings(*, from_on: date, until_on: date) -> Iterator[Posting]:
    """Every entry of a period, both days included, in the order of posting day and number."""
    query = _transactions(from_on, until_on).options(
        selectinload(LedgerTransaction.entries).joinedload(LedgerEntry.invoice).selectinload(Invoice.taxes)
    )
    organizations: dict[int, Organization] = {}
    for transaction in streamed(query):
        if transaction.entries:  # one without is a broken promise of its own
            yield _posting(transaction, organizations)


def postings_counted(*, from_on: date, until_on: date) -> int:
    """How many entries that are."""
    return session.scalar(select(func.count()).select_from(_transactions(from_on, until_on).subquery())) or 0


def revenue_shares(entry: LedgerEntry) -> list[TaxTotal]:
    """An entry of revenue by tax category, in proportion to its invoice; the whole invoice gives its own taxes."""
    if entry.invoice is None:
        return []
    taxes = [TaxTotal(one.category, one.percent, one.amount, one.tax) for one in entry.invoice.taxes]
    return share_of(Yen(entry.debit + entry.credit), taxes)


def _transactions(from_on: date, until_on: date) -> Select[Any]:
    return (
        select(LedgerTransaction)
        .where(LedgerTransaction.booked_on >= from_on, LedgerTransaction.booked_on <= until_on)
        .order_by(LedgerTransaction.booked_on, LedgerTransaction.id)
    )


def _posting(transaction: LedgerTransaction, organizations: dict[int, Organization]) -> Posting:
    entries = transaction.entries
    organization = _organization(entries[0].organization_id, organizations)
    return Posting(
        number=transaction.id,
        booked_on=transaction.booked_on,
        kind=transaction.kind,
        organization=organization.name,
        organization_reference=organization.reference,
        debits=tuple(side for entry in entries if entry.debit for side in _sides(entry)),
        credits=tuple(side for entry in entries if entry.credit for side in _sides(entry)),
    )


def _organization(number: int, known: dict[int, Organization]) -> Organization:
    if number not in known:
        known[number] = session.get_one(Organization, number)
    return known[number]


def _sides(entry: LedgerEntry) -> list[JournalSide]:
    invoice, account, amount = entry.invoice, entry.account.value, Yen(entry.debit + entry.credit)
    if invoice is None:
        return [JournalSide(account, amount)]
    order = invoice.order_reference or invoice.reference
    side = JournalSide(account, amount, invoice=invoice.number or "", order=order, party=invoice.addressee)
    if entry.account is not LedgerAccount.REVENUE:
        return [side]
    return [replace(side, amount=one.amount, category=one.category, tax=one.tax) for one in revenue_shares(entry)]
