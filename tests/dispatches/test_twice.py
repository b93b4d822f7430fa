"""A form sent twice, with other contents, or by two of us at once."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from re import findall

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from courses_app.dispatches import operations
from courses_app.dispatches.models import Dispatch, Quote
from courses_app.dispatches.rules import QuotedMeanwhile, RequestSentBefore
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session, transaction
from courses_app.foundation.outbox import OutboxMessage
from tests.accounts.signing import csrf_token, sign_in
from tests.dispatches.making import offered
from tests.make import Make


def test_r42_a_request_sent_again_is_one_and_with_other_contents_refused(inside: Flask, make: Make) -> None:
    somebody = make.coordinator()
    first = make.requested(somebody, form_token="once")
    assert make.requested(somebody, form_token="once").id == first.id
    with pytest.raises(RequestSentBefore):
        make.requested(somebody, form_token="once", heads=5)
    assert session.scalar(select(func.count(Dispatch.id))) == 1


def test_two_of_us_answer_at_once_and_one_quote_is_sent(inside: Flask, make: Make) -> None:
    made = make.requested()
    with transaction():
        operations.make_quote(dispatch=made, facts=offered(), seen=0, by=SYSTEM, now=clock.now())
    with pytest.raises(QuotedMeanwhile), transaction():
        operations.make_quote(dispatch=made, facts=offered(capacity=30), seen=0, by=SYSTEM, now=clock.now())
    with transaction():
        operations.make_quote(dispatch=made, facts=offered(capacity=30), seen=1, by=SYSTEM, now=clock.now())
    assert session.scalars(select(Quote.capacity).order_by(Quote.number)).all() == [24, 30]


def test_r42_the_button_pressed_twice_sends_one_quote(app: Flask, client: FlaskClient, make: Make) -> None:
    made = make.requested()
    sign_in(client, make.staff().email)
    page = f"/office/requests/{made.reference}/quote"
    html = client.get(page).get_data(as_text=True)
    form = {name: unescape(value) for name, value in findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', html)}
    on = (clock.today() + timedelta(days=40)).isoformat()
    form |= {
        "csrf_token": csrf_token(client, page), "lines-0-description": "講師料", "lines-0-quantity": "1",
        "lines-0-unit_amount": "66000", "lines-0-tax_category": "taxable_10", "meetings-0-on": on,
        "meetings-0-begins": "09:00", "meetings-0-ends": "12:00", "capacity": "24",
        "valid_until": (clock.today() + timedelta(days=10)).isoformat(),
    }  # fmt: skip
    form.pop("remove", None)
    assert client.post(page, data=form).status_code == 303
    again = client.post(page, data=form)
    assert again.status_code == 409
    assert "第1号の見積りがすでに送信されて" in again.get_data(as_text=True)
    with app.app_context():
        assert session.scalar(select(func.count(Quote.id))) == 1
        assert session.scalar(select(func.count()).where(OutboxMessage.kind == "dispatches/quoted")) == 1


def test_what_an_invoice_could_not_print_is_refused_while_it_is_typed(
    app: Flask, client: FlaskClient, make: Make
) -> None:
    somebody = make.coordinator()
    make.service()
    sign_in(client, somebody.email)
    page = "/services/briefing/requests/new"
    html = client.get(page).get_data(as_text=True)
    form = {name: unescape(value) for name, value in findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', html)}
    form |= {
        "csrf_token": csrf_token(client, page), "subject": "研修😀", "place": "premises", "heads": "20",
        "language": "ja", "wishes-0-on": (clock.today() + timedelta(days=60)).isoformat(),
        "wishes-0-time": "morning", "prefecture": "13", "address": "東京都港区西新橋99丁目9番9号",
    }  # fmt: skip
    refused = client.post("/services/briefing/requests", data=form)
    assert refused.status_code == 422
    assert "印字できません：😀" in refused.get_data(as_text=True)
    assert client.post("/services/briefing/requests", data={**form, "subject": "研修"}).status_code == 303
