"""Money came."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen
from courses_app.payments.models import Invoice, LedgerAccount, Payment, PaymentMethod
from courses_app.payments.operations.ledger import MONEY, locked, post, watch_balance
from courses_app.payments.rules import AlreadyPaid, AmountDiffers, RecordedElsewhere


def receive(
    *,
    invoice: Invoice,
    provider: PaymentMethod,
    external_id: str,
    amount: Yen,
    received_on: date,
    payer: str,
    by: Actor,
    now: datetime,
) -> Payment:
    """Record money that came for an invoice. The same `(provider, external_id)` again gives the same, unchanged.

    A cancelled invoice takes it too, for money is never left unrecorded: then `reinstate_invoice` it, or `owe_refund`;
    until one of them is done, it is a matter for the office. Raises AlreadyPaid, AmountDiffers, RecordedElsewhere.
    """
    invoice = locked(invoice)
    if (known := _known(invoice, provider, external_id)) is not None:
        return known
    _refuse(invoice, amount)
    try:
        with session.begin_nested():
            payment = Payment(
                invoice=invoice,
                provider=provider,
                external_id=external_id,
                amount=amount,
                received_on=received_on,
                recorded_at=now,
                recorded_by_person_id=by.person_id,
                payer=payer,
            )
            session.add(payment)
    except IntegrityError:
        return _recorded_meanwhile(invoice, provider, external_id)
    account, key = MONEY[provider], f"payment:{provider.value}:{external_id}"
    post(invoice, kind="payment", key=key, now=now, debit={account: amount}, credit={LedgerAccount.RECEIVABLE: amount})
    subject, detail = ("invoice", invoice.reference), {"amount": amount, "provider": provider.value}
    audit.record(by=by, now=now, action="payment.received", subject=subject, after="paid", detail=detail)
    watch_balance(invoice, by=by, now=now)
    return payment


def _known(invoice: Invoice, provider: PaymentMethod, external_id: str) -> Payment | None:
    payment = session.scalar(select(Payment).where(Payment.provider == provider, Payment.external_id == external_id))
    if payment is not None and payment.invoice_id != invoice.id:
        raise RecordedElsewhere(payment.invoice.number or payment.invoice.reference)
    return payment


def _recorded_meanwhile(invoice: Invoice, provider: PaymentMethod, external_id: str) -> Payment:
    """The lock of our invoice does not hold up who records the same payment for another one."""
    payment = _known(invoice, provider, external_id)
    assert payment is not None  # it stood in our way
    return payment


def _refuse(invoice: Invoice, amount: Yen) -> None:
    earlier = session.scalar(select(Payment).where(Payment.invoice_id == invoice.id).order_by(Payment.id).limit(1))
    if earlier is not None:
        by = earlier.recorded_by.full_name if earlier.recorded_by else "Stripe"
        raise AlreadyPaid(at=earlier.recorded_at, by=by)
    if invoice.total == 0:
        raise AlreadyPaid(at=None)
    if amount != invoice.total:
        raise AmountDiffers(invoice.total, amount)
