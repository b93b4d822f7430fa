"""Stripe's books against ours, over real HTTP: what never reached us is fetched, what differs is a matter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from courses_app.bookings import operations, tasks
from courses_app.bookings.models import Booking
from courses_app.bookings.rules import BookingStatus
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM, AuditEntry
from courses_app.foundation.db import session, transaction
from courses_app.payments.models import PaymentMethod, Provider
from tests.accounts.signing import csrf_token, sign_in
from tests.bookings.conftest import MakeHere
from tests.bookings.firm import Firm, open_firm
from tests.bookings.test_paying_later import begun, matters, ordered
from tests.bookings.test_webhook import payments, state

PAGE = "/office/payments/comparison"
LATER = timedelta(hours=2)


@pytest.fixture
def firm(app: Flask) -> Iterator[Firm]:
    with open_firm(app) as opened:
        yield opened
        assert opened.contract.broken == []


@pytest.fixture
def booking(app: Flask, client: FlaskClient, make: MakeHere, firm: Firm) -> Booking:
    return ordered(app, client, make, PaymentMethod.STRIPE)


def compared(app: Flask, *, after: timedelta = LATER) -> int | None:
    with app.app_context():
        return tasks.compare(clock=lambda: clock.now() + after)


def test_r14_events_that_never_reached_us_are_fetched(
    app: Flask, client: FlaskClient, firm: Firm, booking: Booking
) -> None:
    firm.moods(webhook_delay=30 * 24 * 3600)
    firm.press(begun(client, booking, PaymentMethod.STRIPE))
    assert state(app, booking) is BookingStatus.ORDERED
    assert compared(app) == 0
    assert (state(app, booking), payments(app), matters(app)) == (BookingStatus.PAID, 1, [])
    assert compared(app) == 0
    assert payments(app) == 1


def test_r14_what_stripe_knows_and_we_do_not(app: Flask, client: FlaskClient, firm: Firm, booking: Booking) -> None:
    firm.moods(unknown_reference=True)
    firm.press(begun(client, booking, PaymentMethod.STRIPE))
    firm.deliveries()
    assert compared(app, after=timedelta(0)) == 0, "news may still be on its way"
    assert [compared(app), compared(app)] == [1, 1]
    assert matters(app) == ["stripe_event", "stripe_only"]


def test_r14_what_we_know_and_stripe_does_not(app: Flask, make: MakeHere, firm: Firm, booking: Booking) -> None:
    with app.app_context(), transaction():
        found = session.get_one(Booking, booking.id)
        assert found.invoice is not None
        operations.settle(
            invoice=found.invoice, provider=Provider.STRIPE, external_id="pi_of_nobody", amount=found.invoice.total,
            received_on=clock.today(), by=SYSTEM, now=clock.now(),
        )  # fmt: skip
    assert compared(app) == 1
    assert "ours_only" in matters(app)


def test_r14_a_refund_we_never_heard_of_is_fetched_too(
    app: Flask, client: FlaskClient, firm: Firm, booking: Booking
) -> None:
    firm.press(begun(client, booking, PaymentMethod.STRIPE))
    firm.deliveries()
    firm.moods(webhook_delay=30 * 24 * 3600)
    intent = firm.sessions()[0]["payment_intent"]
    assert firm.control("POST", f"payment_intents/{intent}/refunds", {"amount": 1_000}).status == 201
    assert compared(app) == 0
    assert matters(app) == ["refund_by_dashboard"]


def test_once_a_night_and_not_while_stripe_is_away(app: Flask, firm: Firm, booking: Booking) -> None:
    night = clock.start_of(clock.today() + timedelta(days=2)) + timedelta(hours=3)
    with app.app_context():
        firm.away()
        rounds = [tasks.compare_due(clock=lambda: night) for _ in range(2)]
        firm.back()
        rounds += [tasks.compare_due(clock=lambda at=at: night + timedelta(hours=at)) for at in (0, 20, 24, 25)]  # type: ignore[misc]
        assert rounds == [0, 0, 0, 0, 1, 0]
        tried = select(func.count(AuditEntry.id)).where(AuditEntry.action == "stripe.not_compared")
        assert session.scalar(tried) == 1


def test_by_button(app: Flask, make: MakeHere, firm: Firm, booking: Booking) -> None:
    office = app.test_client()
    with app.app_context():
        email = make.staff().email
    sign_in(office, email)
    assert "まだ照合していません" in office.get(PAGE).get_data(as_text=True)
    token = csrf_token(office, PAGE)
    assert office.post(PAGE, data={"csrf_token": token}, follow_redirects=True).status_code == 200
    assert "一致しています" in office.get(PAGE).get_data(as_text=True)
    firm.away()
    page = office.post(PAGE, data={"csrf_token": token}, follow_redirects=True).get_data(as_text=True)
    assert "Stripe" in page
