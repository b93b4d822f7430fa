"""The office's pages about the room of a run: capacity below what is taken, seats kept for a purpose."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses_app.bookings import operations, queries
from courses_app.bookings.models import Overbooking, SeatBlock
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session
from tests.accounts.signing import csrf_token, sign_in
from tests.bookings.conftest import MakeHere
from tests.bookings.test_routes import counted, text_of


@pytest.fixture
def clerk(client: FlaskClient, make: MakeHere) -> FlaskClient:
    """A browser of the office."""
    make.issuer()
    sign_in(client, make.staff().email)
    return client


@pytest.fixture
def run(app: Flask, make: MakeHere) -> str:
    """A run of five seats with three taken."""
    with app.app_context():
        found = make.run(capacity=5)
        make.paid(found, 3)
        return found.reference


def test_r25_the_page_asks_before_it_overbooks(app: Flask, clerk: FlaskClient, run: str) -> None:
    page = f"/office/runs/{run}/capacity"
    data = {"csrf_token": csrf_token(clerk, page), "capacity": "2"}
    asked = clerk.post(page, data=data)
    assert asked.status_code == 409
    assert "定員を1席超過します" in text_of(asked)
    assert re.search(r'name="over"[^>]*value="1"', text_of(asked))
    other = clerk.post(page, data={**data, "over": "2", "sure": "y", "reason": "机が足りない"})
    assert other.status_code == 409, "another number was agreed to"
    without = clerk.post(page, data={**data, "over": "1", "sure": "y"})
    assert without.status_code == 409
    assert "定員を超えてよい理由を入力してください" in text_of(without)
    done = clerk.post(page, data={**data, "over": "1", "sure": "y", "reason": "机が足りない"})
    assert done.status_code == 303
    shown = text_of(clerk.get(done.headers["Location"]))
    assert "定員を1席超過しています" in shown
    assert "机が足りない" in shown
    with app.app_context():
        assert session.scalars(select(Overbooking.seats)).one() == 1
        assert session.scalars(select(CourseRun.capacity)).one() == 2


def test_seats_are_kept_and_released(app: Flask, clerk: FlaskClient, run: str) -> None:
    page = f"/office/runs/{run}/blocks"
    data = {"csrf_token": csrf_token(clerk, page), "seats": "２", "purpose": "監督官庁の視察"}
    assert clerk.post(page, data={**data, "seats": "0"}).status_code == 422
    assert clerk.post(page, data={**data, "purpose": " "}).status_code == 422
    time_alone = clerk.post(page, data={**data, "until_time": "9:30"})
    assert time_alone.status_code == 422
    assert "日付も入力してください" in text_of(time_alone)
    too_many = clerk.post(page, data={**data, "seats": "3"})
    assert too_many.status_code == 409
    assert "空席は2席のみです" in text_of(too_many)
    assert "監督官庁の視察" in text_of(too_many), "nothing typed is lost"
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    assert clerk.post(page, data={**data, "until_on": yesterday}).status_code == 409
    assert clerk.post(page, data={**data, "until_on": clock.today().isoformat()}).status_code == 303
    assert "監督官庁の視察" in text_of(clerk.get(page))
    check_taken_everywhere(clerk, run)
    with app.app_context():
        block = session.scalars(select(SeatBlock)).one()
        assert block.until_at is not None
        assert block.until_at - clock.now() <= timedelta(days=1)
    for _twice in range(2):
        answer = clerk.post(f"/office/blocks/{block.reference}/release", data={"csrf_token": data["csrf_token"]})
        assert answer.status_code == 303
    with app.app_context():
        assert queries.seats_left(session.scalars(select(CourseRun)).one(), now=clock.now()) == 2
    assert clerk.post("/office/blocks/K-NOTTHERE9/release", data=data).status_code == 404


def check_taken_everywhere(clerk: FlaskClient, run: str) -> None:
    assert "5 / 5" in text_of(clerk.get(f"/office/runs/{run}")) or "満席" in text_of(clerk.get(f"/office/runs/{run}"))
    assert "満席" in text_of(clerk.get(f"/runs/{run}"))
    assert run not in text_of(clerk.get("/runs?open=y"))
    assert run in text_of(clerk.get("/runs"))
    row = next(line for line in text_of(clerk.get("/office/runs.csv")).splitlines() if run in line)
    assert row.split(",")[-3:] == ["5", "5", "2"], row
    seats = text_of(clerk.get(f"/office/runs/{run}/seats.csv")).strip().splitlines()
    assert len(seats) == 1 + 5
    assert sum("監督官庁の視察" in line for line in seats) == 2


def test_no_page_asks_more_than_twelve_times(app: Flask, clerk: FlaskClient, run: str, make: MakeHere) -> None:
    with app.app_context():
        found = session.scalars(select(CourseRun)).one()
        for purpose in ("視察", "講師の同行者"):
            with make.deed():
                operations.block_seats(run=found, seats=1, purpose=purpose, until_at=None, by=SYSTEM, now=clock.now())
    for path in ("blocks", "capacity", "seats.csv", ""):
        with counted(app) as sent:
            assert clerk.get(f"/office/runs/{run}/{path}".rstrip("/")).status_code == 200
        assert len(sent) <= 12, (path, len(sent), sent)
