"""Changing an order without telephoning, through the pages: order, pay, cancel one, name another, ask the office."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses_app.bookings import queries
from courses_app.bookings.models import Booking, Seat
from courses_app.catalogue.models import CourseRun
from courses_app.cli.worker import run_round
from courses_app.foundation import clock
from courses_app.foundation.db import session
from courses_app.foundation.templating import day, instant
from courses_app.payments.models import Refund
from courses_app.payments.queries import violations as money_violations
from tests.accounts.signing import csrf_token, sign_in
from tests.bookings.conftest import MakeHere
from tests.bookings.test_routes import booked, counted, text_of

FIGURES = re.compile(r'name="(fee|refund)" value="(\d+)"')


@pytest.fixture
def run(app: Flask, make: MakeHere) -> CourseRun:
    """Ten days ahead: cancelling costs 30 %."""
    make.issuer()
    return make.run(days_ahead=10)


@pytest.fixture
def paid(app: Flask, client: FlaskClient, make: MakeHere, run: CourseRun) -> str:
    """Three seats ordered through the pages, and their transfer arrived; the address of the booking."""
    sign_in(client, make.coordinator().email)
    address = booked(client, run, 3)
    data = {"csrf_token": csrf_token(client, address), "names_confirmed": "y", "payment_method": "bank_transfer"}
    assert client.post(f"{address}/confirmation", data=data).status_code == 303
    with app.app_context():
        make.pay(session.scalars(select(Booking)).one())
        run_round()
    return address


def figures(page: str) -> dict[str, str]:
    return dict(FIGURES.findall(page))


def nothing_is_broken(app: Flask) -> None:
    with app.app_context():
        assert queries.violations(now=clock.now()) + money_violations(now=clock.now()) == []


def test_cancel_one_and_name_another(app: Flask, client: FlaskClient, paid: str) -> None:
    page = text_of(client.get(paid))
    assert "席を選んでキャンセル料を確認する" in page
    choice = text_of(client.get(f"{paid}/cancellation"))
    assert choice.count("¥3,450") == 3
    preview = text_of(client.get(f"{paid}/cancellation?seat=2"))
    assert figures(preview) == {"fee": "3450", "refund": "8050"}
    form = {"csrf_token": csrf_token(client, f"{paid}/cancellation"), "seat": "2"}
    wrong = client.post(f"{paid}/seats/cancellation", data={**form, "fee": "0", "refund": "11500"})
    assert wrong.status_code == 409
    assert "表示した後に金額が変わりました" in text_of(wrong)
    assert figures(text_of(wrong)) == {"fee": "3450", "refund": "8050"}
    assert client.post(f"{paid}/seats/cancellation", data={**form, **figures(preview)}).status_code == 303
    new = {
        "csrf_token": form["csrf_token"], "person": "", "family_name": "髙橋", "given_name": "四郎",
        "family_name_kana": "たかはし", "given_name_kana": "しろう", "born_on": "1988-01-02", "email": "",
    }  # fmt: skip
    assert client.post(f"{paid}/seats/1/attendee", data={**new, "family_name": ""}).status_code == 422
    assert client.post(f"{paid}/seats/1/attendee", data=new).status_code == 303
    with app.app_context():
        run_round()
        seats = session.scalars(select(Seat).order_by(Seat.position)).all()
        assert [seat.status.value for seat in seats] == ["confirmed", "cancelled", "confirmed"]
        assert seats[0].full_name == "髙橋 四郎"
        assert seats[0].ticket_document_id is not None
        assert session.scalars(select(Refund.amount)).all() == [8_050]
    page = text_of(client.get(paid))
    assert "髙橋" in page
    assert "¥3,450" in page
    nothing_is_broken(app)


def test_who_has_a_seat_is_refused_with_what_was_chosen(app: Flask, client: FlaskClient, paid: str) -> None:
    with app.app_context():
        other = session.scalars(select(Seat).where(Seat.position == 2)).one().person.reference
    token = csrf_token(client, f"{paid}/seats/1/attendee")
    answer = client.post(f"{paid}/seats/1/attendee", data={"csrf_token": token, "person": other})
    assert answer.status_code == 409
    assert "この開催に申込済みの方がいます: " in text_of(answer)
    assert f'value="{other}"' in text_of(answer)


def test_the_page_says_why_not(app: Flask, client: FlaskClient, make: MakeHere, paid: str) -> None:
    with app.app_context(), make.deed():
        booking = session.scalars(select(Booking)).one()
        booking.terms = {**(booking.terms or {}), "changes": None}
    page = text_of(client.get(paid))
    with app.app_context():
        booking = session.scalars(select(Booking)).one()
        paid_on, begins = day(booking.paid_at), instant(booking.first_run.starts_at)
    assert f"このサイトでキャンセルできるのはお支払い（{paid_on}）までです。" in page
    assert f"キャンセルと返金は、開始（{begins}）までに事務局へご連絡ください。" in page
    assert f"この申込の規定では、受講者の変更をこのサイトで行えません。開始（{begins}）までは事務局で" in page
    refused = client.get(f"{paid}/cancellation")
    assert refused.status_code == 409
    assert f"キャンセルと返金は、開始（{begins}）までに事務局へご連絡ください" in text_of(refused)


def test_the_office_waives_the_fee_with_a_reason(app: Flask, client: FlaskClient, make: MakeHere, paid: str) -> None:
    sign_in(client, make.staff().email)
    page = f"/office{paid}/seats/cancellation"
    preview = text_of(client.get(f"{page}?seat=1&seat=3"))
    assert figures(preview) == {"fee": "6900", "refund": "16100"}
    form = {"csrf_token": csrf_token(client, page), "seat": ["1", "3"], "waive": "y", **figures(preview)}
    without = client.post(page, data={**form, "reason": " "})
    assert without.status_code == 409
    assert "checked" in text_of(without)
    assert client.post(page, data={**form, "reason": "交通機関の運休のため"}).status_code == 303
    office = unescape(text_of(client.get(f"/office{paid}")))
    assert "交通機関の運休のため" in office
    with app.app_context():
        assert session.scalars(select(Refund.amount)).all() == [11_500, 11_500]
    nothing_is_broken(app)


def test_the_pages_ask_few_times(app: Flask, client: FlaskClient, paid: str) -> None:
    for path in ("", "/cancellation?seat=1&seat=2", "/seats/1/attendee"):
        with counted(app) as sent:
            assert client.get(f"{paid}{path}").status_code == 200
        assert len(sent) <= 12, (path, sent)


def test_the_run_page_shows_the_days_of_the_run(client: FlaskClient, run: CourseRun) -> None:
    page = text_of(client.get(f"/runs/{run.reference}"))
    assert "受講料の70%を返金します。" in page
    assert "返金はありません。" in page


def test_staff_set_new_rules_for_a_course(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    make.course()
    sign_in(client, make.staff().email)
    page = "/office/courses/SUP/changes"
    shown = text_of(client.get(page))
    assert "標準のキャンセル規定" in shown
    form = {
        "csrf_token": csrf_token(client, page), "scope": "course", "name": "試験の規定", "day_kind": "business",
        "from_on": "2099-04-01", "handling_fee": "550", "no_show_percent": "100", "substitution_until_days": "2",
        "move_until_days": "8", "moves_allowed": "2",
        "steps-0-days_before": "10", "steps-0-percent": "0", "steps-0-amount": "",
        "steps-1-days_before": "0", "steps-1-percent": "", "steps-1-amount": "5000",
    }  # fmt: skip
    assert client.post(page, data={**form, "steps-1-days_before": "1"}).status_code == 409
    assert client.post(page, data={**form, "steps-1-amount": ""}).status_code == 409
    cheaper = {"steps-1-percent": "100", "steps-1-amount": "", "no_show_percent": "50"}
    refused = client.post(page, data={**form, **cheaper})
    assert refused.status_code == 409
    assert "欠席した方からいただく割合が、当日キャンセルの負担を下回らないように" in text_of(refused)
    assert client.post(page, data={**form, "name": ""}).status_code == 422
    longer = client.post(page, data={**form, "add": "1"})
    assert "steps-2-days_before" in text_of(longer)
    assert client.post(page, data={**form, "move_fee": "0"}).status_code == 422
    assert client.post(page, data={**form, "move_fee": "1100"}).status_code == 303
    after = text_of(client.get(page))
    assert "試験の規定" in after
    assert "¥1,100（税込）" in after
