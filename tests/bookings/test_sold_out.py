"""A full run says so at once, before anybody stands in line for it: never wrongly, and nothing typed is lost."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses_app.bookings.models import Booking, WaitingParty
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import clock
from courses_app.foundation.db import session, transaction
from tests.accounts.counting import statements
from tests.accounts.making import Coordinator
from tests.accounts.signing import sign_in
from tests.bookings.conftest import MakeHere
from tests.bookings.making import attendee
from tests.bookings.test_routes import filled, people, row, text_of

HIDDEN = re.compile(r'<input type="hidden" name="(attendees-[^"]+)" value="([^"]*)">')
FULL, LOCK = "満席になりました。", "FOR UPDATE"


@pytest.fixture
def somebody(client: FlaskClient, make: MakeHere) -> Coordinator:
    """A coordinator who has signed in."""
    made = make.coordinator()
    sign_in(client, made.email)
    return made


def address(run: CourseRun) -> str:
    return f"/runs/{run.reference}/bookings"


def changed(run: CourseRun, **changes: object) -> None:
    with transaction():
        found = session.get_one(CourseRun, run.id)
        for name, value in changes.items():
            setattr(found, name, value)


def test_it_costs_three_questions_and_no_lock(
    app: Flask, client: FlaskClient, make: MakeHere, somebody: Coordinator
) -> None:
    run = make.run(capacity=2)
    make.held(run, 2)
    form = filled(client, run, row(0))
    with statements(app) as seen:
        answer = client.post(address(run), data=form)
    asked = [one for one in seen if not one.startswith(("BEGIN", "SELECT 1"))]
    assert answer.status_code == 409
    assert FULL in text_of(answer)
    assert len(asked) == 3, asked  # who is it? is it full? which other dates have seats?
    assert not any(LOCK in one or "IMMEDIATE" in one for one in seen)


def test_the_other_dates_are_asked_for_once_in_a_moment(
    app: Flask, client: FlaskClient, make: MakeHere, somebody: Coordinator
) -> None:
    run, other = make.run(capacity=1), make.run(capacity=7, days_ahead=60)
    make.held(run)
    first = text_of(client.post(address(run), data=filled(client, run, row(0))))
    form = filled(client, run, row(1))
    with statements(app) as seen:
        second = text_of(client.post(address(run), data=form))
    assert len([one for one in seen if not one.startswith(("BEGIN", "SELECT 1"))]) == 2, seen
    for page in (first, second):
        assert f'formaction="{address(other)}"' in page
        assert "残り7席" in page


def test_everything_typed_goes_on_with_one_press(
    app: Flask, client: FlaskClient, make: MakeHere, somebody: Coordinator
) -> None:
    make.issuer()
    run, earlier = make.run(capacity=3), make.run(days_ahead=90)
    make.held(earlier, organization=somebody.organization, booked_by=somebody.person, attendees=[attendee()])
    known = people(app, 1)[0]
    make.held(run, 3)
    form = filled(client, run, row(0), row(1, role="", email="")) | {"attendees-1000-person": known}
    page = text_of(client.post(address(run), data=form))
    assert "𠮷野 花子0、𠮷野 花子1" in page
    kept = {name: unescape(value) for name, value in HIDDEN.findall(page)}
    assert kept == {name: value for name, value in form.items() if name.startswith("attendees-")}
    tokens = {name: form[name] for name in ("csrf_token", "form_token")}
    again = client.post(address(run), data={**tokens, **kept, "edit": "1"})
    assert again.status_code == 200
    assert 'value="花子1"' in text_of(again)
    assert re.search(rf'value="{known}" checked', text_of(again))
    assert client.post(f"/runs/{run.reference}/waiting", data={**tokens, **kept}).status_code == 303
    with app.app_context():
        assert session.scalars(select(WaitingParty)).one().wanted == 3


def test_it_never_turns_away_from_a_free_seat(
    app: Flask, client: FlaskClient, make: MakeHere, somebody: Coordinator
) -> None:
    """INV-5: a hold that ran out is a free seat, though nobody has swept it up yet."""
    run = make.run(capacity=1)
    make.held(run, now=clock.now() - timedelta(hours=2))
    assert client.post(address(run), data=filled(client, run, row(0))).status_code == 303


def test_r05_the_form_that_has_its_booking_gets_it_again(
    client: FlaskClient, make: MakeHere, somebody: Coordinator
) -> None:
    run = make.run(capacity=1)
    form = filled(client, run, row(0))
    first = client.post(address(run), data=form)
    again = client.post(address(run), data=form)
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.headers["Location"] == again.headers["Location"]


def test_whoever_has_a_seat_hears_that_first(
    app: Flask, client: FlaskClient, make: MakeHere, somebody: Coordinator
) -> None:
    """R-04: typed once more, or ticked."""
    run = make.run(capacity=1)
    assert client.post(address(run), data=filled(client, run, row(0))).status_code == 303
    for rows in (row(0), {"attendees-1000-person": people(app, 1)[0]}):
        answer = client.post(address(run), data=filled(client, run) | rows)
        assert answer.status_code == 409
        assert "申込済みの方がいます" in text_of(answer)
        assert FULL not in text_of(answer)


def test_what_else_is_to_be_said_is_said(
    app: Flask, client: FlaskClient, make: MakeHere, somebody: Coordinator
) -> None:
    """Full and closed, full and called off, one of two left: each has its own sentence."""
    run, other = make.run(capacity=1), make.run(capacity=2)
    make.held(run)
    make.held(other)
    form = filled(client, run, row(0))
    some = client.post(address(other), data=filled(client, other, row(0), row(1)))
    assert some.status_code == 409
    assert "残りは1席" in text_of(some)
    with app.app_context():
        changed(run, booking_closes_at=clock.now() + timedelta(minutes=30))
    soon = text_of(client.post(address(run), data=form))
    assert FULL in soon
    assert 'id="waiting"' not in soon  # no offer could be made any more
    with app.app_context():
        changed(run, booking_closes_at=clock.now())
    closed = client.post(address(run), data=form)
    assert closed.status_code == 409
    assert FULL not in text_of(closed)
    with app.app_context():
        assert len(session.scalars(select(Booking)).all()) == 2
