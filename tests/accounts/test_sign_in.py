"""Signing in and out, and what a sign-in is worth."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses_app.accounts import operations
from courses_app.accounts.models import Account, SignIn
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session, transaction
from tests.accounts.making import PASSWORD
from tests.accounts.signing import csrf_token, post, sign_in, sign_out, try_sign_in
from tests.make import Make

GUARDED = "/password/change"


def test_somebody_signs_in_and_out(client: FlaskClient, make: Make) -> None:
    somebody = make.coordinator()
    assert sign_in(client, somebody.email).location == "/organization"
    assert client.get(GUARDED).status_code == 200
    assert sign_out(client).location == "/"
    assert client.get(GUARDED).location == "/sign-in?next=/password/change"


def test_an_address_is_accepted_in_any_width_and_case(client: FlaskClient, make: Make) -> None:
    make.account("taro@example.jp")
    sign_in(client, " ＴＡＲＯ＠example.JP ")


def test_who_comes_for_a_page_gets_that_page(client: FlaskClient, make: Make) -> None:
    somebody = make.coordinator()
    first = client.get("/organization/people?search=タカ&page=1")
    assert first.status_code == 302
    assert sign_in(client, somebody.email, next="/organization/people?page=1").location == "/organization/people?page=1"
    assert client.get("/sign-in?next=/organization/people").location == "/organization/people"


@pytest.mark.parametrize(
    ("email", "password"), [("nobody@example.jp", PASSWORD), ("taro@example.jp", "not-the-password")]
)
def test_s04_the_same_answer_whatever_was_wrong(client: FlaskClient, make: Make, email: str, password: str) -> None:
    make.account("taro@example.jp")
    answer = try_sign_in(client, email, password)
    assert answer.status_code == 422
    body = answer.get_data(as_text=True)
    assert "メールアドレスまたはパスワードが正しくありません。" in body
    assert body.count(email) == 1  # what was typed stays in its field
    assert password not in body


def test_s04_a_closed_account_answers_like_none(app: Flask, client: FlaskClient, make: Make) -> None:
    account = make.account("taro@example.jp")
    with app.app_context(), transaction():
        operations.close_account(session.get_one(Account, account.id), own=None, by=SYSTEM, now=clock.now())
    closed = try_sign_in(client, "taro@example.jp").get_data(as_text=True)
    assert "メールアドレスまたはパスワードが正しくありません。" in closed


def test_an_unconfirmed_account_is_told_so_only_with_its_password(client: FlaskClient, make: Make) -> None:
    make.account("taro@example.jp", confirmed=False)
    assert "確認がまだ済んでいません" in try_sign_in(client, "taro@example.jp").get_data(as_text=True)
    assert "確認がまだ" not in try_sign_in(client, "taro@example.jp", "not-the-password").get_data(as_text=True)


def test_s12_a_copied_cookie_opens_nothing_after_signing_out(app: Flask, client: FlaskClient, make: Make) -> None:
    sign_in(client, make.coordinator().email)
    copied = client.get_cookie("session")
    assert copied
    thief = app.test_client()
    thief.set_cookie("session", copied.value)
    assert thief.get(GUARDED).status_code == 200
    sign_out(client)
    assert thief.get(GUARDED).status_code == 302


def test_s12_closing_an_account_ends_all_its_sign_ins(app: Flask, client: FlaskClient, make: Make) -> None:
    somebody = make.coordinator()
    sign_in(client, somebody.email)
    other = app.test_client()
    sign_in(other, somebody.email)
    with app.app_context(), transaction():
        account = session.get_one(Account, somebody.account.id)
        operations.close_account(account, own=None, by=SYSTEM, now=clock.now())
    assert client.get(GUARDED).status_code == other.get(GUARDED).status_code == 302


def test_s12_a_password_change_ends_all_other_sign_ins(app: Flask, client: FlaskClient, make: Make) -> None:
    somebody = make.coordinator()
    sign_in(client, somebody.email)
    copied = client.get_cookie("session")
    other = app.test_client()
    sign_in(other, somebody.email)
    fields = {"present_password": PASSWORD, "password": "kotoba-mikan-densha"}
    assert post(client, GUARDED, fields).status_code == 303
    assert client.get(GUARDED).status_code == 200
    assert other.get(GUARDED).status_code == 302
    thief = app.test_client()
    assert copied
    thief.set_cookie("session", copied.value)
    assert thief.get(GUARDED).status_code == 302
    assert try_sign_in(app.test_client(), somebody.email).status_code == 422
    sign_in(app.test_client(), somebody.email, "kotoba-mikan-densha")


def test_s11_the_cookie_of_before_signing_in_is_worth_nothing_after(
    app: Flask, client: FlaskClient, make: Make
) -> None:
    somebody = make.coordinator()
    token = csrf_token(client, "/sign-in")
    fixed = client.get_cookie("session")
    assert fixed
    sign_in(client, somebody.email)
    assert csrf_token(client, GUARDED) != token
    planted = app.test_client()
    planted.set_cookie("session", fixed.value)
    assert planted.get(GUARDED).status_code == 302


def test_s11_each_sign_in_has_a_token_of_its_own(app: Flask, client: FlaskClient, make: Make) -> None:
    somebody = make.coordinator()
    sign_in(client, somebody.email)
    sign_out(client)
    sign_in(client, somebody.email)
    with app.app_context():
        rows = session.scalars(select(SignIn).order_by(SignIn.id)).all()
        assert len({row.token_digest for row in rows}) == 2
        assert [row.ended_at is None for row in rows] == [False, True]
        assert all(len(row.token_digest) == 64 for row in rows)


def test_a_sign_in_lasts_twelve_hours(app: Flask, client: FlaskClient, make: Make) -> None:
    sign_in(client, make.coordinator().email)
    with app.app_context(), transaction():
        row = session.scalars(select(SignIn)).one()
        row.started_at -= timedelta(hours=11, minutes=59)
    assert client.get(GUARDED).status_code == 200
    with app.app_context(), transaction():
        session.scalars(select(SignIn)).one().started_at -= timedelta(minutes=2)
    assert client.get(GUARDED).status_code == 302


def test_looking_at_pages_writes_nothing(app: Flask, client: FlaskClient, make: Make) -> None:
    sign_in(client, make.coordinator().email)
    client.get(GUARDED)  # gives the browser the token for its forms
    assert "Set-Cookie" not in client.get(GUARDED).headers


def test_s10_the_cookie_is_http_only_and_lax(client: FlaskClient, make: Make) -> None:
    cookie = sign_in(client, make.coordinator().email).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Expires" not in cookie  # ends with the browser


def test_s14_signing_in_and_out_need_the_token_of_a_page(client: FlaskClient, make: Make) -> None:
    somebody = make.coordinator()
    assert client.post("/sign-in", data={"email": somebody.email, "password": PASSWORD}).status_code == 422
    assert client.get(GUARDED).status_code == 302
    sign_in(client, somebody.email)
    assert client.post("/sign-out").status_code == 422
    assert client.get("/sign-out").status_code == 405
    assert client.get(GUARDED).status_code == 200


def test_s17_pages_of_signed_in_people_are_kept_nowhere(client: FlaskClient, make: Make) -> None:
    sign_in(client, make.coordinator().email)
    headers = client.get(GUARDED).headers
    assert headers["Cache-Control"] == "no-store"
    assert "Cookie" in headers["Vary"]
    assert sign_out(client).headers["Clear-Site-Data"] == '"cache"'


def test_no_token_in_an_address_or_header_signs_anybody_in(app: Flask, client: FlaskClient, make: Make) -> None:
    somebody = make.coordinator()
    with app.test_request_context():
        token = session.get_one(Account, somebody.account.id).get_auth_token()
    assert client.get(f"{GUARDED}?auth_token={token}").status_code == 302
    assert client.get(GUARDED, headers={"Authentication-Token": token}).status_code == 302


def test_the_chosen_language_stays_and_is_that_of_the_mails(app: Flask, client: FlaskClient, make: Make) -> None:
    somebody = make.coordinator()
    sign_in(app.test_client(), somebody.email)
    with app.app_context():
        assert session.get_one(Account, somebody.account.id).language == "ja"
    post(client, "/language", {"language": "en", "next": "/sign-in"}, page="/sign-in")
    sign_in(client, somebody.email)
    assert "Change your password" in client.get(GUARDED).get_data(as_text=True)
    with app.app_context():
        assert session.get_one(Account, somebody.account.id).language == "en"
    sign_out(client)
    assert "Sign in" in client.get("/sign-in").get_data(as_text=True)


def test_a_hash_made_with_cheaper_settings_is_renewed(app: Flask, client: FlaskClient, make: Make) -> None:
    account = make.account("taro@example.jp")
    old = account.password
    context = app.extensions["security"].pwd_context
    app.extensions["security"].pwd_context = context.using(argon2__time_cost=2)
    try:
        sign_in(client, "taro@example.jp")
        sign_out(client)
        sign_in(client, "taro@example.jp")
    finally:
        app.extensions["security"].pwd_context = context
    with app.app_context():
        assert session.get_one(Account, account.id).password not in {old, None}
