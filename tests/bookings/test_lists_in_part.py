"""A list for which the seats reach only in part: what its page counts is true, and each press does what it said."""

from __future__ import annotations

import re
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient

from courses_app.bookings.models import BookingStatus
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import clock
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session, transaction
from tests.bookings.conftest import MakeHere
from tests.bookings.test_dates_of_lists import listed, seated, two_dates
from tests.bookings.test_lists_waiting import names, parties, rows_of
from tests.bookings.test_routes import text_of
from tests.bookings.test_seats_of_lists import states
from tests.bookings.test_sheets_pages import line, pressed


def closed(app: Flask, run: CourseRun, minutes: int = -1) -> None:
    """Booking closes in so many minutes."""
    with app.app_context(), transaction():
        found = session.get_one(CourseRun, run.id)
        found.booking_opens_at = clock.now() - timedelta(days=20)
        found.booking_closes_at = clock.now() + timedelta(minutes=minutes)


def plain(page: str) -> str:
    """Without white space and weekdays."""
    return re.sub(r"\s|（[月火水木金土日]）", "", page)


def dated(run: CourseRun) -> str:
    on = day_of(run.starts_at)
    return f"{on.year}年{on.month}月{on.day}日"


def test_r02_of_a_long_list_the_seats_free_are_told_as_they_were(
    app: Flask, client: FlaskClient, make: MakeHere
) -> None:
    """And the list waits as its page says: its parts would fit one by one, the list does not."""
    here, _there = two_dates(client, make, first=240, second=1)
    where = listed(client, here, *((line(number), "") for number in range(250)))
    refused = text_of(pressed(client, where, "booking"))
    assert "残りは240席です" in refused
    assert "250名" in refused
    alone = pressed(client, where, "waiting")
    assert (alone.status_code, parties(app)) == (409, [])  # so many can't all attend: some have to be accepted
    assert "定員は240名" in text_of(alone)
    assert pressed(client, where, "waiting", accepts_part="y").status_code == 303
    assert [len(who) for _run, _state, who in parties(app)] == [200, 50]


def test_rows_of_a_date_that_has_closed_stay_and_the_others_wait(
    app: Flask, client: FlaskClient, make: MakeHere
) -> None:
    here, there = two_dates(client, make, first=2, second=2)
    where = listed(client, here, (line(1), ""), (line(2), ""), *((line(n), there.reference) for n in (3, 4, 5)))
    closed(app, here)
    page = text_of(client.get(where))
    assert "4席を確保して" not in page
    assert "2席を確保して確認へ進む" in page
    assert f"{dated(here)}の受付は終了しました" in plain(page)
    assert "この名簿でキャンセル待ちに登録する（3名）" in page
    refused = pressed(client, where, "booking")
    assert (refused.status_code, states(app)) == (409, [])
    assert f"{day_of(here.starts_at).month}月{day_of(here.starts_at).day}日" in text_of(refused)
    assert pressed(client, where, "waiting", accepts_part="y").status_code == 303
    assert [(run, who) for run, _state, who in parties(app)] == [(there.reference, names(3, 4, 5))]
    assert rows_of(app) == names(1, 2)


def test_what_is_left_is_not_that_of_a_closed_date(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    here, there = two_dates(client, make, first=2, second=1)
    where = listed(client, here, (line(1), ""), (line(2), there.reference), (line(3), there.reference))
    closed(app, here)
    page = text_of(client.get(where))
    assert "1席を確保して確認へ進む" in page
    assert pressed(client, where, "seats-left").status_code == 303
    assert seated(app) == {there.reference: 1}
    assert rows_of(app) == names(1, 3)


def test_a_list_of_which_all_dates_have_closed_says_so(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    here, there = two_dates(client, make)
    where = listed(client, here, (line(1), ""))
    closed(app, here)
    page = text_of(client.get(where))
    assert "の受付は終了しました" in page
    assert "席を確保して確認へ進む" not in page
    refused = pressed(client, where, "waiting")
    assert (refused.status_code, parties(app)) == (409, [])
    assert pressed(client, where, "rows", to=there.reference, move="all").status_code == 303
    assert pressed(client, where, "booking").status_code == 303
    assert states(app) == [(BookingStatus.HELD, 1)]


def test_which_rows_get_the_seats_that_are_left_of_several_dates(
    app: Flask, client: FlaskClient, make: MakeHere
) -> None:
    here, there = two_dates(client, make, first=1, second=5)
    where = listed(client, here, *((line(n), "") for n in (1, 2, 3)), (line(4), there.reference))
    page = text_of(client.get(where))
    assert "先頭から2名分" not in page
    assert f"{dated(here)}：1名分（名簿の2行目の方まで）" in plain(page)
    assert f"{dated(there)}：1名分（名簿の5行目の方まで）" in plain(page)
    assert pressed(client, where, "seats-left").status_code == 303
    assert rows_of(app) == names(2, 3)
