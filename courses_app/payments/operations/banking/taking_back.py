"""Money was posted to the wrong organization or invoice: what was booked is booked back, as new facts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select

from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen
from courses_app.payments import queries
from courses_app.payments.models import (
    Allocation,
    AllocationSource,
    Invoice,
    LedgerAccount,
    Payment,
    Refund,
    RefundStatus,
)
from courses_app.payments.operations.allocating import BORNE_BY, settle_share
from courses_app.payments.operations.ledger import (
    MONEY,
    Side,
    all_locked,
    locked_payment,
    post,
    post_sides,
    watch_balance,
)
from courses_app.payments.rules.banking import RefundPromised

TAKEN_BACK = "taken_back"  # why a payment has left an organization again: it was never its own


def take_back_payment(*, payment: Payment, by: Actor, now: datetime) -> list[Invoice]:
    """Undo a posting: invoices owe again what it settled, the account has the money no longer. Returns these invoices.

    The payment stays and gets a counter-entry (a refund that no mail tells of), so that every yen can be followed.
    Raises RefundPromised when part of it is on its way back.
    """
    payment = locked_payment(payment)
    standing = exists().where(Refund.payment_id == payment.id, Refund.status != RefundStatus.WITHDRAWN)
    if session.scalar(select(standing)):
        raise RefundPromised
    invoices = all_locked({one.invoice for one in payment.allocations})
    owing = [invoice for invoice in invoices if _freed(payment, invoice, by=by, now=now)]
    _out(payment, by=by, now=now)
    for invoice in owing:
        watch_balance(invoice, by=by, now=now)
    return owing


def fee_key(payment_name: str) -> str:
    """The key of what was borne beside a payment."""
    return f"bank-fee:{payment_name}"


def _freed(payment: Payment, invoice: Invoice, *, by: Actor, now: datetime) -> bool:
    """Take back what a payment settles of an invoice, and the fee borne with it; False if there was nothing."""
    kept = queries.kept_for(payment, invoice)
    if kept:
        key = f"taken-back:{payment.external_id}:{invoice.reference}"
        settle_share(invoice, Yen(-kept), payment=payment, key=key, reason=TAKEN_BACK, by=by, now=now)
        debit, credit = {LedgerAccount.RECEIVABLE: kept}, {LedgerAccount.CUSTOMER_CREDIT: kept}
        post(invoice, kind="allocation", key=f"allocation:{key}", now=now, debit=debit, credit=credit)
        _note("credit.freed", invoice, kept, by=by, now=now)
    borne = session.scalar(select(Allocation).where(Allocation.key == fee_key(payment.external_id)))
    if borne is not None and borne.invoice_id == invoice.id:
        key, fee = f"taken-back:{borne.key}", borne.amount
        source = AllocationSource.BANK_FEE
        settle_share(invoice, Yen(-fee), source=source, key=key, reason=TAKEN_BACK, by=by, now=now)
        debit, credit = {LedgerAccount.RECEIVABLE: fee}, {BORNE_BY[source]: fee}
        post(invoice, kind="allocation", key=f"allocation:{key}", now=now, debit=debit, credit=credit)
        _note("invoice.not_borne", invoice, fee, by=by, now=now)
    return bool(kept)


def _out(payment: Payment, *, by: Actor, now: datetime) -> None:
    """The organization's credit goes, and so does the money in the account, until the line is posted again."""
    key = f"taken-back:{payment.external_id}"
    session.add(
        Refund(
            payment=payment, key=key, provider=payment.provider, amount=payment.amount, reason=TAKEN_BACK,
            status=RefundStatus.SENT, due_at=now, sent_on=day_of(now), sent_by_person_id=by.person_id,
        )
    )  # fmt: skip
    post_sides(
        payment.organization_id,
        kind="payment_taken_back",
        key=key,
        now=now,
        debit=[Side(LedgerAccount.CUSTOMER_CREDIT, payment.amount)],
        credit=[Side(MONEY[payment.provider], payment.amount)],
    )
    subject = ("organization", payment.organization.reference)
    audit.record(by=by, now=now, action="payment.taken_back", subject=subject, detail={"amount": payment.amount})
    session.flush()


def _note(action: str, invoice: Invoice, amount: Yen, *, by: Actor, now: datetime) -> None:
    detail = {"amount": amount, "reason": TAKEN_BACK}
    audit.record(by=by, now=now, action=action, subject=("invoice", invoice.reference), detail=detail)
