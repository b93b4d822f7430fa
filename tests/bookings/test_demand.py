"""What the office sees of demand: who waits for which course where, and which runs have a line."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from courses_app.bookings import operations
from courses_app.catalogue.queries import course_by_code
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session, transaction
from tests.accounts.counting import MOST_STATEMENTS, statements
from tests.accounts.signing import sign_in
from tests.bookings.conftest import MakeHere
from tests.bookings.test_routes import text_of


def asks(app: Flask, make: MakeHere, *places: str, course: str = "SUP") -> None:
    """An organization wants to hear of runs at these places."""
    one = make.coordinator()
    with app.app_context(), transaction():
        for place in places:
            operations.ask_for_runs(
                organization=session.merge(one.organization, load=False), course=course_by_code(course), place=place,
                asked_by=session.merge(one.person, load=False), language="ja", by=SYSTEM, now=clock.now(),
            )  # fmt: skip


def test_demand_is_counted_by_course_and_region(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    run = make.run(capacity=3)
    make.held(run, 3)
    make.waiting(run, 3)
    asks(app, make, "13", "10", "online")
    asks(app, make, "13")
    asks(app, make, "kanto", "13")
    asks(app, make, "any")
    sign_in(client, make.staff().email)
    with statements(app) as seen:
        page = text_of(client.get("/office/demand"))
    assert len(seen) <= MOST_STATEMENTS
    assert f'href="/office/runs/{run.reference}/waiting"' in page
    assert "地方内のどこでも 1、東京都 3、群馬県 1" in page
    sheet = client.get("/office/demand.csv").get_data(as_text=True)
    lines = {tuple(line.split(",")[i] for i in (0, 2, 3)) for line in sheet.splitlines()[1:]}
    assert lines == {("SUP", "関東", "3"), ("SUP", "オンライン", "1"), ("SUP", "どこでも", "1")}


def test_nothing_asked_is_said(client: FlaskClient, make: MakeHere) -> None:
    sign_in(client, make.staff().email)
    page = text_of(client.get("/office/demand"))
    assert "登録はありません" in page
    assert client.get("/office/demand.csv").get_data(as_text=True).count("\r\n") == 1
