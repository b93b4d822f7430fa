"""Our side of paying later, of money back and of looking back, held against the SDK's own contract."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from courses_app.payments.gateways import stripe_checkout as gateway
from courses_app.payments.gateways.stripe_checkout import (
    CheckoutLine,
    CheckoutState,
    GatewayRefused,
    Means,
    StripeSettings,
)
from courses_app.payments.gateways.stripe_customers import create_customer
from courses_app.payments.gateways.stripe_history import list_charges, list_events
from courses_app.payments.gateways.stripe_refunds import fetch_refund, list_refunds, refund
from tests.payments.wire import Stand

YESTERDAY = datetime.now(UTC) - timedelta(days=1)


def opened(settings: StripeSettings, means: Means = gateway.CARD, number: int = 1) -> str:
    """The id of a page of ¥34,500."""
    return gateway.create_checkout(
        settings,
        key=f"booking-K7Q2-{number}",
        reference="K7Q2-9XWM",
        request_id=f"payment-request-{number}",
        lines=[CheckoutLine("技能実習責任者講習", 3, 11_500)],
        customer_email="coordinator@example.jp",
        locale="ja",
        success_url="http://127.0.0.1:8000/back?session={CHECKOUT_SESSION_ID}",
        cancel_url="http://127.0.0.1:8000/back",
        expires_at=datetime.now(UTC) + timedelta(minutes=45),
        means=means,
    ).id


def means_of(settings: StripeSettings, method: str) -> Means:
    if method == "konbini":
        return Means("konbini", days=2)
    facts = {"reference": "org-1", "name": "さくら協同組合", "email": "coordinator@example.jp", "language": "ja"}
    return Means("customer_balance", customer=create_customer(settings, key="customer-1", **facts))


def promised(stand: Stand, settings: StripeSettings, method: str) -> CheckoutState:
    checkout = opened(settings, means_of(settings, method))
    stand.press({"id": checkout}, "konbini" if method == "konbini" else "transfer")
    return gateway.fetch_checkout(settings, checkout)


def bring(stand: Stand, state: CheckoutState, amount: int) -> None:
    assert stand.control("POST", f"payment_intents/{state.payment_intent}/money", {"amount": amount}).status == 200


def paid_by_card(stand: Stand, settings: StripeSettings, number: int = 1) -> str:
    checkout = opened(settings, number=number)
    stand.press({"id": checkout})
    return gateway.fetch_checkout(settings, checkout).payment_intent or ""


class TestPages:
    def test_a_card_is_asked_for_its_holder(self, stand: Stand, settings: StripeSettings) -> None:
        session = stand.server.store.objects[opened(settings)]
        assert session["payment_method_options"] == {"card": {"request_three_d_secure": "any"}}
        assert session["customer_email"] == "coordinator@example.jp"

    def test_r09_one_customer_however_often_asked(self, stand: Stand, settings: StripeSettings) -> None:
        stand.moods(lost_responses=1)
        assert means_of(settings, "customer_balance") == means_of(settings, "customer_balance")
        assert len(stand.server.store.kind("customer")) == 1

    def test_konbini_says_until_when_and_where_it_is_written(self, stand: Stand, settings: StripeSettings) -> None:
        state = promised(stand, settings, "konbini")
        assert (state.status, state.paid, state.failed) == ("complete", False, False)
        assert state.awaited is not None
        assert state.awaited.until is not None
        assert timedelta(days=1) < state.awaited.until - datetime.now(UTC) < timedelta(days=3)
        assert state.awaited.url == f"{stand.server.url}/c/elsewhere/{state.payment_intent}"
        bring(stand, state, 34_500)
        assert gateway.fetch_checkout(settings, state.id).paid

    def test_a_transfer_says_what_is_still_to_come(self, stand: Stand, settings: StripeSettings) -> None:
        state = promised(stand, settings, "customer_balance")
        bring(stand, state, 34_060)
        awaited = gateway.fetch_checkout(settings, state.id).awaited
        assert awaited is not None
        assert (awaited.remaining, awaited.until) == (440, None)

    def test_konbini_that_nobody_paid_has_failed(self, stand: Stand, settings: StripeSettings) -> None:
        state = promised(stand, settings, "konbini")
        stand.advance(4 * 24 * 3600)
        now = gateway.fetch_checkout(settings, state.id)
        assert (now.failed, now.paid, now.awaited) == (True, False, None)

    @pytest.mark.parametrize("method", ["konbini", "customer_balance"])
    def test_r13_a_promise_is_closed_too(self, stand: Stand, settings: StripeSettings, method: str) -> None:
        state = promised(stand, settings, method)
        closed = [gateway.expire_checkout(settings, state.id) for _ in range(2)]
        assert {(one.failed, one.paid) for one in closed} == {(True, False)}

    def test_r19_closed_just_after_it_was_paid_it_is_paid(self, stand: Stand, settings: StripeSettings) -> None:
        state = promised(stand, settings, "konbini")
        bring(stand, state, 34_500)
        assert gateway.expire_checkout(settings, state.id).paid


class TestMoneyBack:
    def test_it_bears_our_name_and_a_dashboards_does_not(self, stand: Stand, settings: StripeSettings) -> None:
        intent = paid_by_card(stand, settings)
        ours = refund(settings, key="r-1", payment_intent=intent, amount=11_500, ours="our-refund")
        stand.control("POST", f"payment_intents/{intent}/refunds", {"amount": 500})
        found = list_refunds(settings, payment_intent=intent)
        assert [(one.ours, one.amount) for one in found] == [(None, 500), ("our-refund", 11_500)]
        assert list_refunds(settings, since=YESTERDAY) == found
        assert fetch_refund(settings, ours.id) == ours

    def test_r09_a_lost_answer_refunds_once(self, stand: Stand, settings: StripeSettings) -> None:
        intent = paid_by_card(stand, settings)
        stand.moods(lost_responses=1)
        refund(settings, key="r-1", payment_intent=intent, amount=11_500, ours="our-refund")
        assert len(stand.server.store.kind("refund")) == 1

    def test_where_the_money_came_from_a_till_the_payer_is_asked(self, stand: Stand, settings: StripeSettings) -> None:
        state = promised(stand, settings, "konbini")
        bring(stand, state, 34_500)
        facts = {"payment_intent": state.payment_intent or "", "email": "coordinator@example.jp"}
        given = refund(settings, key="r-1", amount=34_500, **facts)
        assert given.status == "requires_action"

    def test_more_than_there_is_says_so(self, stand: Stand, settings: StripeSettings) -> None:
        with pytest.raises(GatewayRefused):
            refund(settings, key="r-1", payment_intent=paid_by_card(stand, settings), amount=34_501)


class TestLookingBack:
    def test_r14_everything_is_listed_over_all_pages(
        self, stand: Stand, settings: StripeSettings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from courses_app.payments.gateways.local_stripe import api

        page: Any = api._page
        monkeypatch.setattr(api, "_page", lambda wanted, params: page(wanted, params | {"limit": 2}))
        intents = [paid_by_card(stand, settings, number) for number in range(5)]
        assert [one.payment_intent for one in list_charges(settings, since=YESTERDAY)] == intents[::-1]
        assert [one.payment_intent for one in gateway.list_checkouts(settings, since=YESTERDAY)] == intents[::-1]
        events = list_events(settings, since=YESTERDAY, kinds=["checkout.session.completed", "charge.succeeded"])
        assert len(events) == 10
        assert [one.raw["data"]["object"]["payment_intent"] for one in events][::2] == intents
        assert list_charges(settings, since=datetime.now(UTC) + timedelta(days=1)) == []
