"""What settles an invoice: money that came, now or before, or what we bear ourselves; and taken back again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen
from courses_app.payments import queries
from courses_app.payments.models import Allocation, AllocationSource, Invoice, LedgerAccount, Payment
from courses_app.payments.operations.ledger import locked, locked_payment, post, refuse_to_pay, watch_balance
from courses_app.payments.rules import AmountDiffers, CreditTooLow

# What we bear ourselves, by the account that bears it.
BORNE_BY = {
    AllocationSource.BANK_FEE: LedgerAccount.BANK_FEES,
    AllocationSource.WRITE_OFF: LedgerAccount.WRITE_OFFS,
    AllocationSource.CREDIT_NOTE: LedgerAccount.REVENUE,
}


def allocate(*, payment: Payment, invoice: Invoice, amount: Yen, key: str, by: Actor, now: datetime) -> Allocation:
    """Settle an invoice with credit of its organization: money of a payment that settles nothing yet.

    `key` names the cause: the same key again gives the same allocation. Raises AlreadyPaid, InvoiceCancelled,
    CreditTooLow, AmountDiffers.
    """
    invoice = locked(invoice)
    if (known := _known(key)) is not None:
        return known
    _refuse(invoice, amount)
    left = queries.unallocated(locked_payment(payment))
    if payment.organization_id != invoice.organization_id or amount > left:
        raise CreditTooLow(left=left, asked=amount)
    done = settle_share(invoice, amount, payment=payment, key=key, by=by, now=now)
    _post(done, LedgerAccount.CUSTOMER_CREDIT, now=now)
    _note("credit.used", done, by=by, now=now)
    return done


def settle_without_money(
    *, invoice: Invoice, amount: Yen, source: AllocationSource, reason: str, key: str, by: Actor, now: datetime
) -> Allocation:
    """Settle a part of an invoice that nobody will pay: a bank's fee we bear, a debt given up, less supplied.

    The same key again gives the same allocation. Raises AlreadyPaid, InvoiceCancelled, AmountDiffers.
    """
    invoice = locked(invoice)
    if (known := _known(key)) is not None:
        return known
    _refuse(invoice, amount)
    done = settle_share(invoice, amount, source=source, reason=reason, key=key, by=by, now=now)
    _post(done, BORNE_BY[source], now=now)
    _note("invoice.borne", done, by=by, now=now)
    return done


def free_allocations(*, invoice: Invoice, by: Actor, now: datetime) -> Yen:
    """Nothing is to be paid any more for an invoice: its money becomes credit again, what we bore is taken back.

    Returns the yen that became credit. What was refunded of it stays.
    """
    invoice, freed = locked(invoice), 0
    number = len(invoice.allocations)
    for payment in invoice.payments:
        left = queries.kept_for(payment, invoice)
        if left:
            key = f"freed:{invoice.reference}:{number}:{payment.id}"
            done = settle_share(invoice, Yen(-left), payment=payment, key=key, by=by, now=now)
            _post(done, LedgerAccount.CUSTOMER_CREDIT, now=now)
            _note("credit.freed", done, by=by, now=now)
            freed += left
    for source, account in BORNE_BY.items():
        borne = Yen(sum(one.amount for one in invoice.allocations if one.source is source))
        if borne:
            key = f"freed:{invoice.reference}:{number}:{source.value}"
            done = settle_share(invoice, Yen(-borne), source=source, key=key, by=by, now=now)
            _post(done, account, now=now)
            _note("invoice.not_borne", done, by=by, now=now)
    watch_balance(invoice, by=by, now=now)
    return Yen(freed)


def carry_over(*, payments: Sequence[Payment], invoice: Invoice, by: Actor, now: datetime) -> None:
    """Money that settled an invoice settles the one that replaces it, as far as it goes."""
    for payment in payments:
        amount = min(queries.unallocated(payment), queries.owed(invoice))
        if amount > 0:
            key = f"carried:{payment.id}:{invoice.reference}"
            allocate(payment=payment, invoice=invoice, amount=amount, key=key, by=by, now=now)


def settle_share(
    invoice: Invoice,
    amount: Yen,
    *,
    key: str,
    by: Actor,
    now: datetime,
    payment: Payment | None = None,
    source: AllocationSource = AllocationSource.PAYMENT,
    reason: str = "",
) -> Allocation:
    """The row alone; the caller has locked the invoice, and writes the ledger."""
    done = Allocation(
        key=key, invoice=invoice, payment=payment, source=source, amount=amount, at=now, by_person_id=by.person_id,
        reason=reason,
    )  # fmt: skip
    session.add(done)
    return done


def _known(key: str) -> Allocation | None:
    return session.scalar(select(Allocation).where(Allocation.key == key))


def _refuse(invoice: Invoice, amount: Yen) -> None:
    refuse_to_pay(invoice)
    owed = invoice.unsettled
    if not 0 < amount <= owed:
        raise AmountDiffers(owed, amount)


def _post(done: Allocation, account: LedgerAccount, *, now: datetime) -> None:
    """From `account` to what the invoice owes; a negative amount the other way round."""
    one, other = (account, LedgerAccount.RECEIVABLE) if done.amount > 0 else (LedgerAccount.RECEIVABLE, account)
    amount = Yen(abs(done.amount))
    key = f"allocation:{done.key}"
    post(done.invoice, kind="allocation", key=key, now=now, debit={one: amount}, credit={other: amount})


def _note(action: str, done: Allocation, *, by: Actor, now: datetime) -> None:
    detail = {"amount": done.amount, **({"reason": done.reason} if done.reason else {})}
    audit.record(by=by, now=now, action=action, subject=("invoice", done.invoice.reference), detail=detail)
    session.flush()
    watch_balance(done.invoice, by=by, now=now)
