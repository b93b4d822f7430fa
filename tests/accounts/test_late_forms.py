"""A form that arrives after the sign-in has ended is not lost, and goes to nobody else (R-43)."""

from __future__ import annotations

import html
import re

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from courses_app.accounts.models import Organization, SignIn
from courses_app.foundation import clock
from courses_app.foundation.db import session, transaction
from tests.accounts.making import PASSWORD
from tests.accounts.signing import csrf_token, sign_in, sign_out
from tests.make import Make

HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')
TYPED = {
    "family_name": "渡邉󠄁", "given_name": "一", "family_name_kana": "わたなべ", "given_name_kana": "ハジメ",
    "name": '"><img src=x onerror=alert(1)>組合', "name_kana": "クミアイ", "kind": "supervising",
    "corporate_number": "５８３５６７８２５６２４６", "licence_number": "許１７０１０００００１",
    "licence_class": "general", "postal_code": "〒１０５ー０００３", "prefecture": "13",
    "address": "東京都港区西新橋99-9-9", "phone": "０３（１２３４）５６７８", "contact_name": "", "contact_email": "",
    "invoice_addressee": "", "member_number": "", "looked_at": "",
}  # fmt: skip


def hidden_fields(body: str, form: str = r'<form class="form".*?</form>') -> dict[str, str]:
    """The hidden fields of the page's main form."""
    found = re.search(form, body, re.DOTALL)
    assert found, body
    return {name: html.unescape(value) for name, value in HIDDEN.findall(found[0])}


def let_sign_ins_end(app: Flask) -> None:
    with app.app_context(), transaction():
        session.execute(update(SignIn).values(ended_at=clock.now()))


def late_join(app: Flask, client: FlaskClient, email: str) -> str:
    """Somebody fills the form of joining while their sign-in ends; returns the page they get."""
    sign_in(client, email)
    token = csrf_token(client, "/organization/new")
    let_sign_ins_end(app)
    answer = client.post("/organization/new", data={"csrf_token": token, **TYPED})
    assert answer.status_code == 401
    assert "form-action" in answer.headers["WWW-Authenticate"]
    return answer.get_data(as_text=True)


def test_r43_what_was_typed_is_sent_with_one_press_after_signing_in_again(
    app: Flask, client: FlaskClient, make: Make
) -> None:
    account = make.account("taro@example.jp")
    page = late_join(app, client, account.email)
    assert "ログインの有効期間が終わりました" in page
    carried = hidden_fields(page)
    assert carried["typed:family_name"] == "渡邉󠄁"
    again = client.post("/sign-in", data={**carried, "email": account.email, "password": PASSWORD})
    assert again.status_code == 200
    send = again.get_data(as_text=True)
    assert '<form class="form" method="post" action="/organization/new"' in send
    assert "<img" not in send
    assert client.post("/organization/new", data=hidden_fields(send)).location == "/organization"
    with app.app_context():
        kept = session.scalars(select(Organization)).one()
        assert kept.name == TYPED["name"]
        assert kept.corporate_number == "5835678256246"
        assert kept.phone == "03-1234-5678"


def test_r43_a_mistyped_password_loses_nothing(app: Flask, client: FlaskClient, make: Make) -> None:
    account = make.account("taro@example.jp")
    carried = hidden_fields(late_join(app, client, account.email))
    wrong = client.post("/sign-in", data={**carried, "email": account.email, "password": "not-my-password"})
    assert wrong.status_code == 422
    shown = hidden_fields(wrong.get_data(as_text=True))
    assert {name: value for name, value in shown.items() if name != "csrf_token"} == {
        name: value for name, value in carried.items() if name != "csrf_token"
    }


def test_r43_another_account_does_not_get_it(app: Flask, client: FlaskClient, make: Make) -> None:
    make.account("taro@example.jp")
    other = make.account("hanako@example.jp")
    carried = hidden_fields(late_join(app, client, "taro@example.jp"))
    answer = client.post("/sign-in", data={**carried, "email": other.email, "password": PASSWORD})
    assert answer.status_code == 303
    page = client.get(answer.location).get_data(as_text=True)
    assert "別のアカウントのもの" in page
    assert "渡邉󠄁" not in page


def test_r43_the_note_cannot_be_forged(app: Flask, client: FlaskClient, make: Make) -> None:
    account = make.account("taro@example.jp")
    carried = hidden_fields(late_join(app, client, account.email))
    carried["late_form"] = carried["late_form"][:-2] + "xx"
    answer = client.post("/sign-in", data={**carried, "email": account.email, "password": PASSWORD})
    assert answer.status_code == 303
    assert answer.location == "/organization/new"


def test_r43_nothing_of_it_is_kept_here(app: Flask, client: FlaskClient, make: Make) -> None:
    account = make.account("taro@example.jp")
    late_join(app, client, account.email)
    with app.app_context():
        assert session.scalar(select(func.count()).select_from(Organization)) == 0
    cookie = client.get_cookie("session")
    assert cookie
    assert len(cookie.value) < 500


def test_r43_passwords_are_not_carried(app: Flask, client: FlaskClient, make: Make) -> None:
    account = make.account("taro@example.jp")
    sign_in(client, account.email)
    token = csrf_token(client)
    let_sign_ins_end(app)
    fields = {"csrf_token": token, "present_password": PASSWORD, "password": "kotoba-mikan-densha"}
    page = client.post("/password/change", data=fields).get_data(as_text=True)
    assert PASSWORD not in page
    assert "kotoba-mikan-densha" not in page


def test_r43_after_signing_out_in_another_tab(client: FlaskClient, make: Make) -> None:
    """The form's safety key has gone with the sign-in: one page more, and still nothing is lost."""
    account = make.account("taro@example.jp")
    sign_in(client, account.email)
    token = csrf_token(client, "/organization/new")
    sign_out(client)
    expired = client.post("/organization/new", data={"csrf_token": token, **TYPED})
    assert expired.status_code == 422
    resent = hidden_fields(expired.get_data(as_text=True), r'<form[^>]*action="/organization/new.*?</form>')
    page = client.post("/organization/new", data=resent)
    assert page.status_code == 401
    assert hidden_fields(page.get_data(as_text=True))["typed:family_name"] == "渡邉󠄁"


def test_r43_a_browser_nobody_knows_is_only_asked_to_sign_in(client: FlaskClient) -> None:
    token = csrf_token(client, "/sign-in")
    answer = client.post("/organization/new", data={"csrf_token": token, **TYPED})
    body = answer.get_data(as_text=True)
    assert answer.status_code == 401
    assert "typed:" not in body
    assert "入力の画面に戻り" in body
