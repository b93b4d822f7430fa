"""Reminders as the office sees them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from courses_app.foundation import clock
from courses_app.payments import queries, tasks
from tests.accounts.signing import csrf_token, sign_in
from tests.payments.conftest import Builder

A_DAY = timedelta(days=1)


@pytest.fixture
def made(app: Flask) -> Builder:
    return Builder(app)


@pytest.fixture
def desk(made: Builder, client: FlaskClient) -> FlaskClient:
    made.staff("office@example.jp", family_name="森田", given_name="直美")
    sign_in(client, "office@example.jp")
    return client


def overdue(app: Flask, made: Builder) -> str:
    """The reference of an invoice that should have been paid six days ago."""
    then = clock.now() - 20 * A_DAY
    with app.app_context():
        invoice = made.invoice(now=then, due_on=clock.today() - 6 * A_DAY)
        tasks.run_due(clock=lambda: then)
        return invoice.reference


def test_nothing_goes_out_before_somebody_presses_and_then_once(app: Flask, made: Builder, desk: FlaskClient) -> None:
    reference = overdue(app, made)
    page = desk.get("/office/ledger/reminders").get_data(as_text=True)
    assert f'value="{reference}:first"' in page
    assert "¥34,500" in page
    one = desk.get(f"/office/ledger/reminders/invoices/{reference}").get_data(as_text=True)
    assert "ご入金を確認できておりません" in one, "the whole mail is read before it is sent"
    sent = {"csrf_token": csrf_token(desk), "reminder": f"{reference}:first"}
    done = desk.post("/office/ledger/reminders", data=sent, follow_redirects=True).get_data(as_text=True)
    assert "督促メール1件を、まもなく送信します。" in done
    again = desk.post("/office/ledger/reminders", data=sent, follow_redirects=True).get_data(as_text=True)
    assert "送信しませんでした" in again
    one = desk.get(f"/office/ledger/reminders/invoices/{reference}").get_data(as_text=True)
    assert "森田 直美" in one
    none = {"csrf_token": csrf_token(desk)}
    assert "選択されていない" in desk.post("/office/ledger/reminders", data=none, follow_redirects=True).get_data(
        as_text=True
    )


def test_an_invoice_is_left_in_peace_with_a_reason_alone(app: Flask, made: Builder, desk: FlaskClient) -> None:
    reference, token = overdue(app, made), csrf_token(desk)
    path = f"/office/ledger/reminders/invoices/{reference}"
    assert desk.post(f"{path}/stop", data={"csrf_token": token, "reason": ""}).status_code == 422
    assert desk.post(f"{path}/stop", data={"csrf_token": token, "reason": "分割払いの約束"}).status_code == 303
    assert "分割払いの約束" in desk.get(path).get_data(as_text=True)
    assert f'value="{reference}:first"' not in desk.get("/office/ledger/reminders").get_data(as_text=True)
    assert desk.post(f"{path}/resumption", data={"csrf_token": token, "reason": "期日超過"}).status_code == 303
    assert f'value="{reference}:first"' in desk.get("/office/ledger/reminders").get_data(as_text=True)


def test_a_text_that_names_what_nothing_fills_in_is_refused_on_its_field(
    app: Flask, made: Builder, desk: FlaskClient
) -> None:
    with app.app_context():
        made.issuer()
    sent = {
        "csrf_token": csrf_token(desk), "name": "最終のお願い", "days": "40", "kinds": "lasting",
        "subject_ja": "{number}",
        "body_ja": "{nunber} をお支払いください。", "subject_en": "{number}", "body_en": "{owed}",
    }  # fmt: skip
    refused = desk.post("/office/ledger/reminders/steps", data=sent)
    assert refused.status_code == 409
    page = refused.get_data(as_text=True)
    assert "差し込み項目 {nunber} は使えません" in page
    assert "最終のお願い" in page, "nothing typed is lost"
    assert desk.post("/office/ledger/reminders/steps", data={**sent, "body_ja": "{number}"}).status_code == 303
    with app.app_context():
        (step,) = [one for one in queries.dunning_steps() if one.name == "最終のお願い"]
        assert (step.days, step.automatic) == (40, False)
    path = f"/office/ledger/reminders/steps/{step.code}"
    assert desk.post(path, data={**sent, "body_ja": "{owed}", "days": "-3"}).status_code == 303
    assert "-3" in desk.get(path).get_data(as_text=True)
    assert desk.post(f"{path}/end", data={"csrf_token": sent["csrf_token"]}).status_code == 303
    assert "最終のお願い" not in desk.get("/office/ledger/reminders").get_data(as_text=True).split("<main", 1)[1]
