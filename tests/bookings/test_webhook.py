"""Paying by card against a real HTTP server that speaks Stripe: the page, the way back, the events, the failures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from courses_app.bookings import operations, queries, tasks
from courses_app.bookings.models import Booking
from courses_app.bookings.rules import BookingStatus
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session
from courses_app.foundation.matters import Matter
from courses_app.payments.models import Checkout, CheckoutStatus, EventResult, Payment, PaymentMethod, StripeEvent
from tests.accounts.signing import csrf_token, sign_in
from tests.bookings.conftest import MakeHere
from tests.bookings.firm import Firm, open_firm
from tests.payments.wire import send


@pytest.fixture
def firm(app: Flask) -> Iterator[Firm]:
    with open_firm(app) as opened:
        yield opened
        assert opened.contract.broken == []


@pytest.fixture
def booking(app: Flask, client: FlaskClient, make: MakeHere, firm: Firm) -> Booking:
    """An order to be paid by card, its coordinator signed in."""
    with app.app_context():
        somebody = make.coordinator()
        ordered = make.ordered(
            make.run(), 3, method=PaymentMethod.STRIPE, organization=somebody.organization, booked_by=somebody.person
        )
        email, ordered = somebody.email, make.whole(ordered)
    sign_in(client, email)
    return ordered


def begun(client: FlaskClient, booking: Booking) -> str:
    """Press the button on our payment page; the address of theirs."""
    address = f"/bookings/{booking.reference}/payment"
    answer = client.post(address, data={"csrf_token": csrf_token(client, address)})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.headers["Location"])


def came_back(client: FlaskClient, path: str) -> str:
    """What a browser without scripts does after the payment; the address it ends at."""
    page = client.get(path)
    if page.status_code != 200:
        return str(page.headers["Location"])
    checkout = path.partition("checkout=")[2]
    address = path.partition("?")[0]
    answer = client.post(address, data={"csrf_token": csrf_token(client, path), "checkout": checkout})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.headers["Location"])


def state(app: Flask, booking: Booking) -> BookingStatus:
    with app.app_context():
        return session.scalars(select(Booking.status).where(Booking.id == booking.id)).one()


def results(app: Flask) -> dict[str, str]:
    with app.app_context():
        return {event.kind: event.result.value for event in session.scalars(select(StripeEvent))}


def payments(app: Flask) -> int:
    with app.app_context():
        return session.scalar(select(func.count(Payment.id))) or 0


def holds(app: Flask) -> bool:
    with app.app_context():
        return queries.violations(now=clock.now()) == []


def worked(app: Flask, *, after: timedelta = timedelta(0)) -> int:
    with app.app_context():
        return tasks.run_due(clock=lambda: clock.now() + after)


def test_paying_by_card(app: Flask, client: FlaskClient, firm: Firm, booking: Booking) -> None:
    page = begun(client, booking)
    assert page.startswith(firm.server.url)
    back = firm.press(page)
    assert back.startswith(f"/bookings/{booking.reference}/payment/return?checkout=cs_")
    assert came_back(client, back) == f"/bookings/{booking.reference}"
    assert state(app, booking) is BookingStatus.PAID
    assert {one["attempts"][-1]["status"] for one in firm.deliveries()} == {200}
    assert results(app)["checkout.session.completed"] == "settled"
    assert payments(app) == 1
    assert holds(app)


def test_the_webhook_alone_is_enough(app: Flask, client: FlaskClient, firm: Firm, booking: Booking) -> None:
    back = firm.press(begun(client, booking))
    firm.deliveries()
    assert state(app, booking) is BookingStatus.PAID
    assert came_back(client, back) == f"/bookings/{booking.reference}"
    assert payments(app) == 1


def test_s14_coming_back_writes_nothing_by_itself(
    app: Flask, client: FlaskClient, firm: Firm, booking: Booking
) -> None:
    firm.moods(webhook_delay=3600)
    back = firm.press(begun(client, booking))
    assert client.get(back).status_code == 200
    assert state(app, booking) is BookingStatus.ORDERED
    assert came_back(client, back) == f"/bookings/{booking.reference}"


def test_s23_the_address_proves_nothing(app: Flask, client: FlaskClient, firm: Firm, booking: Booking) -> None:
    page = begun(client, booking)
    unpaid = f"/bookings/{booking.reference}/payment/return?checkout={page.rpartition('/')[2]}"
    assert came_back(client, unpaid) == f"/bookings/{booking.reference}/payment"
    assert state(app, booking) is BookingStatus.ORDERED


def test_s20_another_bookings_checkout_is_not_found(
    app: Flask, client: FlaskClient, make: MakeHere, firm: Firm, booking: Booking
) -> None:
    page = begun(client, booking)
    with app.app_context():
        somebody = make.coordinator()
        other = make.ordered(
            make.run(days_ahead=50), method=PaymentMethod.STRIPE,
            organization=somebody.organization, booked_by=somebody.person,
        )  # fmt: skip
        email, reference = somebody.email, make.whole(other).reference
    stranger = app.test_client()
    sign_in(stranger, email)
    address = f"/bookings/{reference}/payment"
    data = {"csrf_token": csrf_token(stranger, address), "checkout": page.rpartition("/")[2]}
    assert stranger.post(f"{address}/return", data=data).status_code == 404
    assert stranger.get(f"/bookings/{booking.reference}/payment").status_code == 404


def test_r42_two_tabs_are_one_page(app: Flask, client: FlaskClient, firm: Firm, booking: Booking) -> None:
    assert begun(client, booking) == begun(client, booking)
    assert len(firm.sessions()) == 1


def test_r09_a_lost_answer_is_asked_for_again(app: Flask, client: FlaskClient, firm: Firm, booking: Booking) -> None:
    firm.moods(lost_responses=1)
    begun(client, booking)
    assert len(firm.sessions()) == 1


def test_r09_stripe_away_loses_nothing(app: Flask, client: FlaskClient, firm: Firm, booking: Booking) -> None:
    address = f"/bookings/{booking.reference}/payment"
    firm.away()
    assert client.post(address, data={"csrf_token": csrf_token(client, address)}).status_code == 503
    firm.back()
    begun(client, booking)
    assert len(firm.sessions()) == 1
    with app.app_context():
        assert session.scalar(select(func.count(Checkout.id))) == 1


def test_r09_a_remembered_failure_gets_a_new_key(app: Flask, client: FlaskClient, firm: Firm, booking: Booking) -> None:
    firm.moods(stored_failures=1)
    address = f"/bookings/{booking.reference}/payment"
    assert client.post(address, data={"csrf_token": csrf_token(client, address)}).status_code == 503
    begun(client, booking)
    with app.app_context():
        states = [one.status for one in session.scalars(select(Checkout).order_by(Checkout.id))]
    assert states == [CheckoutStatus.FAILED, CheckoutStatus.OPEN]


def test_a_declined_card_may_try_again(app: Flask, client: FlaskClient, firm: Firm, booking: Booking) -> None:
    page = begun(client, booking)
    firm.press(page, "decline")
    firm.deliveries()
    assert state(app, booking) is BookingStatus.ORDERED
    firm.press(page)
    firm.deliveries()
    assert state(app, booking) is BookingStatus.PAID


def test_r10_same_webhook_ten_times(app: Flask, client: FlaskClient, firm: Firm, booking: Booking) -> None:
    firm.moods(webhook_copies=10)
    firm.press(begun(client, booking))
    deliveries = firm.deliveries()
    assert {one["attempts"][-1]["status"] for one in deliveries} == {200}
    assert state(app, booking) is BookingStatus.PAID
    assert payments(app) == 1
    assert holds(app)


def test_r11_events_in_any_order(app: Flask, client: FlaskClient, firm: Firm, booking: Booking) -> None:
    firm.moods(webhooks_reversed=True, webhook_delay=60)
    firm.press(begun(client, booking))
    assert firm.control("POST", "clock", {"advance": 60}).status == 200
    firm.deliveries()
    assert state(app, booking) is BookingStatus.PAID


@pytest.mark.parametrize(
    ("mood", "reason"),
    [
        ({"amount_off": -100}, "wrong_amount"),
        ({"currency": "usd"}, "wrong_currency"),
        ({"unknown_reference": True}, "unknown_reference"),
        ({"livemode": True}, "wrong_mode"),
    ],
)
def test_r12_what_fits_nothing_is_parked(
    app: Flask, client: FlaskClient, firm: Firm, booking: Booking, mood: dict[str, object], reason: str
) -> None:
    firm.moods(**mood)
    back = firm.press(begun(client, booking))
    assert {one["attempts"][-1]["status"] for one in firm.deliveries()} == {200}
    assert state(app, booking) is BookingStatus.ORDERED
    with app.app_context():
        parked = session.scalars(select(StripeEvent).where(StripeEvent.result == EventResult.PARKED)).all()
        assert reason in {event.reason for event in parked}
        assert session.scalar(select(func.count(Matter.id)).where(Matter.kind == "stripe_event"))
    assert came_back(client, back) == f"/bookings/{booking.reference}/payment"
    assert state(app, booking) is BookingStatus.ORDERED


@pytest.mark.parametrize(
    "mood", [{"webhook_signed_ago": 310}, {"webhook_signed_ago": -310}, {"webhook_wrong_secret": True}]
)
def test_s43_only_what_stripe_signed_just_now(
    app: Flask, client: FlaskClient, firm: Firm, booking: Booking, mood: dict[str, object]
) -> None:
    firm.moods(**mood)
    firm.press(begun(client, booking))
    assert {one["attempts"][0]["status"] for one in firm.deliveries()} == {400}
    assert results(app) == {}
    assert state(app, booking) is BookingStatus.ORDERED


def test_s43_the_door_of_the_webhook(app: Flask, firm: Firm) -> None:
    door = f"{firm.address}/webhooks/stripe"
    assert send("GET", door).status == 405
    assert send("POST", door, body={"id": "evt_1"}).status == 400
    assert send("POST", door, body={"id": "x" * 1_000_001}, Stripe_Signature="t=1,v1=0").status == 413
    assert results(app) == {}


def test_r15_what_could_not_be_worked_off_is_not_lost(
    app: Flask, client: FlaskClient, firm: Firm, booking: Booking
) -> None:
    page = begun(client, booking)
    firm.away()
    firm.press(page)
    assert 503 in {one["attempts"][0]["status"] for one in firm.deliveries()}
    assert results(app)["checkout.session.completed"] == "received"
    assert state(app, booking) is BookingStatus.ORDERED
    firm.back()
    worked(app, after=timedelta(minutes=2))
    assert results(app)["checkout.session.completed"] == "settled"
    assert state(app, booking) is BookingStatus.PAID
    assert holds(app)


def test_r13_an_abandoned_page_frees_the_seats(
    app: Flask, client: FlaskClient, make: MakeHere, firm: Firm, booking: Booking
) -> None:
    begun(client, booking)
    with app.app_context():
        late = (make.whole(booking).pay_until or clock.now()) - clock.now() + timedelta(seconds=1)
    worked(app, after=late)
    assert state(app, booking) is BookingStatus.EXPIRED
    assert [one["status"] for one in firm.sessions()] == ["expired"]
    firm.deliveries()
    assert holds(app)


def test_r08_paid_in_the_last_moment(
    app: Flask, client: FlaskClient, make: MakeHere, firm: Firm, booking: Booking
) -> None:
    firm.moods(webhook_delay=3600)
    firm.press(begun(client, booking))
    worked(app, after=timedelta(hours=2))
    assert state(app, booking) is BookingStatus.PAID
    assert holds(app)


def test_no_seat_is_given_up_while_stripe_cannot_be_asked(
    app: Flask, client: FlaskClient, firm: Firm, booking: Booking
) -> None:
    begun(client, booking)
    firm.away()
    worked(app, after=timedelta(hours=2))
    assert state(app, booking) is BookingStatus.ORDERED


def test_r19_cancelled_while_the_page_was_open(app: Flask, client: FlaskClient, firm: Firm, booking: Booking) -> None:
    page = begun(client, booking)
    address = f"/bookings/{booking.reference}"
    token = csrf_token(client, address)
    assert client.post(f"{address}/cancellation", data={"csrf_token": token}).status_code == 303
    firm.press(page)
    firm.deliveries()
    assert state(app, booking) is BookingStatus.PAID_NO_SEAT
    assert holds(app)


def test_a_cancelled_bookings_page_is_closed(app: Flask, client: FlaskClient, firm: Firm, booking: Booking) -> None:
    begun(client, booking)
    with app.app_context():
        from courses_app.foundation.db import transaction

        with transaction():
            operations.cancel(booking=booking, by=SYSTEM, now=clock.now())
    worked(app)
    assert [one["status"] for one in firm.sessions()] == ["expired"]
    firm.deliveries()
