"""A run of 2,000 seats and a line of 5,000 cost as many statements as a small one; the times are in `make bench`."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses_app.bookings import operations, queries
from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.queries import run_by_reference
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session, transaction
from tests.accounts.counting import MOST_STATEMENTS, statements
from tests.accounts.signing import sign_in
from tests.bookings.conftest import MakeHere
from tests.bookings.crowding import Crowd, crowd
from tests.bookings.test_routes import filled, row

MOST_OF_A_REFUSAL = 3  # who is it? is it full? which other dates are there?
MOST_OF_JOINING = 20  # people, party, audit and the mail with all it names
MOST_OF_AN_OFFER = 25  # booking, seat, party, audit, history and mail of one offer, after the look at the line


@pytest.fixture(params=[(20, 10), (2000, 5000)], ids=["small", "large"])
def crowded(make: MakeHere, request: pytest.FixtureRequest) -> Crowd:
    seats, line = request.param
    return crowd(make, seats=seats, line=line)


def test_the_pages_ask_little_however_long_the_lists(app: Flask, crowded: Crowd) -> None:
    browsers: dict[str, FlaskClient] = {}
    for page in crowded.pages():
        if page.email not in browsers:
            browsers[page.email] = app.test_client()
            if page.email:
                sign_in(browsers[page.email], page.email)
        with statements(app) as seen:
            assert browsers[page.email].get(page.path).status_code == 200, page
        assert len(asked(seen)) <= MOST_STATEMENTS, (page, seen)


def test_being_refused_and_joining_ask_little(app: Flask, client: FlaskClient, crowded: Crowd) -> None:
    sign_in(client, crowded.visitor)
    with app.app_context():
        run = session.scalars(select(CourseRun).where(CourseRun.reference == crowded.run)).one()
    form = filled(client, run, row(0))
    for path, status, most in (("bookings", 409, MOST_OF_A_REFUSAL), ("waiting", 303, MOST_OF_JOINING)):
        with statements(app) as seen:
            assert client.post(f"/runs/{crowded.run}/{path}", data=form).status_code == status
        assert len(asked(seen)) <= most, seen


def test_a_freed_seat_is_offered_with_as_many_statements(app: Flask, crowded: Crowd) -> None:
    with app.app_context():
        held, run = queries.booking_for_office(crowded.held), run_by_reference(crowded.run)
        assert held
        assert run
        run_id = run.id
        with transaction():
            operations.cancel(booking=held, by=SYSTEM, now=clock.now())
        with statements(app) as looked:
            assert list(queries.runs_to_offer(now=clock.now())) == [run_id]
        with statements(app) as seen, transaction():
            assert operations.offer_free_seats(run_id, now=clock.now()) == 1
    assert len(asked(looked)) == 1
    assert len(asked(seen)) <= MOST_OF_AN_OFFER, seen


def asked(seen: list[str]) -> list[str]:
    """The questions among the statements."""
    return [one for one in seen if not one.startswith(("BEGIN", "SET LOCAL"))]
