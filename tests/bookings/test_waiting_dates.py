"""A form over several dates that waits for some of them: a refusal names the date it is about, and nothing is lost."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from courses_app.catalogue.models import CourseRun
from tests.accounts.signing import sign_in
from tests.bookings.conftest import MakeHere
from tests.bookings.test_dates_of_lists import seated
from tests.bookings.test_lists_in_part import closed, dated, plain
from tests.bookings.test_lists_waiting import parties
from tests.bookings.test_routes import filled, row, text_of


def two_runs(client: FlaskClient, make: MakeHere, *, first: int) -> tuple[CourseRun, CourseRun]:
    """One with so many seats, and one that is full."""
    make.issuer()
    here, full = make.run(capacity=first, days_ahead=30), make.run(capacity=1, days_ahead=44)
    make.held(full)
    sign_in(client, make.coordinator().email)
    return here, full


def test_seats_that_are_free_are_kept_however_soon_booking_closes(
    app: Flask, client: FlaskClient, make: MakeHere
) -> None:
    here, full = two_runs(client, make, first=5)
    closed(app, here, minutes=40)
    form = filled(client, here, row(0), row(1)) | {"attendees-1-run": full.reference}
    answer = client.post(f"/runs/{here.reference}/waiting", data=form)
    assert answer.status_code == 303, text_of(answer)
    assert seated(app)[here.reference] == 1
    assert [(run, who) for run, _state, who in parties(app)] == [(full.reference, ["花子1"])]


def test_the_date_for_which_nobody_can_wait_any_more_is_named(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    here, full = two_runs(client, make, first=1)
    make.held(here)
    form = filled(client, here, row(0), row(1)) | {"attendees-1-run": full.reference}
    closed(app, here, minutes=40)
    refused = client.post(f"/runs/{here.reference}/waiting", data=form)
    assert (refused.status_code, parties(app)) == (409, [])
    page = plain(text_of(refused))
    assert f"{dated(here)}は満席です" in page
    assert "この日程のキャンセル待ちの登録は" in page
    assert 'value="花子1"' in page
    assert f"/runs/{here.reference}/waiting" in page  # the others may wait


def test_the_date_for_which_somebody_waits_is_named(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    here, full = two_runs(client, make, first=1)
    make.held(here)
    first = filled(client, full, row(1))
    assert client.post(f"/runs/{full.reference}/waiting", data=first).status_code == 303
    form = filled(client, here, row(0), row(1)) | {"attendees-1-run": full.reference}
    refused = client.post(f"/runs/{here.reference}/waiting", data=form)
    assert (refused.status_code, len(parties(app))) == (409, 1)
    assert f"{dated(full)}の開催のキャンセル待ちに登録済みです" in plain(text_of(refused))
