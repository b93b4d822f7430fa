"""The pages of an order over several dates: chosen, refused with ways out, shown (R-02)."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses_app.bookings import queries
from courses_app.bookings.models import Booking
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import clock
from courses_app.foundation.db import session
from tests.accounts.counting import MOST_STATEMENTS, statements
from tests.accounts.signing import csrf_token, sign_in
from tests.bookings.conftest import MakeHere
from tests.bookings.test_routes import counted, filled, row, text_of

ONLY = re.compile(r'name="only" value="([^"]+)"')


def test_two_dates_from_the_form_to_the_order(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    make.issuer()
    early, late = make.run(days_ahead=30), make.run(days_ahead=40, venue="osaka-nakanoshima")
    sign_in(client, make.coordinator().email)
    form = filled(client, early, row(0), row(1))
    chosen = text_of(
        client.post(f"/runs/{early.reference}/bookings", data={**form, "dates": late.reference, "choose_dates": "1"})
    )
    assert 'name="attendees-1-run"' in chosen
    assert "花子1" in chosen
    form["attendees-1-run"] = late.reference
    answer = client.post(f"/runs/{early.reference}/bookings", data=form)
    assert answer.status_code == 303, text_of(answer)
    review = answer.headers["Location"]
    assert text_of(client.get(review)).count("大阪") >= 2
    first = text_of(client.get(f"{review}/attendees"))
    assert f'value="{late.reference}" selected' in first
    data = {"csrf_token": csrf_token(client, review), "names_confirmed": "y", "payment_method": "bank_transfer"}
    assert client.post(f"{review}/confirmation", data=data).status_code == 303
    booking = text_of(client.get(review))
    assert booking.count("受講者の変更") + booking.count("別の方") >= 2
    assert "ほか1日程" in text_of(client.get("/organization/bookings"))
    assert client.get(f"{review}/cancellation").status_code == 200
    sign_in(client, make.staff().email)
    office = text_of(client.get(f"/office{review}"))
    assert early.reference in office
    assert late.reference in office
    lines = text_of(client.get("/office/bookings.csv"))
    assert f"{early.reference}、{late.reference}" in lines
    assert queries_ok(app)


def queries_ok(app: Flask) -> bool:
    with app.app_context():
        return queries.violations(now=clock.now()) == []


@pytest.fixture
def full(make: MakeHere) -> tuple[CourseRun, CourseRun]:
    """A run with two seats left, and another date."""
    run = make.run(days_ahead=30, capacity=3)
    make.held(run)
    return run, make.run(days_ahead=40, venue="osaka-nakanoshima")


def test_r02_where_seats_are_too_few_the_page_offers_ways_out(
    app: Flask, client: FlaskClient, make: MakeHere, full: tuple[CourseRun, CourseRun]
) -> None:
    run, other = full
    sign_in(client, make.coordinator().email)
    form = filled(client, run, row(0), row(1), row(2))
    refused = client.post(f"/runs/{run.reference}/bookings", data=form)
    page = unescape(text_of(refused))
    assert refused.status_code == 409
    assert "𠮷野 花子0、𠮷野 花子1" in page
    assert f'formaction="/runs/{other.reference}/bookings"' in page
    assert f'formaction="/runs/{run.reference}/waiting"' in page
    only = ONLY.search(page)
    assert only
    part = client.post(f"/runs/{run.reference}/bookings", data={**form, "only": only[1]})
    assert part.status_code == 303, text_of(part)
    with app.app_context():
        booking = session.scalars(
            select(Booking).where(Booking.reference == part.headers["Location"].split("/")[-1])
        ).one()
        assert [seat.given_name for seat in booking.seats] == ["花子0", "花子1"]


def test_r02_the_same_form_books_another_date(
    app: Flask, client: FlaskClient, make: MakeHere, full: tuple[CourseRun, CourseRun]
) -> None:
    run, other = full
    sign_in(client, make.coordinator().email)
    form = filled(client, run, row(0), row(1), row(2))
    assert client.post(f"/runs/{run.reference}/bookings", data=form).status_code == 409
    moved = client.post(f"/runs/{other.reference}/bookings", data=form)
    assert moved.status_code == 303
    with app.app_context():
        assert queries.taken_by_run([run.id, other.id], now=clock.now()) == {run.id: 1, other.id: 3}


def test_a_full_run_names_the_other_dates(client: FlaskClient, make: MakeHere) -> None:
    run, other = make.run(days_ahead=30, capacity=1), make.run(days_ahead=40)
    make.held(run)
    somebody = make.coordinator()
    party = make.waiting(run, organization=somebody.organization, booked_by=somebody.person)
    sign_in(client, somebody.email)
    for page in (f"/runs/{run.reference}", f"/waiting/{party.reference}"):
        assert f"/runs/{other.reference}/bookings/new" in text_of(client.get(page)), page


def test_each_further_date_costs_one_statement(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    runs = [make.run(days_ahead=30 + 5 * turn) for turn in range(3)]
    somebody = make.coordinator()
    sign_in(client, somebody.email)
    alone = filled(client, runs[0], row(0), row(1), row(2))
    with counted(app) as one:
        assert client.post(f"/runs/{runs[0].reference}/bookings", data=alone).status_code == 303
    names = [row(turn, family_name="髙﨑", run=run.reference) for turn, run in enumerate(runs)]
    three = filled(client, runs[0], *names)
    with counted(app) as several:
        assert client.post(f"/runs/{runs[0].reference}/bookings", data=three).status_code == 303
    assert len(several) <= len(one) + 2


def test_the_pages_stay_within_their_statements(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    make.issuer()
    runs = [make.run(days_ahead=30 + turn) for turn in range(6)]
    somebody = make.coordinator()
    people = [row(turn, run=run.reference) for turn, run in enumerate(runs)]
    sign_in(client, somebody.email)
    review = client.post(f"/runs/{runs[0].reference}/bookings", data=filled(client, runs[0], *people)).headers[
        "Location"
    ]
    for page in (f"/runs/{runs[0].reference}/bookings/new", review, f"{review}/attendees", "/organization/bookings"):
        with statements(app) as seen:
            assert client.get(page).status_code == 200
        assert len(seen) <= MOST_STATEMENTS, (page, seen)
