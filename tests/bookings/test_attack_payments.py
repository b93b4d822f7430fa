"""Payment pages that end in a way we did not ask for: the office learns of it once, and the clock goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from courses_app.bookings import operations, tasks
from courses_app.bookings.models import Booking
from courses_app.bookings.rules import BookingStatus
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session
from courses_app.foundation.matters import Matter
from courses_app.foundation.yen import Yen
from courses_app.payments.gateways.stripe_answers import RefundState
from courses_app.payments.models import Checkout, CheckoutStatus, Refund
from courses_app.payments.operations import owe_refund
from tests.accounts.signing import csrf_token
from tests.bookings.conftest import MakeHere
from tests.bookings.firm import Firm
from tests.bookings.test_webhook import begun, booking, firm, state

__all__ = ["booking", "firm"]


def unclear(app: Flask) -> list[str]:
    with app.app_context():
        matters = session.scalars(select(Matter).where(Matter.kind == tasks.UNCLEAR_PAYMENT).order_by(Matter.id))
        return [str((matter.detail or {})["reason"]) for matter in matters]


def pages(app: Flask) -> list[CheckoutStatus]:
    with app.app_context():
        return list(session.scalars(select(Checkout.status).order_by(Checkout.id)))


def worked(app: Flask, after: timedelta = timedelta(0)) -> None:
    with app.app_context():
        tasks.run_due(clock=lambda: clock.now() + after)


def test_paid_by_transfer_and_then_on_the_open_page(
    app: Flask, client: FlaskClient, firm: Firm, booking: Booking, make: MakeHere
) -> None:
    firm.moods(webhook_wrong_secret=True)  # no event reaches us
    page = begun(client, booking)
    with app.app_context():
        make.pay(booking)
    firm.press(page)
    worked(app)
    worked(app)
    assert state(app, booking) is BookingStatus.PAID
    assert unclear(app) == ["paid_twice"]
    assert pages(app) == [CheckoutStatus.COMPLETE]


def test_r13_a_page_stripe_does_not_know_is_put_before_the_office(
    app: Flask, client: FlaskClient, firm: Firm, booking: Booking, make: MakeHere
) -> None:
    begun(client, booking)
    with make.deed():
        session.execute(update(Checkout).values(external_id="cs_test_of_another_account"))
    worked(app, timedelta(hours=2))
    worked(app, timedelta(hours=2))
    assert state(app, booking) is BookingStatus.ORDERED
    assert unclear(app) == ["not_closed"]


@pytest.mark.parametrize(
    "settings", [{"stripe_secret_key": ""}, {"stripe_webhook_secret": ""}, {"stripe_api_base": "http://example.jp"}]
)
def test_paying_by_card_without_a_firm_is_refused_before_anything_is_stored(
    app: Flask, client: FlaskClient, firm: Firm, booking: Booking, settings: dict[str, str]
) -> None:
    address = f"/bookings/{booking.reference}/payment"
    token = csrf_token(client, address)
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], **settings)
    answer = client.post(address, data={"csrf_token": token})
    assert answer.status_code == 409
    assert "カード" in answer.text
    assert pages(app) == []


def test_a_refund_told_again_is_not_taken_for_another_one(inside: Flask, make: MakeHere) -> None:
    booking = make.paid(make.run(), 2)
    assert booking.invoice is not None
    payment = booking.invoice.payments[0]
    with make.deed():
        for key in ("first", "second"):
            owe_refund(
                invoice=booking.invoice, amount=Yen(1000), reason="", key=key, by=SYSTEM, now=clock.now()
            )  # fmt: skip
    for name, sent in (("re_1", 1), ("re_1", 1), ("re_2", 2)):
        with make.deed():
            told = RefundState(name, "succeeded", 1000, "jpy", payment.external_id, None)
            operations.hear_of_refund(state=told, now=clock.now())
        assert session.scalar(select(func.count(Refund.id)).where(Refund.external_id.is_not(None))) == sent
