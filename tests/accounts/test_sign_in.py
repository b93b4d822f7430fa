"""Signing in and out."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.accounts.conftest import MakeHere
from tests.accounts.signing import sign_in, sign_out


def test_somebody_signs_in_and_out(client: FlaskClient, make: MakeHere) -> None:
    somebody = make.coordinator()
    assert sign_in(client, somebody.email).location == "/organization"
    assert client.get("/password/change").status_code == 200
    assert sign_out(client).location == "/"
    assert client.get("/password/change").location == "/sign-in?next=/password/change"
