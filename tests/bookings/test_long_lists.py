"""A list longer than one order may be: several orders of its people, together or not at all (R-02, R-48)."""

from __future__ import annotations

from collections import Counter

import pytest
from flask import Flask
from flask.testing import FlaskClient

from courses_app.bookings.models import BookingStatus
from courses_app.bookings.rules.sheets import MOST_FROM_FILE, DraftRow, Examined, in_orders
from courses_app.catalogue.models import CourseRun
from tests.accounts.signing import csrf_token
from tests.bookings.conftest import MakeHere
from tests.bookings.test_dates_of_lists import listed, seated, two_dates
from tests.bookings.test_lists_waiting import parties, rows_of
from tests.bookings.test_routes import counted, text_of
from tests.bookings.test_seats_of_lists import states
from tests.bookings.test_sheets_pages import VERSION, line, pressed

LONG = 260


def long_list(
    client: FlaskClient, make: MakeHere, *, first: int = 150, second: int = 150
) -> tuple[str, CourseRun, CourseRun]:
    """Every other of 260 people attends on the second date."""
    here, there = two_dates(client, make, first=first, second=second)
    rows = ((line(number), there.reference if number % 2 else "") for number in range(LONG))
    return listed(client, here, *rows), here, there


def test_as_many_as_one_order_holds() -> None:
    rows = [Examined(DraftRow(number), None) for number in range(5)]
    assert [[one.number for one in some] for some in in_orders(rows, most=2)] == [[0, 1], [2, 3], [4]]
    assert in_orders([], most=2) == []


def test_r48_260_people_over_two_dates_are_two_orders_by_one_press(
    app: Flask, client: FlaskClient, make: MakeHere
) -> None:
    where, here, there = long_list(client, make)
    assert f"{MOST_FROM_FILE}名まで" in text_of(client.get(f"/runs/{here.reference}/bookings/file"))
    with counted(app) as asked:
        page = text_of(client.get(where))
    assert len(asked) <= 12, asked
    assert "この名簿は2件の申込になります" in page
    found = VERSION.search(page)
    assert found
    data = {"csrf_token": csrf_token(client, where), "version": found[1]}
    answers = [client.post(f"{where}/booking", data=data) for _ in range(2)]
    assert [one.headers["Location"] for one in answers] == [where, where]
    assert states(app) == [(BookingStatus.HELD, 200), (BookingStatus.HELD, 60)]
    assert seated(app) == {here.reference: 130, there.reference: 130}
    page = text_of(client.get(where))
    assert page.count("内容の確認と申込") >= 2
    reviews = [part.split('"', 1)[0] for part in page.split('<th scope="row"><a href="')[1:]]
    for review in reviews:
        order = {"csrf_token": csrf_token(client, review), "names_confirmed": "y", "payment_method": "bank_transfer"}
        assert client.post(f"{review}/confirmation", data=order).status_code == 303
    assert states(app) == [(BookingStatus.ORDERED, 200), (BookingStatus.ORDERED, 60)]


def test_r02_one_seat_too_few_keeps_none_and_what_is_left_is_one_press(
    app: Flask, client: FlaskClient, make: MakeHere
) -> None:
    where, here, there = long_list(client, make, second=129)
    refused = pressed(client, where, "booking")
    assert (refused.status_code, states(app)) == (409, [])
    assert pressed(client, where, "seats-left").headers["Location"] == where
    assert states(app) == [(BookingStatus.HELD, 200), (BookingStatus.HELD, 59)]
    assert seated(app) == {here.reference: 130, there.reference: 129}
    assert rows_of(app) == ["花子259"]
    assert pressed(client, where, "waiting").status_code == 303
    assert [who for _run, _state, who in parties(app)] == [["花子259"]]


@pytest.mark.parametrize("born", ["1985-04-09", "昭和70年1月1日"])
def test_more_people_than_one_party_holds_wait_one_after_the_other(
    app: Flask, client: FlaskClient, make: MakeHere, born: str
) -> None:
    here, there = two_dates(client, make, first=400, second=1)
    make.held(there)
    where = listed(client, here, *((line(number, born=born if not number else "1985-04-09"), there.reference)
                                   for number in range(LONG)))  # fmt: skip
    page = text_of(client.get(where))
    if born != "1985-04-09":
        assert "名簿を修正している間の席の確保はできません" in page
        return
    assert "続けて複数の組として" in page
    assert pressed(client, where, "waiting", accepts_part="y").status_code == 303
    assert Counter(len(who) for _run, _state, who in parties(app)) == {200: 1, 60: 1}
