"""Stripe Checkout through the official SDK: open, look at and close a payment page, for one method each.

Every call is made outside a transaction: the caller stores its intention and the idempotency key first, calls, then
stores the answer. After `GatewayUnreachable` the same call with the same key and arguments never acts twice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from courses_app.payments.gateways.stripe_answers import (
    Awaited,
    CheckoutLine,
    CheckoutOpened,
    CheckoutState,
    GatewayRefused,
    GatewayUnreachable,
    Means,
    StripeSettings,
)
from courses_app.payments.gateways.stripe_client import (
    API_VERSION,
    answering,
    client,
    epoch_of,
    id_of,
    instant_of,
)
from courses_app.payments.gateways.stripe_events import Event, SignatureRefused, read_event

if TYPE_CHECKING:  # the SDK costs 10 MB: whoever never takes a payment never loads it
    from stripe import PaymentIntent
    from stripe.checkout import Session
    from stripe.params.checkout import (
        SessionCreateParams,
        SessionCreateParamsLineItem,
        SessionCreateParamsPaymentMethodOptions,
    )

__all__ = [
    "API_VERSION",
    "CARD",
    "Awaited",
    "CheckoutLine",
    "CheckoutOpened",
    "CheckoutState",
    "Event",
    "GatewayRefused",
    "GatewayUnreachable",
    "Means",
    "SignatureRefused",
    "StripeSettings",
    "checkout_expiry",
    "create_checkout",
    "expire_checkout",
    "fetch_checkout",
    "list_checkouts",
    "read_event",
]

CARD = Means("card")

SHORTEST_CHECKOUT, LONGEST_CHECKOUT = timedelta(minutes=30), timedelta(hours=24)  # what Stripe accepts, from creation
CLOCK_MARGIN = timedelta(minutes=2)
INTENT = ["payment_intent"]
FAILED = ("requires_payment_method", "canceled")  # of a payment promised elsewhere
_CHECKOUT_ID = re.compile(r"cs_[A-Za-z0-9_]{1,200}")


def checkout_expiry(*, now: datetime, held_until: datetime) -> datetime:
    """The `expires_at` for `create_checkout`: the end of the hold, moved into what Stripe accepts (with a margin).

    Store it with the key: a repeat must name the same moment, and must still be accepted some seconds later.
    """
    earliest, latest = now + SHORTEST_CHECKOUT + CLOCK_MARGIN, now + LONGEST_CHECKOUT - CLOCK_MARGIN
    return min(max(held_until, earliest), latest).replace(microsecond=0)


def create_checkout(
    settings: StripeSettings,
    *,
    key: str,
    reference: str,
    request_id: str,
    lines: Sequence[CheckoutLine],
    customer_email: str,
    locale: Literal["ja", "en"],
    success_url: str,
    cancel_url: str,
    expires_at: datetime,
    means: Means = CARD,
) -> CheckoutOpened:
    """Open a payment page for one means of payment, in yen; the same key and arguments always give the same page.

    `request_id` names the caller's stored request, not the HTTP request of the moment: a repeat sends it unchanged.
    The means is a filter on what the account offers: what is switched off in Stripe's dashboard stays off.
    Raises GatewayUnreachable and GatewayRefused.
    """
    names = {"reference": reference, "request_id": request_id}
    params: SessionCreateParams = {
        "mode": "payment",
        "allowed_payment_method_types": [means.method],
        "payment_method_options": _options(means),
        "line_items": [_line_item(line) for line in lines],
        "client_reference_id": reference,
        "locale": locale,
        "success_url": _with_placeholder(success_url),
        "cancel_url": cancel_url,
        "expires_at": epoch_of(expires_at),
        "metadata": names,
        "payment_intent_data": {"description": reference, "metadata": names},
    }
    if means.customer is None:
        params["customer_email"] = customer_email
    else:
        params["customer"] = means.customer
    with answering():
        session = client(settings).v1.checkout.sessions.create(params, {"idempotency_key": key})
    if session.url is None:
        raise GatewayRefused(f"checkout {session.id} came without an address")
    return CheckoutOpened(session.id, session.url, instant_of(session.expires_at))


def fetch_checkout(settings: StripeSettings, checkout_id: str) -> CheckoutState:
    """How the checkout stands at Stripe now. Raises GatewayUnreachable and GatewayRefused (unknown id included)."""
    checked = _checked_id(checkout_id)
    with answering():
        return _checkout_state(client(settings).v1.checkout.sessions.retrieve(checked, {"expand": INTENT}))


def expire_checkout(settings: StripeSettings, checkout_id: str) -> CheckoutState:
    """Close the page so that nobody can pay any more, at a till or by transfer included.

    Says how it ended: `expired`, `complete` and paid if that was just before, or complete and `failed`. Repeating it is
    harmless. Raises GatewayUnreachable and GatewayRefused.
    """
    checked = _checked_id(checkout_id)
    try:
        with answering():
            return _checkout_state(client(settings).v1.checkout.sessions.expire(checked, {"expand": INTENT}))
    except GatewayRefused:
        state = fetch_checkout(settings, checkout_id)
        if state.status == "open":
            raise
        return state if state.awaited is None else _cancel_promise(settings, state)


def list_checkouts(settings: StripeSettings, *, since: datetime) -> list[CheckoutState]:
    """Every checkout begun since, newest first. Raises GatewayUnreachable and GatewayRefused."""
    with answering():
        found = client(settings).v1.checkout.sessions.list(
            {"created": {"gte": epoch_of(since)}, "limit": 100, "expand": ["data.payment_intent"]}
        )
        return [_checkout_state(session) for session in found.auto_paging_iter()]


def _cancel_promise(settings: StripeSettings, state: CheckoutState) -> CheckoutState:
    """The numbers or the account that were given out take no money any more; what was paid just before, counts."""
    try:
        with answering():
            client(settings).v1.payment_intents.cancel(state.payment_intent or "", {"cancellation_reason": "abandoned"})
    except GatewayRefused:
        if fetch_checkout(settings, state.id).awaited is not None:
            raise
    return fetch_checkout(settings, state.id)


def _options(means: Means) -> SessionCreateParamsPaymentMethodOptions:
    """Of cards, 3-D Secure is asked for whenever the card knows it; of konbini, until when the numbers are good."""
    if means.method == "konbini":
        return {"konbini": {"expires_after_days": means.days}}
    if means.method == "customer_balance":
        return {"customer_balance": {"funding_type": "bank_transfer", "bank_transfer": {"type": "jp_bank_transfer"}}}
    return {"card": {"request_three_d_secure": "any"}}


def _line_item(line: CheckoutLine) -> SessionCreateParamsLineItem:
    return {
        "quantity": line.quantity,
        "price_data": {
            "currency": "jpy",  # zero-decimal: 11500 is ¥11,500
            "unit_amount": line.unit_amount,
            "product_data": {"name": line.name},
        },
    }


def _with_placeholder(url: str) -> str:
    """The address with the placeholder as Stripe looks for it: URL builders quote its braces."""
    return url.replace("%7BCHECKOUT_SESSION_ID%7D", "{CHECKOUT_SESSION_ID}")


def _checked_id(checkout_id: str) -> str:
    """The id may come from an address bar; nothing else than an id may become part of a path."""
    if not _CHECKOUT_ID.fullmatch(checkout_id):
        raise GatewayRefused("that is not the id of a checkout", code="resource_missing")
    return checkout_id


def _checkout_state(session: Session) -> CheckoutState:
    names = session.metadata.to_dict() if session.metadata else {}
    intent = session.payment_intent
    shown = None if intent is None or isinstance(intent, str) else intent
    return CheckoutState(
        id=session.id,
        status=session.status,
        payment_status=session.payment_status,
        amount_total=session.amount_total,
        currency=session.currency,
        reference=session.client_reference_id,
        request_id=names.get("request_id"),
        payment_intent=id_of(intent),
        livemode=session.livemode,
        awaited=_awaited(shown) if shown is not None else None,
        failed=session.status == "complete" and shown is not None and shown.status in FAILED,
        cancelled=shown is not None and shown.status == "canceled",
    )


def _awaited(intent: PaymentIntent) -> Awaited | None:
    """What the payer was told to do elsewhere."""
    action = intent.next_action if intent.status == "requires_action" else None
    if action is None:
        return None
    if action.type == "konbini_display_details" and action.konbini_display_details:
        voucher = action.konbini_display_details
        return Awaited(voucher.hosted_voucher_url or "", instant_of(voucher.expires_at), intent.amount)
    if action.type == "display_bank_transfer_instructions" and action.display_bank_transfer_instructions:
        told = action.display_bank_transfer_instructions
        return Awaited(told.hosted_instructions_url or "", None, told.amount_remaining or 0)
    return None
