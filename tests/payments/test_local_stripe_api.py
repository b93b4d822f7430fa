"""The API of the Stripe-shaped server, its manners, and how it starts."""

from __future__ import annotations

import base64
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st
from stripe._encode import _api_encode

from courses_app.payments.gateways.local_stripe.faults import Fault
from courses_app.payments.gateways.local_stripe.parameters import nested
from courses_app.payments.gateways.local_stripe.server import local_stripe
from tests.payments.wire import KEY, SECRET, SESSION, Stand, patiently

PACKAGE = Path(__file__).parents[2] / "courses_app/payments/gateways/local_stripe"
MODULE = "courses_app.payments.gateways.local_stripe"
WEBHOOK = "http://127.0.0.1:9/webhooks/stripe"


@pytest.fixture(scope="module")
def running() -> Iterator[Stand]:
    with Stand() as stand:
        yield stand


@pytest.fixture
def stand(running: Stand) -> Stand:
    return running.anew()


class TestManners:
    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({}, 200),
            ({"Authorization": "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()}, 200),
            ({"Authorization": ""}, 401),
            ({"Authorization": "Bearer sk_test_wrong"}, 401),
            ({"Authorization": "Basic !"}, 401),
            ({"Stripe_Version": "2024-06-20"}, 400),
            ({"Host": "rebound.example"}, 400),
        ],
    )
    def test_key_version_and_host_are_checked(self, stand: Stand, headers: dict[str, str], status: int) -> None:
        assert stand.api("GET", "events", None, **headers).status == status

    def test_errors_look_like_stripes(self, stand: Stand) -> None:
        answer = stand.api("GET", "checkout/sessions/cs_test_unknown")
        error = answer.json()["error"]
        assert (answer.status, error["type"], error["code"]) == (404, "invalid_request_error", "resource_missing")
        assert answer.headers["Request-Id"].startswith("req_")
        assert stand.api("GET", "coupons").json()["error"]["message"].startswith("Unrecognized request URL")

    @pytest.mark.parametrize(
        ("change", "code", "param"),
        [
            ({"payment_method_types[0]": "card"}, "parameter_unknown", "payment_method_types"),
            ({"line_items[0][colour]": "red"}, "parameter_unknown", "line_items[0][colour]"),
            ({"line_items[0][price_data][currency]": "usd"}, None, "line_items[0][price_data][currency]"),
            ({"line_items[0][price_data][unit_amount]": "11.5"}, "parameter_invalid_integer", None),
            ({"line_items[0][quantity]": "0"}, "parameter_invalid_integer", "line_items[0][quantity]"),
            (
                {"line_items[0][quantity]": "1", "line_items[0][price_data][unit_amount]": "49"},
                "amount_too_small",
                None,
            ),
            ({"customer_email": "nobody"}, "email_invalid", "customer_email"),
            ({"success_url": "javascript:alert(1)"}, "url_invalid", "success_url"),
            ({"client_reference_id": ""}, "parameter_invalid_empty", "client_reference_id"),
            ({"mode": "setup"}, None, "mode"),
            ({"expires_at": "1"}, None, "expires_at"),
        ],
    )
    def test_bad_parameters_are_named(
        self, stand: Stand, change: dict[str, str], code: str | None, param: str | None
    ) -> None:
        answer = stand.api("POST", "checkout/sessions", SESSION | change)
        error = answer.json()["error"]
        assert (answer.status, error.get("code")) == (400, code)
        assert param is None or error["param"] == param
        assert stand.server.store.kind("checkout.session") == []

    def test_a_missing_parameter_is_named(self, stand: Stand) -> None:
        form = {name: value for name, value in SESSION.items() if name != "line_items[0][price_data][currency]"}
        error = stand.api("POST", "checkout/sessions", form).json()["error"]
        assert (error["code"], error["param"]) == ("parameter_missing", "line_items[0][price_data][currency]")

    def test_a_key_replays_its_answer_and_serves_one_request_only(self, stand: Stand) -> None:
        first = stand.api("POST", "checkout/sessions", SESSION, Idempotency_Key="k1")
        again = stand.api("POST", "checkout/sessions", SESSION, Idempotency_Key="k1")
        other = stand.api("POST", "checkout/sessions", SESSION | {"locale": "en"}, Idempotency_Key="k1")
        elsewhere = stand.api("POST", "refunds", {"payment_intent": "pi_1"}, Idempotency_Key="k1")
        assert first.json() == again.json()
        assert again.headers["Idempotent-Replayed"] == "true"
        assert {one.json()["error"]["type"] for one in (other, elsewhere)} == {"idempotency_error"}
        stand.advance(24 * 3600)
        assert stand.api("POST", "checkout/sessions", SESSION, Idempotency_Key="k1").json() != first.json()

    def test_r09_five_at_once_under_one_key_open_one_session(self, stand: Stand) -> None:
        with ThreadPoolExecutor(5) as pool:
            answers = pool.map(
                lambda _: stand.api("POST", "checkout/sessions", SESSION, Idempotency_Key="k1"), range(5)
            )
            assert len({answer.json()["id"] for answer in answers}) == 1
        assert len(stand.server.store.kind("checkout.session")) == 1

    @pytest.mark.parametrize("wanted", [[], {"colour": 1}, {"livemode": 1}, {"lost_responses": True}])
    def test_an_unknown_mood_is_refused(self, stand: Stand, wanted: object) -> None:
        assert stand.control("PUT", "moods", wanted).status == 400
        assert stand.control("GET", "moods").json()["webhook_copies"] == 1

    def test_what_fails_validation_does_not_use_up_the_key(self, stand: Stand) -> None:
        stand.api("POST", "checkout/sessions", SESSION | {"mode": "x"}, Idempotency_Key="k1")
        assert stand.api("POST", "checkout/sessions", SESSION, Idempotency_Key="k1").status == 200


