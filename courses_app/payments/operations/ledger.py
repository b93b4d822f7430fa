"""Double entry: each change of money is one transaction of the ledger whose sides are equal (INV-7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from courses_app.foundation import audit, matters
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen
from courses_app.payments import queries
from courses_app.payments.models import Invoice, LedgerAccount, LedgerEntry, LedgerTransaction, PaymentMethod
from courses_app.payments.rules import AlreadyPaid, InvoiceCancelled

MONEY = {PaymentMethod.BANK_TRANSFER: LedgerAccount.CASH, PaymentMethod.STRIPE: LedgerAccount.STRIPE_BALANCE}
HELD_TOO_MUCH = "money_held"  # the matter of an invoice for which we hold more than is owed (INV-8)


def locked(invoice: Invoice) -> Invoice:
    """The invoice's row as it stands now, nobody else changing its money until the transaction ends."""
    fresh = select(Invoice).where(Invoice.id == invoice.id).with_for_update()
    return session.scalars(fresh.execution_options(populate_existing=True)).one()


def refuse_to_pay(invoice: Invoice) -> None:
    """Raises AlreadyPaid where nothing is owed any more, InvoiceCancelled where nothing is owed at all."""
    payments = queries.payments_of(invoice)
    if payments:
        raise AlreadyPaid(at=payments[0].recorded_at)
    if invoice.total == 0:
        raise AlreadyPaid(at=None)
    if invoice.cancelled_at is not None:
        raise InvoiceCancelled


def post(
    invoice: Invoice,
    *,
    kind: str,
    key: str,
    now: datetime,
    debit: Mapping[LedgerAccount, Yen],
    credit: Mapping[LedgerAccount, Yen],
) -> None:
    """Write one transaction; sides of zero yen are left out, `key` names its cause once. ValueError if unbalanced."""
    if sum(debit.values()) != sum(credit.values()):
        raise ValueError(f"{key}: debit and credit differ")
    entries = [
        *(_entry(invoice, account, debit=amount) for account, amount in debit.items() if amount),
        *(_entry(invoice, account, credit=amount) for account, amount in credit.items() if amount),
    ]
    if entries:
        session.add(LedgerTransaction(key=key, at=now, kind=kind, invoice=invoice, entries=entries))


def unpost(invoice: Invoice, *, kind: str, key: str, of: str, now: datetime) -> None:
    """Write the transaction that takes back the one with the key `of`: its sides exchanged."""
    known = session.scalars(select(LedgerTransaction).where(LedgerTransaction.key == of)).one()
    debit = {one.account: one.credit for one in known.entries if one.credit}
    credit = {one.account: one.debit for one in known.entries if one.debit}
    post(invoice, kind=kind, key=key, now=now, debit=debit, credit=credit)


def _entry(invoice: Invoice, account: LedgerAccount, *, debit: Yen = Yen(0), credit: Yen = Yen(0)) -> LedgerEntry:
    return LedgerEntry(account=account, organization_id=invoice.organization_id, debit=debit, credit=credit)


def watch_balance(invoice: Invoice, *, by: audit.Actor, now: datetime) -> None:
    """Money held without being owed is a matter for the office until it is given back or owed again (INV-8)."""
    session.flush()
    held = queries.balance(invoice)
    subject = ("invoice", invoice.reference)
    if held > 0:
        matters.open_matter(kind=HELD_TOO_MUCH, subject=subject, now=now, by=by, detail={"amount": held})
    else:
        settle_matter(HELD_TOO_MUCH, invoice, by=by, now=now, note="balanced")


def settle_matter(kind: str, invoice: Invoice, *, by: audit.Actor, now: datetime, note: str) -> None:
    """Close the invoice's open matter of this kind, if there is one."""
    matter = queries.open_matter_of(kind, "invoice", invoice.reference)
    if matter is not None:
        matters.settle(matter, by=by, now=now, note=note)
