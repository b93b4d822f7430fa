"""Payment pages that end in a way we did not ask for: the office learns of it once, and the clock goes on."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from courses_app.bookings import tasks
from courses_app.bookings.models import Booking
from courses_app.bookings.rules import BookingStatus
from courses_app.foundation import clock
from courses_app.foundation.db import session
from courses_app.foundation.matters import Matter
from courses_app.payments.models import Checkout, CheckoutStatus
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
