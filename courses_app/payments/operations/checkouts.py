"""Paying at Stripe, in steps: store the intention, ask Stripe outside any transaction, store the answer (R-09)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import select

from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.references import new_reference, new_token
from courses_app.foundation.yen import Yen
from courses_app.payments import queries
from courses_app.payments.gateways import stripe_checkout
from courses_app.payments.gateways.stripe_checkout import Awaited, CheckoutLine, CheckoutOpened, Means, StripeSettings
from courses_app.payments.models import Checkout, CheckoutStatus, Invoice, PaymentMethod
from courses_app.payments.operations.ledger import locked, refuse_to_pay

UNDECIDED = (CheckoutStatus.INTENDED, CheckoutStatus.OPEN, CheckoutStatus.PROMISED)


def intend_checkout(
    *,
    invoice: Invoice,
    language: str,
    expires_at: datetime,
    by: Actor,
    now: datetime,
    method: PaymentMethod = PaymentMethod.STRIPE,
    days: int | None = None,
) -> Checkout:
    """The checkout to pay an invoice with; an open one is given again (back button, two tabs, a lost answer).

    If it has a `url`, send the payer there. Otherwise `ask_for_checkout` once this is committed. `expires_at` is the
    wish; it is moved into what Stripe accepts. Raises InvoiceCancelled, AlreadyPaid.
    """
    invoice = locked(invoice)
    refuse_to_pay(invoice)
    owed = invoice.unsettled
    for checkout in queries.open_checkouts(invoice, now=now):
        if (checkout.amount, checkout.method) == (owed, method):
            return checkout
    checkout = Checkout(
        reference=new_reference("K"),
        invoice=invoice,
        idempotency_key=new_token(),
        status=CheckoutStatus.INTENDED,
        amount=owed,
        method=method,
        days=days,
        email=invoice.organization.contact_email,
        language=language,
        created_at=now,
        expires_at=stripe_checkout.checkout_expiry(now=now, held_until=expires_at),
    )
    session.add(checkout)
    _note("checkout.intended", checkout, by=by, now=now, after=checkout.status)
    session.flush()
    return checkout


def ask_for_checkout(
    checkout: Checkout, *, settings: StripeSettings, success_url: str, cancel_url: str, customer: str | None = None
) -> CheckoutOpened:
    """Ask Stripe for the page: call it outside any transaction. Repeats say the same words under the same key.

    A virtual account needs a `customer`.

    Raises GatewayUnreachable (ask again; if `replayed`, note it failed and intend a new one) and GatewayRefused
    (note it failed).
    """
    language: Literal["ja", "en"] = "en" if checkout.language == "en" else "ja"
    return stripe_checkout.create_checkout(
        settings,
        key=checkout.idempotency_key,
        reference=checkout.invoice.reference,
        request_id=checkout.reference,
        lines=_lines(checkout),
        customer_email=checkout.email,
        locale=language,
        success_url=success_url,
        cancel_url=cancel_url,
        expires_at=checkout.expires_at,
        means=_means(checkout, customer),
    )


def _means(checkout: Checkout, customer: str | None) -> Means:
    if checkout.method is PaymentMethod.KONBINI:
        return Means("konbini", days=checkout.days or 1)
    if checkout.method is PaymentMethod.VIRTUAL_ACCOUNT:
        return Means("customer_balance", customer=customer)
    return Means("card")


def _lines(checkout: Checkout) -> list[CheckoutLine]:
    """What the invoice says; where a part is settled already, the rest in one line."""
    invoice = checkout.invoice
    if checkout.amount != invoice.total:
        return [CheckoutLine(invoice.subject, 1, checkout.amount)]
    return [CheckoutLine(line.description, line.quantity, line.unit_amount) for line in invoice.lines]


def note_checkout_opened(
    *, checkout: Checkout, opened: CheckoutOpened, now: datetime, by: Actor = audit.STRIPE
) -> Checkout:
    """Stripe's answer: where the page is, and until when. An event that was faster keeps its word (R-11)."""
    checkout = _locked(checkout)
    checkout.external_id, checkout.url, checkout.expires_at = opened.id, opened.url, opened.expires_at
    if checkout.status in (CheckoutStatus.INTENDED, CheckoutStatus.FAILED):
        _move(checkout, CheckoutStatus.OPEN, by=by, now=now)
    session.flush()
    return checkout


def note_checkout_promised(
    *, checkout: Checkout, awaited: Awaited, external_id: str, payment_intent: str | None, now: datetime
) -> bool:
    """The payer goes to pay elsewhere: where that is written, until when, what came so far. Whether it is new.

    What has ended stays ended, whatever order the news comes in (R-11).
    """
    checkout = _locked(checkout)
    ended = checkout.status in (CheckoutStatus.COMPLETE, CheckoutStatus.EXPIRED, CheckoutStatus.FAILED)
    if ended and checkout.payment_intent is not None:
        return False
    is_new = checkout.status is not CheckoutStatus.PROMISED
    checkout.external_id, checkout.payment_intent = checkout.external_id or external_id, payment_intent
    checkout.pay_until, checkout.instructions_url = awaited.until, awaited.url
    checkout.brought = Yen(max(0, checkout.amount - awaited.remaining))
    if is_new:
        _move(checkout, CheckoutStatus.PROMISED, by=audit.STRIPE, now=now)
    session.flush()
    return is_new


def note_checkout_ended(
    *,
    checkout: Checkout,
    status: CheckoutStatus,
    now: datetime,
    by: Actor = audit.STRIPE,
    external_id: str | None = None,
) -> Checkout:
    """The checkout is complete, expired, or failed. Complete is final; the same news twice does nothing more.

    Give `external_id` when the news came before `note_checkout_opened`. Raises ValueError for a status that is no end.
    """
    if status in UNDECIDED:
        raise ValueError(f"'{status.value}' is no end of a checkout")
    checkout = _locked(checkout)
    checkout.external_id = checkout.external_id or external_id
    if checkout.status not in (status, CheckoutStatus.COMPLETE):
        _move(checkout, status, by=by, now=now)
    session.flush()
    return checkout


def _locked(checkout: Checkout) -> Checkout:
    fresh = select(Checkout).where(Checkout.id == checkout.id).with_for_update()
    return session.scalars(fresh.execution_options(populate_existing=True)).one()


def _move(checkout: Checkout, status: CheckoutStatus, *, by: Actor, now: datetime) -> None:
    before, checkout.status = checkout.status, status
    _note(f"checkout.{status.value}", checkout, by=by, now=now, before=before, after=status)


def _note(
    action: str,
    checkout: Checkout,
    *,
    by: Actor,
    now: datetime,
    after: CheckoutStatus,
    before: CheckoutStatus | None = None,
) -> None:
    audit.record(
        by=by,
        now=now,
        action=action,
        subject=("checkout", checkout.reference),
        before=before.value if before else None,
        after=after.value,
        detail={"invoice": checkout.invoice.reference},
    )
