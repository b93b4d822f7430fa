"""A form is sent twice: the same answer if it asks for the same, else a sentence; never silence (R-05, R-42)."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses_app.bookings import queries
from courses_app.bookings.models import Booking, WaitingParty
from courses_app.bookings.rules import FormSentBefore
from courses_app.foundation import clock
from courses_app.foundation.db import session
from tests.accounts.signing import sign_in
from tests.bookings.conftest import MakeHere
from tests.bookings.making import attendee
from tests.bookings.test_routes import FORM_TOKEN, booked, filled, row, text_of


def test_r05_other_people_or_another_date_are_never_taken_for_the_first(inside: Flask, make: MakeHere) -> None:
    run, other, who = make.run(), make.run(days_ahead=50), attendee()
    somebody = make.coordinator()
    theirs = {"organization": somebody.organization, "booked_by": somebody.person, "form_token": "once"}
    first = make.held(run, attendees=[who], **theirs)
    for one, people in ((other, [who]), (run, [who, attendee()]), (run, [attendee()])):
        with pytest.raises(FormSentBefore) as refused:
            make.held(one, attendees=people, **theirs)
        assert refused.value.reference == first.reference
    assert make.held(run, attendees=[who], **theirs).id == first.id
    assert queries.taken_by_run([run.id, other.id], now=clock.now()) == {run.id: 1, other.id: 0}


def test_part_now_and_the_rest_on_another_date(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    """The first press for the rest is answered by a sentence with a link; sent once more, it is booked."""
    run, other = make.run(capacity=1), make.run(days_ahead=40, venue="osaka-nakanoshima")
    sign_in(client, make.coordinator().email)
    form = filled(client, run, row(0), row(1))
    assert client.post(f"/runs/{run.reference}/bookings", data=form).status_code == 409
    first = client.post(f"/runs/{run.reference}/bookings", data=form | {"only": "0"}).headers["Location"]
    rest = {name: value for name, value in form.items() if not name.startswith("attendees-0-")}
    answer = client.post(f"/runs/{other.reference}/bookings", data=rest)
    assert answer.status_code == 409
    page = text_of(answer)
    assert f'href="{first}"' in page
    assert 'value="花子1"' in page
    found = FORM_TOKEN.search(page)
    assert found
    again = rest | {"form_token": found[1] or found[2]}
    assert again["form_token"] != form["form_token"]
    assert client.post(f"/runs/{other.reference}/bookings", data=again).status_code == 303
    with app.app_context():
        assert queries.taken_by_run([run.id, other.id], now=clock.now()) == {run.id: 1, other.id: 1}


def test_a_hold_that_was_changed_by_the_form(client: FlaskClient, make: MakeHere) -> None:
    run = make.run()
    sign_in(client, make.coordinator().email)
    old = booked(client, run)
    form = filled(client, run, row(0), row(1))
    new = client.post(f"{old}/attendees", data=form).headers["Location"]
    assert client.post(f"{old}/attendees", data=form).headers["Location"] == new
    answer = client.post(f"{old}/attendees", data=form | row(2))
    assert answer.status_code == 409
    assert f'href="{new}"' in text_of(answer)


def test_the_waiting_list_twice_by_one_form(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    make.issuer()
    run, other = make.run(capacity=1), make.run(days_ahead=40, capacity=1, venue="osaka-nakanoshima")
    make.held(run)
    make.held(other)
    sign_in(client, make.coordinator().email)
    form = filled(client, run, row(0))
    first = client.post(f"/runs/{run.reference}/waiting", data=form).headers["Location"]
    assert client.post(f"/runs/{run.reference}/waiting", data=form).headers["Location"] == first
    answer = client.post(f"/runs/{other.reference}/waiting", data=form)
    assert answer.status_code == 409
    assert f'href="{first}"' in text_of(answer)
    with app.app_context():
        assert len(session.scalars(select(WaitingParty)).all()) == 1


def test_a_token_from_outside_is_never_one_of_ours(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    run = make.run()
    sign_in(client, make.coordinator().email)
    form = filled(client, run, row(0)) | {"form_token": "draft:L-7K4MQ9XHA"}
    assert client.post(f"/runs/{run.reference}/bookings", data=form).status_code == 303
    with app.app_context():
        assert session.scalars(select(Booking.form_token)).one() == "draftL-7K4MQ9XHA"
