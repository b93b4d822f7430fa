"""An organization joins."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses_app.accounts.models import Account, MemberStatus, Organization, Person
from courses_app.foundation.db import session
from tests.accounts.signing import csrf_token, post, sign_in
from tests.make import Make

JOIN = {
    "family_name": "髙﨑", "given_name": "健一", "family_name_kana": "たかさき", "given_name_kana": "ｹﾝｲﾁ",
    "name": "あかぎ未来ものづくり協同組合　", "name_kana": "ｱｶｷﾞミライ", "kind": "supervising",
    "corporate_number": "５８３５ー６７８２５６２４６", "licence_number": "１７０１０００００１",
    "licence_class": "general", "postal_code": "〒１０５ー０００３", "prefecture": "13",
    "address": "東京都港区西新橋９９丁目９番９号",
    "phone": "０３（１２３４）５６７８", "member_number": "Ｍ－０１０３",
}  # fmt: skip


def newcomer(client: FlaskClient, make: Make) -> Account:
    account = make.account("taro@example.jp")
    sign_in(client, account.email)
    return account


def test_d12_an_organization_joins_whatever_width_it_types(app: Flask, client: FlaskClient, make: Make) -> None:
    newcomer(client, make)
    assert post(client, "/organization/new", JOIN).location == "/organization"
    with app.app_context():
        kept = session.scalars(select(Organization)).one()
        assert kept.name == "あかぎ未来ものづくり協同組合"
        assert kept.name_kana == "アカギミライ"
        assert kept.corporate_number == "5835678256246"
        assert kept.licence_number == "許1701000001"
        assert kept.postal_code == "105-0003"
        assert kept.phone == "03-1234-5678"
        assert kept.address == "東京都港区西新橋99丁目9番9号"
        assert (kept.member_number, kept.member_status) == ("M-0103", MemberStatus.PENDING)
        assert (kept.contact_name, kept.contact_email) == ("髙﨑 健一", "taro@example.jp")  # D-06: not asked twice
        person = session.scalars(select(Person)).one()
        assert (person.family_name, person.family_name_kana, person.given_name_kana) == ("髙﨑", "タカサキ", "ケンイチ")
    assert "/organization" in sign_in(app.test_client(), "taro@example.jp").location


def test_a_wrong_check_digit_is_a_warning_that_a_second_sending_overrides(
    app: Flask, client: FlaskClient, make: Make
) -> None:
    newcomer(client, make)
    doubtful = {**JOIN, "corporate_number": "1835678256246"}
    first = post(client, "/organization/new", doubtful)
    body = first.get_data(as_text=True)
    assert first.status_code == 422
    assert "法人番号をもう一度確かめてください" in body
    assert "error-summary" not in body
    assert 'value="渡' not in body
    assert re.search(r'name="looked_at"[^>]*value="1835678256246"', body)
    other = {**doubtful, "corporate_number": "2835678256246", "looked_at": "1835678256246"}
    assert post(client, "/organization/new", other).status_code == 422  # another number is doubted anew
    again = post(client, "/organization/new", {**doubtful, "looked_at": "1835678256246"})
    assert again.location == "/organization"
    with app.app_context():
        assert session.scalars(select(Organization)).one().corporate_number == "1835678256246"


def test_a_known_corporate_number_is_refused_without_telling_whose_it_is(client: FlaskClient, make: Make) -> None:
    known = make.organization(
        corporate_number="5835678256246", name="極秘工業株式会社", contact_email="secret@example.jp"
    )
    newcomer(client, make)
    answer = post(client, "/organization/new", JOIN)
    body = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "この法人番号の団体・企業はすでに登録されています" in body
    assert known.name not in body
    assert known.contact_email not in body
    assert "あかぎ未来" in body  # what was typed stays


def test_d04_errors_are_named_at_the_top_and_at_their_fields(client: FlaskClient, make: Make) -> None:
    newcomer(client, make)
    answer = post(client, "/organization/new", {**JOIN, "name": "", "postal_code": "12", "name_kana": "漢字"})
    body = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "<title>" in body
    assert "エラー" in body.partition("</title>")[0]
    assert 'href="#name"' in body
    assert 'href="#postal_code"' in body
    assert body.count('aria-invalid="true"') == 3
    assert 'aria-describedby="postal_code-hint postal_code-error"' in body
    assert 'value="髙﨑"' in body


def test_joining_asks_whoever_is_not_signed_in_to_sign_in(client: FlaskClient) -> None:
    assert client.get("/organization/new").location == "/sign-in?next=/organization/new"


def test_the_purpose_of_use_stands_where_personal_data_are_asked(client: FlaskClient, make: Make) -> None:
    assert "個人情報の利用目的" in client.get("/register").get_data(as_text=True)
    newcomer(client, make)
    assert "個人情報の利用目的" in client.get("/organization/new").get_data(as_text=True)


def test_s22_registering_and_joining_give_no_more_than_they_say(app: Flask, client: FlaskClient, make: Make) -> None:
    extra = {"active": "1", "confirmed_at": "2026-01-01", "roles": "staff", "person_id": "1", "fs_uniquifier": "x"}
    post(client, "/register", {"email": "eve@example.jp", "password": "kotoba-mikan-densha", **extra})
    newcomer(client, make)
    post(client, "/organization/new", {**JOIN, "member_status": "verified", "reference": "O-OWN", "version": "9"})
    with app.app_context():
        eve = session.scalars(select(Account).where(Account.email == "eve@example.jp")).one()
        assert (eve.confirmed_at, list(eve.roles), eve.person_id) == (None, [], None)
        organization = session.scalars(select(Organization)).one()
        assert organization.member_status is MemberStatus.PENDING
        assert organization.reference != "O-OWN"


def test_r42_pressing_the_button_twice_joins_once(app: Flask, client: FlaskClient, make: Make) -> None:
    newcomer(client, make)
    token = csrf_token(client, "/organization/new")
    pressed = [client.post("/organization/new", data={"csrf_token": token, **JOIN}) for _ in range(2)]
    assert [answer.location for answer in pressed] == ["/organization"] * 2
    with app.app_context():
        assert session.scalars(select(Organization)).one().name == "あかぎ未来ものづくり協同組合"
