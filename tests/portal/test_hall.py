"""Home, navigation, my organization, my page, legal pages, and the texts programs read."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from courses_app.accounts.models import Organization
from courses_app.compliance.queries import standings_of
from courses_app.foundation import clock
from courses_app.foundation.db import session
from courses_app.portal import queries
from tests.accounts.signing import sign_in
from tests.accounts.test_routes import statements
from tests.make import Make

MOST_STATEMENTS = 12


def text(response: TestResponse) -> str:
    return unescape(response.get_data(as_text=True))


def navigation(page: str) -> str:
    return page.split('class="site-nav"')[1].split("</nav>", maxsplit=1)[0]


def test_home_shows_three_ways_and_the_next_runs_with_seats(client: FlaskClient, make: Make) -> None:
    full = make.run("TIM", days_ahead=20, capacity=1)
    make.paid(full, 1)
    run = make.run("SUP", days_ahead=30)
    page = text(client.get("/"))
    for address in ("/courses", "/which-course", "/certificates/verify", f"/runs/{run.reference}"):
        assert f'href="{address}"' in page, address
    assert f"/runs/{full.reference}" not in page
    assert 'action="/runs"' in page


def test_home_without_runs(client: FlaskClient) -> None:
    assert "現在、申込を受け付けている開催はありません" in text(client.get("/"))


def test_everybody_is_offered_their_own_pages(client: FlaskClient, make: Make) -> None:
    places = {"/organization": False, "/me": False, "/teaching": False, "/office/today": False}

    def offered() -> set[str]:
        bar = navigation(text(client.get("/courses")))
        return {address for address in places if f'href="{address}"' in bar}

    assert offered() == set()
    for somebody, expected in (
        (make.coordinator(), {"/organization", "/me"}),
        (make.member(make.organization()), {"/me"}),
        (make.instructor(), {"/teaching"}),
        (make.staff(), {"/office/today"}),
    ):
        client.delete_cookie("session")
        sign_in(client, somebody.email)
        assert offered() == expected


def test_the_page_one_is_on_is_marked(client: FlaskClient, make: Make) -> None:
    run = make.run()
    for address, marked in (("/runs", "/runs"), (f"/runs/{run.reference}", "/runs"), ("/courses", "/courses")):
        assert f'href="{marked}" aria-current="true"' in navigation(text(client.get(address)))
    assert "aria-current" not in navigation(text(client.get("/")))


def test_my_organization_at_a_glance(app: Flask, client: FlaskClient, make: Make) -> None:
    us = make.coordinator()
    run, other = make.run("SUP", days_ahead=20), make.run("TIM", days_ahead=25)
    make.ordered(run, 3, organization=us.organization, booked_by=us.person)
    make.held(other, 2, organization=us.organization, booked_by=us.person)
    make.paid(make.run("LIV", days_ahead=22), 1)  # somebody else's
    sign_in(client, us.email)
    with statements(app) as seen:
        page = text(client.get("/organization"))
    assert len(seen) <= MOST_STATEMENTS, seen
    assert us.organization.name in page
    assert "申込を確定していない受付が1件あります" in page
    assert "監理責任者等講習" in page
    assert "生活指導員講習" not in page
    for address in ("/organization/people", "/organization/bookings", "/organization/certificates",
                    "/organization/compliance", "/organization/calendar", "/organization/details"):  # fmt: skip
        assert f'href="{address}"' in page, address


def test_the_glance_counts_what_the_board_lists(inside: Flask, make: Make) -> None:
    """Though it looks only at those of whom something is asked."""
    us, today = make.coordinator(), clock.today()
    valid, never, idle = (make.member(us.organization).person for _ in range(3))
    make.appointed(us, valid)
    make.appointed(us, never)
    make.completed(us, valid, idle, on=today - timedelta(days=30))
    make.ordered(make.run("SUP", days_ahead=20), 3, organization=us.organization, booked_by=us.person)
    ours = session.get_one(Organization, us.organization.id)
    glance = queries.at_a_glance(ours, now=clock.now())
    board: dict[int, str] = {}
    for line in standings_of(ours, on=today):
        board.setdefault(line.person.id, line.state)
    assert glance.people == len(board)
    for state in ("expired", "never", "expiring", "valid"):
        assert glance.in_state[state] == Counter(board.values())[state], state
    assert (glance.in_state["never"], glance.in_state["valid"]) == (1, 1)
    assert [(one.run.course.code, one.people) for one in glance.coming] == [("SUP", 3)]


def test_my_organization_is_for_coordinators(client: FlaskClient, make: Make) -> None:
    assert client.get("/organization").status_code in (302, 303)
    sign_in(client, make.member(make.organization()).email)
    assert client.get("/organization").status_code == 404


def test_my_page_shows_what_is_mine(app: Flask, client: FlaskClient, make: Make) -> None:
    me = make.member(make.organization())
    make.run("TIM", days_ahead=25)
    sign_in(client, me.email)
    with statements(app) as seen:
        page = text(client.get("/me"))
    assert len(seen) <= MOST_STATEMENTS, seen
    assert me.person.full_name in page
    assert "受講予定はありません" in page
    assert "受講証明書はまだありません" in page


@pytest.mark.parametrize(
    ("path", "ja", "en"),
    [
        ("/legal/notice", "特定商取引法に基づく表記", "Notice under the Act on Specified Commercial Transactions"),
        ("/legal/privacy", "利用目的", "Privacy"),
        ("/legal/accessibility", "アクセシビリティ", "Accessibility statement"),
    ],
)
def test_legal_pages_in_both_languages(client: FlaskClient, path: str, ja: str, en: str) -> None:
    assert ja in text(client.get(path))
    english = text(client.get(path, headers={"Accept-Language": "en"}))
    assert en in english
    assert 'lang="en"' in english


def test_security_txt_names_a_contact_and_has_not_expired(client: FlaskClient) -> None:
    answer = client.get("/.well-known/security.txt")
    assert answer.content_type == "text/plain; charset=utf-8"
    told = dict(line.split(": ", 1) for line in answer.get_data(as_text=True).splitlines())
    assert told["Contact"] == "mailto:office@example.jp"
    assert told["Canonical"].endswith("/.well-known/security.txt")
    assert datetime.fromisoformat(told["Expires"]) > clock.now()


def test_robots_may_read_feeds_and_nothing_private(client: FlaskClient) -> None:
    lines = client.get("/robots.txt").get_data(as_text=True).splitlines()
    assert "Allow: /feeds/" in lines
    assert "Disallow: /office" in lines
    assert "Disallow: /" not in lines
