"""Who may open the office's doors, and how much each page asks of the database."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.accounts.signing import sign_in
from tests.office.conftest import MakeHere, statements

DOORS = (
    "/office/today", "/office/outbox", "/office/outbox.csv", "/office/audit", "/office/audit.csv", "/office/search",
    "/office/search?q=%E9%AB%98", "/office/reports", "/office/reports.csv",
)  # fmt: skip
BUDGET = 12


@pytest.mark.parametrize("path", DOORS)
def test_s20_s21_the_office_and_its_exports_are_for_staff_only(client: FlaskClient, make: MakeHere, path: str) -> None:
    assert client.get(path).location.startswith("/sign-in")
    somebody = make.coordinator()
    sign_in(client, somebody.email)
    assert client.get(path).status_code == 404


def test_the_office_begins_with_today(desk: FlaskClient) -> None:
    assert desk.get("/office").location == "/office/today"


def test_no_page_asks_more_than_twelve_questions(app: Flask, make: MakeHere, desk: FlaskClient) -> None:
    for turn in range(3):
        run = make.run("SUP", days_ahead=20 + turn, capacity=10)
        make.paid(run, 2)
        make.ordered(run, 1)
        make.mail(failed=True)
    for path in DOORS:
        with statements(app) as seen:
            assert desk.get(path).status_code == 200
        assert len(seen) <= BUDGET, f"{path}: {len(seen)}"
