"""Signing in as a browser does it: the page, its token, the form."""

from __future__ import annotations

import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.accounts.making import PASSWORD

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def sign_in(client: FlaskClient, email: str, password: str = PASSWORD, **fields: str) -> TestResponse:
    """Sign the client in by a real POST; fails the test when that does not work."""
    response = try_sign_in(client, email, password, **fields)
    assert response.status_code == 303, response.get_data(as_text=True)
    return response


def try_sign_in(client: FlaskClient, email: str, password: str = PASSWORD, **fields: str) -> TestResponse:
    """The same, whatever the answer."""
    return post(client, "/sign-in", {"email": email, "password": password, **fields})


def sign_out(client: FlaskClient) -> TestResponse:
    """Press the button in the header."""
    return post(client, "/sign-out", {}, page="/password/change")


def post(client: FlaskClient, path: str, fields: dict[str, object], *, page: str | None = None) -> TestResponse:
    """Send a form with the token of the page it stands on (the same address, unless `page` says otherwise)."""
    return client.post(path, data={"csrf_token": csrf_token(client, page or path), **fields})


def csrf_token(client: FlaskClient, page: str = "/password/change") -> str:
    """The token that a form on this page carries."""
    body = client.get(page, follow_redirects=True).get_data(as_text=True)
    found = TOKEN.search(body)
    assert found, body
    return found[1]
