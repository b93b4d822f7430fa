"""News of new runs: once for each run that fits, until nobody wants it."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses_app.bookings import tasks
from courses_app.foundation import clock
from courses_app.foundation.db import session
from courses_app.foundation.outbox import OutboxMessage
from tests.accounts.signing import csrf_token, sign_in
from tests.bookings.conftest import MakeHere

ASK = "/courses/supervision-managers/alerts"


def told(app: Flask) -> list[str]:
    with app.app_context():
        tasks.run_due(clock=clock.now)
        rows = select(OutboxMessage).where(OutboxMessage.kind == "bookings/run_opened").order_by(OutboxMessage.id)
        return [row.body for row in session.scalars(rows)]


def test_who_asked_hears_of_each_fitting_run_once(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    make.issuer()
    before = make.run()
    sign_in(client, make.coordinator().email)
    token = {"csrf_token": csrf_token(client, f"{ASK}/new")}
    assert client.post(ASK, data=token | {"place": "13"}).status_code == 303
    assert client.post(ASK, data=token | {"place": "13"}).status_code == 303
    assert client.post(ASK, data=token | {"place": "99"}).status_code == 422
    assert told(app) == []
    make.run(days_ahead=40, online=True)
    make.run("TIM", days_ahead=41)
    make.run(days_ahead=42, published=False)
    assert told(app) == []
    run = make.run(days_ahead=43)
    assert len(told(app)) == 1
    assert f"/runs/{run.reference}" in told(app)[0]
    assert before.reference not in told(app)[0]
    page = client.get("/organization/alerts").get_data(as_text=True)
    assert page.count("お知らせを止める") == 1
    action = page.split('action="/organization/alerts/')[1].split('"')[0]
    other = app.test_client()
    sign_in(other, make.coordinator().email)
    stranger = {"csrf_token": csrf_token(other, f"{ASK}/new")}
    assert other.post(f"/organization/alerts/{action}", data=stranger).status_code == 404
    assert client.post(f"/organization/alerts/{action}", data=token).status_code == 303
    make.run(days_ahead=44)
    assert len(told(app)) == 1


def test_online_and_anywhere(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    make.issuer()
    make.course()
    sign_in(client, make.coordinator().email)
    token = {"csrf_token": csrf_token(client, f"{ASK}/new")}
    client.post(ASK, data=token | {"place": "online"})
    client.post(ASK, data=token | {"place": "any"})
    make.run(days_ahead=40, online=True)
    make.run(days_ahead=41)
    assert len(told(app)) == 2  # whoever asked for both hears of the online run once


def test_a_region_hears_of_runs_in_each_of_its_prefectures(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    make.issuer()
    make.course()
    sign_in(client, make.coordinator().email)
    form = client.get(f"{ASK}/new").get_data(as_text=True)
    assert '<optgroup label="関東">' in form
    assert "関東全域" in form
    assert "北海道全域" not in form  # one prefecture: it is offered once
    token = {"csrf_token": csrf_token(client, f"{ASK}/new")}
    for place in ("kanto", "13", "any"):
        assert client.post(ASK, data=token | {"place": place}).status_code == 303
    other = app.test_client()
    sign_in(other, make.coordinator().email)
    theirs = {"csrf_token": csrf_token(other, f"{ASK}/new")}
    assert other.post(ASK, data=theirs | {"place": "kinki"}).status_code == 303
    run = make.run(days_ahead=40)
    assert run.venue is not None
    assert run.venue.prefecture_code == "13"
    [mail] = told(app)
    assert f"/runs/{run.reference}" in mail
    assert told(app) == [mail]
    page = client.get("/organization/alerts").get_data(as_text=True)
    assert "関東全域" in page
    assert "東京都" in page


def test_colleagues_who_asked_for_different_places_both_hear(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    make.issuer()
    make.course()
    first = make.coordinator()
    colleague = make.coordinator(first.organization)
    for who, place in ((first, "kanto"), (colleague, "13")):
        visitor = app.test_client()
        sign_in(visitor, who.email)
        token = {"csrf_token": csrf_token(visitor, f"{ASK}/new")}
        assert visitor.post(ASK, data=token | {"place": place}).status_code == 303
    make.run(days_ahead=40)
    assert len(told(app)) == 2
