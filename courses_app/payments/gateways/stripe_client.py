"""The connection to one Stripe account through the official SDK, its two ways of not answering, its way with time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from courses_app.payments.gateways.stripe_answers import (
    STRIPE_API,
    GatewayRefused,
    GatewayUnreachable,
    StripeSettings,
)

if TYPE_CHECKING:  # the SDK costs 10 MB: whoever never takes a payment never loads it
    from stripe import StripeClient, StripeError

API_VERSION = "2026-10-28.endive"  # register the webhook endpoint with the same: events come in the endpoint's version
CONNECT_SECONDS, READ_SECONDS, RETRIES = 5, 20, 2  # the SDK's own read timeout is 80 s, too long before a waiting payer


@lru_cache(maxsize=8)
def client(settings: StripeSettings) -> StripeClient:
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
def answering() -> Iterator[None]:
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


def epoch_of(at: datetime) -> int:
    if at.tzinfo is None:
        raise ValueError("a moment without a zone")
    return int(at.timestamp())


def instant_of(epoch: int) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)


def id_of(one: object) -> str | None:
    """The id of what Stripe names by its id or, where it was asked to, shows whole."""
    return one if one is None or isinstance(one, str) else str(one.id)  # type: ignore[attr-defined]
