"""Our side of Stripe, over real HTTP against the local server, every request held against the SDK's own contract."""

from __future__ import annotations

import subprocess
import sys
import urllib.parse
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe

from courses_app.payments.gateways import stripe_checkout as gateway
from courses_app.payments.gateways.local_stripe import objects
from courses_app.payments.gateways.stripe_checkout import (
    CheckoutLine,
    GatewayRefused,
    GatewayUnreachable,
    StripeSettings,
)
from courses_app.payments.gateways.stripe_refunds import refund
from tests.payments.wire import KEY, SECRET, Stand

NOWHERE = "http://127.0.0.1:9"  # nothing listens on the discard port


def order(**changes: Any) -> dict[str, Any]:
    """The facts of one payment page."""
    facts: dict[str, Any] = {
        "key": "booking-K7Q2-1",
        "reference": "K7Q2-9XWM",
        "request_id": "payment-request-1",
        "lines": [CheckoutLine("技能実習責任者講習", 3, 11_500), CheckoutLine("Handling fee", 1, 330)],
        "customer_email": "coordinator@example.jp",
        "locale": "ja",
        "success_url": "http://127.0.0.1:8000/bookings/K7Q2-9XWM/payment?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1:8000/bookings/K7Q2-9XWM",
        "expires_at": datetime.now(UTC) + timedelta(minutes=45),
    }
    return facts | changes


class TestOpening:
    def test_the_page_says_what_was_ordered(self, settings: StripeSettings, stand: Stand) -> None:
        facts = order()
        opened = gateway.create_checkout(settings, **facts)
        session = stand.server.store.objects[opened.id]
        assert opened.url == f"{stand.server.url}/c/pay/{opened.id}"
        assert opened.expires_at == facts["expires_at"].replace(microsecond=0)
        assert (session["amount_total"], session["currency"]) == (34_830, "jpy")
        assert session["client_reference_id"] == session["metadata"]["reference"] == "K7Q2-9XWM"
        assert session["allowed_payment_method_types"] == ["card"]

    def test_it_is_unpaid_until_the_money_is_taken(self, settings: StripeSettings, stand: Stand) -> None:
        opened = gateway.create_checkout(settings, **order())
        before = gateway.fetch_checkout(settings, opened.id)
        stand.press({"id": opened.id})
        after = gateway.fetch_checkout(settings, opened.id)
        assert (before.status, before.payment_status, before.payment_intent, before.paid) == (
            "open",
            "unpaid",
            None,
            False,
        )
        assert (after.status, after.payment_status, after.amount_total, after.paid) == (
            "complete",
            "paid",
            34_830,
            True,
        )
        assert (after.reference, after.request_id, after.livemode) == ("K7Q2-9XWM", "payment-request-1", False)
        assert stand.server.store.objects[after.payment_intent or ""]["metadata"]["reference"] == "K7Q2-9XWM"

    def test_a_quoted_placeholder_is_put_right(self, settings: StripeSettings, stand: Stand) -> None:
        quoted = f"http://127.0.0.1:8000/?{urllib.parse.urlencode({'session': '{CHECKOUT_SESSION_ID}'})}"
        opened = gateway.create_checkout(settings, **order(success_url=quoted))
        assert (
            stand.server.store.objects[opened.id]["success_url"]
            == "http://127.0.0.1:8000/?session={CHECKOUT_SESSION_ID}"
        )

    def test_a_moment_without_a_zone_is_a_mistake(self, settings: StripeSettings) -> None:
        with pytest.raises(ValueError, match="zone"):
            gateway.create_checkout(settings, **order(expires_at=datetime(2026, 12, 1)))  # noqa: DTZ001 - the mistake

    @pytest.mark.parametrize("key", ["", "sk_test_of_somebody_else"])
    def test_without_the_right_key_it_is_refused_and_the_key_stays_secret(self, stand: Stand, key: str) -> None:
        with pytest.raises(GatewayRefused) as refused:
            gateway.create_checkout(StripeSettings(key, SECRET, stand.server.url), **order())
        assert "somebody" not in str(refused.value)

    def test_a_proxy_of_the_environment_is_not_asked_for_loopback(
        self, settings: StripeSettings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, NOWHERE)
        assert gateway.create_checkout(settings, **order()).id.startswith("cs_")


class TestTrouble:
    """R-09: whatever is lost on the way, the same key never opens a second page."""

    def test_r09_a_lost_answer_is_asked_for_again(self, settings: StripeSettings, stand: Stand) -> None:
        stand.moods(lost_responses=1)
        gateway.create_checkout(settings, **order())
        assert len(stand.server.store.kind("checkout.session")) == 1

    @pytest.mark.parametrize("mood", ["lost_responses", "failed_responses"])
    def test_r09_unreachable_then_the_same_key_gives_the_same_page(
        self, settings: StripeSettings, stand: Stand, monkeypatch: pytest.MonkeyPatch, mood: str
    ) -> None:
        facts = order()
        stand.moods(**{mood: 1})
        monkeypatch.setattr(stripe.HTTPClient, "_should_retry", lambda *_: False)
        with pytest.raises(GatewayUnreachable) as unreachable:
            gateway.create_checkout(settings, **facts)
        assert not unreachable.value.replayed
        opened = gateway.create_checkout(settings, **facts)
        assert [one["id"] for one in stand.server.store.kind("checkout.session")] == [opened.id]

    def test_a_failure_that_the_key_remembers_is_told_apart(self, settings: StripeSettings, stand: Stand) -> None:
        facts = order()
        stand.moods(stored_failures=1)
        with pytest.raises(GatewayUnreachable) as unreachable:
            gateway.create_checkout(settings, **facts)
        assert unreachable.value.replayed
        assert gateway.create_checkout(settings, **facts | {"key": "booking-K7Q2-2"}).url

    def test_the_same_key_for_another_order_is_refused(self, settings: StripeSettings) -> None:
        facts = order()
        gateway.create_checkout(settings, **facts)
        with pytest.raises(GatewayRefused, match="same parameters"):
            gateway.create_checkout(settings, **facts | {"lines": [CheckoutLine("Another", 1, 500)]})

    @pytest.mark.usefixtures("stand")
    def test_nobody_there_is_unreachable(self) -> None:
        with pytest.raises(GatewayUnreachable) as unreachable:
            gateway.fetch_checkout(StripeSettings(KEY, SECRET, NOWHERE), "cs_test_1")
        assert not unreachable.value.replayed

    @pytest.mark.parametrize("checkout_id", ["", "cs_test_unknown", "../refunds", "cs_test/expire", "pi_1", "cs_\n"])
    def test_an_id_that_is_none_is_refused(self, settings: StripeSettings, checkout_id: str) -> None:
        with pytest.raises(GatewayRefused) as refused:
            gateway.fetch_checkout(settings, checkout_id)
        assert refused.value.code == "resource_missing"


