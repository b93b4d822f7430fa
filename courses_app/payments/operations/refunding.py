"""Money goes back."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select

from courses_app.foundation import audit, matters
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen
from courses_app.payments import emails, queries
from courses_app.payments.models import Invoice, LedgerAccount, PaymentMethod, Refund, RefundStatus
from courses_app.payments.operations.ledger import (
    MONEY,
    locked,
    post,
    settle_matter,
    unpost,
    watch_balance,
)
from courses_app.payments.rules import RefundTooHigh, RefundWithdrawn

REFUND_DUE = "refund_due"  # the matter that asks a person to send money back


def owe_refund(*, invoice: Invoice, amount: Yen, reason: str, key: str, by: Actor, now: datetime) -> Refund:
    """Promise money back; a person sends it (`note_refund_sent`), and is asked to by a matter.

    `key` names the cause: the same key again gives the same refund, unchanged. What is held without being owed goes
    first, the rest lowers revenue. Raises RefundTooHigh when all refunds together would pass what was received.
    """
    invoice = locked(invoice)
    known = session.scalar(select(Refund).where(Refund.key == key))
    if known is not None:
        return known
    left = Yen(queries.received(invoice) - queries.refunded(invoice))
    if not 0 < amount <= left:
        raise RefundTooHigh(left=left, asked=amount)
    refund = Refund(invoice=invoice, key=key, amount=amount, reason=reason, status=RefundStatus.DUE, due_at=now)
    session.add(refund)
    from_credit = min(amount, max(queries.balance(invoice), Yen(0)))
    post(
        invoice,
        kind="refund",
        key=f"refund:{key}",
        now=now,
        debit={LedgerAccount.RECEIVABLE: from_credit, LedgerAccount.REVENUE: Yen(amount - from_credit)},
        credit={LedgerAccount.REFUNDS_PAYABLE: amount},
    )
    subject, detail = ("invoice", invoice.reference), {"amount": amount, "key": key}
    audit.record(by=by, now=now, action="refund.owed", subject=subject, after="due", detail=detail)
    matters.open_matter(kind=REFUND_DUE, subject=subject, now=now, by=by, detail=detail)
    watch_balance(invoice, by=by, now=now)
    return refund


def note_refund_sent(
    *, refund: Refund, sent_on: date, by: Actor, now: datetime, external_id: str | None = None
) -> None:
    """The money left us on `sent_on`; the organization gets the notice of refund. Twice does nothing more.

    `external_id` is the provider's name of the refund, if it has one. Raises RefundWithdrawn.
    """
    invoice = locked(refund.invoice)
    session.refresh(refund)
    if refund.status is RefundStatus.SENT:
        return
    if refund.status is RefundStatus.WITHDRAWN:
        raise RefundWithdrawn()
    refund.status = RefundStatus.SENT
    refund.sent_on, refund.sent_by_person_id, refund.external_id = sent_on, by.person_id, external_id
    post(
        invoice,
        kind="refund_sent",
        key=f"refund-sent:{refund.key}",
        now=now,
        debit={LedgerAccount.REFUNDS_PAYABLE: refund.amount},
        credit={MONEY[_came_by(invoice)]: refund.amount},
    )
    subject, detail = ("invoice", invoice.reference), {"amount": refund.amount, "key": refund.key}
    audit.record(by=by, now=now, action="refund.sent", subject=subject, before="due", after="sent", detail=detail)
    session.flush()
    if not queries.refunds_due(invoice):
        settle_matter(REFUND_DUE, invoice, by=by, now=now, note="sent")
    emails.refund_sent(refund, issuer=queries.issuer_on(sent_on), now=now)


def withdraw_refund(*, refund: Refund, by: Actor, now: datetime) -> bool:
    """A promise that was made by mistake is no longer kept; False if its money has left us, or it was withdrawn."""
    invoice = locked(refund.invoice)
    session.refresh(refund)
    if refund.status is not RefundStatus.DUE:
        return False
    refund.status = RefundStatus.WITHDRAWN
    unpost(invoice, kind="refund_withdrawn", key=f"refund-withdrawn:{refund.key}", of=f"refund:{refund.key}", now=now)
    subject, detail = ("invoice", invoice.reference), {"amount": refund.amount, "key": refund.key}
    audit.record(
        by=by, now=now, action="refund.withdrawn", subject=subject, before="due", after="withdrawn", detail=detail
    )
    session.flush()
    if not queries.refunds_due(invoice):
        settle_matter(REFUND_DUE, invoice, by=by, now=now, note="withdrawn")
    watch_balance(invoice, by=by, now=now)
    return True


def _came_by(invoice: Invoice) -> PaymentMethod:
    """Money goes back from where it came to."""
    return queries.payments_of(invoice)[0].provider
