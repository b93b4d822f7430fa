"""Stripe's signed events: believed only with a fitting signature of about now."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from courses_app.payments.gateways.stripe_answers import StripeSettings

LARGEST_EVENT = 1_000_000  # bytes
OLDEST_SIGNATURE = timedelta(seconds=300)


class SignatureRefused(Exception):
    """The event is not proven to come from Stripe, or not now: answer 400 and store nothing."""


@dataclass(frozen=True)
class Event:
    """A signed event. `raw` is the whole body; trust it for what happened, re-read the object for how things stand."""

    id: str
    type: str
    created: datetime
    livemode: bool
    account: str | None
    object_id: str | None
    object_type: str
    raw: dict[str, Any]


def read_event(settings: StripeSettings, payload: bytes, signature_header: str, *, now: datetime) -> Event:
    """The event in a webhook's raw body, once its signature and age are proven. Raises SignatureRefused.

    The age is held in both directions; the SDK alone would accept a signature dated next year.
    """
    if not settings.webhook_secret.strip():
        raise SignatureRefused("no webhook secret is set: no event can be believed")
    if len(payload) > LARGEST_EVENT:
        raise SignatureRefused("the body is larger than any event")
    signed_at = _verified_moment(payload, signature_header, settings.webhook_secret)
    if abs(now.timestamp() - signed_at) > OLDEST_SIGNATURE.total_seconds():
        raise SignatureRefused("the signature is too old, or from the future")
    try:
        return event_of(json.loads(payload))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SignatureRefused("the body is not an event of the kind we asked for") from error


def event_of(raw: dict[str, Any]) -> Event:
    """The event in the object that Stripe shows. Raises ValueError, KeyError, TypeError, AttributeError for others."""
    about = raw["data"]["object"]
    return Event(
        id=str(raw["id"]),
        type=str(raw["type"]),
        created=datetime.fromtimestamp(raw["created"], UTC),
        livemode=bool(raw["livemode"]),
        account=raw.get("account"),
        object_id=about.get("id"),
        object_type=str(about["object"]),
        raw=raw,
    )


def _verified_moment(payload: bytes, header: str, secret: str) -> int:
    """When Stripe signed it, in epoch seconds. Raises SignatureRefused."""
    import stripe

    try:
        header.encode("ascii")
        stripe.WebhookSignature.verify_header(payload, header, secret)  # without tolerance: it looks one way only
        return int(next(part for part in header.split(",") if part.startswith("t=")).split("=")[1])
    except (ValueError, stripe.SignatureVerificationError) as error:  # ValueError: bytes that are no text
        raise SignatureRefused("the signature does not fit the body") from error
