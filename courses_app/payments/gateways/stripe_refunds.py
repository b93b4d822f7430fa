"""Money back through Stripe: asked for under a stored key, looked at again, listed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from courses_app.payments.gateways.stripe_answers import RefundState, StripeSettings
from courses_app.payments.gateways.stripe_client import answering, client, epoch_of, id_of, instant_of

if TYPE_CHECKING:
    from stripe import Refund
    from stripe.params import RefundCreateParams


def refund(
    settings: StripeSettings, *, key: str, payment_intent: str, amount: int, ours: str = "", email: str | None = None
) -> RefundState:
    """Give `amount` yen of a payment back; the same key never refunds twice.

    `ours` is our own name of the refund, which its events bring back. Konbini and transfers need the payer's `email`:
    Stripe asks there for the account. Raises GatewayUnreachable and GatewayRefused (more than is left included).
    """
    params: RefundCreateParams = {"payment_intent": payment_intent, "amount": amount}
    if ours:
        params["metadata"] = {"refund": ours}
    if email is not None:
        params["instructions_email"] = email
    with answering():
        return state_of(client(settings).v1.refunds.create(params, {"idempotency_key": key}))


def fetch_refund(settings: StripeSettings, refund_id: str) -> RefundState:
    """How a refund stands at Stripe now. Raises GatewayUnreachable and GatewayRefused (unknown id included)."""
    with answering():
        return state_of(client(settings).v1.refunds.retrieve(refund_id))


def list_refunds(
    settings: StripeSettings, *, since: datetime | None = None, payment_intent: str | None = None
) -> list[RefundState]:
    """Every refund since, or of one payment, newest first. Raises GatewayUnreachable and GatewayRefused."""
    with answering():
        if payment_intent is not None:
            found = client(settings).v1.refunds.list({"payment_intent": payment_intent, "limit": 100})
        else:
            assert since is not None  # one of the two
            found = client(settings).v1.refunds.list({"created": {"gte": epoch_of(since)}, "limit": 100})
        return [state_of(one) for one in found.auto_paging_iter()]


def state_of(given: Refund) -> RefundState:
    names = given.metadata.to_dict() if given.metadata else {}
    return RefundState(
        id=given.id,
        status=given.status,
        amount=given.amount,
        currency=given.currency,
        payment_intent=id_of(given.payment_intent),
        failure_reason=getattr(given, "failure_reason", None),
        ours=names.get("refund"),
        created=instant_of(given.created),
    )
