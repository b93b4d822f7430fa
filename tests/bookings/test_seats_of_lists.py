"""Seats are kept while a list is mended: nobody else takes them, and they go when the list goes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses_app.bookings import queries
from courses_app.bookings.models import Booking, BookingStatus
from courses_app.bookings.rules import RunFull
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import clock
from courses_app.foundation.db import session, transaction
from tests.accounts.signing import csrf_token, sign_in
from tests.bookings.conftest import MakeHere
from tests.bookings.test_routes import text_of
from tests.bookings.test_sheets_pages import line, listed, pressed


def states(app: Flask) -> list[tuple[BookingStatus, int]]:
    """Each booking with how many live seats it has; every invariant holds."""
    with app.app_context():
        assert list(queries.violations(now=clock.now())) == []
        found = session.scalars(select(Booking).order_by(Booking.id))
        return [(one.status, len(one.live_seats)) for one in found]


def mending(client: FlaskClient, make: MakeHere, capacity: int = 3) -> tuple[CourseRun, str]:
    """A run with as many seats as the list has rows, one of which has to be mended; the list's address."""
    make.issuer()
    run = make.run(capacity=capacity)
    sign_in(client, make.coordinator().email)
    return run, listed(client, run, line(1), line(2, born="昭和70年1月1日"), line(3))


def test_seats_are_kept_while_the_list_is_mended_and_named_when_it_is_booked(
    app: Flask, client: FlaskClient, make: MakeHere
) -> None:
    run, where = mending(client, make)
    assert states(app) == [(BookingStatus.HELD, 3)]
    assert "この名簿のために3席を確保しています" in text_of(client.get(where))
    with pytest.raises(RunFull):
        make.held(run)
    pressed(client, where, "rows", **{"rows-3-born_on": "１９８６／１／２"})
    review = str(pressed(client, where, "booking").headers["Location"])
    assert states(app) == [(BookingStatus.HELD, 3)]
    page = text_of(client.get(review))
    assert all(f"𠮷野 花子{number}" in page for number in (1, 2, 3))
    data = {"csrf_token": csrf_token(client, review), "names_confirmed": "y", "payment_method": "bank_transfer"}
    assert client.post(f"{review}/confirmation", data=data).status_code == 303
    assert states(app) == [(BookingStatus.ORDERED, 3)]


def test_a_row_taken_out_frees_its_seat(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    run, where = mending(client, make)
    assert pressed(client, where, "rows", remove="3").status_code == 303
    assert states(app) == [(BookingStatus.HELD, 2)]
    make.held(run)
    assert "/bookings/B-" in str(pressed(client, where, "booking").headers["Location"])
    with app.app_context():
        first = session.scalars(select(Booking).order_by(Booking.id)).first()
        assert first is not None
        assert first.total == sum(seat.price for seat in first.live_seats)
    assert states(app) == [(BookingStatus.HELD, 2), (BookingStatus.HELD, 1)]


def test_a_list_given_up_gives_its_seats_up(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    run, where = mending(client, make)
    pressed(client, where, "deletion")
    assert states(app) == [(BookingStatus.CANCELLED, 0)]
    make.held(run, 3)


def test_seats_that_ran_out_are_kept_again_by_one_press_if_there_are_any(
    app: Flask, client: FlaskClient, make: MakeHere
) -> None:
    run, where = mending(client, make)
    with app.app_context(), transaction():
        for booking in session.scalars(select(Booking)):
            booking.hold_until = clock.now() - timedelta(minutes=1)
            for seat in booking.seats:
                seat.hold_until = booking.hold_until
    assert "この名簿のための席は確保されていません" in text_of(client.get(where))
    assert pressed(client, where, "seats").status_code == 303
    assert states(app) == [(BookingStatus.EXPIRED, 0), (BookingStatus.HELD, 3)]
    pressed(client, where, "deletion")
    make.held(run, 1)
    again = listed(client, run, line(1), line(2, born="昭和70年1月1日"), line(3))
    refused = pressed(client, again, "seats")
    assert refused.status_code == 409
    assert "昭和70年1月1日" in text_of(refused)