class TestClosing:
    def test_an_open_page_closes_and_stays_closed(self, settings: StripeSettings, stand: Stand) -> None:
        opened = gateway.create_checkout(settings, **order())
        assert gateway.expire_checkout(settings, opened.id).status == "expired"
        assert gateway.expire_checkout(settings, opened.id).status == "expired"
        stand.press({"id": opened.id})
        assert not gateway.fetch_checkout(settings, opened.id).paid

    def test_a_payer_who_was_faster_is_told(self, settings: StripeSettings, stand: Stand) -> None:
        opened = gateway.create_checkout(settings, **order())
        stand.press({"id": opened.id})
        assert gateway.expire_checkout(settings, opened.id).paid

    @pytest.mark.parametrize(
        ("held_for", "expected"),
        [
            (timedelta(minutes=-5), timedelta(minutes=32)),
            (timedelta(minutes=30), timedelta(minutes=32)),
            (timedelta(minutes=40), timedelta(minutes=40)),
            (timedelta(days=3), timedelta(hours=23, minutes=58)),
        ],
    )
    def test_its_end_is_the_end_of_the_hold_as_far_as_stripe_allows(
        self, settings: StripeSettings, held_for: timedelta, expected: timedelta
    ) -> None:
        now = datetime.now(UTC).replace(microsecond=0)
        end = gateway.checkout_expiry(now=now, held_until=now + held_for)
        assert end == now + expected
        assert gateway.create_checkout(settings, **order(expires_at=end)).expires_at == end

    @pytest.mark.parametrize("minutes", [29, 24 * 60 + 1])
    def test_any_other_end_is_refused(self, settings: StripeSettings, minutes: int) -> None:
        with pytest.raises(GatewayRefused, match="expires_at"):
            gateway.create_checkout(settings, **order(expires_at=datetime.now(UTC) + timedelta(minutes=minutes)))


class TestRefund:
    def test_no_more_goes_back_than_came_in(self, settings: StripeSettings, stand: Stand) -> None:
        opened = gateway.create_checkout(settings, **order())
        stand.press({"id": opened.id})
        intent = gateway.fetch_checkout(settings, opened.id).payment_intent or ""
        part = refund(settings, key="refund-1", payment_intent=intent, amount=11_500)
        assert refund(settings, key="refund-1", payment_intent=intent, amount=11_500) == part
        assert (part.status, part.amount, part.currency, part.payment_intent) == ("succeeded", 11_500, "jpy", intent)
        with pytest.raises(GatewayRefused, match="greater than unrefunded"):
            refund(settings, key="refund-2", payment_intent=intent, amount=23_331)
        refund(settings, key="refund-3", payment_intent=intent, amount=23_330)
        with pytest.raises(GatewayRefused) as refused:
            refund(settings, key="refund-4", payment_intent=intent, amount=1)
        assert refused.value.code == "charge_already_refunded"
        assert [one["amount"] for one in stand.server.store.kind("refund")] == [23_330, 11_500]

    def test_what_was_never_paid_is_not_refunded(self, settings: StripeSettings, stand: Stand) -> None:
        opened = gateway.create_checkout(settings, **order())
        stand.press({"id": opened.id}, "decline")
        intent = stand.server.store.objects[opened.id]["payment_intent"]
        with pytest.raises(GatewayRefused, match="successful charge"):
            refund(settings, key="refund-1", payment_intent=intent, amount=1)
        with pytest.raises(GatewayRefused):
            refund(settings, key="refund-2", payment_intent="pi_unknown", amount=1)


class TestSettings:
    def test_a_key_never_leaves_in_clear(self) -> None:
        with pytest.raises(ValueError, match="https"):
            StripeSettings(KEY, SECRET, "http://stripe.example")

    def test_secrets_do_not_show(self) -> None:
        assert "_of_the_server" not in repr(StripeSettings(KEY, SECRET))

    @pytest.mark.parametrize(("key", "live"), [("sk_live_1", True), ("rk_live_1", True), (KEY, False), ("", False)])
    def test_the_key_tells_whether_money_is_real(self, key: str, live: bool) -> None:
        assert StripeSettings(key, SECRET).livemode is live

    def test_one_version_on_both_sides_and_in_the_sdk(self) -> None:
        assert gateway.API_VERSION == objects.API_VERSION == stripe.api_version

    def test_the_sdk_is_loaded_only_when_needed(self) -> None:
        code = "import sys, courses_app.payments.gateways.stripe_checkout; sys.exit('stripe' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
