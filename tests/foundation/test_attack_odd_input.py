"""Addresses and queries nobody types: a NUL, thousands of digits. They are answered, and never as a fault of ours."""

from __future__ import annotations

from urllib.parse import quote

import pytest
import wtforms
from flask import Flask
from flask.testing import FlaskClient

from courses_app.foundation.forms import BaseForm
from courses_app.foundation.paging import LAST_PAGE, page_number
from tests.accounts.signing import csrf_token, sign_in
from tests.make import Make

PUBLIC = ("/courses/{}", "/runs/{}", "/runs/{}.ics", "/certificates/{}")
OFFICE = ("/office/runs/{}", "/office/bookings/{}", "/office/outbox/{}", "/office/people?q={}", "/office/runs?page={}")


@pytest.fixture
def as_in_production(app: Flask) -> Flask:
    """Faults end in a page, not in the test."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.mark.parametrize("odd", ["\0", "a\0b", "9" * 20, "9" * 5000, "²"])
def test_s37_odd_values_are_no_fault_of_ours(
    as_in_production: Flask, client: FlaskClient, make: Make, odd: str
) -> None:
    for path in PUBLIC:
        assert client.get(path.format(quote(odd))).status_code in {400, 404}, path
    sign_in(client, make.staff().email)
    for path in OFFICE:
        assert client.get(path.format(quote(odd))).status_code in {200, 400, 404}, path


def test_s37_a_page_number_of_any_length() -> None:
    assert page_number("9" * 5000) == LAST_PAGE
    assert page_number("٣") == 1


def test_s37_what_no_column_keeps_is_refused_at_its_field_and_nothing_else_is_lost(
    as_in_production: Flask, client: FlaskClient, make: Make
) -> None:
    sign_in(client, make.staff().email)
    address = "/office/venues/new"
    form = {
        "csrf_token": csrf_token(client, address), "code": "V-1", "name_ja": "会\0場", "address_ja": "東京都\x01港区",
        "access_ja": "駅から\r\n徒歩\x085分", "capacity": "9" * 20,
    }  # fmt: skip
    answer = client.post(address, data=form)
    assert answer.status_code == 422
    assert "\0" not in answer.text
    assert "9" * 20 in answer.text
    assert "東京都 港区" in answer.text
    assert "徒歩5分" in answer.text


class Row(wtforms.Form):
    note = wtforms.StringField("Note")


class Page(BaseForm):
    note = wtforms.TextAreaField("Note")
    rows = wtforms.FieldList(wtforms.FormField(Row))
    notes = wtforms.FieldList(wtforms.StringField("One note", [wtforms.validators.Optional()]))
    password = wtforms.PasswordField("Password")


def test_s37_rows_are_looked_at_too(app: Flask) -> None:
    sent = {"note": "a\tb\r\nc", "rows-0-note": "x\0y", "notes-0": "\x1f", "password": "\0"}
    with app.test_request_context("/", method="POST", data=sent):
        page = Page(meta={"csrf": False})
        assert not page.validate()
        assert set(page.errors) == {"rows", "notes"}
        assert "Note" in str(page.rows[0].form.note.errors[0])
        assert page.rows[0].form.note.data == "xy"
        assert page.note.data == "a\tb\r\nc"
        assert page.validate(), "sent again, it goes through"
