"""Two tabs show the same list: each press is answered with what it asked for, or with what has become of the list."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from courses_app.bookings.models import BookingStatus
from tests.accounts.signing import csrf_token, sign_in
from tests.bookings.conftest import MakeHere
from tests.bookings.test_lists_waiting import names, rows_of
from tests.bookings.test_routes import text_of
from tests.bookings.test_seats_of_lists import states
from tests.bookings.test_sheets_pages import VERSION, line, listed


def test_r42_who_asked_for_all_is_not_answered_with_a_part(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    make.issuer()
    run = make.run(capacity=3, days_ahead=60)
    sign_in(client, make.coordinator().email)
    where = listed(client, run, *(line(number) for number in range(7)))
    seen = VERSION.search(text_of(client.get(where)))
    assert seen
    data = {"csrf_token": csrf_token(client, where), "version": seen[1]}
    part = client.post(f"{where}/seats-left", data=data)
    assert client.post(f"{where}/booking", data=data).status_code == 409
    assert client.post(f"{where}/seats-left", data=data).headers["Location"] == part.headers["Location"]
    assert (states(app), rows_of(app)) == ([(BookingStatus.HELD, 3)], names(3, 4, 5, 6))
    client.post(f"{where}/deletion", data=data)
    assert client.post(f"{where}/booking", data=data).status_code == 409
    assert client.post(f"{where}/seats-left", data=data).headers["Location"] == part.headers["Location"]
