"""Whom Stripe has to know: who pays by transfer gets a virtual account of its own."""

from __future__ import annotations

from courses_app.payments.gateways.stripe_answers import StripeSettings
from courses_app.payments.gateways.stripe_client import answering, client


def create_customer(settings: StripeSettings, *, key: str, reference: str, name: str, email: str, language: str) -> str:
    """The id of a customer; the same key and arguments give the same one.

    Raises GatewayUnreachable and GatewayRefused.
    """
    with answering():
        made = client(settings).v1.customers.create(
            {"name": name, "email": email, "preferred_locales": [language], "metadata": {"reference": reference}},
            {"idempotency_key": key},
        )
    return made.id
