"""Money came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError

from courses_app.accounts.models import Organization
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen, total
from courses_app.payments import queries
from courses_app.payments.models import Invoice, LedgerAccount, Payment, PaymentMethod, Provider
from courses_app.payments.operations.allocating import settle_share
from courses_app.payments.operations.ledger import MONEY, Side, all_locked, post_sides, watch_balance
from courses_app.payments.rules import AlreadyPaid, AmountDiffers, RecordedElsewhere

Share = tuple[Invoice, Yen]


def receive(
    *,
    organization: Organization,
    provider: Provider,
    method: PaymentMethod,
    external_id: str,
    amount: Yen,
    received_on: date,
    payer: str,
    shares: Sequence[Share],
    whole: bool = False,
    by: Actor,
    now: datetime,
) -> Payment:
    """Record money that came and what it settles; what no share takes is the organization's credit (前受金).

    The same `(provider, external_id)` again gives the same, unchanged. A cancelled invoice takes money too, for money
    is never left unrecorded: then `reinstate_invoice` it, or `owe_refund`; until one of them is done, it is a matter
    for the office. Raises AlreadyPaid, AmountDiffers (a share is more than its invoice owes, or not the `whole` of it,
    or all are more than came), RecordedElsewhere (it settled none of these invoices).
    """
    shares = _locked(shares)
    if (known := _known(provider, external_id, shares)) is not None:
        return known
    _refuse(amount, shares, whole=whole)
    try:
        with session.begin_nested():
            payment = Payment(
                organization=organization, provider=provider, method=method, external_id=external_id, amount=amount,
                received_on=received_on, recorded_at=now, recorded_by_person_id=by.person_id, payer=payer,
            )  # fmt: skip
            session.add(payment)
    except IntegrityError:
        return _recorded_meanwhile(provider, external_id, shares)
    _book(payment, shares, by=by, now=now)
    return payment


def _locked(shares: Sequence[Share]) -> list[Share]:
    fresh = all_locked(invoice for invoice, _share in shares)
    return [(invoice, share) for invoice, (_stale, share) in zip(fresh, shares, strict=True)]


def _known(provider: Provider, external_id: str, shares: Sequence[Share]) -> Payment | None:
    payment = queries.payment_by(provider, external_id)
    if payment is None:
        return None
    settled = {one.invoice_id: one.invoice for one in payment.allocations}
    if settled and shares and not any(invoice.id in settled for invoice, _share in shares):
        other = next(iter(settled.values()))
        raise RecordedElsewhere(other.number or other.reference)
    return payment


def _recorded_meanwhile(provider: Provider, external_id: str, shares: Sequence[Share]) -> Payment:
    """The lock of our invoices does not hold up who records the same payment for another one."""
    payment = _known(provider, external_id, shares)
    assert payment is not None  # it stood in our way
    return payment


def _refuse(amount: Yen, shares: Sequence[Share], *, whole: bool) -> None:
    for invoice, share in shares:
        if invoice.is_paid:
            raise _paid_before(invoice)
        owed = invoice.unsettled
        if not 0 < share <= owed or (whole and share < owed):
            raise AmountDiffers(owed, share)
    asked = total(share for _invoice, share in shares)
    if asked > amount:
        raise AmountDiffers(asked, amount)


def _paid_before(invoice: Invoice) -> AlreadyPaid:
    if not invoice.allocations:
        return AlreadyPaid(at=None)
    last = invoice.allocations[-1]
    by = last.payment.recorded_by.full_name if last.payment and last.payment.recorded_by else "Stripe"
    return AlreadyPaid(at=last.at, by=by)


def _book(payment: Payment, shares: Sequence[Share], *, by: Actor, now: datetime) -> None:
    """One transaction of the ledger for all that came, one allocation for each share."""
    name = f"{payment.provider.value}:{payment.external_id}"
    rest = Yen(payment.amount - total(share for _invoice, share in shares))
    for invoice, share in shares:
        settle_share(invoice, share, payment=payment, key=f"payment:{name}:{invoice.reference}", by=by, now=now)
    credit = [Side(LedgerAccount.RECEIVABLE, share, invoice) for invoice, share in shares]
    post_sides(
        payment.organization_id,
        kind="payment",
        key=f"payment:{name}",
        now=now,
        debit=[Side(MONEY[payment.provider], payment.amount)],
        credit=[*credit, Side(LedgerAccount.CUSTOMER_CREDIT, rest)],
        happened_on=payment.received_on,
    )
    for invoice, share in shares:
        detail = {"amount": share, "provider": payment.provider.value}
        subject = ("invoice", invoice.reference)
        audit.record(by=by, now=now, action="payment.received", subject=subject, after="paid", detail=detail)
        watch_balance(invoice, by=by, now=now)
    if rest:
        subject = ("organization", payment.organization.reference)
        detail = {"amount": rest, "provider": payment.provider.value}
        audit.record(by=by, now=now, action="credit.received", subject=subject, detail=detail)
    session.flush()
