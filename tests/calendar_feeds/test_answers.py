"""How feeds are answered: headers and conditions (C-21 to C-26)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from flask.testing import FlaskClient
from werkzeug.http import http_date

from courses_app.calendar_feeds.models import FeedPurpose
from courses_app.foundation import clock

if TYPE_CHECKING:
    from tests.calendar_feeds.conftest import MakeHere

FEED = "/feeds/runs.ics"


@pytest.fixture
def feed(make: MakeHere, client: FlaskClient) -> str:
    make.run(days_ahead=30)
    return FEED


@pytest.fixture
def private(make: MakeHere) -> str:
    make.run(days_ahead=30)
    return make.feed(make.staff(), FeedPurpose.STAFF)


def test_c22_a_feed_is_text_calendar_in_utf8_and_no_download(feed: str, client: FlaskClient) -> None:
    response = client.get(feed)
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "Content-Disposition" not in response.headers


def test_c21_an_empty_feed_is_answered_and_stable(make: MakeHere, client: FlaskClient) -> None:
    first, second = client.get(FEED), client.get(FEED)
    assert first.status_code == 200
    assert first.data == second.data
    assert first.headers["ETag"] == second.headers["ETag"]


def test_c23_the_tag_is_strong_and_that_of_the_bytes(feed: str, client: FlaskClient) -> None:
    tag = client.get(feed).headers["ETag"]
    assert len(tag) == 66
    assert not tag.startswith("W/")


@pytest.mark.parametrize("form", ["{tag}", "W/{tag}", '"other", {tag}', '"a", W/{tag}, "b"', "*"])
def test_c23_who_has_the_bytes_is_told_so(form: str, feed: str, client: FlaskClient) -> None:
    first = client.get(feed)
    again = client.get(feed, headers={"If-None-Match": form.format(tag=first.headers["ETag"])})
    assert again.status_code == 304
    assert again.data == b""
    for name in ("ETag", "Last-Modified", "Cache-Control", "Vary"):
        assert again.headers[name] == first.headers[name]


def test_c23_another_tag_gets_the_bytes_whatever_the_date_says(feed: str, client: FlaskClient) -> None:
    future = http_date(clock.now() + timedelta(days=365))
    response = client.get(feed, headers={"If-None-Match": '"other"', "If-Modified-Since": future})
    assert response.status_code == 200
    past = http_date(datetime(2000, 1, 1, tzinfo=UTC))
    tag = client.get(feed).headers["ETag"]
    assert client.get(feed, headers={"If-None-Match": tag, "If-Modified-Since": past}).status_code == 304


def test_c23_a_tag_that_cannot_be_read_still_beats_the_date(feed: str, client: FlaskClient) -> None:
    future = http_date(clock.now() + timedelta(days=365))
    for tag in ("", "unquoted"):
        assert client.get(feed, headers={"If-None-Match": tag, "If-Modified-Since": future}).status_code == 200


def test_c23_the_date_alone_is_compared_in_seconds(feed: str, client: FlaskClient) -> None:
    stamp = client.get(feed).headers["Last-Modified"]
    assert client.get(feed, headers={"If-Modified-Since": stamp}).status_code == 304
    earlier = http_date(clock.now() - timedelta(days=30))
    assert client.get(feed, headers={"If-Modified-Since": earlier}).status_code == 200


@pytest.mark.parametrize("date", ["yesterday", "", "2026-12-01", "Tue, 99 Foo 2026 00:00:00 GMT"])
def test_c23_a_date_that_cannot_be_read_is_no_date(date: str, feed: str, client: FlaskClient) -> None:
    assert client.get(feed, headers={"If-Modified-Since": date}).status_code == 200


def test_c23_a_change_reaches_those_who_ask_with_either(make: MakeHere, feed: str, client: FlaskClient) -> None:
    first = client.get(feed)
    make.called_off(make.run(days_ahead=40))
    for name, value in (
        ("If-None-Match", first.headers["ETag"]),
        ("If-Modified-Since", http_date(clock.now() - timedelta(hours=25))),
    ):
        assert client.get(feed, headers={name: value}).status_code == 200


def test_c24_head_says_what_get_says(feed: str, private: str, client: FlaskClient) -> None:
    for path in (feed, private):
        head, get = client.head(path), client.get(path)
        assert head.data == b""
        for name in ("ETag", "Last-Modified", "Content-Type", "Content-Length", "Cache-Control"):
            assert head.headers[name] == get.headers[name]


@pytest.mark.parametrize("accept", [None, "text/html", "application/xml;q=0.1", "nonsense", "image/*"])
def test_c25_any_accept_header_or_none_will_do(accept: str | None, feed: str, client: FlaskClient) -> None:
    headers = {"User-Agent": "Google-Calendar-Importer", **({"Accept": accept} if accept else {})}
    response = client.get(feed, headers=headers)
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers


def test_c25_a_private_feed_needs_and_sets_no_cookie(private: str, client: FlaskClient) -> None:
    response = client.get(private)
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers


def test_s46_feeds_are_kept_out_of_search_engines_caches_and_referrers(
    feed: str, private: str, client: FlaskClient
) -> None:
    for path, cached in ((feed, "no-cache"), (private, "private, no-cache")):
        headers = client.get(path).headers
        assert headers["X-Robots-Tag"] == "noindex"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == cached


def test_c26_robots_may_fetch_feeds(client: FlaskClient) -> None:
    """Some calendar services keep to robots.txt: where there is one, it must not shut feeds out."""
    response = client.get("/robots.txt")
    if response.status_code == 200:
        rules = response.get_data(as_text=True)
        assert "Disallow: /\n" not in rules
        assert "/feeds" not in [
            line.partition(":")[2].strip().rstrip("/") for line in rules.splitlines() if "Disallow" in line
        ]
