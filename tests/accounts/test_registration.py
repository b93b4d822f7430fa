"""Registering, confirming the address, and the password forgotten, reset or changed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from courses_app.accounts.models import Account, AccountToken
from courses_app.accounts.rules import throttling
from courses_app.foundation.db import session, transaction
from courses_app.foundation.references import digest
from tests.accounts.mailbox import link_to, mails_to
from tests.accounts.making import PASSWORD
from tests.accounts.signing import csrf_token, post, sign_in, try_sign_in
from tests.make import Make

TOKEN = re.compile(r'name="csrf_token"[^>]*')  # it holds the second in which it was made
TARO = "taro@example.jp"
NEW = "kotoba-mikan-densha"
# 200 bytes and more: bcrypt would look at the first 72 only.
LONG_JAPANESE = "れんこん畑で会いましょう、雨の日も風の日も、私たちは三つの関係のない言葉を並べて合い言葉にします。" * 2


def register(client: FlaskClient, email: str = TARO, password: str = PASSWORD) -> TestResponse:
    return post(client, "/register", {"email": email, "password": password})


def test_a_new_account_is_confirmed_by_its_mail_and_signs_in(app: Flask, client: FlaskClient) -> None:
    assert register(client, "Ｔａｒｏ@Example.jp").location == "/register/sent"
    link = link_to(app, TARO, "/confirm/")
    assert TARO in client.get(link).get_data(as_text=True)
    assert try_sign_in(client, TARO).status_code == 422
    assert post(client, link, {}).location == "/sign-in"
    assert sign_in(client, TARO).location == "/organization/new"
    assert [mail.kind for mail in mails_to(app, TARO)] == ["accounts/confirm", "accounts/welcome"]


def test_s14_opening_the_link_confirms_nothing(app: Flask, client: FlaskClient) -> None:
    register(client)
    link = link_to(app, TARO, "/confirm/")
    for _ in range(3):
        assert client.get(link).status_code == 200
        assert client.head(link).status_code == 200
    with app.app_context():
        assert session.scalars(select(Account)).one().confirmed_at is None


def test_a_link_confirms_once(app: Flask, client: FlaskClient) -> None:
    register(client)
    link = link_to(app, TARO, "/confirm/")
    token = csrf_token(client, link)
    assert client.post(link, data={"csrf_token": token}).status_code == 303
    assert client.get(link).status_code == 404
    assert client.post(link, data={"csrf_token": token}).status_code == 404


def test_the_newest_registration_counts_and_earlier_links_end(app: Flask, client: FlaskClient) -> None:
    register(client, password="somebody-elses-words")
    planted = link_to(app, TARO, "/confirm/")
    register(client, password=NEW)
    assert client.get(planted).status_code == 404
    post(client, link_to(app, TARO, "/confirm/"), {})
    assert try_sign_in(client, TARO, "somebody-elses-words").status_code == 422
    sign_in(client, TARO, NEW)


def test_the_mail_is_sent_again_on_request(app: Flask, client: FlaskClient) -> None:
    register(client)
    assert post(client, "/confirm", {"email": TARO}).location == "/register/sent"
    assert [mail.kind for mail in mails_to(app, TARO)] == ["accounts/confirm"] * 2


@pytest.mark.parametrize("path", ["/register", "/confirm", "/password/reset"])
def test_s04_the_same_answer_for_known_and_unknown_addresses(
    app: Flask, client: FlaskClient, make: Make, path: str
) -> None:
    make.account(TARO)
    known = post(client, path, {"email": TARO, "password": NEW})
    unknown = post(client, path, {"email": "hanako@example.jp", "password": NEW})
    assert known.status_code == unknown.status_code == 303
    assert known.location == unknown.location
    assert known.get_data() == unknown.get_data()
    pages = [TOKEN.sub("", client.get(answer.location).get_data(as_text=True)) for answer in (known, unknown)]
    assert pages[0] == pages[1]
    assert TARO not in pages[0]


def test_s04_an_existing_owner_is_told_by_mail_and_keeps_the_password(
    app: Flask, client: FlaskClient, make: Make
) -> None:
    make.account(TARO)
    register(client, password=NEW)
    assert [mail.kind for mail in mails_to(app, TARO)] == ["accounts/already_registered"]
    assert try_sign_in(client, TARO, NEW).status_code == 422
    sign_in(client, TARO)


def test_s01_a_long_japanese_passphrase_counts_to_its_last_character(app: Flask, client: FlaskClient) -> None:
    assert len(LONG_JAPANESE.encode()) >= 200
    register(client, password=LONG_JAPANESE)
    post(client, link_to(app, TARO, "/confirm/"), {})
    assert try_sign_in(client, TARO, LONG_JAPANESE[:-1] + "！").status_code == 422
    assert try_sign_in(client, TARO, LONG_JAPANESE[:-1]).status_code == 422
    sign_in(client, TARO, LONG_JAPANESE)
    with app.app_context():
        assert str(session.scalars(select(Account)).one().password).startswith("$argon2id$")


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("short", "8文字以上"),
        ("password2026", "推測されやすい"),
        ("taro-example!", "推測されやすい"),
        ("", "決めて入力"),
    ],
)
def test_s02_a_bad_password_is_explained_and_the_address_kept(
    client: FlaskClient, password: str, sentence: str
) -> None:
    answer = post(client, "/register", {"email": "taro-example@example.jp", "password": password})
    body = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in body
    assert 'value="taro-example@example.jp"' in body


def test_s05_a_reset_link_works_once_and_ends_every_sign_in(app: Flask, client: FlaskClient, make: Make) -> None:
    make.account(TARO)
    victim = app.test_client()
    sign_in(victim, TARO)
    post(client, "/password/reset", {"email": TARO})
    post(client, "/password/reset", {"email": TARO})
    links = [mail for mail in mails_to(app, TARO) if mail.kind == "accounts/reset"]
    assert len(links) == 2
    link = link_to(app, TARO, "/password/reset/")
    token = csrf_token(client, link)
    fields = {"csrf_token": token, "password": NEW}
    assert client.post(link, data=fields).location == "/sign-in"
    assert client.post(link, data={**fields, "password": "another-one-entirely"}).status_code == 404
    assert client.get(link).status_code == 404
    assert victim.get("/password/change").status_code == 302
    with app.app_context():
        assert all(one.ended_at for one in session.scalars(select(AccountToken)))
    sign_in(client, TARO, NEW)
    assert mails_to(app, TARO)[-1].kind == "accounts/password_changed"


def test_s05_a_reset_link_ends_after_an_hour(app: Flask, client: FlaskClient, make: Make) -> None:
    make.account(TARO)
    post(client, "/password/reset", {"email": TARO})
    link = link_to(app, TARO, "/password/reset/")
    with app.app_context(), transaction():
        row = session.scalars(select(AccountToken)).one()
        assert row.expires_at - row.created_at == timedelta(hours=1)
        row.expires_at -= timedelta(hours=1, seconds=1)
    assert client.get(link).status_code == 404
    token = csrf_token(client)
    assert client.post(link, data={"csrf_token": token, "password": NEW}).status_code == 404


def test_s05_tokens_are_random_hashed_and_for_one_purpose(app: Flask, client: FlaskClient, make: Make) -> None:
    make.account(TARO)
    post(client, "/password/reset", {"email": TARO})
    token = link_to(app, TARO, "/password/reset/").rpartition("/")[2]
    assert len(token) == 43  # 256 bits in base64
    with app.app_context():
        kept = session.scalars(select(AccountToken)).one().token_digest
    assert kept == digest(token)
    assert token not in kept
    assert client.get(f"/confirm/{token}").status_code == 404


def test_s05_the_token_does_not_leave_by_the_referrer(app: Flask, client: FlaskClient, make: Make) -> None:
    make.account(TARO)
    post(client, "/password/reset", {"email": TARO})
    headers = client.get(link_to(app, TARO, "/password/reset/")).headers
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex"


def test_a_reset_also_confirms_an_address(app: Flask, client: FlaskClient) -> None:
    register(client)
    post(client, "/password/reset", {"email": TARO})
    post(client, link_to(app, TARO, "/password/reset/"), {"password": NEW})
    sign_in(client, TARO, NEW)


def test_s06_links_come_from_the_settings_not_from_the_request(app: Flask, client: FlaskClient, make: Make) -> None:
    make.account(TARO)
    token = csrf_token(client, "/password/reset")
    client.post(
        "/password/reset",
        data={"csrf_token": token, "email": TARO},
        headers={"Host": "localhost", "X-Forwarded-Host": "evil.example"},
    )
    assert app.config["SETTINGS"].base_url + "/password/reset/" in mails_to(app, TARO)[-1].body


def test_changing_a_password_needs_the_present_one(client: FlaskClient, make: Make) -> None:
    sign_in(client, make.coordinator(email=TARO).email)
    wrong = post(client, "/password/change", {"present_password": "not-mine-at-all", "password": NEW})
    assert wrong.status_code == 422
    assert "現在のパスワードと一致しません" in wrong.get_data(as_text=True)
    for _ in range(throttling.SIGN_IN_PAIR.most - 1):
        post(client, "/password/change", {"present_password": "not-mine-at-all", "password": NEW})
    assert post(client, "/password/change", {"present_password": PASSWORD, "password": NEW}).status_code == 429


def test_mails_speak_the_language_of_the_reader(app: Flask, client: FlaskClient) -> None:
    post(client, "/language", {"language": "en", "next": "/sign-in"}, page="/sign-in")
    register(client)
    register(app.test_client(), "hanako@example.jp")
    assert mails_to(app, TARO)[0].subject == "Please confirm your e-mail address"
    assert mails_to(app, "hanako@example.jp")[0].subject == "メールアドレスの確認をお願いします"


def test_flask_security_mails_through_our_outbox(app: Flask, make: Make) -> None:
    from flask_security.changeable import send_password_changed_notice

    account = make.account(TARO)
    with app.app_context():
        with transaction():
            send_password_changed_notice(session.get_one(Account, account.id))
        assert [mail.kind for mail in mails_to(app, TARO)] == ["accounts/password_changed"]
