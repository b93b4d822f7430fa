"""Konbini and virtual accounts against a real HTTP server that speaks Stripe: promised; paid days later, or never."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses_app.bookings import queries
from courses_app.bookings.models import Booking
from courses_app.bookings.rules import BookingStatus, SeatStatus
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session, transaction
from courses_app.foundation.matters import Matter
from courses_app.foundation.outbox import OutboxMessage
from courses_app.payments.models import Checkout, CheckoutStatus, Payment, PaymentMethod, StripeCustomer
from courses_app.payments.operations import set_way
from courses_app.payments.queries import way_of
from courses_app.payments.rules.ways import WayFacts
from tests.accounts.signing import csrf_token, sign_in
from tests.bookings.conftest import MakeHere
from tests.bookings.firm import Firm, open_firm
from tests.bookings.test_webhook import came_back, payments, results, state, worked
from tests.payments.wire import send

KONBINI, ACCOUNT = PaymentMethod.KONBINI, PaymentMethod.VIRTUAL_ACCOUNT
A_DAY = timedelta(days=1)


@pytest.fixture
def firm(app: Flask) -> Iterator[Firm]:
    with open_firm(app) as opened:
        yield opened
        assert opened.contract.broken == []


def switched(method: PaymentMethod, **changes: Any) -> None:
    """The office sets a way to pay from today on."""
    today = clock.today()
    way = way_of(method, today)
    facts = {name: getattr(way, name) for name in WayFacts.__dataclass_fields__} | changes
    with transaction():
        set_way(method=method, facts=WayFacts(**facts), from_on=today, by=SYSTEM, now=clock.now(), today=today)


def ordered(app: Flask, client: FlaskClient, make: MakeHere, method: PaymentMethod) -> Booking:
    """An order to be paid so, its coordinator signed in."""
    with app.app_context():
        switched(ACCOUNT, is_on=True)
        somebody = make.coordinator()
        booking = make.ordered(
            make.run(), 3, method=method, organization=somebody.organization, booked_by=somebody.person
        )
        email, booking = somebody.email, make.whole(booking)
    sign_in(client, email)
    return booking


def begun(client: FlaskClient, booking: Booking, method: PaymentMethod) -> str:
    """Press the button of one way on our payment page; the address of theirs."""
    address = f"/bookings/{booking.reference}/payment"
    answer = client.post(address, data={"csrf_token": csrf_token(client, address), "method": method.value})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.headers["Location"])


def promised(client: FlaskClient, firm: Firm, booking: Booking, method: PaymentMethod) -> str:
    """The payer takes the numbers or the account, and comes back; the payment intent at Stripe."""
    back = firm.press(begun(client, booking, method), "konbini" if method is KONBINI else "transfer")
    firm.deliveries()
    assert came_back(client, back) == f"/bookings/{booking.reference}/payment"
    return str(firm.sessions()[-1]["payment_intent"])


def bring(firm: Firm, intent: str, amount: int) -> None:
    answer = firm.control("POST", f"payment_intents/{intent}/money", {"amount": amount})
    assert answer.status == 200, answer.text
    firm.deliveries()


def checkout(app: Flask) -> Checkout:
    with app.app_context():
        found = session.scalars(select(Checkout).order_by(Checkout.id.desc()).limit(1)).one()
        session.expunge(found)
        return found


def booked(app: Flask, booking: Booking) -> Booking:
    with app.app_context():
        found = session.get_one(Booking, booking.id)
        session.expunge(found)
        return found


def mails(app: Flask, kind: str) -> list[str]:
    with app.app_context():
        query = select(OutboxMessage.body).where(OutboxMessage.kind == f"bookings/{kind}")
        return list(session.scalars(query))


def matters(app: Flask) -> list[str]:
    with app.app_context():
        return list(session.scalars(select(Matter.kind).where(Matter.settled_at.is_(None)).order_by(Matter.id)))


def seats(app: Flask, booking: Booking) -> set[SeatStatus]:
    with app.app_context():
        return {seat.status for seat in session.get_one(Booking, booking.id).seats}


def holds(app: Flask) -> bool:
    with app.app_context():
        return queries.violations(now=clock.now()) == []


def test_konbini_keeps_the_seats_to_its_own_deadline_and_confirms_when_paid(
    app: Flask, client: FlaskClient, make: MakeHere, firm: Firm
) -> None:
    booking = ordered(app, client, make, KONBINI)
    intent = promised(client, firm, booking, KONBINI)
    assert (state(app, booking), seats(app, booking)) == (BookingStatus.ORDERED, {SeatStatus.ORDERED})
    found = checkout(app)
    assert (found.status, found.payment_intent) == (CheckoutStatus.PROMISED, intent)
    assert found.pay_until is not None
    assert (day_of(found.pay_until) - clock.today()).days == 3, "as the office has set it"
    until = booked(app, booking).pay_until
    assert until is not None
    assert found.pay_until < until < found.pay_until + timedelta(minutes=10)
    worked(app, after=2 * A_DAY)
    assert state(app, booking) is BookingStatus.ORDERED
    bring(firm, intent, 34_500)
    assert (state(app, booking), payments(app)) == (BookingStatus.PAID, 1)
    with app.app_context():
        assert session.scalars(select(Payment.method)).one() is KONBINI
    assert holds(app)


def test_page_and_mail_say_where_and_until_when(app: Flask, client: FlaskClient, make: MakeHere, firm: Firm) -> None:
    booking = ordered(app, client, make, KONBINI)
    intent = promised(client, firm, booking, KONBINI)
    voucher = f"{firm.server.url}/c/elsewhere/{intent}"
    page = client.get(f"/bookings/{booking.reference}/payment").get_data(as_text=True)
    assert f'href="{voucher}"' in page
    assert "コンビニ" in page
    [mail] = mails(app, "pay_elsewhere")
    assert voucher in mail
    assert "¥34,500" in mail
    assert "ローソン" in mail


def test_r13_konbini_that_nobody_pays_frees_the_seats_and_takes_no_money_any_more(
    app: Flask, client: FlaskClient, make: MakeHere, firm: Firm
) -> None:
    booking = ordered(app, client, make, KONBINI)
    intent = promised(client, firm, booking, KONBINI)
    worked(app, after=4 * A_DAY)
    assert (state(app, booking), seats(app, booking)) == (BookingStatus.EXPIRED, {SeatStatus.EXPIRED})
    assert firm.control("POST", f"payment_intents/{intent}/money", {"amount": 34_500}).status == 400
    assert checkout(app).status is CheckoutStatus.EXPIRED
    assert len(mails(app, "expired")) == 1


def test_konbini_that_failed_frees_the_seats_with_the_next_round(
    app: Flask, client: FlaskClient, make: MakeHere, firm: Firm
) -> None:
    booking = ordered(app, client, make, KONBINI)
    bring(firm, promised(client, firm, booking, KONBINI), 0)
    assert results(app)["checkout.session.async_payment_failed"] == "ignored"
    worked(app)
    assert state(app, booking) is BookingStatus.EXPIRED
    assert checkout(app).status is CheckoutStatus.FAILED


def test_r11_paid_before_it_was_promised(app: Flask, client: FlaskClient, make: MakeHere, firm: Firm) -> None:
    booking = ordered(app, client, make, KONBINI)
    firm.moods(webhook_delay=3600, webhooks_reversed=True)
    firm.press(begun(client, booking, KONBINI), "konbini")
    intent = str(firm.sessions()[-1]["payment_intent"])
    bring(firm, intent, 34_500)
    assert firm.control("POST", "clock", {"advance": 3600}).status == 200
    assert {one["attempts"][-1]["status"] for one in firm.deliveries()} == {200}
    assert (state(app, booking), payments(app)) == (BookingStatus.PAID, 1)
    assert checkout(app).status is CheckoutStatus.COMPLETE
    assert mails(app, "pay_elsewhere") == []


def test_r10_ten_copies_five_at_a_time_of_a_late_payment(
    app: Flask, client: FlaskClient, make: MakeHere, firm: Firm
) -> None:
    booking = ordered(app, client, make, KONBINI)
    intent = promised(client, firm, booking, KONBINI)
    firm.moods(webhook_copies=10)
    bring(firm, intent, 34_500)
    copies = [one for one in firm.deliveries() if one["type"] == "checkout.session.async_payment_succeeded"]
    assert len(copies) == 10
    assert {one["attempts"][-1]["status"] for one in copies} == {200}
    assert (state(app, booking), payments(app)) == (BookingStatus.PAID, 1)
    assert holds(app)


@pytest.mark.parametrize(
    ("mood", "reason"),
    [
        ({"amount_off": -500}, "wrong_amount"),
        ({"currency": "usd"}, "wrong_currency"),
        ({"unknown_reference": True}, "unknown_reference"),
        ({"other_account": True}, "other_account"),
    ],
)
def test_r12_what_fits_nothing_is_put_aside(
    app: Flask, client: FlaskClient, make: MakeHere, firm: Firm, mood: dict[str, Any], reason: str
) -> None:
    booking = ordered(app, client, make, KONBINI)
    page = begun(client, booking, KONBINI)
    firm.moods(**mood)
    firm.press(page, "konbini")
    firm.deliveries()
    assert results(app)["checkout.session.completed"] == "parked"
    assert matters(app) == ["stripe_event"]
    assert state(app, booking) is BookingStatus.ORDERED
    with app.app_context():
        detail = session.scalars(select(Matter.detail)).one() or {}
    assert detail["reason"] == reason


def test_r09_a_virtual_account_has_one_customer(app: Flask, client: FlaskClient, make: MakeHere, firm: Firm) -> None:
    booking = ordered(app, client, make, ACCOUNT)
    firm.moods(lost_responses=1)
    intent = promised(client, firm, booking, ACCOUNT)
    bring(firm, intent, 34_500)
    assert state(app, booking) is BookingStatus.PAID
    customers = [one for one in firm.control("GET", "state").json() if one["object"] == "customer"]
    with app.app_context():
        assert [one["id"] for one in customers] == list(session.scalars(select(StripeCustomer.external_id)))


def test_r18_too_little_in_a_virtual_account_waits_for_the_rest_and_the_office(
    app: Flask, client: FlaskClient, make: MakeHere, firm: Firm
) -> None:
    booking = ordered(app, client, make, ACCOUNT)
    intent = promised(client, firm, booking, ACCOUNT)
    bring(firm, intent, 34_060)
    assert matters(app) == ["transfer_incomplete"]
    page = client.get(f"/bookings/{booking.reference}/payment").get_data(as_text=True)
    assert "¥440" in page
    worked(app, after=20 * A_DAY)
    assert state(app, booking) is BookingStatus.ORDERED, "nobody loses a seat over a bank's fee"
    bring(firm, intent, 440)
    assert (state(app, booking), matters(app)) == (BookingStatus.PAID, [])


def test_r13_another_way_closes_what_was_promised(app: Flask, client: FlaskClient, make: MakeHere, firm: Firm) -> None:
    booking = ordered(app, client, make, KONBINI)
    intent = promised(client, firm, booking, KONBINI)
    card = begun(client, booking, PaymentMethod.STRIPE)
    assert firm.control("POST", f"payment_intents/{intent}/money", {"amount": 34_500}).status == 400
    firm.deliveries()
    worked(app)
    assert state(app, booking) is BookingStatus.ORDERED, "closed by us, not failed"
    came_back(client, firm.press(card))
    firm.deliveries()
    assert (state(app, booking), payments(app)) == (BookingStatus.PAID, 1)
    with app.app_context():
        assert session.scalars(select(Payment.method)).one() is PaymentMethod.STRIPE


def test_the_same_way_again_shows_the_same_numbers(app: Flask, client: FlaskClient, make: MakeHere, firm: Firm) -> None:
    booking = ordered(app, client, make, KONBINI)
    promised(client, firm, booking, KONBINI)
    assert begun(client, booking, KONBINI) == f"/bookings/{booking.reference}/payment"
    assert len(firm.sessions()) == 1


def test_r19_cancelled_while_it_is_promised_nobody_can_pay_any_more(
    app: Flask, client: FlaskClient, make: MakeHere, firm: Firm
) -> None:
    booking = ordered(app, client, make, KONBINI)
    intent = promised(client, firm, booking, KONBINI)
    address = f"/bookings/{booking.reference}"
    client.post(f"{address}/cancellation", data={"csrf_token": csrf_token(client, f"{address}/payment")})
    worked(app)
    assert state(app, booking) is BookingStatus.CANCELLED
    assert firm.control("POST", f"payment_intents/{intent}/money", {"amount": 34_500}).status == 400


def test_what_is_switched_off_is_not_offered(app: Flask, client: FlaskClient, make: MakeHere, firm: Firm) -> None:
    with app.app_context():
        switched(KONBINI, is_on=False)
        somebody = make.coordinator()
        held = make.held(make.run(), 1, organization=somebody.organization, booked_by=somebody.person)
        email, reference = somebody.email, held.reference
    sign_in(client, email)
    page = client.get(f"/bookings/{reference}").get_data(as_text=True)
    assert 'value="stripe"' in page
    assert 'value="konbini"' not in page
    with app.app_context():
        switched(KONBINI, is_on=True)
    assert 'value="konbini"' in client.get(f"/bookings/{reference}").get_data(as_text=True)


def test_d19_the_last_page_says_until_when_for_each_way(
    app: Flask, client: FlaskClient, make: MakeHere, firm: Firm
) -> None:
    with app.app_context():
        switched(ACCOUNT, is_on=True)
        somebody = make.coordinator()
        held = make.held(make.run(), 1, organization=somebody.organization, booked_by=somebody.person)
        email, reference = somebody.email, held.reference
    sign_in(client, email)
    page = client.get(f"/bookings/{reference}").get_data(as_text=True)
    for words in ("銀行振込", "クレジットカード", "コンビニ", "専用口座"):
        assert words in page
    assert send("GET", firm.address + "/healthz").status == 200
