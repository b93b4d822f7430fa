"""Paying later and elsewhere at the Stripe-shaped server, money back, disputes; each also a way to go wrong (T5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from courses_app.payments.gateways.local_stripe.instructions import TOKYO
from tests.payments.wire import SESSION, Answer, Stand, send

KONBINI = {"allowed_payment_method_types[0]": "konbini", "payment_method_options[konbini][expires_after_days]": 2}
TRANSFER = {
    "allowed_payment_method_types[0]": "customer_balance",
    "payment_method_options[customer_balance][funding_type]": "bank_transfer",
    "payment_method_options[customer_balance][bank_transfer][type]": "jp_bank_transfer",
}


@pytest.fixture(scope="module")
def running() -> Iterator[Stand]:
    with Stand() as stand:
        yield stand


@pytest.fixture
def stand(running: Stand) -> Stand:
    return running.anew()


def promised(stand: Stand, how: str = "konbini") -> dict[str, Any]:
    """A session that is complete and unpaid."""
    changes = KONBINI if how == "konbini" else by_transfer(stand)
    session = stand.session(**changes)
    assert stand.press(session, how).status == 303
    now = stand.now(session)
    assert (now["status"], now["payment_status"]) == ("complete", "unpaid")
    return now


def by_transfer(stand: Stand) -> dict[str, Any]:
    customer = stand.api("POST", "customers", {"name": "さくら協同組合", "email": "coordinator@example.jp"}).json()
    return TRANSFER | {"customer": customer["id"]}


def bring(stand: Stand, session: dict[str, Any], amount: int) -> Answer:
    return stand.control("POST", f"payment_intents/{session['payment_intent']}/money", {"amount": amount})


def intent_of(stand: Stand, session: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = stand.api("GET", f"payment_intents/{session['payment_intent']}").json()
    return found


class TestKonbini:
    def test_the_numbers_are_good_until_the_end_of_the_last_day_in_japan(self, stand: Stand) -> None:
        told = intent_of(stand, promised(stand))["next_action"]["konbini_display_details"]
        until = datetime.fromtimestamp(told["expires_at"], UTC).astimezone(TOKYO)
        assert (until.date() - datetime.now(TOKYO).date()).days == 2
        assert f"{until:%H:%M:%S}" == "23:59:59"
        assert set(told["stores"]) == {"familymart", "lawson", "ministop", "seicomart"}

    def test_paid_at_the_till_in_a_browser(self, stand: Stand) -> None:
        session = promised(stand)
        voucher = intent_of(stand, session)["next_action"]["konbini_display_details"]["hosted_voucher_url"]
        shown = send("GET", voucher)
        assert (shown.status, "お支払い期限" in shown.text, "店頭で支払う" in shown.text) == (200, True, True)
        assert send("POST", voucher, form={"outcome": "pay"}).status == 303
        assert stand.now(session)["payment_status"] == "paid"
        assert "お支払いは完了しています" in send("GET", voucher).text
        stand.deliveries()
        assert stand.endpoint.types() == [
            "checkout.session.completed",
            "payment_intent.succeeded",
            "checkout.session.async_payment_succeeded",
        ]

    def test_unpaid_it_fails_by_itself_when_its_time_is_over(self, stand: Stand) -> None:
        session = promised(stand)
        stand.advance(3 * 24 * 3600)
        assert intent_of(stand, session)["status"] == "requires_payment_method"
        stand.deliveries()
        assert stand.endpoint.types()[-1] == "checkout.session.async_payment_failed"
        assert bring(stand, session, 34_500).status == 400

    def test_a_till_takes_the_exact_amount(self, stand: Stand) -> None:
        assert bring(stand, promised(stand), 34_499).status == 400

    @pytest.mark.parametrize("amount", [119, 300_001])
    def test_there_is_a_least_and_a_most(self, stand: Stand, amount: int) -> None:
        form = SESSION | KONBINI
        form |= {"line_items[0][quantity]": 1, "line_items[0][price_data][unit_amount]": amount}
        assert stand.api("POST", "checkout/sessions", form).json()["error"]["code"] == "amount_too_large"

    def test_what_the_page_does_not_offer_does_nothing(self, stand: Stand) -> None:
        session = stand.session(**KONBINI)
        stand.press(session, "pay")
        assert stand.now(session)["status"] == "open"


class TestTransfer:
    def test_it_needs_a_customer(self, stand: Stand) -> None:
        answer = stand.api("POST", "checkout/sessions", SESSION | TRANSFER)
        assert answer.json()["error"]["param"] == "customer"

    def test_a_customer_keeps_its_account(self, stand: Stand) -> None:
        customer = by_transfer(stand)["customer"]
        numbers = set()
        for _ in range(2):
            session = stand.session(**TRANSFER, customer=customer)
            stand.press(session, "transfer")
            told = intent_of(stand, stand.now(session))["next_action"]["display_bank_transfer_instructions"]
            numbers.add(told["financial_addresses"][0]["zengin"]["account_number"])
        assert len(numbers) == 1

    @pytest.mark.parametrize(
        ("brought", "remaining", "kept"),
        [([34_500], 0, 0), ([34_060, 440], 0, 0), ([34_060], 440, 0), ([35_000], 0, 500)],
    )
    def test_r18_too_little_leaves_a_rest_and_too_much_stays_with_the_customer(
        self, stand: Stand, brought: list[int], remaining: int, kept: int
    ) -> None:
        session = promised(stand, "transfer")
        for amount in brought:
            assert bring(stand, session, amount).status == 200
        intent = intent_of(stand, session)
        told = (intent["next_action"] or {}).get("display_bank_transfer_instructions", {"amount_remaining": 0})
        balance = stand.api("GET", f"customers/{session['customer']}").json()["cash_balance"]
        assert told["amount_remaining"] == remaining
        assert stand.now(session)["payment_status"] == ("unpaid" if remaining else "paid")
        assert (balance["available"]["jpy"] if balance else 0) == kept

    def test_in_a_browser(self, stand: Stand) -> None:
        session = promised(stand, "transfer")
        page = f"{stand.server.url}/c/elsewhere/{session['payment_intent']}"
        assert "デモ銀行" in send("GET", page).text
        send("POST", page, form={"amount": "30000"})
        assert "¥4,500" in send("GET", page).text
        send("POST", page, form={"amount": "4500"})
        assert stand.now(session)["payment_status"] == "paid"

    def test_r13_cancelled_it_takes_no_money(self, stand: Stand) -> None:
        session = promised(stand, "transfer")
        assert stand.api("POST", f"checkout/sessions/{session['id']}/expire").status == 400
        path = f"payment_intents/{session['payment_intent']}/cancel"
        assert stand.api("POST", path, {"cancellation_reason": "abandoned"}).json()["status"] == "canceled"
        assert stand.api("POST", path).status == 400
        assert bring(stand, session, 34_500).status == 400


class TestMoneyBack:
    @pytest.mark.parametrize(
        ("mood", "status"),
        [({}, "succeeded"), ({"refund_status": "pending"}, "pending"), ({"refund_status": "failed"}, "failed")],
    )
    def test_a_card_gets_it_at_once_or_later_or_never(self, stand: Stand, mood: dict[str, Any], status: str) -> None:
        session = stand.now(stand.paid())
        stand.moods(**mood)
        given = stand.api("POST", "refunds", {"payment_intent": session["payment_intent"], "amount": 500}).json()
        charge = stand.api("GET", f"charges?payment_intent={session['payment_intent']}").json()["data"][0]
        assert (given["status"], charge["amount_refunded"]) == (status, 0 if status == "failed" else 500)

    def test_konbini_asks_the_payer_for_an_account(self, stand: Stand) -> None:
        session = promised(stand)
        bring(stand, session, 34_500)
        form = {"payment_intent": session["payment_intent"], "instructions_email": "coordinator@example.jp"}
        given = stand.api("POST", "refunds", form).json()
        assert (given["status"], given["next_action"]["type"]) == ("requires_action", "display_details")
        assert stand.api("POST", f"refunds/{given['id']}/cancel").json()["status"] == "canceled"
        assert stand.api("POST", f"refunds/{given['id']}/cancel").status == 400

    def test_r24b_one_that_succeeded_fails_weeks_later(self, stand: Stand) -> None:
        session = stand.now(stand.paid())
        given = stand.api("POST", "refunds", {"payment_intent": session["payment_intent"]}).json()
        stand.advance(21 * 24 * 3600)
        assert stand.control("POST", f"refunds/{given['id']}", {"status": "failed"}).json()["status"] == "failed"
        assert stand.control("POST", f"refunds/{given['id']}", {"status": "failed"}).status == 400
        stand.deliveries()
        assert stand.endpoint.types()[-2:] == ["refund.updated", "refund.failed"]
        assert stand.api("POST", "refunds", {"payment_intent": session["payment_intent"]}).status == 200

    def test_an_empty_account_gives_nothing(self, stand: Stand) -> None:
        session = stand.now(stand.paid())
        stand.moods(balance_short=True)
        answer = stand.api("POST", "refunds", {"payment_intent": session["payment_intent"]})
        assert answer.json()["error"]["code"] == "balance_insufficient"

    def test_r24c_a_dispute_stops_refunds_until_it_is_won(self, stand: Stand) -> None:
        session = stand.now(stand.paid())
        begun = stand.control("POST", f"payment_intents/{session['payment_intent']}/disputes")
        dispute = begun.json()
        assert (begun.status, dispute["amount"]) == (201, 34_500)
        refused = stand.api("POST", "refunds", {"payment_intent": session["payment_intent"]})
        assert refused.json()["error"]["code"] == "charge_disputed"
        assert stand.control("POST", f"disputes/{dispute['id']}/closing", {"won": True}).json()["status"] == "won"
        assert stand.control("POST", f"disputes/{dispute['id']}/closing", {"won": True}).status == 400
        stand.deliveries()
        assert stand.endpoint.types()[-2:] == ["charge.dispute.created", "charge.dispute.closed"]


class TestMoods:
    def test_an_event_three_days_late(self, stand: Stand) -> None:
        stand.moods(webhook_delay=3 * 24 * 3600)
        bring(stand, promised(stand), 34_500)
        stand.deliveries()
        assert stand.endpoint.types() == []
        stand.advance(3 * 24 * 3600)
        stand.deliveries()
        assert stand.endpoint.types()[-1] == "checkout.session.async_payment_succeeded"

    def test_an_event_of_another_account(self, stand: Stand) -> None:
        stand.moods(other_account=True)
        stand.paid()
        stand.deliveries()
        assert {one.event["account"] for one in stand.endpoint.received} == {"acct_of_somebody_else"}

    def test_events_are_listed_by_several_types(self, stand: Stand) -> None:
        stand.paid()
        query = "types[0]=charge.succeeded&types[1]=checkout.session.completed&limit=1"
        first = stand.api("GET", f"events?{query}").json()
        assert ([one["type"] for one in first["data"]], first["has_more"]) == (["checkout.session.completed"], True)

    def test_a_payer_whom_the_bank_does_not_recognise_may_try_again(self, stand: Stand) -> None:
        session = stand.session(**{"payment_method_options[card][request_three_d_secure]": "any"})
        stand.press(session, "unrecognised")
        intent = stand.server.store.kind("payment_intent")[0]
        assert intent["last_payment_error"]["code"] == "payment_intent_authentication_failure"
        stand.press(session)
        assert stand.now(session)["payment_status"] == "paid"
