"""One spreadsheet, several dates: each row on its own, kept, moved and booked together or not at all (R-02, R-48)."""

from __future__ import annotations

import io
from collections import Counter

import openpyxl
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses_app.bookings import queries
from courses_app.bookings.models import AttendeeDraft, Booking
from courses_app.bookings.rules import BookingStatus
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import clock, sheets
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.foundation.templating import day
from tests.accounts.signing import sign_in
from tests.bookings.conftest import MakeHere
from tests.bookings.test_routes import counted, text_of
from tests.bookings.test_seats_of_lists import states
from tests.bookings.test_sheets_pages import HEADER, line, pressed, sent
from tests.foundation.test_sheets import workbook

WRONG = "昭和70年1月1日"


def two_dates(client: FlaskClient, make: MakeHere, *, first: int = 5, second: int = 5) -> tuple[CourseRun, CourseRun]:
    make.issuer()
    sign_in(client, make.coordinator().email)
    return make.run(capacity=first, days_ahead=30), make.run(capacity=second, days_ahead=44, venue="osaka-nakanoshima")


def listed(client: FlaskClient, run: CourseRun, *dated: tuple[list[str], str]) -> str:
    """Send lines with their dates; the address of the list."""
    answer = sent(client, run, workbook([*HEADER, "受講日"], *([*cells, date] for cells, date in dated)))
    assert answer.status_code == 303, text_of(answer)
    return str(answer.headers["Location"])


def seated(app: Flask) -> dict[str, int]:
    """How many live seats there are in each run, by its reference."""
    with app.app_context():
        found = session.scalars(select(Booking).where(Booking.status == BookingStatus.HELD))
        return Counter(seat.run.reference for booking in found for seat in booking.live_seats)


def test_r48_one_file_books_several_dates(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    here, there = two_dates(client, make)
    on = day_of(there.starts_at)
    where = listed(
        client, here, (line(1), ""), (line(2), on.isoformat()), (line(3), f"{on.month}月{on.day}日"),
        (line(4), there.reference),
    )  # fmt: skip
    with counted(app) as asked:
        page = text_of(client.get(where))
    assert len(asked) <= 12, asked
    assert "この名簿の日程" in page
    answer = pressed(client, where, "booking")
    assert answer.status_code == 303, text_of(answer)
    assert seated(app) == {here.reference: 1, there.reference: 3}
    assert states(app) == [(BookingStatus.HELD, 4)]
    assert "𠮷野 花子4" in text_of(client.get(str(answer.headers["Location"])))


def test_r02_one_date_without_room_keeps_none_until_rows_move(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    here, there = two_dates(client, make, second=1)
    where = listed(client, here, (line(1), there.reference), (line(2), there.reference), (line(3), ""))
    assert "1行が希望の日程に入りきりません" in text_of(client.get(where))
    refused = pressed(client, where, "booking")
    assert (refused.status_code, states(app)) == (409, [])
    assert pressed(client, where, "rows", to=here.reference, move="rest").status_code == 303
    assert pressed(client, where, "booking").status_code == 303
    assert seated(app) == {here.reference: 2, there.reference: 1}


def test_kept_seats_follow_the_rows_to_their_dates(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    here, there = two_dates(client, make, first=3, second=2)
    where = listed(client, here, *((line(n, born=WRONG if n == 1 else "1985-04-09"), "") for n in (1, 2, 3)))
    assert seated(app) == {here.reference: 3}
    pressed(client, where, "rows", **{"rows-3-run": there.reference})
    assert seated(app) == {here.reference: 2, there.reference: 1}
    pressed(client, where, "rows", to=there.reference, move="all")  # too few there: the seats stay as they were
    assert seated(app) == {here.reference: 2, there.reference: 1}
    pressed(client, where, "rows", **{"rows-4-run": here.reference, "rows-2-born_on": "1980-04-01"})
    assert pressed(client, where, "booking").status_code == 303
    assert seated(app) == {here.reference: 1, there.reference: 2}
    assert [status for status, seats in states(app) if seats] == [BookingStatus.HELD]


def test_a_date_nobody_can_book_stands_at_its_row(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    here, there = two_dates(client, make)
    where = listed(client, here, (line(1), "2031-01-01"), (line(2), there.reference))
    page = text_of(client.get(where))
    assert "現在予約できる日程の中に、この書き方に当てはまるものがありません" in page
    assert 'value="2031-01-01"' in page
    refused = pressed(client, where, "rows", to="R-34679ACDE", move="all", **{"rows-2-email": "typed@example.jp"})
    assert refused.status_code == 409
    assert "typed@example.jp" in text_of(refused)
    pressed(client, where, "rows", **{"rows-2-run": here.reference})
    assert pressed(client, where, "booking").status_code == 303
    assert seated(app) == {here.reference: 1, there.reference: 1}


def test_the_template_offers_the_dates_of_the_course(client: FlaskClient, make: MakeHere) -> None:
    here, there = two_dates(client, make)
    path = f"/runs/{here.reference}/bookings"
    table = sheets.read(client.get(f"{path}/template.xlsx").data)
    assert "受講する日程" in table[0][1]
    assert str(table[1][1][7]).endswith(here.reference)
    assert "受講する日程" in client.get(f"{path}/template.csv").get_data(as_text=True)
    assert "「受講する日程」" in text_of(client.get(f"{path}/file"))
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{path}/template.xlsx").data))
    offered = [cell.value for (cell,) in book.worksheets[1]["R1:R2"]]
    assert [str(one).rsplit(" ", 1)[1] for one in offered] == [here.reference, there.reference]


def test_somebody_booked_on_another_date_of_the_course_is_told(client: FlaskClient, make: MakeHere) -> None:
    here, there = two_dates(client, make)
    pressed(client, listed(client, here, (line(1), there.reference)), "booking")
    page = text_of(client.get(listed(client, here, (line(1), ""), (line(2), ""))))
    assert page.count(f"この講習は{day(there.starts_at)}の回にすでに申し込まれています") == 1


def test_people_with_seats_on_the_date_they_ask_for_are_told(client: FlaskClient, make: MakeHere, app: Flask) -> None:
    here, there = two_dates(client, make)
    first = listed(client, here, (line(1), there.reference))
    pressed(client, first, "booking")
    second = listed(client, here, (line(1), there.reference), (line(2), ""))
    assert "この開催回にすでに申し込まれています" in text_of(client.get(second))
    assert pressed(client, second, "rows", remove="booked").status_code == 303
    with app.app_context():
        draft = session.scalars(select(AttendeeDraft).where(AttendeeDraft.ended_at.is_(None))).one()
        assert [one.row.given_name for one in queries.rows_of(draft, now=clock.now())] == ["花子2"]
