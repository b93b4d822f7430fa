"""A roster longer than a page: people of other pages keep what is recorded of them."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from courses_app.rosters import queries, routes
from tests.accounts.making import Somebody
from tests.accounts.signing import csrf_token, sign_in
from tests.make import Make
from tests.rosters.test_routes import roster_path, run_of, scores, teaches

__all__ = ["teaches"]

ENTRY = re.compile(r'id="entry-([^"]+)"')


def test_a_large_roster_comes_in_pages_and_each_is_saved_by_itself(
    app: Flask, client: FlaskClient, make: Make, teaches: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (queries, routes):
        monkeypatch.setattr(module, "ATTENDEES_A_PAGE", 4)
    run = run_of(make, teaches, 10)
    sign_in(client, teaches.email)
    path = roster_path(run)
    shown = [
        re.findall(r'id="entry-([^"]+)"', client.get(f"{path}?page={n}").get_data(as_text=True)) for n in (1, 2, 3)
    ]
    assert [len(one) for one in shown] == [4, 4, 2]
    assert len({seat for one in shown for seat in one}) == 10
    page = client.get(f"{path}?page=3").get_data(as_text=True)
    assert "10件中 9〜10件目" in page
    assert "このページを保存する" in page
    seat, elsewhere = shown[2][0], shown[0][0]
    token = csrf_token(client, path)
    row = {f"{seat}-was": "", f"{seat}-identity": "y", f"{seat}-score": "90", "csrf_token": token}
    answer = client.post(f"{path}?page=3", data=row)
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("?page=3")
    wrong = client.post(f"{path}?page=3", data={**row, f"{elsewhere}-was": "", f"{elsewhere}-score": "101"})
    assert wrong.status_code == 422
    assert f'id="entry-{elsewhere}"' in wrong.get_data(as_text=True)  # sent, though it is on another page by now
    assert [score for score in scores(app) if score is not None] == [90]
