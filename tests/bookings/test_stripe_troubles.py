"""Events our programme fails on, and news nobody but a person can act upon: parked or told, never silent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from courses_app.bookings import queries, tasks
from courses_app.bookings.models import Booking
from courses_app.foundation import clock
from courses_app.foundation.db import session, transaction
from courses_app.foundation.matters import Matter
from courses_app.payments import queries as money
from courses_app.payments.gateways.stripe_events import Event
from courses_app.payments.models import EventResult, Payment, Provider, StripeEvent
from courses_app.payments.operations import store_event
from tests.accounts.signing import csrf_token, sign_in
from tests.bookings.conftest import MakeHere
from tests.triggers import asleep

PAGE = "/office/payments?view=events"


def told(kind: str, number: int = 1, **about: Any) -> str:
    """An event of ours, stored; its id."""
    thing = {"id": "re_1", "object": "refund", "currency": "jpy", **about}
    event_id = f"evt_{kind}_{number}"
    raw = {"id": event_id, "type": kind, "data": {"object": thing}}
    event = Event(event_id, kind, clock.now(), False, None, str(thing["id"]), "refund", raw)
    with transaction():
        store_event(event=event, now=clock.now())
    return event_id


def work(after: timedelta = timedelta(0)) -> None:
    tasks.run_due(clock=lambda: clock.now() + after)


def event() -> StripeEvent:
    session.expire_all()
    return session.scalars(select(StripeEvent)).one()


def matters() -> list[Matter]:
    return list(session.scalars(select(Matter).where(Matter.settled_at.is_(None)).order_by(Matter.id)))


def by_card(make: MakeHere) -> Booking:
    """A booking paid with the payment pi_1."""
    booking = make.paid(make.run(), 2)
    with make.deed():
        asleep("payments")
        session.execute(update(Payment).values(provider=Provider.STRIPE, external_id="pi_1"))
    return make.whole(booking)


def test_an_event_we_fail_on_is_tried_five_times_and_parked(inside: Flask) -> None:
    told("refund.created", payment_intent="yamada@example.jp")  # without an amount: nobody thought of that
    work()
    assert event().tries == 0, "the first minute belongs to the webhook"
    for minutes in (2, 4, 8, 18):
        work(timedelta(minutes=minutes))
    assert (event().result, event().tries) == (EventResult.RECEIVED, 4)
    work(timedelta(minutes=19))
    assert event().tries == 4, "the distance grows"
    work(timedelta(minutes=46))
    work(timedelta(hours=50))
    assert (event().result, event().tries) == (EventResult.PARKED, 5)
    [matter] = matters()
    assert (matter.kind, matter.subject_reference) == ("stripe_event", "evt_refund.created_1")
    reason = (matter.detail or {})["reason"]
    assert reason.startswith("KeyError (")
    assert "yamada" not in str(matter.detail)
    assert money.violations(now=clock.now() + timedelta(hours=50)) == []


def test_r15_a_fault_is_a_5xx_until_it_is_parked(inside: Flask) -> None:
    event_id = told("refund.created")
    for _ in range(4):
        with pytest.raises(KeyError):
            tasks.work_off(event_id, clock=clock.now)
    assert not tasks.work_off(event_id, clock=clock.now)
    assert not tasks.work_off(event_id, clock=clock.now), "parked: Stripe need not send it again"


def test_staff_have_a_parked_event_tried_again(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    with app.app_context():
        clerk = make.staff().account.email
        event_id = told("refund.created")
        for minutes in (2, 4, 8, 18, 46):
            work(timedelta(minutes=minutes))
    sign_in(client, clerk)
    assert "KeyError" in client.get(PAGE).text
    form = {"event_id": event_id, "csrf_token": csrf_token(client, PAGE)}
    assert client.post("/office/payments/events/tries", data=form).status_code == 303
    assert "KeyError" in client.get(PAGE).text
    with app.app_context(), transaction():
        found = session.scalars(select(StripeEvent)).one()
        found.kind = "charge.updated"  # as if the programme had learnt what to do with it
    assert client.post("/office/payments/events/tries", data=form).headers["Location"] == PAGE
    assert event_id not in client.get(PAGE).text
    with app.app_context():
        assert event().result is EventResult.IGNORED
        assert matters() == []


@pytest.mark.parametrize(
    ("kind", "about", "matter_kind"),
    [
        ("refund.failed", {"status": "failed"}, "refund_failed"),
        ("refund.updated", {"status": "failed"}, "refund_failed"),
        ("charge.dispute.created", {"id": "dp_1", "status": "needs_response"}, "payment_disputed"),
        ("charge.dispute.closed", {"id": "dp_1", "status": "lost"}, "payment_disputed"),
    ],
)
def test_r24b_r24c_money_that_comes_back_or_is_taken_is_one_matter(
    inside: Flask, make: MakeHere, kind: str, about: dict[str, str], matter_kind: str
) -> None:
    booking = by_card(make)
    work()
    for number in range(10):
        tasks.work_off(told(kind, number, payment_intent="pi_1", amount=11500, **about), clock=clock.now)
    [matter] = matters()
    assert (matter.kind, matter.subject_kind, matter.subject_reference) == (matter_kind, "booking", booking.reference)
    assert booking.invoice is not None
    number_of_invoice = booking.invoice.number or booking.invoice.reference
    assert matter.detail == {
        "kind": kind, "object": about.get("id", "re_1"), "amount": 11500, "invoice": number_of_invoice
    }  # fmt: skip
    assert queries.violations(now=clock.now()) == []


def test_another_refund_of_the_same_booking_is_added(inside: Flask, make: MakeHere) -> None:
    by_card(make)
    for turn, name in enumerate(("re_1", "re_2", "re_2")):
        tasks.work_off(told("refund.failed", turn, id=name, payment_intent="pi_1", amount=500), clock=clock.now)
    assert [(one.detail or {})["object"] for one in matters()] == ["re_1, re_2 (¥500)"]


def test_trouble_about_a_payment_we_do_not_know_is_told_too(inside: Flask) -> None:
    for turn in range(2):
        about = {"id": "dp_9", "payment_intent": None, "amount": 9900, "currency": "usd"}
        tasks.work_off(told("charge.dispute.updated", turn, **about), clock=clock.now)
    [matter] = matters()
    assert (matter.kind, matter.subject_reference) == ("payment_disputed", "dp_9")
    assert (matter.detail or {})["amount"] == "9900 usd"


def test_a_refund_that_only_changes_its_state_is_no_matter(inside: Flask) -> None:
    tasks.work_off(told("refund.updated", status="succeeded"), clock=clock.now)
    assert matters() == []
