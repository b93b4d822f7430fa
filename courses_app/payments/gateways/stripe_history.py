"""What happened at Stripe since some moment: for the nightly comparison and for events that never reached us."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from courses_app.payments.gateways.stripe_answers import ChargeState, StripeSettings
from courses_app.payments.gateways.stripe_client import answering, client, epoch_of, id_of, instant_of
from courses_app.payments.gateways.stripe_events import Event, event_of


def list_events(settings: StripeSettings, *, since: datetime, kinds: Sequence[str]) -> list[Event]:
    """Every event of these kinds since, oldest first; Stripe keeps them for 30 days.

    They come over our own authenticated connection and need no signature. Raises GatewayUnreachable, GatewayRefused.
    """
    with answering():
        found = client(settings).v1.events.list(
            {"created": {"gte": epoch_of(since)}, "types": list(kinds), "limit": 100}
        )
        return [event_of(one.to_dict()) for one in found.auto_paging_iter()][::-1]


def list_charges(settings: StripeSettings, *, since: datetime) -> list[ChargeState]:
    """Every payment that was taken since, newest first. Raises GatewayUnreachable and GatewayRefused."""
    with answering():
        found = client(settings).v1.charges.list({"created": {"gte": epoch_of(since)}, "limit": 100})
        return [
            ChargeState(
                id=one.id,
                payment_intent=id_of(one.payment_intent),
                amount=one.amount,
                refunded=one.amount_refunded,
                currency=one.currency,
                paid=one.paid,
                disputed=one.disputed,
                created=instant_of(one.created),
                order=one.description,
            )
            for one in found.auto_paging_iter()
        ]
