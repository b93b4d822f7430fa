"""Stripe Checkout through the official SDK: open, look at and close a payment page, give money back, read its events.

Every call is made outside a transaction: the caller stores its intention and the idempotency key first, calls, then
stores the answer. After `GatewayUnreachable` the same call with the same key and arguments never acts twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from courses_app.payments.gateways.stripe_answers import (
    STRIPE_API,
    CheckoutLine,
    CheckoutOpened,
    CheckoutState,
    GatewayRefused,
    GatewayUnreachable,
    RefundState,
    StripeSettings,
)
from courses_app.payments.gateways.stripe_events import Event, SignatureRefused, read_event

if TYPE_CHECKING:  # the SDK costs 10 MB: whoever never takes a payment never loads it
    from stripe import Refund, StripeClient, StripeError
    from stripe.checkout import Session
    from stripe.params.checkout import SessionCreateParams, SessionCreateParamsLineItem

__all__ = [
    "API_VERSION",
    "CheckoutLine",
    "CheckoutOpened",
    "CheckoutState",
    "Event",
    "GatewayRefused",
    "GatewayUnreachable",
    "RefundState",
    "SignatureRefused",
    "StripeSettings",
    "checkout_expiry",
    "create_checkout",
    "expire_checkout",
    "fetch_checkout",
    "read_event",
    "refund",
]

API_VERSION = "2026-10-28.endive"  # register the webhook endpoint with the same: events come in the endpoint's version
CONNECT_SECONDS, READ_SECONDS, RETRIES = 5, 20, 2  # the SDK's own read timeout is 80 s, too long before a waiting payer
SHORTEST_CHECKOUT, LONGEST_CHECKOUT = timedelta(minutes=30), timedelta(hours=24)  # what Stripe accepts, from creation
CLOCK_MARGIN = timedelta(minutes=2)
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
) -> CheckoutOpened:
    """Open a payment page for cards, in yen. The same key and arguments give the same page, however often sent.

    `request_id` names the caller's stored request, not the HTTP request of the moment: a repeat sends it unchanged.
    Cards are a filter on what the account offers: what is switched off in Stripe's dashboard stays off.
    Raises GatewayUnreachable and GatewayRefused.
    """
    names = {"reference": reference, "request_id": request_id}
    params: SessionCreateParams = {
        "mode": "payment",
        "allowed_payment_method_types": ["card"],
        "line_items": [_line_item(line) for line in lines],
        "client_reference_id": reference,
        "customer_email": customer_email,
        "locale": locale,
        "success_url": _with_placeholder(success_url),
        "cancel_url": cancel_url,
        "expires_at": _epoch(expires_at),
        "metadata": names,
        "payment_intent_data": {"description": reference, "metadata": names},
    }
    with _answering():
        session = _client(settings).v1.checkout.sessions.create(params, {"idempotency_key": key})
    if session.url is None:
        raise GatewayRefused(f"checkout {session.id} came without an address")
    return CheckoutOpened(session.id, session.url, _instant(session.expires_at))


def fetch_checkout(settings: StripeSettings, checkout_id: str) -> CheckoutState:
    """How the checkout stands at Stripe now. Raises GatewayUnreachable and GatewayRefused (unknown id included)."""
    checked = _checked_id(checkout_id)
    with _answering():
        return _checkout_state(_client(settings).v1.checkout.sessions.retrieve(checked))


def expire_checkout(settings: StripeSettings, checkout_id: str) -> CheckoutState:
    """Close the page so that nobody can pay any more. Says how it ended: `expired`, or `complete` if paid just before.

    Repeating it is harmless. Raises GatewayUnreachable and GatewayRefused.
    """
    checked = _checked_id(checkout_id)
    try:
        with _answering():
            return _checkout_state(_client(settings).v1.checkout.sessions.expire(checked))
    except GatewayRefused:
        state = fetch_checkout(settings, checkout_id)
        if state.status == "open":
            raise
        return state


def refund(settings: StripeSettings, *, key: str, payment_intent: str, amount: int) -> RefundState:
    """Give `amount` yen of a payment back; the same key never refunds twice.

    Raises GatewayUnreachable and GatewayRefused (more than is left included).
    """
    with _answering():
        given = _client(settings).v1.refunds.create(
            {"payment_intent": payment_intent, "amount": amount}, {"idempotency_key": key}
        )
    return _refund_state(given)


@lru_cache(maxsize=8)
def _client(settings: StripeSettings) -> StripeClient:
    """One client for each account, so that connections are used again; each thread has its own."""
    import stripe

    if not settings.secret_key.strip():
        raise GatewayRefused("no Stripe key is set")
    stripe.enable_telemetry = False  # would write an identifier into the home directory and report our machine
    direct = {"http": "", "https": ""} if settings.local else None  # a proxy in the environment cannot reach loopback
    http = stripe.RequestsClient(timeout=(CONNECT_SECONDS, READ_SECONDS), proxy=direct)  # type: ignore[arg-type]
    return stripe.StripeClient(
        settings.secret_key,
        stripe_version=API_VERSION,
        base_addresses={"api": settings.api_base.rstrip("/") or STRIPE_API},
        max_network_retries=RETRIES,
        http_client=http,
    )


@contextmanager
def _answering() -> Iterator[None]:
    """Turn the SDK's exceptions into our two."""
    import stripe

    final = (
        stripe.InvalidRequestError,
        stripe.IdempotencyError,
        stripe.AuthenticationError,
        stripe.PermissionError,
        stripe.CardError,
    )
    try:
        yield
    except final as error:
        raise GatewayRefused(_told(error), code=error.code) from error
    except stripe.StripeError as error:
        replayed = (error.headers or {}).get("Idempotent-Replayed") == "true"
        raise GatewayUnreachable(_told(error), replayed=replayed) from error


def _told(error: StripeError) -> str:
    return str(error) or type(error).__name__  # begins with Stripe's request id, which its support asks for


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
    return CheckoutState(
        id=session.id,
        status=session.status,
        payment_status=session.payment_status,
        amount_total=session.amount_total,
        currency=session.currency,
        reference=session.client_reference_id,
        request_id=names.get("request_id"),
        payment_intent=intent if intent is None or isinstance(intent, str) else intent.id,
        livemode=session.livemode,
    )


def _refund_state(given: Refund) -> RefundState:
    intent = given.payment_intent
    return RefundState(
        id=given.id,
        status=given.status,
        amount=given.amount,
        currency=given.currency,
        payment_intent=intent if intent is None or isinstance(intent, str) else intent.id,
        failure_reason=getattr(given, "failure_reason", None),
    )


def _epoch(at: datetime) -> int:
    if at.tzinfo is None:
        raise ValueError("a moment without a zone")
    return int(at.timestamp())


def _instant(epoch: int) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)
