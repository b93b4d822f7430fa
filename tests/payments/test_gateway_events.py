"""Signed events: only a fitting signature of about now is believed (S-43)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import stripe

from courses_app.payments.gateways import stripe_checkout as gateway
from courses_app.payments.gateways.local_stripe.webhooks import signature
from courses_app.payments.gateways.stripe_checkout import SignatureRefused, StripeSettings

KEY, SECRET = "sk_test_of_the_event_tests", "whsec_of_the_event_tests"
NOW = datetime(2026, 12, 1, 3, 4, 5, tzinfo=UTC)


class TestEvents:
    settings = StripeSettings(KEY, SECRET)

    def payload(self, **changes: object) -> bytes:
        event = {
            "id": "evt_1",
            "object": "event",
            "type": "checkout.session.completed",
            "created": int(NOW.timestamp()) - 5,
            "livemode": False,
            "data": {"object": {"id": "cs_1", "object": "checkout.session", "note": "髙﨑"}},
        }
        return json.dumps(event | changes, ensure_ascii=False).encode()

    def signed(self, payload: bytes, *, age: int = 0, secret: str = SECRET) -> str:
        at = int(NOW.timestamp()) - age
        return str(stripe.WebhookSignature.generate_signature_header(payload.decode(), secret, at))

    def test_a_signed_event_is_read(self) -> None:
        payload = self.payload()
        event = gateway.read_event(self.settings, payload, self.signed(payload), now=NOW)
        assert (event.id, event.type, event.livemode) == ("evt_1", "checkout.session.completed", False)
        assert (event.object_id, event.object_type) == ("cs_1", "checkout.session")
        assert event.created == NOW - timedelta(seconds=5)
        assert event.raw["data"]["object"]["note"] == "髙﨑"

    @pytest.mark.parametrize("age", [300, -300])
    def test_five_minutes_are_not_too_old(self, age: int) -> None:
        payload = self.payload()
        assert gateway.read_event(self.settings, payload, self.signed(payload, age=age), now=NOW).id == "evt_1"

    @pytest.mark.parametrize("age", [301, -301, 86_400, -365 * 86_400])
    def test_the_past_and_the_future_are_refused(self, age: int) -> None:
        payload = self.payload()
        with pytest.raises(SignatureRefused, match="too old, or from the future"):
            gateway.read_event(self.settings, payload, self.signed(payload, age=age), now=NOW)

    def test_another_secret_is_refused(self) -> None:
        payload = self.payload()
        with pytest.raises(SignatureRefused):
            gateway.read_event(self.settings, payload, self.signed(payload, secret="whsec_other"), now=NOW)

    def test_a_changed_body_is_refused(self) -> None:
        header = self.signed(self.payload())
        with pytest.raises(SignatureRefused):
            gateway.read_event(self.settings, self.payload(livemode=True), header, now=NOW)

    def test_a_changed_moment_is_refused(self) -> None:
        payload = self.payload()
        old = self.signed(payload, age=400)
        fresh = f"t={int(NOW.timestamp())},{old.partition(',')[2]}"
        for header in (fresh, f"{old},t={int(NOW.timestamp())}", f"t={int(NOW.timestamp())},{old}"):
            with pytest.raises(SignatureRefused):
                gateway.read_event(self.settings, payload, header, now=NOW)

    @pytest.mark.parametrize(
        "header", ["", "t=", "v1=00", "t=1", "t=x,v1=00", "t=1,v1=é", "t=1,v0=00", "," * 50, "\x00"]
    )
    def test_no_signature_is_refused(self, header: str) -> None:
        with pytest.raises(SignatureRefused):
            gateway.read_event(self.settings, self.payload(), header, now=NOW)

    @pytest.mark.parametrize("secret", ["", "  "])
    def test_without_a_secret_nothing_is_believed(self, secret: str) -> None:
        payload = self.payload()
        with pytest.raises(SignatureRefused, match="no webhook secret"):
            gateway.read_event(StripeSettings(KEY, secret), payload, self.signed(payload, secret=secret), now=NOW)

    def test_a_body_beyond_a_megabyte_is_refused_unread(self) -> None:
        payload = self.payload(padding="x" * 1_000_000)
        with pytest.raises(SignatureRefused, match="larger"):
            gateway.read_event(self.settings, payload, self.signed(payload), now=NOW)

    @pytest.mark.parametrize("payload", [b"\xff\xfe", b"", b"[]", b"{}", b"null", b'{"object": "v2.core.event"}'])
    def test_what_is_no_event_is_refused(self, payload: bytes) -> None:
        header = self.signed(payload) if payload.isascii() else "t=1,v1=00"
        with pytest.raises(SignatureRefused):
            gateway.read_event(self.settings, payload, header, now=NOW)

    def test_the_local_server_signs_as_the_sdk_does(self) -> None:
        payload = self.payload()
        assert signature(payload, SECRET, int(NOW.timestamp())) == self.signed(payload)
