"""Stripe, as this room asks it: always outside a transaction, and with the settings of the running application."""

from __future__ import annotations

from datetime import datetime

from flask import current_app

from courses_app.config import Settings
from courses_app.payments.gateways import stripe_checkout, stripe_history, stripe_refunds
from courses_app.payments.gateways.stripe_answers import ChargeState, RefundState
from courses_app.payments.gateways.stripe_checkout import CheckoutOpened, CheckoutState, Event, StripeSettings
from courses_app.payments.gateways.stripe_customers import create_customer
from courses_app.payments.models import Checkout, PaymentMethod, Refund, StripeCustomer
from courses_app.payments.operations import ask_for_checkout
from courses_app.payments.rules import CardsNotTaken

# What the webhook endpoint at Stripe is to be registered for.
EVENTS = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.partially_funded",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.closed",
)


def stripe_settings() -> StripeSettings:
    """What connects us to our account. Raises ValueError for a key that would leave this machine unencrypted."""
    settings: Settings = current_app.config["SETTINGS"]
    return StripeSettings(settings.stripe_secret_key, settings.stripe_webhook_secret, settings.stripe_api_base)


def check_connected() -> None:
    """Raises CardsNotTaken where Stripe can't be asked at all: to be known before an intention is stored."""
    settings: Settings = current_app.config["SETTINGS"]
    try:
        stripe_settings()
    except ValueError:
        current_app.logger.exception("stripe.misconfigured")
        raise CardsNotTaken from None
    if not settings.stripe_enabled:
        raise CardsNotTaken


def can_ask() -> bool:
    """Whether a payment firm is connected."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.stripe_enabled


def register(customer: StripeCustomer) -> str:
    """What Stripe calls an organization. Raises GatewayUnreachable and GatewayRefused."""
    return create_customer(
        stripe_settings(), key=customer.idempotency_key, reference=f"organization-{customer.organization_id}",
        name=customer.name, email=customer.email, language=customer.language,
    )  # fmt: skip


def ask(checkout: Checkout, *, booking: str, customer: str | None = None) -> CheckoutOpened:
    """Ask for the page of an intended checkout; the addresses to return to are our own, whatever the request's host.

    Raises GatewayUnreachable and GatewayRefused.
    """
    page = f"{current_app.config['SETTINGS'].base_url}/bookings/{booking}/payment"
    return ask_for_checkout(
        checkout,
        settings=stripe_settings(),
        success_url=f"{page}/return?checkout={{CHECKOUT_SESSION_ID}}",
        cancel_url=page,
        customer=customer,
    )


def fetch(external_id: str) -> CheckoutState:
    """How a checkout stands at Stripe now. Raises GatewayUnreachable and GatewayRefused."""
    return stripe_checkout.fetch_checkout(stripe_settings(), external_id)


def close(external_id: str) -> CheckoutState:
    """Close a payment page, and say how it ended. Raises GatewayUnreachable and GatewayRefused."""
    return stripe_checkout.expire_checkout(stripe_settings(), external_id)


def give_back(refund: Refund) -> RefundState:
    """Ask for a refund whose key is stored. Raises GatewayUnreachable and GatewayRefused."""
    return stripe_refunds.refund(
        stripe_settings(), key=refund.idempotency_key or "", payment_intent=refund.payment.external_id,
        amount=refund.amount, ours=refund.key,
        email=None if refund.payment.method is PaymentMethod.STRIPE else refund.payment.organization.contact_email,
    )  # fmt: skip


def given_back(refund: Refund) -> RefundState | None:
    """The refund at Stripe whose answer was lost, if there is one. Raises GatewayUnreachable and GatewayRefused."""
    found = stripe_refunds.list_refunds(stripe_settings(), payment_intent=refund.payment.external_id)
    return next((one for one in found if one.ours == refund.key and one.status not in ("failed", "canceled")), None)


def events(*, since: datetime) -> list[Event]:
    """Every event since that our webhook is registered for. Raises GatewayUnreachable and GatewayRefused."""
    return stripe_history.list_events(stripe_settings(), since=since, kinds=EVENTS)


def charges(*, since: datetime) -> list[ChargeState]:
    """All that was taken since. Raises GatewayUnreachable and GatewayRefused."""
    return stripe_history.list_charges(stripe_settings(), since=since)


def read_event(payload: bytes, signature: str, *, now: datetime) -> Event:
    """A signed event. Raises SignatureRefused."""
    return stripe_checkout.read_event(stripe_settings(), payload, signature, now=now)
