"""A list from a spreadsheet that finds no room: it can wait, take what is left, or go to other dates."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from courses_app.catalogue.models import CourseRun
from courses_app.foundation import clock
from courses_app.foundation.db import session, transaction
from tests.accounts.signing import sign_in
from tests.bookings.conftest import MakeHere
from tests.bookings.test_routes import text_of
from tests.bookings.test_sheets_pages import line, listed


@pytest.mark.parametrize("over", [False, True])
def test_a_full_run_takes_a_file_as_well(app: Flask, client: FlaskClient, make: MakeHere, over: bool) -> None:
    run = make.run(capacity=1)
    make.held(run)
    if over:  # so late that nobody can be offered a seat any more; the list may still go to another date
        with app.app_context(), transaction():
            session.get_one(CourseRun, run.id).booking_closes_at = clock.now() + timedelta(minutes=30)
    sign_in(client, make.coordinator().email)
    page = text_of(client.get(f"/runs/{run.reference}/bookings/new"))
    assert f'href="/runs/{run.reference}/bookings/file"' in page
    assert ("キャンセル待ちに登録" in page) is not over
    assert "/organization/drafts/" in listed(client, run, line(1), line(2))
