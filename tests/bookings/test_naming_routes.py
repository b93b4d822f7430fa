"""Places first, names later, through the pages."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from courses_app.bookings.models import Booking, BookingStatus, Seat
from courses_app.bookings.operations import count_upload
from courses_app.bookings.rules import AttendeeFacts
from courses_app.bookings.tasks import run_due
from courses_app.catalogue.models import Course, CourseRun
from courses_app.foundation import clock
from courses_app.foundation.clock import day_of, end_of
from courses_app.foundation.db import session
from courses_app.foundation.templating import day
from courses_app.payments.models import Refund
from tests.accounts.signing import csrf_token, sign_in
from tests.bookings.conftest import MakeHere
from tests.bookings.test_change_routes import nothing_is_broken
from tests.bookings.test_dates_routes import ONLY
from tests.bookings.test_routes import counted, filled, row, text_of


@pytest.fixture
def run(app: Flask, client: FlaskClient, make: MakeHere) -> CourseRun:
    make.issuer()
    sign_in(client, make.coordinator().email)
    return make.run(days_ahead=30)


def kept(client: FlaskClient, run: CourseRun, *, named: int, unnamed: int) -> str:
    """Book through the page; the address of the booking."""
    form = filled(client, run, *(row(i) for i in range(named))) | {"unnamed": str(unnamed)}
    answer = client.post(f"/runs/{run.reference}/bookings", data=form)
    assert answer.status_code == 303, text_of(answer)
    return str(answer.headers["Location"])


def ordered(client: FlaskClient, address: str) -> None:
    data = {"csrf_token": csrf_token(client, address), "names_confirmed": "y", "payment_method": "bank_transfer"}
    answer = client.post(f"{address}/confirmation", data=data)
    assert answer.status_code == 303, text_of(answer)


def names(client: FlaskClient, address: str, *numbers: int) -> dict[str, str]:
    """The form of names filled in."""
    form = {"csrf_token": csrf_token(client, f"{address}/names")}
    for number in numbers:
        form |= row(number)
    return form


def plain(number: int) -> dict[str, str]:
    """The same person for a form of one."""
    return {name.removeprefix(f"attendees-{number}-"): value for name, value in row(number).items()}


def last_day(app: Flask, run: CourseRun) -> object:
    with app.app_context():
        terms = session.get_one(Course, run.course_id).naming
        assert terms is not None
        return terms.until(run_day=day_of(run.starts_at))


def test_the_form_and_the_run_say_until_when_and_what_then(app: Flask, client: FlaskClient, run: CourseRun) -> None:
    until = day(last_day(app, run))
    for address in (f"/runs/{run.reference}", f"/runs/{run.reference}/bookings/new"):
        page = text_of(client.get(address))
        assert f"氏名が未定の席は、{until}までに" in page
        assert "期限までに氏名の入力がない席は、取り消します。" in page
    assert "氏名未定の席の数" in page


def test_where_names_are_needed_at_once_the_form_does_not_ask(
    app: Flask, client: FlaskClient, make: MakeHere, run: CourseRun
) -> None:
    with app.app_context(), make.deed():
        session.execute(update(Course).values(naming_days_before=0))
    assert "氏名未定の席の数" not in text_of(client.get(f"/runs/{run.reference}/bookings/new"))
    form = filled(client, run, row(1)) | {"unnamed": "2"}
    refused = client.post(f"/runs/{run.reference}/bookings", data=form)
    assert refused.status_code == 409
    assert "申込時に受講者全員の氏名が必要です" in text_of(refused)
    assert plain(1)["given_name"] in text_of(refused)


@pytest.mark.parametrize("typed", ["-1", "51", "many", "999999999999"])
def test_a_number_of_seats_is_a_number_of_seats(client: FlaskClient, run: CourseRun, typed: str) -> None:
    form = filled(client, run, row(1)) | {"unnamed": typed}
    refused = client.post(f"/runs/{run.reference}/bookings", data=form)
    assert refused.status_code == 422
    assert f'value="{typed}"' in text_of(refused)


def test_r02_what_is_left_goes_to_the_named_and_then_to_seats_without_a_name(
    app: Flask, client: FlaskClient, make: MakeHere
) -> None:
    run = make.run(days_ahead=30, capacity=4)
    make.issuer()
    make.held(run)
    sign_in(client, make.coordinator().email)
    form = filled(client, run, row(0), row(1)) | {"unnamed": "3"}
    refused = client.post(f"/runs/{run.reference}/bookings", data=form)
    page = unescape(text_of(refused))
    assert refused.status_code == 409
    assert "𠮷野 花子0、𠮷野 花子1、氏名未定1名" in page
    only = ONLY.search(page)
    assert only
    assert only[1] == "0 1 u1"
    part = client.post(f"/runs/{run.reference}/bookings", data={**form, "only": only[1]})
    assert part.status_code == 303, text_of(part)
    with app.app_context():
        booking = session.scalars(select(Booking).order_by(Booking.id.desc())).first()
        assert booking is not None
        assert (len(booking.live_seats), len(booking.unnamed)) == (3, 1)


def test_five_places_two_named_two_later_one_never(
    app: Flask, client: FlaskClient, make: MakeHere, run: CourseRun
) -> None:
    address = kept(client, run, named=2, unnamed=3)
    review = unescape(text_of(client.get(address)))
    assert all(words in review for words in ("氏名が未定の席が3名分あります", "氏名未定3名", "¥57,500（税込）"))
    ordered(client, address)
    with app.app_context():
        make.pay(session.scalars(select(Booking)).one())
    page = unescape(text_of(client.get(address)))
    assert f"{day(last_day(app, run))}までに、受講者の氏名を入力してください。" in page
    wrong = client.post(f"{address}/names", data=names(client, address, 0, 7))
    assert wrong.status_code == 409
    assert "この開催に申込済みの方がいます" in text_of(wrong)
    assert plain(7)["given_name"] in text_of(wrong)
    listed = sheet(*(f"𠮷野,花子{number},ヨシノ,ハナコ,1985-04-09" for number in (7, 8)))
    data = {"csrf_token": csrf_token(client, f"{address}/names"), "sheet": listed}
    assert 'value="花子8"' in text_of(client.post(f"{address}/names/file", data=data))
    assert client.post(f"{address}/names", data=names(client, address, 7, 8)).status_code == 303
    page = text_of(client.get(address))
    assert "氏名が未定の席が1名分あります" in page
    assert "受講者の氏名を入力しました" in page
    with app.app_context():
        run_due(clock=lambda: end_of(last_day(app, run)))
        seats = session.scalars(select(Seat).order_by(Seat.position)).all()
        assert [seat.status.value for seat in seats] == ["confirmed"] * 4 + ["cancelled"]
        assert session.scalars(select(Booking.status)).one() is BookingStatus.PAID
        assert len(session.scalars(select(Refund.amount)).all()) <= 1
    assert "氏名未定の席を取り消しました。" in text_of(client.get(address))
    assert client.get(f"{address}/names").status_code == 303
    assert client.post(f"{address}/names", data={"csrf_token": csrf_token(client, address)}).status_code == 409
    nothing_is_broken(app)


def sheet(*lines: str) -> tuple[BytesIO, str]:
    header = "氏,名,氏（フリガナ）,名（フリガナ）,生年月日"
    return BytesIO("\n".join([header, *lines]).encode("utf-16")), "名簿.csv"


def test_names_come_from_a_file_and_are_looked_at_first(app: Flask, client: FlaskClient, run: CourseRun) -> None:
    address = kept(client, run, named=1, unnamed=2)
    ordered(client, address)
    data = {"csrf_token": csrf_token(client, f"{address}/names"), "sheet": sheet("山田,花子,やまだ,はなこ,S60.4.9")}
    page = unescape(text_of(client.post(f"{address}/names/file", data=data)))
    assert 'value="花子"' in page
    assert 'value="1985-04-09"' in page
    with app.app_context():
        assert len(session.scalars(select(Booking)).one().unnamed) == 2, "nothing is written yet"
    many = sheet(*(f"山田,花子{number},ヤマダ,ハナコ,1985-04-09" for number in range(3)))
    refused = client.post(f"{address}/names/file", data=data | {"sheet": many})
    assert refused.status_code == 409
    assert "氏名未定の席は2名分だけです" in text_of(refused)


def test_rows_of_a_file_for_other_dates_are_left_out(
    app: Flask, client: FlaskClient, make: MakeHere, run: CourseRun
) -> None:
    other = make.run(days_ahead=55)
    address = kept(client, run, named=0, unnamed=2)
    ordered(client, address)
    here, there = (f"{clock.day_of(one.starts_at)}" for one in (run, other))
    rows = "氏,名,氏（フリガナ）,名（フリガナ）,生年月日,受講日\n" + "\n".join(
        f"山田,花子{number},ヤマダ,ハナコ,1985-04-09,{on}"
        for number, on in enumerate((here, there, "", "来月のどこか"))
    )
    listed = BytesIO(rows.encode("utf-16")), "名簿.csv"
    data = {"csrf_token": csrf_token(client, f"{address}/names"), "sheet": listed}
    page = unescape(text_of(client.post(f"{address}/names/file", data=data)))
    assert 'value="花子0"' in page
    assert 'value="花子2"' in page
    assert 'value="花子1"' not in page
    assert 'value="花子3"' not in page
    assert "2行は取り込みませんでした" in page


def test_s39_an_organization_sends_no_more_files_than_anybody_fills_in(
    app: Flask, client: FlaskClient, make: MakeHere, run: CourseRun
) -> None:
    address = kept(client, run, named=0, unnamed=1)
    with app.app_context(), make.deed():
        organization = session.scalars(select(Booking)).one().organization
        for _file in range(60):
            count_upload(organization=organization, now=clock.now())
    token = csrf_token(client, f"{address}/names")
    for door in (f"{address}/names/file", f"/runs/{run.reference}/bookings/file"):
        data = {"csrf_token": token, "form_token": "once", "sheet": sheet("山田,花子,ヤマダ,ハナコ,1985-04-09")}
        refused = client.post(door, data=data)
        assert refused.status_code == 429
        assert "分後にもう一度お試しください" in text_of(refused)


def test_all_without_a_name_there_is_nothing_to_compare(client: FlaskClient, run: CourseRun) -> None:
    address = kept(client, run, named=0, unnamed=4)
    assert "names_confirmed" not in text_of(client.get(address))
    ordered(client, address)
    assert client.get(f"{address}/seats/1/name").status_code == 404
    assert client.get(f"{address}/seats/1/attendee").status_code == 404
    choice = text_of(client.get(f"{address}/cancellation"))
    assert choice.count("氏名未定") == 4


def test_the_review_goes_back_to_the_form_with_its_number(client: FlaskClient, run: CourseRun) -> None:
    address = kept(client, run, named=1, unnamed=2)
    page = text_of(client.get(f"{address}/attendees"))
    assert 'name="unnamed" type="text" value="2"' in page or 'value="2"' in page


def test_the_office_sees_and_enters_names(app: Flask, client: FlaskClient, make: MakeHere, run: CourseRun) -> None:
    address = kept(client, run, named=1, unnamed=2)
    ordered(client, address)
    sign_in(client, make.staff().email)
    assert "氏名未定2名" in text_of(client.get("/office/runs"))
    assert "氏名未定2名" in text_of(client.get("/office/bookings"))
    assert "氏名を入力する" in text_of(client.get(f"/office{address}"))
    person = {"csrf_token": csrf_token(client, f"/office{address}/names"), "person": "", **plain(9)}
    assert client.post(f"/office{address}/names", data=person | {"family_name": ""}).status_code == 422
    assert client.post(f"/office{address}/names", data=person).status_code == 303
    assert plain(9)["given_name"] in text_of(client.get(f"/office{address}"))
    assert "氏名未定1名" in text_of(client.get("/office/bookings"))
    with app.app_context():
        assert run_due(clock=lambda: clock.now() + timedelta(seconds=1)) >= 0
    assert "氏名未定1名" in text_of(client.get("/office/bookings.csv"))


def test_places_without_a_name_ask_the_database_no_more(app: Flask, client: FlaskClient, run: CourseRun) -> None:
    form = filled(client, run, row(1))
    with counted(app) as named:
        assert client.post(f"/runs/{run.reference}/bookings", data=form).status_code == 303
    form = filled(client, run, row(2)) | {"unnamed": "20"}
    with counted(app) as unnamed:
        assert client.post(f"/runs/{run.reference}/bookings", data=form).status_code == 303
    assert len(unnamed) <= len(named) <= 15


def test_seats_without_a_name_on_two_dates_are_told_date_by_date(
    app: Flask, client: FlaskClient, make: MakeHere
) -> None:
    make.issuer()
    somebody = make.coordinator()
    early, late = make.run(days_ahead=30), make.run(days_ahead=44)
    nobody = [AttendeeFacts(run=run.reference) for run in (early, late, late)]
    with app.app_context():
        booking = make.ordered(early, booked_by=somebody.person, attendees=nobody).reference
    sign_in(client, somebody.email)
    page = text_of(client.get(f"/bookings/{booking}"))
    assert "氏名が未定の席が2名分あります" in page
    assert page.count(f"<p>{day(early.starts_at)}") == page.count(f"<p>{day(late.starts_at)}") == 1


def test_seats_without_a_name_are_counted_wherever_people_are_listed(client: FlaskClient, run: CourseRun) -> None:
    address = kept(client, run, named=0, unnamed=2)
    ordered(client, address)
    assert "氏名の入力後に、手続きできます。" in text_of(client.get(address))
    preview = text_of(client.get(f"{address}/cancellation?seat=1&seat=2"))
    assert "氏名未定2名" in preview
    assert "2名: 、" not in preview
