"""How the money of one invoice stands, read from the rows that were written once."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen
from courses_app.payments.models import (
    Invoice,
    LedgerAccount,
    LedgerEntry,
    LedgerTransaction,
    Payment,
    Refund,
    RefundStatus,
)


def balance(invoice: Invoice) -> Yen:
    """Yen held less yen owed: negative while something is unpaid, zero when settled, positive when too much is held."""
    return Yen(-ledger_side(invoice, LedgerAccount.RECEIVABLE))


def ledger_side(invoice: Invoice, account: LedgerAccount) -> Yen:
    """The debits less the credits of an account for one invoice."""
    side = session.scalar(
        select(func.sum(LedgerEntry.debit - LedgerEntry.credit))
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .where(LedgerTransaction.invoice_id == invoice.id, LedgerEntry.account == account)
    )
    return Yen(int(side or 0))


def received(invoice: Invoice) -> Yen:
    """All money that came for an invoice, whatever went back."""
    return Yen(int(session.scalar(select(func.sum(Payment.amount)).where(Payment.invoice_id == invoice.id)) or 0))


def refunded(invoice: Invoice) -> Yen:
    """All money promised back or sent back."""
    promised = select(func.sum(Refund.amount)).where(
        Refund.invoice_id == invoice.id, Refund.status != RefundStatus.WITHDRAWN
    )
    return Yen(int(session.scalar(promised) or 0))


def is_paid(invoice: Invoice) -> bool:
    """Whether all that was billed has come (a total of zero is paid); refunds don't undo it."""
    return received(invoice) >= invoice.total


def payments_of(invoice: Invoice) -> Sequence[Payment]:
    """The payments of an invoice, oldest first, with who recorded them."""
    query = select(Payment).options(joinedload(Payment.recorded_by))
    return session.scalars(query.where(Payment.invoice_id == invoice.id).order_by(Payment.id)).all()


def refunds_due(invoice: Invoice) -> Sequence[Refund]:
    """What is promised and not yet sent."""
    query = select(Refund).where(Refund.invoice_id == invoice.id, Refund.status == RefundStatus.DUE)
    return session.scalars(query.order_by(Refund.id)).all()
