"""A checkout from intention to page, against the Stripe-shaped server."""

from __future__ import annotations

from datetime import timedelta

import pytest
import stripe

from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import transaction
from courses_app.payments import operations, queries
from courses_app.payments.gateways import stripe_checkout as gateway
from courses_app.payments.gateways.stripe_checkout import CheckoutOpened, GatewayUnreachable, StripeSettings
from courses_app.payments.models import Checkout, CheckoutStatus, Invoice, PaymentMethod
from tests.payments.conftest import Builder
from tests.payments.making import seats
from tests.payments.wire import Stand


@pytest.fixture
def invoice(made: Builder) -> Invoice:
    return made.invoice(seats(3), seats(1, 9_000), method=PaymentMethod.STRIPE, language="en")


def intend(invoice: Invoice) -> Checkout:
    now = clock.now()
    with transaction():
        return operations.intend_checkout(
            invoice=invoice, language=invoice.language, expires_at=now + timedelta(minutes=40), by=SYSTEM, now=now
        )


def ask(checkout: Checkout, settings: StripeSettings) -> CheckoutOpened:
    return operations.ask_for_checkout(
        checkout,
        settings=settings,
        success_url="http://127.0.0.1:8000/paid?session={CHECKOUT_SESSION_ID}",
        cancel_url="http://127.0.0.1:8000/",
    )


def note(checkout: Checkout, opened: CheckoutOpened) -> Checkout:
    with transaction():
        return operations.note_checkout_opened(checkout=checkout, opened=opened, now=clock.now())


def sessions(stand: Stand) -> list[str]:
    return [name for name in stand.server.store.objects if name.startswith("cs_")]


def test_the_page_asks_for_what_the_invoice_asks(invoice: Invoice, settings: StripeSettings, stand: Stand) -> None:
    checkout = intend(invoice)
    checkout = note(checkout, ask(checkout, settings))
    assert (checkout.status, checkout.url) == (CheckoutStatus.OPEN, f"{stand.server.url}/c/pay/{checkout.external_id}")
    state = gateway.fetch_checkout(settings, checkout.external_id or "")
    assert (state.amount_total, state.currency) == (invoice.total, "jpy")
    assert (state.reference, state.request_id) == (invoice.reference, checkout.reference)
    assert stand.server.store.objects[state.id]["locale"] == "en"
    found = queries.checkout_of(state.request_id or "")
    assert found is not None
    assert found.invoice.reference == invoice.reference


def test_r09_a_lost_answer_is_asked_for_again_and_opens_one_page(
    invoice: Invoice, settings: StripeSettings, stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand.moods(lost_responses=1)
    monkeypatch.setattr(stripe.HTTPClient, "_should_retry", lambda *_: False)  # the SDK's own repeat would hide it
    with pytest.raises(GatewayUnreachable):
        ask(intend(invoice), settings)
    again = intend(invoice)
    again = note(again, ask(again, settings))
    assert sessions(stand) == [again.external_id]


def test_r09_a_remembered_failure_is_given_up_for_a_new_key(
    invoice: Invoice, settings: StripeSettings, stand: Stand
) -> None:
    stand.moods(stored_failures=1)
    first = intend(invoice)
    with pytest.raises(GatewayUnreachable) as unreachable:
        ask(first, settings)
    assert unreachable.value.replayed
    with transaction():
        operations.note_checkout_ended(checkout=first, status=CheckoutStatus.FAILED, now=clock.now())
    second = intend(invoice)
    assert note(second, ask(second, settings)).status is CheckoutStatus.OPEN
