"""How the money of one invoice stands, read from the rows that were written once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import joinedload

from courses_app.accounts.models import Organization
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen
from courses_app.payments.models import (
    OWED,
    Allocation,
    Invoice,
    LedgerAccount,
    LedgerEntry,
    Payment,
    Provider,
    Refund,
    RefundStatus,
)

STANDS = Refund.status != RefundStatus.WITHDRAWN  # a refund that is promised, or was sent


def balance(invoice: Invoice) -> Yen:
    """Yen held less yen owed: negative while something is unpaid, zero when settled, positive when too much is held."""
    return Yen(-ledger_side(invoice, LedgerAccount.RECEIVABLE))


def ledger_side(invoice: Invoice, account: LedgerAccount) -> Yen:
    """The debits less the credits of an account for one invoice."""
    return _sum(
        LedgerEntry.debit - LedgerEntry.credit, LedgerEntry.invoice_id == invoice.id, LedgerEntry.account == account
    )


def language_of(organization: Organization) -> str:
    """In which language it was last billed; Japanese before."""
    last = select(Invoice.language).where(Invoice.organization_id == organization.id).order_by(Invoice.id.desc())
    return session.scalar(last.limit(1)) or "ja"


def received(invoice: Invoice) -> Yen:
    """All money that settles an invoice, whatever went back."""
    return _sum(Allocation.amount, Allocation.invoice_id == invoice.id, Allocation.payment_id.is_not(None))


def settled(invoice: Invoice) -> Yen:
    """What of an invoice is settled, by money or without."""
    return _sum(Allocation.amount, Allocation.invoice_id == invoice.id)


def owed(invoice: Invoice) -> Yen:
    """What is still to pay of an invoice; nothing once it was cancelled."""
    return Yen(0) if invoice.cancelled_at else Yen(max(invoice.total - settled(invoice), 0))


def kept_for(payment: Payment, invoice: Invoice) -> Yen:
    """How much of a payment settles an invoice and was not promised back."""
    its = _sum(Allocation.amount, Allocation.invoice_id == invoice.id, Allocation.payment_id == payment.id)
    back = _sum(Refund.amount, Refund.invoice_id == invoice.id, Refund.payment_id == payment.id, STANDS)
    return Yen(its - back)


def unallocated(payment: Payment) -> Yen:
    """How much of a payment settles nothing and was not promised back: credit of its organization."""
    its = _sum(Allocation.amount, Allocation.payment_id == payment.id)
    back = _sum(Refund.amount, Refund.payment_id == payment.id, Refund.invoice_id.is_(None), STANDS)
    return Yen(payment.amount - its - back)


def credit_of(organization: Organization) -> Yen:
    """What we hold of an organization without an invoice for it (前受金)."""
    account = (LedgerEntry.account == LedgerAccount.CUSTOMER_CREDIT, LedgerEntry.organization_id == organization.id)
    return _sum(LedgerEntry.credit - LedgerEntry.debit, *account)


def refunded(invoice: Invoice) -> Yen:
    """All money promised back or sent back."""
    return _sum(Refund.amount, Refund.invoice_id == invoice.id, STANDS)


def kept(invoice: Invoice) -> Yen:
    """What we hold for an invoice: the money that came, less what was promised back."""
    return Yen(received(invoice) - refunded(invoice))


def is_paid(invoice: Invoice) -> bool:
    """Whether all that was billed is settled (a total of zero is paid); refunds don't undo it."""
    return settled(invoice) >= invoice.total


def payment_by(provider: Provider, external_id: str) -> Payment | None:
    """The one payment a bank or firm calls so (INV-9)."""
    return session.scalar(select(Payment).where(Payment.provider == provider, Payment.external_id == external_id))


def payments_of(invoice: Invoice) -> Sequence[Payment]:
    """The payments of an invoice, oldest first, with who recorded them."""
    its = select(Allocation.payment_id).where(Allocation.invoice_id == invoice.id)
    query = select(Payment).options(joinedload(Payment.recorded_by)).where(Payment.id.in_(its))
    return session.scalars(query.order_by(Payment.id)).all()


def refunds_due(invoice: Invoice) -> Sequence[Refund]:
    """What is promised and has not arrived."""
    query = select(Refund).where(Refund.invoice_id == invoice.id, Refund.status.in_(OWED))
    return session.scalars(query.order_by(Refund.id)).all()


def refunds_owed_beside(refund: Refund) -> bool:
    """Whether more is still to go back of the same invoice, or of the same organization's credit."""
    if refund.invoice is not None:
        same: ColumnElement[bool] = Refund.invoice_id == refund.invoice_id
    else:
        its = Payment.organization_id == refund.payment.organization_id
        same = Refund.invoice_id.is_(None) & Refund.payment.has(its)
    others = exists().where(same, Refund.id != refund.id, Refund.status.in_(OWED))
    return session.scalar(select(others)) or False


def _sum(column: Any, *conditions: ColumnElement[bool]) -> Yen:
    return Yen(int(session.scalar(select(func.sum(column)).where(*conditions)) or 0))
