"""Double entry: each change of money is one transaction of the ledger whose sides are equal (INV-7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from courses_app.foundation import audit, matters
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen, total
from courses_app.payments import queries
from courses_app.payments.models import Invoice, LedgerAccount, LedgerEntry, LedgerTransaction, Payment, Provider
from courses_app.payments.operations.periods import posting_day
from courses_app.payments.rules import AlreadyPaid, InvoiceCancelled

MONEY = {Provider.BANK_TRANSFER: LedgerAccount.CASH, Provider.STRIPE: LedgerAccount.STRIPE_BALANCE}
PART_PAID = "part_paid"  # the matter of an invoice of which only a part came
HELD_TOO_MUCH = "money_held"  # the matter of an invoice for which we hold more than is owed (INV-8)


@dataclass(frozen=True)
class Side:
    """One side of a transaction to write: an account, yen, and the invoice whose business it is, if it is one's."""

    account: LedgerAccount
    amount: Yen
    invoice: Invoice | None = None


def locked(invoice: Invoice) -> Invoice:
    """The invoice's row as it stands now, nobody else changing its money until the transaction ends."""
    return all_locked([invoice])[0]


def all_locked(invoices: Iterable[Invoice]) -> list[Invoice]:
    """The same for several, always in one order, so that two never wait for each other; given back as they came."""
    wanted = [invoice.id for invoice in invoices]
    fresh = select(Invoice).where(Invoice.id.in_(wanted)).order_by(Invoice.id).with_for_update()
    found = {one.id: one for one in session.scalars(fresh.execution_options(populate_existing=True))}
    for one in found.values():
        session.expire(one, ["allocations"])
    return [found[one] for one in wanted]


def locked_payment(payment: Payment) -> Payment:
    """The payment, nobody else using its credit until the transaction ends."""
    fresh = select(Payment).where(Payment.id == payment.id).with_for_update()
    return session.scalars(fresh.execution_options(populate_existing=True)).one()


def refuse_to_pay(invoice: Invoice) -> None:
    """Raises AlreadyPaid where nothing is owed any more, InvoiceCancelled where nothing is owed at all."""
    if invoice.is_paid:
        raise AlreadyPaid(at=invoice.allocations[-1].at if invoice.allocations else None)
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
    """Write one transaction of one invoice. ValueError if unbalanced."""
    post_sides(
        invoice.organization_id,
        kind=kind,
        key=key,
        now=now,
        debit=[Side(account, amount, invoice) for account, amount in debit.items()],
        credit=[Side(account, amount, invoice) for account, amount in credit.items()],
    )


def post_sides(
    organization_id: int,
    *,
    kind: str,
    key: str,
    now: datetime,
    debit: Sequence[Side],
    credit: Sequence[Side],
    happened_on: date | None = None,
) -> None:
    """Write one transaction; sides of zero yen are left out, `key` names its cause once. ValueError if unbalanced.

    It is entered under the day it happened (today, unless given), or the first open day after it.
    """
    if total(side.amount for side in debit) != total(side.amount for side in credit):
        raise ValueError(f"{key}: debit and credit differ")
    entries = [
        *(_entry(organization_id, side, debit=side.amount) for side in debit if side.amount),
        *(_entry(organization_id, side, credit=side.amount) for side in credit if side.amount),
    ]
    if entries:
        booked_on = posting_day(happened_on or day_of(now), now=now)
        session.add(LedgerTransaction(key=key, at=now, booked_on=booked_on, kind=kind, entries=entries))


def unpost(*, kind: str, key: str, of: str, now: datetime) -> None:
    """Write the transaction that takes back the one with the key `of`: its sides exchanged."""
    known = session.scalars(select(LedgerTransaction).where(LedgerTransaction.key == of)).one()
    debit = [Side(one.account, one.credit, one.invoice) for one in known.entries if one.credit]
    credit = [Side(one.account, one.debit, one.invoice) for one in known.entries if one.debit]
    post_sides(known.entries[0].organization_id, kind=kind, key=key, now=now, debit=debit, credit=credit)


def _entry(organization_id: int, side: Side, *, debit: Yen = Yen(0), credit: Yen = Yen(0)) -> LedgerEntry:
    return LedgerEntry(
        account=side.account, organization_id=organization_id, invoice=side.invoice, debit=debit, credit=credit
    )


def watch_balance(invoice: Invoice, *, by: audit.Actor, now: datetime) -> None:
    """A matter for the office: money held without being owed, until it is given back or owed again (INV-8); and an
    invoice of which only a part is settled, until the rest is (R-18)."""
    session.flush()
    held, subject = queries.balance(invoice), ("invoice", invoice.reference)
    if held > 0:
        matters.open_matter(kind=HELD_TOO_MUCH, subject=subject, now=now, by=by, detail={"amount": held})
    else:
        settle_matter(HELD_TOO_MUCH, invoice, by=by, now=now, note="balanced")
    if invoice.is_part_paid and invoice.cancelled_at is None:
        matter = matters.open_matter(kind=PART_PAID, subject=subject, now=now, by=by, detail=None)
        matter.detail = {"amount": invoice.unsettled}
    else:
        settle_matter(PART_PAID, invoice, by=by, now=now, note="balanced")


def settle_matter(kind: str, invoice: Invoice, *, by: audit.Actor, now: datetime, note: str) -> None:
    """Close the invoice's open matter of this kind, if there is one."""
    settle_matter_of(kind, ("invoice", invoice.reference), by=by, now=now, note=note)


def settle_matter_of(kind: str, subject: tuple[str, str], *, by: audit.Actor, now: datetime, note: str) -> None:
    """Close the open matter of this kind and subject, if there is one."""
    matter = queries.open_matter_of(kind, *subject)
    if matter is not None:
        matters.settle(matter, by=by, now=now, note=note)
