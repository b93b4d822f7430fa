"""Seats kept for a list were ordered without names, and some of them named by hand: the list still has a way on."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses_app.bookings import operations
from courses_app.bookings.models import Booking, BookingStatus
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session, transaction
from courses_app.payments.models import PaymentMethod
from tests.accounts.signing import sign_in
from tests.bookings.conftest import MakeHere
from tests.bookings.making import attendee
from tests.bookings.test_lists_waiting import names, rows_of
from tests.bookings.test_routes import text_of
from tests.bookings.test_seats_of_lists import states
from tests.bookings.test_sheets_pages import line, listed, pressed

ORDERED, HELD = BookingStatus.ORDERED, BookingStatus.HELD


def partly_named(app: Flask, client: FlaskClient, make: MakeHere, *, capacity: int, named: int = 1) -> str:
    """A list of three whose three seats were ordered without names; so many have got one on the booking's page."""
    make.issuer()
    run = make.run(capacity=capacity, days_ahead=60)
    with app.app_context(), transaction():
        session.get_one(CourseRun, run.id).course.naming_days_before = 7
    sign_in(client, make.coordinator().email)
    where = listed(client, run, line(1), line(2, born="昭和70年1月1日"), line(3))
    with app.app_context(), transaction():
        kept = session.scalars(select(Booking)).one()
        operations.order(
            booking=kept, payment_method=PaymentMethod.BANK_TRANSFER, stripe_enabled=False, language="ja", by=SYSTEM,
            now=clock.now(),
        )  # fmt: skip
    pressed(client, where, "rows", **{"rows-3-born_on": "1986-01-02"})
    with app.app_context(), transaction():
        kept = session.scalars(select(Booking)).one()
        operations.name_seats(
            booking=kept, run=kept.first_run, attendees=[attendee() for _ in range(named)], by=SYSTEM, now=clock.now()
        )
    return where


def given(app: Flask) -> list[list[str | None]]:
    """The given names on the live seats of each booking."""
    with app.app_context():
        found = session.scalars(select(Booking).order_by(Booking.id))
        return [[seat.given_name for seat in one.live_seats] for one in found]


def test_of_a_full_run_the_seats_without_a_name_go_to_the_first_rows(
    app: Flask, client: FlaskClient, make: MakeHere
) -> None:
    where = partly_named(app, client, make, capacity=3)
    page = text_of(client.get(where))
    assert "3席を確保して" not in page
    assert pressed(client, where, "booking").status_code == 409
    assert pressed(client, where, "seats-left").status_code == 303
    assert (states(app), rows_of(app)) == ([(ORDERED, 3)], names(3))
    assert given(app)[0][1:] == names(1, 2)
    assert pressed(client, where, "waiting").status_code == 303


@pytest.mark.parametrize("deed", ["booking", "seats-left"])
@pytest.mark.parametrize(("named", "free", "left"), [(1, 1, 0), (2, 1, 1), (1, 5, 0)])
def test_seats_without_a_name_and_free_seats_together(
    app: Flask, client: FlaskClient, make: MakeHere, deed: str, named: int, free: int, left: int
) -> None:
    where = partly_named(app, client, make, capacity=3 + free, named=named)
    answer = pressed(client, where, deed)
    if deed == "booking" and left:
        assert (answer.status_code, rows_of(app)) == (409, names(1, 2, 3))
        return
    assert answer.status_code == 303, text_of(answer)
    assert (states(app), rows_of(app)) == ([(ORDERED, 3), (HELD, named - left)], names(3)[:left])
    assert given(app)[0][named:] == names(1, 2, 3)[: 3 - named]
    assert given(app)[1] == names(1, 2, 3)[3 - named :][: named - left]


def test_where_all_were_named_by_hand_the_list_has_no_seats_kept(
    app: Flask, client: FlaskClient, make: MakeHere
) -> None:
    where = partly_named(app, client, make, capacity=6, named=3)
    assert "3席を確保して確認へ進む" in text_of(client.get(where))
    assert pressed(client, where, "booking").status_code == 303
    assert (states(app), given(app)[1]) == ([(ORDERED, 3), (HELD, 3)], names(1, 2, 3))
