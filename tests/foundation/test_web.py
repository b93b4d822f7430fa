"""What every answer carries, and what people see when something went wrong."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from courses_app import create_app
from courses_app.config import Settings, SettingsError
from courses_app.foundation.logs import JSONLines
from tests.conftest import settings_for


def test_s15_s16_every_answer_carries_the_headers(client: FlaskClient) -> None:
    for path in ("/", "/runs", "/sign-in", "/not-there", "/healthz"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "nonce" not in policy
        for directive in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
            assert directive in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_s10_s16_production_cookies_and_transport_are_strict(tmp_path: Path) -> None:
    settings = settings_for(
        tmp_path, f"sqlite:///{tmp_path / 'p.sqlite3'}", env="production", base_url="https://courses.example.jp"
    )
    app = create_app(settings)
    answer = app.test_client().post(
        "/language", base_url="https://courses.example.jp", headers={"Referer": "https://courses.example.jp/"}
    )
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    assert app.config["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert app.config["SESSION_COOKIE_SECURE"]
    assert app.config["SESSION_COOKIE_HTTPONLY"]
    assert app.config["SESSION_COOKIE_SAMESITE"] == "Lax"


def test_s14_a_form_on_a_page_that_sends_no_referrer_works_over_https(tmp_path: Path) -> None:
    origin = "https://courses.example.jp"
    settings = settings_for(tmp_path, f"sqlite:///{tmp_path / 'p.sqlite3'}", env="production", base_url=origin)
    browser = create_app(settings).test_client()
    page = browser.get("/certificates/verify", base_url=origin).text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"language": "en", "csrf_token": token}
    assert browser.post("/language", base_url=origin, data=form).status_code == 303
    assert browser.post("/language", base_url=origin, data={"language": "en"}).status_code == 422


def test_s06_a_forged_host_is_refused(client: FlaskClient) -> None:
    assert client.get("/runs", headers={"Host": "evil.example"}).status_code == 400
    forged = client.get("/runs", headers={"X-Forwarded-Host": "evil.example"})
    assert "evil.example" not in forged.text


def test_o02_the_inquiry_number_is_on_the_page_and_in_the_header(client: FlaskClient) -> None:
    answer = client.get("/not-there", headers={"X-Request-ID": "chosen-by-a-stranger"})
    assert answer.status_code == 404
    assert answer.headers["X-Request-ID"] != "chosen-by-a-stranger"
    assert answer.headers["X-Request-ID"] in answer.text


def test_a_wrong_method_says_which_are_right(client: FlaskClient) -> None:
    answer = client.get("/sign-out")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_s14_r43_a_form_without_a_fresh_token_changes_nothing_and_loses_nothing(client: FlaskClient) -> None:
    answer = client.post("/register", data={"email": 'a"><img src=x>@example.jp', "password": "secret words"})
    assert answer.status_code == 422
    assert "a&#34;&gt;&lt;img src=x&gt;@example.jp" in answer.text
    assert "secret words" not in answer.text


def test_s40_a_body_too_large_is_refused(client: FlaskClient) -> None:
    assert client.post("/language", data={"x": "y" * 3_000_000}).status_code == 413


def test_r32_a_database_away_is_a_503_that_says_when_to_come_back(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> str:
        raise OperationalError("SELECT 1", {}, Exception("connection refused"))

    monkeypatch.setitem(app.view_functions, "health.healthz", away)
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_s50_a_fault_shows_no_trace(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> str:
        raise ValueError("secret detail")

    monkeypatch.setitem(app.view_functions, "health.healthz", broken)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setitem(app.config, "TESTING", False)
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert answer.headers["X-Request-ID"] in answer.text


def test_o01_s35_logs_are_one_json_object_a_line(client: FlaskClient) -> None:
    record = logging.LogRecord("t", logging.INFO, __file__, 1, "a\r\nforged \x1b[31m", None, None)
    line = JSONLines().format(record)
    assert "\n" not in line
    assert json.loads(line)["event"] == "a\r\nforged \x1b[31m"


def test_o03_a_fault_is_logged_without_its_values() -> None:
    try:
        raise ValueError("yamada@example.jp")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    line = JSONLines().format(logging.LogRecord("t", logging.ERROR, __file__, 1, "unexpected", None, info))
    assert "yamada" not in line
    assert json.loads(line)["error"] == "ValueError"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "changeme"}, "SECRET_KEY"),
        ({"BASE_URL": ""}, "BASE_URL"),
        ({"BASE_URL": "http://courses.example.jp"}, "https"),
        ({"MAIL_URL": ""}, "MAIL_URL"),
        ({"STRIPE_SECRET_KEY": "sk_live_x", "STRIPE_WEBHOOK_SECRET": ""}, "STRIPE_WEBHOOK_SECRET"),
        ({"STRIPE_API_BASE": "http://127.0.0.1:8001"}, "Stripe"),
        ({"COURSES_ENV": "prod"}, "COURSES_ENV"),
        ({"PROXY_HOPS": "one"}, "PROXY_HOPS"),
    ],
)
def test_s09_production_does_not_start_without_its_settings(changes: dict[str, str], says: str) -> None:
    good = {
        "COURSES_ENV": "production", "SECRET_KEY": "k" * 40, "BASE_URL": "https://courses.example.jp",
        "MAIL_URL": "smtp://127.0.0.1:25", "MAIL_FROM": "office@example.jp",
    }  # fmt: skip
    assert Settings.from_environment(good).production
    with pytest.raises(SettingsError, match=says):
        Settings.from_environment({**good, **changes})


def test_the_language_switch_stays_and_the_first_visit_follows_the_browser(client: FlaskClient) -> None:
    assert '<html lang="ja"' in client.get("/runs").text
    assert '<html lang="en"' in client.get("/runs", headers={"Accept-Language": "en-GB,en;q=0.9"}).text
    page = client.get("/runs").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    answer = client.post("/language", data={"language": "en", "next": "/runs?q=a", "csrf_token": token})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/runs?q=a")
    assert '<html lang="en"' in client.get("/runs").text


def test_assets_are_one_file_each_kept_for_ever_under_their_hash(client: FlaskClient) -> None:
    page = client.get("/runs").text
    path = page.split('rel="stylesheet" href="')[1].split('"')[0]
    answer = client.get(path)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert client.get("/assets/old/app.css").headers["Cache-Control"] == "no-cache"
    script = page.split('<script src="')[1].split('"')[0]
    assert len(answer.data) + len(client.get(script).data) < 100_000, "the budget of styles and scripts together"
