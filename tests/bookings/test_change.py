"""Fewer or more people before the order: from the review page back to the first, all or nothing."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses_app.bookings import queries
from courses_app.bookings.models import Booking, Seat
from courses_app.bookings.rules import LIVE_SEATS, BookingStatus
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import clock
from courses_app.foundation.db import session
from tests.bookings.test_routes import booked, confirmed, csrf_token, row, run, text_of

__all__ = ["run"]

INPUT = re.compile(r"<input[^>]*>")
Fields = dict[str, str]


def changing(client: FlaskClient, review: str) -> Fields:
    """What a browser would send from the page with everybody ticked."""
    page = client.get(f"{review}/attendees")
    assert page.status_code == 200, text_of(page)
    fields = {"csrf_token": csrf_token(client, f"{review}/attendees")}
    for tag in INPUT.findall(text_of(page)):
        told = {name: unescape(value) for name, value in re.findall(r' (name|value|type)="([^"]*)"', tag)}
        if told.get("type") in ("hidden", "checkbox") and (told["type"] == "hidden" or " checked" in tag):
            fields.setdefault(told.get("name", ""), told.get("value", ""))
    return fields


def ticked(fields: Fields) -> list[str]:
    return [name for name in fields if name.endswith("-person") and fields[name]]


def living(app: Flask) -> dict[str, list[str]]:
    """Who sits where: names of live seats by booking."""
    with app.app_context():
        assert queries.violations(now=clock.now()) == []
        found: dict[str, list[str]] = {}
        for seat in session.scalars(select(Seat).where(Seat.status.in_(LIVE_SEATS)).order_by(Seat.id)):
            found.setdefault(f"/bookings/{seat.booking.reference}", []).append(seat.given_name)
        return found


def test_somebody_is_taken_out_and_somebody_added(app: Flask, client: FlaskClient, run: CourseRun) -> None:
    review = booked(client, run, 3)
    assert f"{review}/attendees" in text_of(client.get(review))
    page = text_of(client.get(f"{review}/attendees"))
    assert all(f"花子{i}" in page for i in range(3))
    assert "ヨシノ ハナコ" in page
    fields = changing(client, review)
    assert len(ticked(fields)) == 3
    del fields[ticked(fields)[0]]
    answer = client.post(f"{review}/attendees", data={**fields, **row(0, given_name="次郎")})
    assert answer.status_code == 303, text_of(answer)
    new = answer.headers["Location"]
    assert {name: len(people) for name, people in living(app).items()} == {new: 3}
    assert "次郎" in living(app)[new]
    with app.app_context():
        seats = session.scalars(select(Seat).join(Booking).where(Booking.reference == new.rpartition("/")[2])).all()
        assert {seat.role_code for seat in seats} == {"supervision_manager"}
        assert {seat.email for seat in seats} < {f"hanako{i}@example.jp" for i in range(3)} | {None}
    assert new.rpartition("/")[2] in text_of(client.get(review))  # the old address leads on
    assert client.get(f"{review}/attendees").status_code == 303


def test_r42_double_click_two_tabs_and_the_back_button(app: Flask, client: FlaskClient, run: CourseRun) -> None:
    review = booked(client, run, 2)
    one, other = changing(client, review), changing(client, review)
    assert one["form_token"] != other["form_token"]
    del one[ticked(one)[0]]
    answers = [client.post(f"{review}/attendees", data=one) for _ in range(3)]
    assert {answer.headers["Location"] for answer in answers} == {answers[0].headers["Location"]}
    stale = client.post(f"{review}/attendees", data={**other, **row(0, given_name="次郎")})
    assert stale.status_code == 409
    assert "次郎" in text_of(stale)
    assert {name: len(people) for name, people in living(app).items()} == {answers[0].headers["Location"]: 1}
    assert confirmed(client, review).headers["Location"] == review  # the other tab orders nothing
    with app.app_context():
        assert session.scalars(select(Booking.status).order_by(Booking.id)).all() == [
            BookingStatus.CANCELLED, BookingStatus.HELD,
        ]  # fmt: skip


def test_r02_all_or_nothing_when_more_are_not_left(app: Flask, client: FlaskClient, run: CourseRun) -> None:
    review = booked(client, run, 3)  # of four
    before = living(app)
    more: Fields = {**row(0, given_name="次郎"), **row(1, given_name="三郎")}
    answer = client.post(f"{review}/attendees", data={**changing(client, review), **more})
    assert answer.status_code == 409
    assert all(name in text_of(answer) for name in ("次郎", "三郎", "花子0"))
    assert len(ticked(changing(client, review))) == 3
    assert living(app) == before
    assert (
        client.post(f"{review}/attendees", data={**changing(client, review), **row(0, given_name="次郎")}).status_code
        == 303
    )


def test_what_is_typed_wrong_is_shown_again_and_rows_are_added(app: Flask, client: FlaskClient, run: CourseRun) -> None:
    review = booked(client, run, 1)
    before = living(app)
    wrong = client.post(f"{review}/attendees", data={**changing(client, review), **row(0, born_on="いつか")})
    assert wrong.status_code == 422
    assert f'action="{review}/attendees"' in text_of(wrong)
    more = client.post(f"{review}/attendees", data={**changing(client, review), "add": "1"})
    assert more.status_code == 200
    assert 'name="attendees-0-family_name"' in text_of(more)
    assert living(app) == before


@pytest.mark.parametrize("ended", ["confirmation", "cancellation"])
def test_what_is_ordered_or_given_back_is_not_changed(
    app: Flask, client: FlaskClient, run: CourseRun, ended: str
) -> None:
    review = booked(client, run, 1)
    fields = changing(client, review)
    data = {"csrf_token": fields["csrf_token"], "names_confirmed": "y", "payment_method": "bank_transfer"}
    assert client.post(f"{review}/{ended}", data=data).status_code == 303
    before = living(app)
    assert client.post(f"{review}/attendees", data=fields).status_code == 409
    assert living(app) == before
