"""What the real server writes down: enough to follow a request, nothing about anybody (S-52, O-03)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from courses_app.accounts.models import Account
from courses_app.foundation.connections import writing
from courses_app.foundation.db import db, session
from tests.accounts.making import PASSWORD
from tests.bookings.conftest import MakeHere
from tests.race.crowd import Browser, attendee, signed_in
from tests.race.servers import log_of, serving

pytestmark = pytest.mark.race
ALWAYS = {"ts", "level", "event", "logger", "request_id"}
GUESS, LINK, FEED = "a-guess-of-mine-77", "a-mailed-token-88", "a-feed-token-99"


def test_s52_o03_the_log_names_nobody_and_holds_no_secret(app: Flask, make: MakeHere) -> None:
    log_of(app).unlink(missing_ok=True)
    coordinator = make.coordinator()
    email, names = coordinator.account.email, _names(app, coordinator.account.id)
    run = make.run()
    path, facts = f"/runs/{run.reference}/bookings", attendee(email="hidden@example.jp")
    with serving(app) as address:
        stranger = Browser(address)
        fields = {"email": email, "password": GUESS, "csrf_token": stranger.token("/sign-in")}
        assert stranger.post("/sign-in", fields).status == 422
        assert stranger.get("/office/today").status == 302
        assert stranger.get(f"/password/reset/{LINK}").status in {200, 404, 410}
        assert stranger.get(f"/feeds/{FEED}.ics").status == 404
        me = signed_in(address, email)
        token, form_token = me.token(f"{path}/new"), token_hex(16)
        form = {"csrf_token": token, "form_token": form_token, **facts}
        assert me.post(path, form).status == 303
        assert me.get("/office/today").status == 404
        _put_away(app, "seats", "seats_away")
        try:
            failed = me.post(path, {**form, "form_token": token_hex(16), **attendee(email="hidden@example.jp")})
        finally:
            _put_away(app, "seats_away", "seats")
        assert failed.status in {500, 503}
    written = log_of(app).read_text()
    settings = app.config["SETTINGS"]
    secrets = {
        email, "hidden@example.jp", PASSWORD, GUESS, LINK, FEED, token, form_token, me.cookie.partition("=")[2],
        settings.secret_key, settings.stripe_secret_key, settings.stripe_webhook_secret, *facts.values(), *names,
    }  # fmt: skip
    assert {secret for secret in secrets if secret and secret in written} == set()
    _is_a_security_log(written)


def _names(app: Flask, account_id: int) -> set[str]:
    with app.app_context():
        person = session.get_one(Account, account_id).person
        assert person is not None
        return {person.full_name, person.family_name, person.given_name, person.full_name_kana}


def _is_a_security_log(written: str) -> None:
    """S-54: signing in well and badly, being refused a door, and a failure each leave a line, in UTC."""
    lines: list[dict[str, Any]] = [json.loads(line) for line in written.splitlines() if line.startswith("{")]
    assert all(set(line) >= ALWAYS for line in lines)
    assert all(datetime.fromisoformat(line["ts"]).utcoffset() == datetime.now(UTC).utcoffset() for line in lines)
    asked = [(line.get("route"), line.get("status")) for line in lines if line["event"] == "request"]
    assert {("/sign-in", 422), ("/sign-in", 303), ("/office/today", 302), ("/office/today", 404)} <= set(asked)
    assert {"sign_in.refused", "sign_in.begun"} <= {line["event"] for line in lines}
    (failure,) = [line for line in lines if line["level"] == "error"]
    assert failure["error"]
    assert failure["where"]
    assert [line["event"] for line in lines if line["request_id"] == failure["request_id"]][-1] == "request"


def _put_away(app: Flask, table: str, name: str) -> None:
    """A table that is not there: the statement fails, and the database's own words hold all its values."""
    with app.app_context():
        with db.engine.execution_options(**writing(db.engine)).begin() as connection:
            connection.execute(text(f"ALTER TABLE {table} RENAME TO {name}"))
        db.engine.dispose()