class TestObjects:
    @pytest.mark.parametrize(
        ("path", "kind"),
        [
            ("checkout/sessions", stripe.checkout.Session),
            ("payment_intents", stripe.PaymentIntent),
            ("charges", stripe.Charge),
            ("refunds", stripe.Refund),
            ("events", stripe.Event),
            ("customers", stripe.Customer),
            ("disputes", stripe.Dispute),
        ],
    )
    def test_they_have_the_fields_of_the_sdk_and_no_others(self, stand: Stand, path: str, kind: type) -> None:
        """The lines of a session and the refunds of a charge are left out unless asked for, as at Stripe."""
        session = stand.now(stand.paid())
        stand.api("POST", "customers", {"name": "さくら協同組合", "email": "coordinator@example.jp"})
        stand.api("POST", "refunds", {"payment_intent": session["payment_intent"], "amount": 1})
        assert stand.control("POST", f"payment_intents/{session['payment_intent']}/disputes").status == 201
        found = stand.api("GET", path).json()["data"][0]
        known = {name for name in kind.__annotations__ if name != "OBJECT_NAME"}
        left_out = {"line_items", "refunds", "level3", "account", "context"}
        left_out |= {"sources", "subscriptions", "tax", "tax_ids", "deleted"}
        assert set(found) - known == set()
        assert known - set(found) <= left_out

    def test_lists_are_paged_newest_first(self, stand: Stand) -> None:
        ids = [stand.session()["id"] for _ in range(3)][::-1]
        first = stand.api("GET", "checkout/sessions?limit=2").json()
        rest = stand.api("GET", f"checkout/sessions?starting_after={ids[1]}").json()
        before = stand.api("GET", f"checkout/sessions?ending_before={ids[2]}&limit=1").json()
        assert ([one["id"] for one in first["data"]], first["has_more"]) == (ids[:2], True)
        assert ([one["id"] for one in rest["data"]], rest["has_more"]) == (ids[2:], False)
        assert ([one["id"] for one in before["data"]], before["has_more"]) == ([ids[1]], True)

    def test_lists_are_filtered(self, stand: Stand) -> None:
        paid, _ = stand.now(stand.paid()), stand.session()
        by_intent = stand.api("GET", f"checkout/sessions?payment_intent={paid['payment_intent']}").json()["data"]
        by_status = stand.api("GET", "checkout/sessions?status=complete").json()["data"]
        by_type = stand.api("GET", "events?type=payment_intent.succeeded").json()["data"]
        later = stand.api("GET", f"events?created[gt]={paid['created'] + 999}").json()["data"]
        assert by_intent == by_status == [paid]
        assert [one["type"] for one in by_type] == ["payment_intent.succeeded"]
        assert later == []

    def test_ids_are_expanded_into_objects(self, stand: Stand) -> None:
        path = f"checkout/sessions/{stand.paid()['id']}"
        query = "expand[]=line_items&expand[]=payment_intent.latest_charge"
        shown = stand.api("GET", f"{path}?{query}").json()
        assert shown["payment_intent"]["latest_charge"]["amount"] == 34_500
        assert shown["line_items"]["data"][0]["description"] == "技能実習責任者講習"
        assert stand.api("GET", f"{path}/line_items").json()["data"] == shown["line_items"]["data"]
        assert stand.api("GET", f"{path}?expand[]=colour").status == 400


