"""The organization's pages: one booking whatever is pressed, nothing typed lost, nothing of others seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from werkzeug.test import TestResponse

from courses_app.accounts.models import Account, Person
from courses_app.accounts.operations import end_sign_ins
from courses_app.bookings.models import Booking, Seat
from courses_app.catalogue.models import CourseRun
from courses_app.cli.worker import run_round
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import db, session
from tests.accounts.making import PASSWORD
from tests.accounts.signing import csrf_token, sign_in
from tests.bookings.conftest import MakeHere

FORM_TOKEN = re.compile(r'name="form_token"[^>]* value="([^"]+)"|value="([^"]+)"[^>]*name="form_token"')


def row(number: int, **changes: str) -> dict[str, str]:
    fields = {
        "family_name": "𠮷野", "given_name": f"花子{number}", "family_name_kana": "よしの", "given_name_kana": "ﾊﾅｺ",
        "born_on": "1985/4/9", "role": "supervision_manager", "email": f"hanako{number}@example.jp", **changes,
    }  # fmt: skip
    return {f"attendees-{number}-{name}": value for name, value in fields.items()}


def filled(client: FlaskClient, run: CourseRun, *rows: dict[str, str]) -> dict[str, str]:
    """The form of a new booking as a browser would send it."""
    page = client.get(f"/runs/{run.reference}/bookings/new")
    assert page.status_code == 200, page.get_data(as_text=True)
    found = FORM_TOKEN.search(page.get_data(as_text=True))
    assert found
    fields = {
        "csrf_token": csrf_token(client, f"/runs/{run.reference}/bookings/new"),
        "form_token": found[1] or found[2],
    }
    for one in rows:
        fields.update(one)
    return fields


def booked(client: FlaskClient, run: CourseRun, n: int = 1) -> str:
    """Book through the page; the address of the review page."""
    answer = client.post(f"/runs/{run.reference}/bookings", data=filled(client, run, *(row(i) for i in range(n))))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.headers["Location"])


def count(app: Flask) -> int:
    with app.app_context():
        return session.scalar(select(func.count(Booking.id))) or 0


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The SQL statements sent meanwhile, BEGIN and COMMIT aside."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def text_of(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def test_from_the_form_to_the_order(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    make.issuer()
    run, somebody = make.run(), make.coordinator()
    sign_in(client, somebody.email)
    review = booked(client, run, 3)
    page = client.get(review)
    assert page.status_code == 200
    assert text_of(page).count("𠮷野 花子") >= 3
    data = {"csrf_token": csrf_token(client, review), "names_confirmed": "y", "payment_method": "bank_transfer"}
    answer = client.post(f"{review}/confirmation", data=data)
    assert answer.status_code == 303, text_of(answer)
    after = client.get(answer.headers["Location"])
    assert after.status_code == 200, text_of(after)
    assert client.get(f"{review}/payment").status_code == 200
    assert client.get("/organization/bookings").status_code == 200


def test_a_booking_of_three_costs_few_statements(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    """With three new people the database is asked 12 times; on SQLite, in our own process, some rows go one by one."""
    run, somebody = make.run(), make.coordinator()
    sign_in(client, somebody.email)
    new = filled(client, run, row(0), row(1), row(2))
    with counted(app) as sent:
        assert client.post(f"/runs/{run.reference}/bookings", data=new).status_code == 303
    assert len(sent) <= (12 if on_postgresql(app) else 17), sent
    other = make.run(days_ahead=50)
    known = filled(client, other) | {f"attendees-{1000 + i}-person": one for i, one in enumerate(people(app, 3))}
    with counted(app) as sent:
        assert client.post(f"/runs/{other.reference}/bookings", data=known).status_code == 303
    assert len(sent) <= 10, sent


def on_postgresql(app: Flask) -> bool:
    with app.app_context():
        return db.engine.dialect.name == "postgresql"


def people(app: Flask, most: int) -> list[str]:
    """The references of the people booked last."""
    with app.app_context():
        return list(session.scalars(select(Person.reference).order_by(Person.id.desc()).limit(most)))


def confirmed(client: FlaskClient, review: str, **changes: str) -> TestResponse:
    """Press the button of the review page."""
    data = {"csrf_token": csrf_token(client, review), "names_confirmed": "y", "payment_method": "bank_transfer"}
    return client.post(f"{review}/confirmation", data={**data, **changes})


@pytest.fixture
def run(app: Flask, client: FlaskClient, make: MakeHere) -> CourseRun:
    """A run of four seats, a coordinator looking at it."""
    make.issuer()
    found = make.run(capacity=4)
    sign_in(client, make.coordinator().email)
    return found


def test_d19_the_last_page_says_six_things(client: FlaskClient, run: CourseRun) -> None:
    page = text_of(client.get(booked(client, run, 2)))
    for code in ("quantity", "price", "payment", "supply", "period", "cancellation"):
        assert f'id="item-{code}"' in page
    for words in (
        "2名",
        "¥11,500（税込）",
        "合計 ¥23,000（税込）",
        "銀行振込",
        "クレジットカード",
        "この内容で申し込む（有料）",
    ):
        assert words in page
    assert "data-countdown" in page


def test_d19_free_runs_say_so(app: Flask, client: FlaskClient, make: MakeHere, run: CourseRun) -> None:
    free = make.run(days_ahead=50, price_general=0, price_member=0)
    review = booked(client, free)
    page = text_of(client.get(review))
    assert "この内容で申し込む（無料）" in page
    answer = client.post(
        f"{review}/confirmation", data={"csrf_token": csrf_token(client, review), "names_confirmed": "y"}
    )
    assert answer.status_code == 303
    assert "受講席が確定しています。" in text_of(client.get(review))


@pytest.mark.parametrize("changes", [{"names_confirmed": "false"}, {"payment_method": "none"}, {"payment_method": ""}])
def test_an_order_needs_its_answers(client: FlaskClient, run: CourseRun, changes: dict[str, str]) -> None:
    review = booked(client, run)
    answer = confirmed(client, review, **changes)
    assert answer.status_code == 422
    assert "error-summary" in text_of(answer)
    assert "Not a valid choice" not in text_of(answer)


def test_r42_double_click_back_button_and_two_tabs(app: Flask, client: FlaskClient, run: CourseRun) -> None:
    fields = filled(client, run, row(0))
    answers = [client.post(f"/runs/{run.reference}/bookings", data=fields) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    review = answers[0].headers["Location"]
    assert [confirmed(client, review).status_code for _ in range(2)] == [303, 303]
    assert client.post(f"/runs/{run.reference}/bookings", data=fields).headers["Location"] == review
    assert count(app) == 1


def test_r43_invalid_input_is_shown_again(app: Flask, client: FlaskClient, run: CourseRun) -> None:
    fields = filled(client, run, row(0, born_on="1985-02-30", email="nobody"), row(1, family_name_kana="abc"))
    answer = client.post(f"/runs/{run.reference}/bookings", data=fields)
    page = text_of(answer)
    assert answer.status_code == 422
    for typed in ("花子0", "1985-02-30", "nobody", "abc", fields["form_token"]):
        assert typed in page
    assert "<title>エラー:" in page
    assert count(app) == 0


def test_r43_a_refusal_loses_nothing(app: Flask, client: FlaskClient, run: CourseRun) -> None:
    answer = client.post(f"/runs/{run.reference}/bookings", data=filled(client, run, *(row(i) for i in range(5))))
    assert answer.status_code == 409
    assert "残りは4席です" in text_of(answer)
    assert all(f"花子{i}" in text_of(answer) for i in range(5))
    with app.app_context():
        assert session.scalar(select(func.count(Person.id))) == 1  # nobody was kept but the coordinator


def test_r04_a_colleague_is_named(app: Flask, client: FlaskClient, run: CourseRun) -> None:
    booked(client, run)
    answer = client.post(f"/runs/{run.reference}/bookings", data=filled(client, run, row(0)))
    assert answer.status_code == 409
    assert "この開催に申込済みの方がいます: 𠮷野 花子0（申込者 髙﨑 健一" in text_of(answer)


def test_d10_rows_are_added_and_removed_without_scripts(app: Flask, client: FlaskClient, run: CourseRun) -> None:
    path, fields = f"/runs/{run.reference}/bookings", filled(client, run, row(0))
    more = client.post(path, data={**fields, "add": "1"})
    assert more.status_code == 200
    assert 'name="attendees-1-family_name"' in text_of(more)
    assert "花子0" in text_of(more)
    less = client.post(path, data={**fields, **row(1), "remove": "0"})
    assert "花子0" not in text_of(less)
    assert "花子1" in text_of(less)
    assert count(app) == 0


def test_d06_known_people_are_ticked(app: Flask, client: FlaskClient, run: CourseRun) -> None:
    booked(client, run, 2)
    page = text_of(client.get(f"/runs/{run.reference}/bookings/new"))
    assert page.count("この開催に申込済み") == 2
    known = re.findall(r'name="(attendees-1\d\d\d-person)" value="(P-\w+)"', page)
    assert len(known) == 1  # the coordinator; the others have a seat
    answer = client.post(f"/runs/{run.reference}/bookings", data={**filled(client, run), known[0][0]: known[0][1]})
    assert answer.status_code == 303
    again = client.post(f"/runs/{run.reference}/bookings", data={**filled(client, run), known[0][0]: "P-STRANGER9"})
    assert again.status_code == 409


def test_s23_nobody_cannot_be_booked(app: Flask, client: FlaskClient, run: CourseRun) -> None:
    answer = client.post(f"/runs/{run.reference}/bookings", data=filled(client, run))
    assert answer.status_code == 422
    many = {name: value for i in range(60) for name, value in row(i).items()}
    assert client.post(f"/runs/{run.reference}/bookings", data=filled(client, run, many)).status_code == 422
    assert count(app) == 0


def test_s22_only_what_the_form_asks_is_taken(app: Flask, client: FlaskClient, run: CourseRun) -> None:
    more = dict.fromkeys(("price", "total", "attendees-1-price", "organization_id", "capacity"), "1") | {
        "status": "paid"
    }
    booked(client, run)
    client.post(f"/runs/{run.reference}/bookings", data={**filled(client, run, row(1)), **more})
    with app.app_context():
        assert session.scalars(select(Booking.total)).all() == [11_500, 11_500]
        assert {one.value for one in session.scalars(select(Booking.status))} == {"held"}


def test_the_hold_ran_out_and_is_taken_again(app: Flask, client: FlaskClient, make: MakeHere, run: CourseRun) -> None:
    with app.app_context():
        over = clock.now() - timedelta(minutes=31)
        somebody = session.scalars(select(Person).order_by(Person.id)).first()
        booking = make.held(run, 2, booked_by=somebody, now=over)
        path = f"/bookings/{booking.reference}"
    page = client.get(path)
    assert page.status_code == 200
    assert "同じ受講者でもう一度仮押さえする" in text_of(page)
    assert confirmed(client, path).status_code == 409
    token = csrf_token(client, path)
    again = {client.post(f"{path}/hold", data={"csrf_token": token}).headers["Location"] for _ in range(2)}
    assert len(again) == 1
    assert "氏名は住民票の表記と同じですか" in text_of(client.get(again.pop()))


def test_a_name_is_corrected(client: FlaskClient, run: CourseRun) -> None:
    review = booked(client, run)
    path = f"{review}/seats/1/name"
    fields = {
        "csrf_token": csrf_token(client, path), "family_name": "髙﨑", "given_name": "健一",
        "family_name_kana": "たかさき", "given_name_kana": "", "born_on": "1985-04-10",
    }  # fmt: skip
    assert client.post(path, data={**fields, "born_on": ""}).status_code == 422
    assert client.post(path, data=fields).status_code == 303
    page = text_of(client.get(review))
    assert "髙﨑 健一" in page
    assert "タカサキ" in page
    assert "1985年4月10日" in page


def test_the_papers_can_be_downloaded(app: Flask, client: FlaskClient, make: MakeHere, run: CourseRun) -> None:
    review = booked(client, run)
    assert confirmed(client, review).status_code == 303
    assert client.get(f"{review}/seats/1/ticket.pdf").status_code == 404
    with app.app_context():
        booking = session.scalars(select(Booking)).one()
        make.pay(booking)
        run_round()
    for name in ("invoice.pdf", "receipt.pdf", "seats/1/ticket.pdf"):
        answer = client.get(f"{review}/{name}")
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf"), name
        assert answer.data.startswith(b"%PDF")
        assert "attachment" in answer.headers["Content-Disposition"]
    with app.app_context():
        seat = session.scalars(select(Seat.reference)).one()
    assert client.get(f"/seats/{seat}").headers["Location"] == review


def test_s20_nothing_of_others_is_there(app: Flask, client: FlaskClient, make: MakeHere, run: CourseRun) -> None:
    with app.app_context():
        other = make.paid(run)
        run_round()
        reference, seat = make.whole(other).reference, make.whole(other).seats[0].reference
    token = csrf_token(client)
    paths = ("", "/payment", "/payment/return", "/invoice.pdf", "/receipt.pdf", "/seats/1/name", "/seats/1/ticket.pdf")
    for path in paths:
        assert client.get(f"/bookings/{reference}{path}").status_code == 404, path
    for path in ("/confirmation", "/cancellation", "/hold", "/payment", "/payment/return", "/seats/1/name"):
        assert client.post(f"/bookings/{reference}{path}", data={"csrf_token": token}).status_code == 404, path
    assert client.get(f"/seats/{seat}").status_code == 404
    assert reference not in text_of(client.get("/organization/bookings"))


def test_no_page_asks_more_than_twelve_times(app: Flask, client: FlaskClient, make: MakeHere, run: CourseRun) -> None:
    with app.app_context():
        somebody = session.scalars(select(Person).order_by(Person.id)).first()
        runs = [make.run(days_ahead=days) for days in (20, 25, 30)]
        orders = [make.ordered(one, 3, booked_by=somebody).reference for one in runs * 3]
        held = make.held(runs[0], 3, booked_by=somebody).reference
        paid = make.paid(runs[1], 3, booked_by=somebody).reference
        somewhere = make.run(days_ahead=40).reference
    paths = ["/organization/bookings", f"/runs/{somewhere}/bookings/new"]
    paths += [f"/bookings/{one}" for one in (held, orders[0], paid)] + [f"/bookings/{orders[0]}/payment"]
    for path in paths:
        with counted(app) as sent:
            assert client.get(path).status_code == 200
        assert len(sent) <= 12, (path, len(sent), sent)


HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"')


def hidden(answer: TestResponse) -> dict[str, str]:
    """The hidden fields of a page's form, the latest of a name."""
    return {unescape(name): unescape(value) for name, value in HIDDEN.findall(text_of(answer))}


def test_r43_the_sign_in_ended_while_the_form_was_typed(
    app: Flask, client: FlaskClient, make: MakeHere, run: CourseRun
) -> None:
    path, fields = f"/runs/{run.reference}/bookings", filled(client, run, row(0))
    with make.deed():
        account = session.scalars(select(Account)).one()
        email = account.email
        end_sign_ins(account, by=SYSTEM, now=clock.now())
    late = client.post(path, data=fields)
    assert late.status_code == 401
    signed = client.post("/sign-in", data={**hidden(late), "email": email, "password": PASSWORD})
    assert signed.status_code == 200, text_of(signed)
    assert "花子0" in text_of(signed)
    for _ in range(2):
        answer = client.post(path, data=hidden(signed))
        assert answer.status_code == 303, text_of(answer)
    assert count(app) == 1


def test_r43_the_forms_token_had_expired(app: Flask, client: FlaskClient, run: CourseRun) -> None:
    path, fields = f"/runs/{run.reference}/bookings", filled(client, run, row(0))
    late = client.post(path, data={**fields, "csrf_token": "of yesterday"})
    assert late.status_code == 422
    assert client.post(path, data=hidden(late)).status_code == 303
    assert count(app) == 1
