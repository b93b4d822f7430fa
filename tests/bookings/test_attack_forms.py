"""The busiest form, sent by somebody who means ill: strange row numbers, thousands of rows, an endless token."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from courses_app.bookings.forms import KNOWN_FROM, AttendeesForm
from courses_app.bookings.forms.attendees import MOST_ROWS
from courses_app.bookings.rules import MOST_TO_CHOOSE
from tests.accounts.signing import sign_in
from tests.bookings.conftest import MakeHere
from tests.bookings.test_routes import count, filled, row


@pytest.fixture
def as_in_production(app: Flask) -> Flask:
    """Faults end in a page, not in the test."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.mark.parametrize("number", ["²", "9" * 5000, "-1", "x", "１", "", "99999"])
def test_s37_row_numbers_we_never_gave_are_not_read(
    as_in_production: Flask, client: FlaskClient, make: MakeHere, number: str
) -> None:
    run = make.run()
    sign_in(client, make.coordinator().email)
    fields = filled(client, run, row(0)) | {f"attendees-{number}-family_name": "山田"}
    assert client.post(f"/runs/{run.reference}/bookings", data=fields).status_code == 303
    assert count(as_in_production) == 1


def test_s40_so_many_rows_are_read_and_no_more(app: Flask) -> None:
    typed = MultiDict({f"attendees-{number}-family_name": "山田" for number in range(3000)})
    with app.test_request_context("/", method="POST", data=typed):
        form = AttendeesForm()
        assert len(form.new_rows) == len(form.attendees) == MOST_ROWS
        form.add_row()
        assert len(form.new_rows) == MOST_ROWS


def test_s40_all_known_people_are_read(app: Flask) -> None:
    known = {f"attendees-{KNOWN_FROM + at}-person": f"P{at}" for at in range(MOST_TO_CHOOSE)}
    with app.test_request_context("/", method="POST", data=MultiDict(known)):
        assert len(AttendeesForm().chosen) == MOST_TO_CHOOSE


@pytest.mark.parametrize(("token", "status"), [("字" * 30_000, 422), ("", 303)])
def test_s37_a_token_of_any_length(
    as_in_production: Flask, client: FlaskClient, make: MakeHere, token: str, status: int
) -> None:
    run = make.run()
    sign_in(client, make.coordinator().email)
    fields = filled(client, run, row(0)) | {"form_token": token}
    assert client.post(f"/runs/{run.reference}/bookings", data=fields).status_code == status
