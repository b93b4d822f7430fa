"""Money back through Stripe, over real HTTP: whole, in part, pending, failed weeks later, past us in the dashboard."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from courses_app.bookings import operations, queries, tasks
from courses_app.bookings.models import Booking
from courses_app.bookings.rules import BookingStatus
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session, transaction
from courses_app.foundation.matters import Matter
from courses_app.foundation.yen import Yen
from courses_app.payments import operations as money
from courses_app.payments.models import PaymentMethod, Refund, RefundStatus
from courses_app.payments.queries import violations
from courses_app.payments.rules import RefundUnderWay
from tests.bookings.conftest import MakeHere
from tests.bookings.firm import Firm, open_firm
from tests.bookings.test_paying_later import begun, bring, matters, ordered, promised
from tests.bookings.test_webhook import state, worked


@pytest.fixture
def firm(app: Flask) -> Iterator[Firm]:
    with open_firm(app) as opened:
        yield opened
        assert opened.contract.broken == []


@pytest.fixture
def paid(app: Flask, client: FlaskClient, make: MakeHere, firm: Firm) -> Booking:
    """Three seats paid by card: ¥34,500."""
    booking = ordered(app, client, make, PaymentMethod.STRIPE)
    firm.press(begun(client, booking, PaymentMethod.STRIPE))
    firm.deliveries()
    assert state(app, booking) is BookingStatus.PAID
    return booking


def owe(app: Flask, booking: Booking, amount: int, key: str = "one") -> None:
    """Somebody decides that a part goes back, as for one seat."""
    with app.app_context(), transaction():
        invoice = session.get_one(Booking, booking.id).invoice
        assert invoice is not None
        money.owe_refund(invoice=invoice, amount=Yen(amount), reason="a seat", key=key, by=SYSTEM, now=clock.now())


def cancelled(app: Flask, booking: Booking) -> None:
    with app.app_context(), transaction():
        found = session.get_one(Booking, booking.id)
        operations.cancel_by_office(booking=found, reason="called off", by=SYSTEM, now=clock.now())


def refunds(app: Flask) -> list[tuple[int, str]]:
    with app.app_context():
        found = session.scalars(select(Refund).order_by(Refund.id))
        return [(int(one.amount), one.status.value) for one in found]


def at_stripe(firm: Firm) -> list[dict[str, Any]]:
    return [one for one in firm.control("GET", "state").json() if one["object"] == "refund"]


def decide(firm: Firm, status: str) -> None:
    answer = firm.control("POST", f"refunds/{at_stripe(firm)[-1]['id']}", {"status": status})
    assert answer.status == 200, answer.text
    firm.deliveries()


def by_dashboard(firm: Firm, amount: int) -> None:
    intent = next(one["id"] for one in firm.control("GET", "state").json() if one["object"] == "payment_intent")
    assert firm.control("POST", f"payment_intents/{intent}/refunds", {"amount": amount}).status == 201
    firm.deliveries()


def balanced(app: Flask, *, seats: bool = True) -> bool:
    """Money adds up; and (unless the test gave money back without a seat) so do the seats with it."""
    with app.app_context():
        return violations(now=clock.now()) == [] and (not seats or queries.violations(now=clock.now()) == [])


def test_in_part_and_then_the_rest(app: Flask, firm: Firm, paid: Booking) -> None:
    owe(app, paid, 11_500)
    worked(app)
    firm.deliveries()
    assert refunds(app) == [(11_500, "sent")]
    assert at_stripe(firm)[0]["metadata"] == {"refund": "one"}
    owe(app, paid, 23_000, "two")
    worked(app)
    firm.deliveries()
    assert refunds(app) == [(11_500, "sent"), (23_000, "sent")]
    assert (matters(app), balanced(app, seats=False)) == ([], True)


def test_a_cancelled_booking_is_refunded(app: Flask, firm: Firm, paid: Booking) -> None:
    cancelled(app, paid)
    worked(app)
    assert (state(app, paid), refunds(app)) == (BookingStatus.REFUNDED, [(34_500, "sent")])
    assert balanced(app)


@pytest.mark.parametrize("mood", [{"lost_responses": 1}, {"failed_responses": 1}])
def test_r09_the_same_key_never_gives_back_twice(app: Flask, firm: Firm, paid: Booking, mood: dict[str, int]) -> None:
    firm.moods(webhook_delay=3 * 24 * 3600, **mood)
    owe(app, paid, 11_500)
    worked(app)
    assert (refunds(app), len(at_stripe(firm))) == ([(11_500, "sent")], 1)


def test_r09_a_lost_answer_is_looked_for_before_it_is_asked_again(app: Flask, firm: Firm, paid: Booking) -> None:
    firm.moods(webhook_delay=3 * 24 * 3600, stored_failures=1)
    owe(app, paid, 11_500)
    worked(app)
    assert refunds(app) == [(11_500, "asked")]
    worked(app)
    assert len(at_stripe(firm)) == 1
    firm.moods()
    assert firm.control("POST", "clock", {"advance": 25 * 3600}).status == 200, "Stripe has forgotten the key"
    worked(app, after=timedelta(hours=25))
    assert refunds(app) == [(11_500, "sent")]
    assert len(at_stripe(firm)) == 1
    assert balanced(app, seats=False)


def test_stripe_away_it_is_asked_later(app: Flask, firm: Firm, paid: Booking) -> None:
    owe(app, paid, 11_500)
    firm.away()
    worked(app)
    assert refunds(app) == [(11_500, "asked")]
    firm.back()
    worked(app, after=timedelta(minutes=10))
    assert refunds(app) == [(11_500, "sent")]


def test_pending_then_sent(app: Flask, firm: Firm, paid: Booking) -> None:
    firm.moods(refund_status="pending")
    owe(app, paid, 11_500)
    worked(app)
    firm.deliveries()
    assert refunds(app) == [(11_500, "pending")]
    worked(app, after=timedelta(days=1))
    assert len(at_stripe(firm)) == 1
    decide(firm, "succeeded")
    assert (refunds(app), balanced(app, seats=False)) == ([(11_500, "sent")], True)


@pytest.mark.parametrize("first", ["pending", "succeeded"])
def test_r24b_failed_weeks_later_it_is_owed_again(app: Flask, firm: Firm, paid: Booking, first: str) -> None:
    firm.moods(refund_status=first)
    cancelled(app, paid)
    worked(app)
    firm.deliveries()
    assert firm.control("POST", "clock", {"advance": 21 * 24 * 3600}).status == 200
    decide(firm, "failed")
    assert refunds(app) == [(34_500, "failed")]
    assert state(app, paid) is BookingStatus.CANCELLED
    assert "refund_failed" in matters(app)
    assert balanced(app)
    worked(app, after=timedelta(days=22))
    assert len(at_stripe(firm)) == 1, "a person decides what to do next"


def test_r24b_tried_again_it_arrives_and_nothing_is_left_open(app: Flask, firm: Firm, paid: Booking) -> None:
    cancelled(app, paid)
    worked(app)
    firm.deliveries()
    decide(firm, "failed")
    with app.app_context():
        key = session.scalars(select(Refund.key)).one()
        assert tasks.send_refund(key, clock.now)
    firm.deliveries()
    assert (refunds(app), state(app, paid)) == ([(34_500, "sent")], BookingStatus.REFUNDED)
    assert len(at_stripe(firm)) == 2
    assert (matters(app), balanced(app)) == ([], True)


def test_what_stripe_refuses_goes_by_bank_by_hand(app: Flask, firm: Firm, paid: Booking) -> None:
    firm.moods(balance_short=True)
    owe(app, paid, 11_500)
    worked(app)
    assert refunds(app) == [(11_500, "failed")]
    with app.app_context():
        refund = session.scalars(select(Refund)).one()
        assert refund.failure == "balance_insufficient"
        with transaction():
            money.give_back_by_bank(refund=refund, by=SYSTEM, now=clock.now())
        assert refund.status is RefundStatus.DUE
        worked(app)
        with transaction():
            operations.note_refund_sent(refund=refund, sent_on=clock.today(), by=SYSTEM, now=clock.now())
    assert (refunds(app), at_stripe(firm), matters(app), balanced(app, seats=False)) == (
        [(11_500, "sent")],
        [],
        [],
        True,
    )


def test_r24_while_stripe_is_asked_nobody_sends_it_another_way(app: Flask, firm: Firm, paid: Booking) -> None:
    firm.moods(refund_status="pending")
    owe(app, paid, 11_500)
    worked(app)
    with app.app_context():
        refund = session.scalars(select(Refund)).one()
        with pytest.raises(RefundUnderWay), transaction():
            operations.note_refund_sent(refund=refund, sent_on=clock.today(), by=SYSTEM, now=clock.now())
        with pytest.raises(RefundUnderWay), transaction():
            money.give_back_by_bank(refund=refund, by=SYSTEM, now=clock.now())


def test_r24_made_in_the_dashboard_it_is_the_one_we_owe(app: Flask, firm: Firm, paid: Booking) -> None:
    owe(app, paid, 11_500)
    by_dashboard(firm, 11_500)
    worked(app)
    assert refunds(app) == [(11_500, "sent")]
    assert len(at_stripe(firm)) == 1
    assert (matters(app), balanced(app, seats=False)) == ([], True)


def test_r24_made_in_the_dashboard_without_being_owed_it_is_written_down(app: Flask, firm: Firm, paid: Booking) -> None:
    by_dashboard(firm, 10_000)
    by_dashboard(firm, 10_000)
    assert refunds(app) == [(10_000, "sent"), (10_000, "sent")]
    assert matters(app) == ["refund_by_dashboard"]
    assert balanced(app, seats=False)


def test_r24_staff_and_dashboard_together_never_give_back_more_than_came(app: Flask, firm: Firm, paid: Booking) -> None:
    by_dashboard(firm, 30_000)
    owe(app, paid, 4_500)
    worked(app)
    firm.deliveries()
    assert refunds(app) == [(30_000, "sent"), (4_500, "sent")]
    with app.app_context():
        assert session.scalar(select(func.sum(Refund.amount))) == 34_500
    assert balanced(app, seats=False)


def test_konbini_asks_the_payer_for_an_account(app: Flask, client: FlaskClient, make: MakeHere, firm: Firm) -> None:
    booking = ordered(app, client, make, PaymentMethod.KONBINI)
    bring(firm, promised(client, firm, booking, PaymentMethod.KONBINI), 34_500)
    cancelled(app, booking)
    worked(app)
    firm.deliveries()
    assert refunds(app) == [(34_500, "pending")]
    with app.app_context():
        assert session.scalars(select(Refund.failure)).one() == "requires_action"
    decide(firm, "succeeded")
    assert (refunds(app), state(app, booking)) == ([(34_500, "sent")], BookingStatus.REFUNDED)


def test_r10_ten_copies_five_at_a_time_refund_once(app: Flask, firm: Firm, paid: Booking) -> None:
    firm.moods(webhook_copies=10, webhooks_reversed=True)
    cancelled(app, paid)
    worked(app)
    assert {one["attempts"][-1]["status"] for one in firm.deliveries()} == {200}
    assert (refunds(app), state(app, paid), balanced(app)) == ([(34_500, "sent")], BookingStatus.REFUNDED, True)
    with app.app_context():
        assert session.scalar(select(func.count(Matter.id)).where(Matter.settled_at.is_(None))) == 0
