"""The webhooks of the Stripe-shaped server: every way in which an event can arrive (T5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from courses_app.payments.gateways.stripe_checkout import SignatureRefused, StripeSettings, read_event
from tests.payments.wire import KEY, SECRET, Stand


@pytest.fixture(scope="module")
def running() -> Iterator[Stand]:
    with Stand() as stand:
        yield stand


@pytest.fixture
def stand(running: Stand) -> Stand:
    return running.anew()


def test_the_gateway_believes_them(stand: Stand) -> None:
    session = stand.paid()
    stand.deliveries()
    got = stand.endpoint.received[-1]
    event = read_event(StripeSettings(KEY, SECRET), got.body, got.signature, now=datetime.now(UTC))
    assert (event.type, event.object_id) == ("checkout.session.completed", session["id"])
    assert event.raw["data"]["object"]["amount_total"] == 34_500


@pytest.mark.parametrize(
    "mood", [{"webhook_signed_ago": 310}, {"webhook_signed_ago": -310}, {"webhook_wrong_secret": True}]
)
def test_badly_signed_they_are_not_believed(stand: Stand, mood: dict[str, object]) -> None:
    stand.moods(**mood)
    stand.paid()
    stand.deliveries()
    got = stand.endpoint.received[-1]
    with pytest.raises(SignatureRefused):
        read_event(StripeSettings(KEY, SECRET), got.body, got.signature, now=datetime.now(UTC))


def test_r10_same_webhook_ten_times(stand: Stand) -> None:
    stand.moods(webhook_copies=10)
    stand.paid()
    stand.deliveries()
    completed = [one for one in stand.endpoint.received if one.event["type"] == "checkout.session.completed"]
    assert len(completed) == 10
    assert len({one.body for one in completed}) == 1


def test_r11_completed_before_succeeded(stand: Stand) -> None:
    stand.moods(webhooks_reversed=True, webhook_delay=60)
    stand.paid()
    assert stand.deliveries()[0]["attempts"] == []
    stand.advance(60)
    stand.deliveries()
    assert stand.endpoint.types() == ["checkout.session.completed", "payment_intent.succeeded"]


@pytest.mark.parametrize(
    ("mood", "wrong"),
    [
        ({"amount_off": -500}, {"amount_total": 34_000}),
        ({"currency": "usd"}, {"currency": "usd"}),
        ({"livemode": True}, {"livemode": True}),
    ],
)
def test_r12_the_payment_is_not_what_was_ordered(
    stand: Stand, mood: dict[str, object], wrong: dict[str, object]
) -> None:
    stand.moods(**mood)
    session = stand.paid()
    stand.deliveries()
    told, asked = stand.endpoint.received[-1].event["data"]["object"], stand.now(session)
    assert wrong.items() <= told.items()
    assert told == asked
    assert stand.endpoint.received[-1].event["livemode"] is bool(mood.get("livemode", False))


def test_r12_a_reference_nobody_knows(stand: Stand) -> None:
    stand.moods(unknown_reference=True)
    stand.paid()
    stand.deliveries()
    told = stand.endpoint.received[-1].event["data"]["object"]
    assert told["client_reference_id"] == told["metadata"]["reference"] != "K7Q2-9XWM"


def test_r14_refused_ones_come_again_with_growing_pauses(stand: Stand) -> None:
    stand.moods(webhook_delay=10)
    stand.endpoint.statuses += [500, 400, 302, 307]
    stand.paid()
    for seconds in (10, 2, 3):
        stand.advance(seconds)
        deliveries = stand.deliveries()
    assert [[one["status"] for one in each["attempts"]] for each in deliveries] == [
        [500, 302, 200],
        [400, 307, 200],
    ]
    assert len({one.body for one in stand.endpoint.received}) == 2


def test_an_event_can_be_sent_again(stand: Stand) -> None:
    stand.paid()
    event = stand.deliveries()[-1]["event"]
    again = stand.control("POST", f"events/{event}/redelivery", {"copies": 3})
    assert (again.status, len(stand.deliveries())) == (201, 5)
    assert [one.event["id"] for one in stand.endpoint.received].count(event) == 4


def test_any_event_can_be_told(stand: Stand) -> None:
    body = {"type": "charge.dispute.created", "object": {"id": "du_1", "object": "dispute"}}
    assert stand.control("POST", "events", body).status == 201
    stand.deliveries()
    assert stand.endpoint.received[0].event["data"]["object"] == body["object"]
