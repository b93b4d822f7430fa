"""Addresses and queries nobody types: a NUL, thousands of digits. They are answered, and never as a fault of ours."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from courses_app.foundation.paging import LAST_PAGE, page_number
from tests.accounts.signing import sign_in
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
