"""Correcting a name keeps the person: which spellings are the same name, and who may write another."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses_app.accounts.operations.people import PersonFacts
from courses_app.bookings import operations, queries
from courses_app.bookings.models import Booking
from courses_app.bookings.rules import AnotherPerson, FullName, ReasonMissing, is_correction
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM, AuditEntry
from courses_app.foundation.db import session, transaction
from tests.accounts.signing import csrf_token, sign_in
from tests.bookings.conftest import MakeHere
from tests.bookings.making import attendee
from tests.bookings.test_routes import text_of

TARO = FullName("山田", "太郎", "ヤマダ", "タロウ")
AN = FullName("NGUYEN VAN AN", "", "グエン ヴァン アン", "")


@pytest.mark.parametrize(
    ("ordered", "now"),
    [
        (TARO, replace(TARO, family="鈴木", family_kana="スズキ")),  # married
        (TARO, replace(TARO, given="多朗", given_kana="タロ")),  # misspelled
        (TARO, FullName("太郎", "山田", "タロウ", "ヤマダ")),  # exchanged
        (TARO, FullName("ﾔﾏﾀﾞ", "ﾀﾛｳ", "ヤマダ", "タロウ")),
        (FullName("YAMADA", "Tarō", "ヤマダ", "タロウ"), TARO),
        (FullName("Ohta", "Jun", "オオタ", "ジュン"), FullName("太田", "淳", "オオタ", "ジュン")),
        (FullName("渡邉󠄁", "愼一", "ワタナベ", "シンイチ"), FullName("渡辺", "慎一", "ワタナベ", "シンイチ")),
        (FullName("髙﨑", "惠", "タカサキ", "メグミ"), FullName("高崎", "恵", "タカザキ", "ケイ")),
        (FullName("𠮷野", "薫", "ヨシノ", "カオル"), FullName("吉野", "馨", "ヨシノ", "カオル")),
        (AN, FullName("NGUYEN", "VAN AN", "グエン", "ヴァン アン")),  # a single name parted
        (AN, replace(AN, family="NGUEN VAN AN")),
    ],
)
def test_the_same_name_spelled_otherwise(ordered: FullName, now: FullName) -> None:
    assert is_correction(ordered, now)
    assert is_correction(now, ordered)


@pytest.mark.parametrize(
    ("ordered", "now"),
    [
        (TARO, FullName("鈴木", "一郎", "スズキ", "イチロウ")),
        (TARO, replace(TARO, family="鈴木", given="一郎")),  # only the reading was kept
        (AN, FullName("TRAN THI HOA", "", "チャン ティ ホア", "")),
        (AN, replace(AN, family="TRAN THI HOA")),
        (replace(TARO, given="", given_kana=""), FullName("鈴木", "", "スズキ", "")),
    ],
)
def test_another_name(ordered: FullName, now: FullName) -> None:
    assert not is_correction(ordered, now)


def facts(**changes: Any) -> PersonFacts:
    plain = PersonFacts(
        family_name="山田", given_name="太郎", family_name_kana="ヤマダ", given_name_kana="タロウ",
        born_on=date(1980, 4, 1), email=None,
    )  # fmt: skip
    return replace(plain, **changes)


def ordered(make: MakeHere, run: CourseRun) -> Booking:
    return make.paid(run, attendees=[attendee(**{**vars(facts()), "email": None})])


def correct(booking: Booking, *, reason: str | None = None, **changes: object) -> None:
    with transaction():
        operations.correct_attendee(
            booking=booking, position=1, facts=facts(**changes), reason=reason, by=SYSTEM, now=clock.now()
        )


def test_no_correction_after_the_order_names_somebody_else(inside: Flask, make: MakeHere) -> None:
    booking = ordered(make, make.run())
    with pytest.raises(AnotherPerson):
        correct(booking, family_name="鈴木", given_name="一郎", family_name_kana="スズキ", given_name_kana="イチロウ")
    assert make.whole(booking).seats[0].full_name == "山田 太郎"
    assert make.whole(booking).seats[0].attendee.full_name == "山田 太郎"


def test_nor_do_two_corrections_one_after_the_other(inside: Flask, make: MakeHere) -> None:
    booking = ordered(make, make.run())
    correct(booking, family_name="鈴木", family_name_kana="スズキ")
    with pytest.raises(AnotherPerson):
        correct(booking, family_name="鈴木", given_name="一郎", family_name_kana="スズキ", given_name_kana="イチロウ")
    correct(booking, given_name="多朗")  # measured by the order, not by the last correction
    assert make.whole(booking).seats[0].full_name == "山田 多朗"


def test_whoever_was_named_in_time_is_corrected_by_their_own_name(inside: Flask, make: MakeHere) -> None:
    booking = ordered(make, make.run(days_ahead=40))
    correct(booking, given_name="多朗")
    with transaction():
        operations.substitute(
            booking=booking, position=1, by=SYSTEM, now=clock.now(),
            attendee=attendee(family_name="佐藤", given_name="桜", born_on=date(1990, 1, 2)),
        )  # fmt: skip
    correct(booking, family_name="佐藤", given_name="櫻", given_name_kana="サクラ", born_on=date(1990, 1, 2))
    with pytest.raises(AnotherPerson):
        correct(booking, born_on=date(1990, 1, 2))
    assert make.whole(booking).seats[0].full_name == "佐藤 櫻"
    assert queries.violations(now=clock.now()) == []


def test_the_office_corrects_everything_with_a_reason(inside: Flask, make: MakeHere) -> None:
    booking = ordered(make, make.run())
    with pytest.raises(ReasonMissing):
        correct(booking, reason=" ", born_on=date(1981, 4, 1))
    correct(booking, reason="在留カードで確認", family_name="李", given_name="偉", born_on=date(1981, 4, 1))
    seat = make.whole(booking).seats[0]
    assert (seat.full_name, seat.born_on) == ("李 偉", date(1981, 4, 1))
    told = session.scalars(select(AuditEntry).where(AuditEntry.action == "seat.corrected")).one()
    assert told.detail is not None
    assert told.detail["reason"] == "在留カードで確認"
    correct(booking, family_name="李", given_name="威", born_on=date(1981, 4, 1))  # that is the name from now on


def test_the_pages_say_what_to_do_and_keep_what_was_typed(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    make.issuer()
    somebody = make.coordinator()
    run = make.run(days_ahead=2)  # too late for somebody else
    booking = make.paid(
        run, attendees=[attendee(**{**vars(facts()), "email": None})], organization=somebody.organization,
        booked_by=somebody.person, now=clock.now() - timedelta(days=30),
    )  # fmt: skip
    sign_in(client, somebody.email)
    page = f"/bookings/{booking.reference}/seats/1/name"
    typed = {
        "csrf_token": csrf_token(client, page), "family_name": "鈴木", "given_name": "一郎",
        "family_name_kana": "スズキ", "given_name_kana": "イチロウ", "born_on": "1980-04-01",
    }  # fmt: skip
    refused = client.post(page, data=typed)
    assert refused.status_code == 409
    assert "別の方のお名前のようです" in text_of(refused)
    assert 'value="イチロウ"' in text_of(refused)
    married = client.post(page, data={**typed, "given_name": "太郎", "given_name_kana": "タロウ"})
    assert married.status_code == 303
    with app.app_context():
        assert make.whole(booking).seats[0].full_name == "鈴木 太郎"


def test_the_office_page(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    booking = ordered(make, make.run())
    sign_in(client, make.staff().email)
    page = f"/office/bookings/{booking.reference}/seats/1/name"
    assert page in text_of(client.get(f"/office/bookings/{booking.reference}"))
    typed = {
        "csrf_token": csrf_token(client, page), "family_name": "鈴木", "given_name": "一郎",
        "family_name_kana": "スズキ", "given_name_kana": "イチロウ", "born_on": "1980-04-02",
    }  # fmt: skip
    assert client.post(page, data=typed).status_code == 422
    assert client.post(page, data={**typed, "reason": "戸籍で確認"}).status_code == 303
    with app.app_context():
        assert make.whole(booking).seats[0].full_name == "鈴木 一郎"