class TestForm:
    @pytest.mark.parametrize("form", ["a[b]=1&a=2", "a=2&a[b]=1", "[a]=1", "a[b=1", "a[][b]=1"])
    def test_brackets_that_make_no_sense_are_refused(self, form: str) -> None:
        with pytest.raises(Fault):
            nested(form)

    @given(
        st.recursive(
            st.text(min_size=1),
            lambda inner: (
                st.lists(inner, min_size=1, max_size=3)
                | st.dictionaries(st.text("abcxyz_", min_size=1), inner, min_size=1, max_size=3)
            ),
            max_leaves=8,
        )
    )
    def test_what_the_sdk_writes_is_read_back(self, value: Any) -> None:
        assert nested(urlencode(list(_api_encode({"field": value})))) == {"field": value}


class TestStarting:
    @pytest.mark.parametrize(
        ("host", "changes"),
        [
            ("0.0.0.0", {}),
            ("::", {}),
            ("192.0.2.1", {}),
            ("example.jp", {}),
            ("127.0.0.1", {"webhook_url": "http://192.0.2.1/webhooks/stripe"}),
            ("127.0.0.1", {"webhook_url": "https://127.0.0.1/webhooks/stripe"}),
            ("127.0.0.1", {"api_key": "sk_live_1"}),
            ("127.0.0.1", {"api_key": ""}),
            ("127.0.0.1", {"webhook_secret": ""}),
        ],
    )
    def test_it_stays_on_this_machine_and_away_from_real_money(self, host: str, changes: dict[str, Any]) -> None:
        good: dict[str, Any] = {"webhook_url": WEBHOOK, "webhook_secret": SECRET, "api_key": KEY}
        with pytest.raises(ValueError):
            local_stripe(host, 0, **good | changes)

    def test_a_restart_forgets_nothing(self, tmp_path: Path) -> None:
        state = tmp_path / "stripe.json"
        with Stand(state_path=state) as before:
            before.moods(webhook_delay=3600)
            session = before.paid()
            first = before.api("POST", "checkout/sessions", SESSION, Idempotency_Key="k1").json()
        with Stand(state_path=state) as after:
            assert after.now(session)["payment_status"] == "paid"
            assert after.api("POST", "checkout/sessions", SESSION, Idempotency_Key="k1").json() == first
            after.advance(3600)
            assert [one["state"] for one in after.deliveries()] == ["delivered", "delivered"]
        assert state.stat().st_mode & 0o777 == 0o600

    @pytest.mark.parametrize("content", ["{", "[]", '{"objects": {}, "details": {}}', "\x00"])
    def test_a_state_it_cannot_read_is_put_aside(self, tmp_path: Path, content: str) -> None:
        state = tmp_path / "stripe.json"
        state.write_text(content, encoding="utf-8")
        with Stand(state_path=state) as stand:
            assert stand.session()["status"] == "open"
        assert (tmp_path / "stripe.json.unreadable").read_text(encoding="utf-8") == content

    @pytest.mark.parametrize("host", ["0.0.0.0", "localhost", "127.0.0.2"])
    def test_the_webhook_may_be_any_address_of_this_machine(self, host: str) -> None:
        with local_stripe(
            "localhost", 0, webhook_url=f"http://{host}:9/", webhook_secret=SECRET, api_key=KEY
        ) as server:
            assert server.url.startswith("http://127.0.0.1:")

    def test_it_knows_nothing_of_ours_and_nothing_of_stripes(self) -> None:
        for path in PACKAGE.glob("*.py"):
            lines = path.read_text("utf-8").splitlines()
            imports = [line.split()[1] for line in lines if line.startswith(("from ", "import "))]
            outside = {name.split(".")[0] for name in imports if not name.startswith(".")} - sys.stdlib_module_names
            assert outside <= {"flask", "werkzeug"}, path

    def test_as_a_command_it_runs_until_asked_to_end(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        command = [sys.executable, "-m", MODULE, "--port", str(port), "--webhook-url", WEBHOOK]
        secrets = {"STRIPE_SECRET_KEY": KEY, "STRIPE_WEBHOOK_SECRET": SECRET}
        with subprocess.Popen(command, env=os.environ | secrets) as process:
            try:
                assert patiently("GET", f"http://127.0.0.1:{port}/_control/clock").status == 200
            finally:
                process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=10) == 0

    @pytest.mark.parametrize("secrets", [{}, {"STRIPE_SECRET_KEY": "sk_live_1", "STRIPE_WEBHOOK_SECRET": SECRET}])
    def test_a_command_that_cannot_start_says_why_in_one_sentence(self, secrets: dict[str, str]) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("STRIPE_")}
        command = [sys.executable, "-m", MODULE, "--port", "0", "--webhook-url", WEBHOOK]
        ended = subprocess.run(command, env=clean | secrets, capture_output=True, text=True, check=False)
        assert ended.returncode == 1
        assert ended.stderr.startswith("The local payment server cannot start: ")
        assert ended.stderr.count("\n") == 1
