"""Money goes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, or_, select

from courses_app.foundation import audit, matters
from courses_app.foundation.audit import Actor
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen
from courses_app.payments import emails, queries
from courses_app.payments.models import (
    Invoice,
    LedgerAccount,
    LedgerTransaction,
    LookKind,
    Payment,
    Refund,
    RefundStatus,
)
from courses_app.payments.operations.ledger import (
    MONEY,
    Side,
    locked,
    locked_payment,
    post_sides,
    settle_matter_of,
    unpost,
    watch_balance,
)
from courses_app.payments.operations.looking import check_looked_at
from courses_app.payments.operations.papers import notify_of_return
from courses_app.payments.rules import RefundTooHigh, RefundUnderWay, RefundWithdrawn, part_key, parts_of_refund

Kept = Sequence[Mapping[str, Any]]  # `papers.KeptFacts`
REFUND_DUE = "refund_due"  # the matter that asks a person to send money back


def owe_refund(*, invoice: Invoice, amount: Yen, reason: str, key: str, by: Actor, now: datetime) -> list[Refund]:
    """Promise money of an invoice back, a refund for each payment it came by; a matter asks a person to send it.

    `key` names the cause: the same key again gives the same refunds, unchanged. What is held without being owed goes
    first, the rest lowers revenue. Raises RefundTooHigh when all refunds together would pass what was received.
    """
    invoice = locked(invoice)
    known = session.scalars(_caused_by(key, invoice)).all()
    if known:
        return list(known)
    kept = {payment: queries.kept_for(payment, invoice) for payment in invoice.payments}
    left = Yen(sum(kept.values()))
    if not 0 < amount <= left:
        raise RefundTooHigh(left=left, asked=amount)
    surplus = max(queries.balance(invoice), Yen(0))
    refunds = []
    for number, (payment, part) in enumerate(parts_of_refund(amount, kept), start=1):
        refund = _promise(payment, invoice, part, reason=reason, key=part_key(key, number), now=now)
        from_surplus = Yen(min(part, surplus))
        surplus = Yen(surplus - from_surplus)
        taken = [
            Side(LedgerAccount.RECEIVABLE, from_surplus, invoice),
            Side(LedgerAccount.REVENUE, Yen(part - from_surplus), invoice),
        ]
        _owe(refund, taken, by=by, now=now)
        refunds.append(refund)
    watch_balance(invoice, by=by, now=now)
    return refunds


def owe_credit_back(*, payment: Payment, amount: Yen, reason: str, key: str, by: Actor, now: datetime) -> Refund:
    """Promise back what a payment brought and no invoice took: credit of its organization (前受金).

    The same key again gives the same refund. Raises RefundTooHigh.
    """
    payment = locked_payment(payment)
    known = session.scalar(select(Refund).where(Refund.key == key))
    if known is not None:
        return known
    left = queries.unallocated(payment)
    if not 0 < amount <= left:
        raise RefundTooHigh(left=left, asked=amount)
    refund = _promise(payment, None, amount, reason=reason, key=key, now=now)
    _owe(refund, [Side(LedgerAccount.CUSTOMER_CREDIT, amount)], by=by, now=now)
    session.flush()
    return refund


def note_refund_sent(
    *,
    refund: Refund,
    sent_on: date,
    by: Actor,
    now: datetime,
    external_id: str | None = None,
    kept: Kept = (),
) -> None:
    """The money left us on `sent_on`; the organization gets the 適格返還請求書. Twice does nothing more.

    `external_id` is the provider's name of the refund, if it has one; `kept` are fees that were taken off it
    (`papers.KeptFacts`). Raises RefundWithdrawn, SecondLookNeeded, and RefundUnderWay when a person says so of what
    the payment firm was asked for (R-24).
    """
    lock_refund(refund)
    if refund.status is RefundStatus.SENT:
        return
    if refund.status is RefundStatus.WITHDRAWN:
        raise RefundWithdrawn()
    if external_id is None and refund.status in (RefundStatus.ASKED, RefundStatus.PENDING):
        raise RefundUnderWay()
    if by.person_id is not None:  # what a payment firm tells has happened already
        key = queries.look_key(refund)
        check_looked_at(kind=LookKind.REFUND, key=key, amount=refund.amount, today=day_of(now))
    before, refund.status = refund.status, RefundStatus.SENT
    refund.sent_on, refund.sent_by_person_id, refund.external_id = sent_on, by.person_id, external_id
    post_sides(
        refund.payment.organization_id,
        kind="refund_sent",
        key=sent_key(refund, again=True),
        now=now,
        debit=[Side(LedgerAccount.REFUNDS_PAYABLE, refund.amount, refund.invoice)],
        credit=[Side(MONEY[refund.provider], refund.amount, refund.invoice)],
        happened_on=sent_on,
    )
    note_refund("refund.sent", refund, by=by, now=now, before=before, after=RefundStatus.SENT)
    _settle_matter(refund, by=by, now=now, note="sent")
    if notify_of_return(refund, kept=kept, by=by, now=now) is None:
        emails.credit_sent(refund, issuer=queries.issuer_on(sent_on), now=now)


def sent_key(refund: Refund, *, again: bool) -> str:
    """The name in the ledger of the last sending, or of the one to come: what failed may be sent again."""
    first = f"refund-sent:{refund.key}"
    its = or_(LedgerTransaction.key == first, LedgerTransaction.key.startswith(f"{first}:again-", autoescape=True))
    times = len(session.scalars(select(LedgerTransaction.id).where(its)).all()) + again
    return first if times < 2 else f"{first}:again-{times}"


def withdraw_refund(*, refund: Refund, by: Actor, now: datetime) -> bool:
    """A promise that was made by mistake is no longer kept; False if its money is on its way, or it was withdrawn."""
    lock_refund(refund)
    if refund.status is not RefundStatus.DUE:
        return False
    refund.status = RefundStatus.WITHDRAWN
    unpost(kind="refund_withdrawn", key=f"refund-withdrawn:{refund.key}", of=f"refund:{refund.key}", now=now)
    note_refund("refund.withdrawn", refund, by=by, now=now, before=RefundStatus.DUE, after=RefundStatus.WITHDRAWN)
    _settle_matter(refund, by=by, now=now, note="withdrawn")
    if refund.invoice is not None:
        watch_balance(refund.invoice, by=by, now=now)
    return True


def _caused_by(key: str, invoice: Invoice) -> Select[Refund]:
    its = or_(Refund.key == key, Refund.key.startswith(f"{key}+", autoescape=True))
    return select(Refund).where(Refund.invoice_id == invoice.id, its).order_by(Refund.id)


def lock_refund(refund: Refund) -> None:
    """What else may change about its money waits; the refund is read anew."""
    if refund.invoice is not None:
        locked(refund.invoice)
    else:
        locked_payment(refund.payment)
    session.refresh(refund)


def _promise(payment: Payment, invoice: Invoice | None, amount: Yen, *, reason: str, key: str, now: datetime) -> Refund:
    refund = Refund(
        payment=payment, invoice=invoice, key=key, provider=payment.provider, amount=amount, reason=reason,
        status=RefundStatus.DUE, due_at=now,
    )  # fmt: skip
    session.add(refund)
    return refund


def _owe(refund: Refund, taken: list[Side], *, by: Actor, now: datetime) -> None:
    post_sides(
        refund.payment.organization_id,
        kind="refund",
        key=f"refund:{refund.key}",
        now=now,
        debit=taken,
        credit=[Side(LedgerAccount.REFUNDS_PAYABLE, refund.amount, refund.invoice)],
    )
    note_refund("refund.owed", refund, by=by, now=now, before=None, after=RefundStatus.DUE)
    detail = {"amount": refund.amount, "key": refund.key}
    matters.open_matter(kind=REFUND_DUE, subject=subject_of(refund), now=now, by=by, detail=detail)


def subject_of(refund: Refund) -> tuple[str, str]:
    """What the office looks at: the invoice, or whose credit it is."""
    if refund.invoice is not None:
        return "invoice", refund.invoice.reference
    return "organization", refund.payment.organization.reference


def note_refund(
    action: str, refund: Refund, *, by: Actor, now: datetime, before: RefundStatus | None, after: RefundStatus
) -> None:
    audit.record(
        by=by, now=now, action=action, subject=subject_of(refund), before=before.value if before else None,
        after=after.value, detail={"amount": refund.amount, "key": refund.key},
    )  # fmt: skip
    session.flush()


def _settle_matter(refund: Refund, *, by: Actor, now: datetime, note: str) -> None:
    """Nobody is to be asked any more once nothing of the same thing is owed."""
    if not queries.refunds_owed_beside(refund):
        settle_matter_of(REFUND_DUE, subject_of(refund), by=by, now=now, note=note)
