"""From card to transfer, after a refused or abandoned card; money that came meanwhile wins."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from courses_app.bookings import operations
from courses_app.bookings.models import Booking
from courses_app.bookings.rules import BookingStatus, TransferTooLate
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session
from courses_app.foundation.lifecycle import MoveNotAllowed
from courses_app.foundation.outbox import OutboxMessage
from courses_app.payments.models import Invoice, PaymentMethod
from courses_app.payments.tasks import run_due as print_papers
from tests.accounts.signing import csrf_token
from tests.bookings.conftest import MakeHere
from tests.bookings.firm import Firm
from tests.bookings.test_attack_payments import pages
from tests.bookings.test_webhook import begun, booking, firm, holds, payments, results, state, worked

__all__ = ["booking", "firm"]


def changed(client: FlaskClient, booking: Booking) -> TestResponse:
    """Press the button below the card's."""
    address = f"/bookings/{booking.reference}/payment"
    return client.post(f"{address}/transfer", data={"csrf_token": csrf_token(client, address)})


def method(app: Flask, booking: Booking) -> tuple[PaymentMethod | None, PaymentMethod]:
    with app.app_context():
        kept = session.get_one(Booking, booking.id)
        invoice = session.get_one(Invoice, kept.invoice_id)
        assert (invoice.due_on is not None) is (invoice.method is PaymentMethod.BANK_TRANSFER)
        return kept.payment_method, invoice.method


BY_CARD = (PaymentMethod.STRIPE, PaymentMethod.STRIPE)
BY_TRANSFER = (PaymentMethod.BANK_TRANSFER, PaymentMethod.BANK_TRANSFER)


def test_after_a_refused_card_the_order_is_paid_by_transfer(
    app: Flask, client: FlaskClient, make: MakeHere, firm: Firm, booking: Booking
) -> None:
    firm.press(begun(client, booking), "decline")
    answer = changed(client, booking)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    assert [one["status"] for one in firm.sessions()] == ["expired"]
    assert method(app, booking) == BY_TRANSFER
    page = client.get(answer.headers["Location"]).get_data(as_text=True)
    assert "銀行振込でのお支払い" in page
    with app.app_context():
        print_papers(clock=clock.now)
        kept = make.whole(booking)
        assert kept.invoice
        assert kept.invoice.number
        assert kept.pay_until
        assert kept.pay_until > clock.now() + timedelta(days=1)
        assert any("銀行振込" in line for item in (kept.terms or {})["items"] for line in item["lines"])
        mails = session.scalars(select(OutboxMessage.kind).order_by(OutboxMessage.id)).all()
        assert mails.count("bookings/ordered") == 2
        assert "payments/invoice_issued" in mails
        make.pay(kept)
    assert state(app, booking) is BookingStatus.PAID
    assert holds(app)


def test_an_abandoned_card_needs_no_page_and_twice_is_once(
    app: Flask, client: FlaskClient, firm: Firm, booking: Booking
) -> None:
    assert [changed(client, booking).status_code for _ in range(2)] == [303, 303]
    assert method(app, booking) == BY_TRANSFER
    begun(client, booking)  # and by card after all
    assert holds(app)


def test_r13_the_webhook_comes_first(app: Flask, client: FlaskClient, firm: Firm, booking: Booking) -> None:
    address = f"/bookings/{booking.reference}/payment"
    token = csrf_token(client, address)
    firm.press(begun(client, booking))
    firm.deliveries()
    answer = client.post(f"{address}/transfer", data={"csrf_token": token})
    assert answer.headers["Location"] == f"/bookings/{booking.reference}"
    assert (state(app, booking), method(app, booking), payments(app)) == (BookingStatus.PAID, BY_CARD, 1)
    assert holds(app)


def test_r13_the_webhook_comes_after(app: Flask, client: FlaskClient, firm: Firm, booking: Booking) -> None:
    firm.moods(webhook_delay=60)
    firm.press(begun(client, booking))
    assert state(app, booking) is BookingStatus.ORDERED
    answer = changed(client, booking)
    assert answer.headers["Location"] == f"/bookings/{booking.reference}"
    assert (state(app, booking), method(app, booking)) == (BookingStatus.PAID, BY_CARD)
    assert firm.control("POST", "clock", {"advance": 60}).status == 200
    assert {one["attempts"][-1]["status"] for one in firm.deliveries()} == {200}
    assert results(app)["checkout.session.completed"] == "settled"
    assert payments(app) == 1
    assert holds(app)


def test_r13_a_closed_page_tells_of_it_later(app: Flask, client: FlaskClient, firm: Firm, booking: Booking) -> None:
    firm.moods(webhook_delay=60)
    begun(client, booking)
    changed(client, booking)
    assert firm.control("POST", "clock", {"advance": 60}).status == 200
    firm.deliveries()
    worked(app)
    assert (state(app, booking), method(app, booking)) == (BookingStatus.ORDERED, BY_TRANSFER)
    assert [page.value for page in pages(app)] == ["expired"]


def test_while_stripe_is_away_nothing_is_changed(app: Flask, client: FlaskClient, firm: Firm, booking: Booking) -> None:
    begun(client, booking)
    firm.away()
    assert changed(client, booking).status_code == 503
    assert method(app, booking) == BY_CARD


def test_a_transfer_that_would_come_after_booking_closes_is_refused(
    app: Flask, client: FlaskClient, make: MakeHere, firm: Firm, booking: Booking
) -> None:
    page = begun(client, booking)
    token = csrf_token(client, f"/bookings/{booking.reference}/payment")
    with app.app_context(), make.deed():
        session.get_one(Booking, booking.id).first_run.booking_closes_at = clock.now() + timedelta(hours=1)
    address = f"/bookings/{booking.reference}/payment"
    assert "銀行振込に変更する" not in client.get(address).get_data(as_text=True)
    answer = client.post(f"{address}/transfer", data={"csrf_token": token})
    assert answer.status_code == 409
    assert "申込の締切" in answer.get_data(as_text=True)
    assert method(app, booking) == BY_CARD
    firm.press(page)  # the card's page was left open
    firm.deliveries()
    assert state(app, booking) is BookingStatus.PAID


def test_what_no_longer_waits_for_money_is_not_changed(inside: Flask, make: MakeHere) -> None:
    ordered = make.ordered(make.run(), method=PaymentMethod.STRIPE)
    with make.deed():
        operations.cancel(booking=ordered, by=SYSTEM, now=clock.now())
    with pytest.raises(MoveNotAllowed), make.deed():
        operations.change_to_transfer(booking=ordered, by=SYSTEM, now=clock.now())
    late = make.ordered(make.run(), method=PaymentMethod.STRIPE)
    with pytest.raises(TransferTooLate), make.deed():
        closed = make.whole(late).first_run.booking_closes_at
        operations.change_to_transfer(booking=late, by=SYSTEM, now=closed)
