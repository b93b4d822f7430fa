"""The page on which a roster is closed says from when that can be done, and shows no button before."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.accounts.signing import sign_in
from tests.make import Make
from tests.rosters.making import present
from tests.rosters.test_operations import BEFORE, fresh, seats_of

CLOSE = 'name="seen"'


@pytest.mark.parametrize("days", [-1, 1])
def test_the_button_appears_with_the_last_meeting(app: Flask, client: FlaskClient, make: Make, days: int) -> None:
    with app.app_context():
        teacher = make.instructor()
        email = teacher.email
        run = make.run(days_ahead=days, instructor=teacher.person)
        make.paid(run, 2, now=run.starts_at - BEFORE)
        make.recorded(run, {seat: present(4) for seat in seats_of(fresh(run))}, now=run.starts_at)
        page = f"/teaching/runs/{run.reference}/roster/closing"
    sign_in(client, email)
    shown = client.get(page).get_data(as_text=True)
    assert (CLOSE in shown) is (days < 0)
    assert ("17:00から締め切れます" in shown) is (days > 0)
