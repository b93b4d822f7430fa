"""The page where people get the addresses of their feeds (C-27, S-45)."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from flask.testing import FlaskClient

from tests.accounts.signing import post, sign_in

if TYPE_CHECKING:
    from tests.calendar_feeds.conftest import MakeHere

PAGE = "/organization/calendar"
ADDRESS = re.compile(r"http://127\.0\.0\.1:8000(/feeds/[\w-]{43}\.ics)")


def offered(client: FlaskClient) -> set[str]:
    """Which feeds the page offers."""
    return set(re.findall(rf"{PAGE}/(\w+)/address", client.get(PAGE).get_data(as_text=True)))


def opened(client: FlaskClient, purpose: str, **fields: object) -> str:
    """Make an address; returns the page that shows it."""
    response = post(client, f"{PAGE}/{purpose}/address", fields, page=PAGE)
    assert response.status_code == 200
    return html.unescape(response.get_data(as_text=True))


def test_everybody_is_offered_what_is_theirs(make: MakeHere, client: FlaskClient) -> None:
    for somebody, wanted in (
        (make.coordinator(), {"organization", "person"}),
        (make.instructor(), {"instructor", "person"}),
        (make.staff(), {"staff", "person"}),
        (make.member(make.organization()), {"person"}),
    ):
        with make.app.test_client() as browser:
            sign_in(browser, somebody.email)
            assert offered(browser) == wanted


def test_the_page_is_for_those_who_are_signed_in(client: FlaskClient) -> None:
    assert client.get(PAGE).status_code == 302


def test_c27_the_address_is_shown_once_with_its_warning_and_ways_to_subscribe(
    make: MakeHere, client: FlaskClient
) -> None:
    sign_in(client, make.coordinator().email)
    page = opened(client, "organization")
    found = ADDRESS.search(page)
    assert found
    assert "このアドレスはパスワードと同じです" in page
    assert f"webcal://127.0.0.1:8000{found[1]}" in page
    assert "https://calendar.google.com/calendar/r?cid=webcal%3A%2F%2F127.0.0.1%3A8000%2Ffeeds%2F" in page
    assert "6〜24時間ごと" in page
    later = client.get(PAGE).get_data(as_text=True)
    assert not ADDRESS.search(later)
    assert "に作成したアドレスがあります" in later
    with make.app.test_client() as program:
        assert program.get(found[1]).status_code == 200


def test_s45_the_page_with_the_address_is_kept_by_nobody(make: MakeHere, client: FlaskClient) -> None:
    sign_in(client, make.staff().email)
    response = post(client, f"{PAGE}/staff/address", {}, page=PAGE)
    assert response.headers["Cache-Control"] == "no-store"
    token = ADDRESS.search(response.get_data(as_text=True))
    assert token
    assert token[1] not in str(response.headers)


def test_c28_replacing_and_closing_by_hand(make: MakeHere, client: FlaskClient) -> None:
    sign_in(client, make.staff().email)
    first, second = (ADDRESS.search(opened(client, "staff")) for _ in range(2))
    assert first
    assert second
    with make.app.test_client() as program:
        assert program.get(first[1]).status_code == 404
        assert program.get(second[1]).status_code == 200
        assert post(client, f"{PAGE}/staff/revocation", {}, page=PAGE).status_code == 303
        assert program.get(second[1]).status_code == 404


def test_what_is_not_granted_is_refused_and_what_does_not_exist_is_not_there(
    make: MakeHere, client: FlaskClient
) -> None:
    sign_in(client, make.coordinator().email)
    assert post(client, f"{PAGE}/staff/address", {}, page=PAGE).status_code == 409
    assert post(client, f"{PAGE}/nonsense/address", {}, page=PAGE).status_code == 404
    assert post(client, f"{PAGE}/nonsense/revocation", {}, page=PAGE).status_code == 404


def test_the_language_is_chosen_with_the_address(make: MakeHere, client: FlaskClient) -> None:
    run = make.run(days_ahead=30)
    sign_in(client, make.staff().email)
    found = ADDRESS.search(opened(client, "staff", **{"staff-language": "en"}))
    assert found
    assert run.course.name_en[:20].encode() in client.get(found[1]).data


def test_nobody_closes_the_address_of_somebody_else(make: MakeHere, client: FlaskClient) -> None:
    sign_in(client, make.staff().email)
    found = ADDRESS.search(opened(client, "staff"))
    assert found
    with make.app.test_client() as other:
        sign_in(other, make.staff().email)
        post(other, f"{PAGE}/staff/revocation", {}, page=PAGE)
        assert other.get(found[1]).status_code == 200
