"""The coordinator's pages, over HTTP: at a glance, narrowed, exported; and the roles of each person."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select

from courses_app.accounts import operations as accounts
from courses_app.accounts.models import Organization, Person
from courses_app.accounts.queries import establishments_of, people_of
from courses_app.certificates.rules import valid_through
from courses_app.compliance import operations
from courses_app.compliance.models import Appointment
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import db, session
from courses_app.foundation.templating import day
from tests.accounts.making import person_facts
from tests.accounts.signing import post, sign_in

if TYPE_CHECKING:
    from flask import Flask

    from tests.accounts.making import Coordinator
    from tests.compliance.conftest import MakeHere

PAGE = "/organization/compliance"


@pytest.fixture
def coordinator(make: MakeHere, client: FlaskClient) -> Coordinator:
    make.law()
    somebody = make.coordinator()
    sign_in(client, somebody.email)
    return somebody


def text(client: FlaskClient, path: str = PAGE, **query: str) -> str:
    response = client.get(path, query_string=query)
    assert response.status_code == 200, response.get_data(as_text=True)
    return html.unescape(response.get_data(as_text=True))


def rows(page: str) -> list[str]:
    """The words of each row of the page's table."""
    body = re.search(r"<tbody>(.*?)</tbody>", page, re.DOTALL)
    if body is None:
        return []
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in re.findall(r"<tr>(.*?)</tr>", body[1], re.DOTALL)]


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """What the database was asked meanwhile."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT")):
            asked.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_the_page_says_of_everybody_what_is_needed_by_when(
    make: MakeHere, client: FlaskClient, coordinator: Coordinator
) -> None:
    person = make.person(coordinator.organization, given_name="期限切れ")
    make.appointed(coordinator, person)
    completed = clock.today() - timedelta(days=1200)
    make.completed(coordinator, person, on=completed)
    run = make.run(days_ahead=30)
    first = rows(text(client))[0]
    for word in ("髙﨑 期限切れ", "監理責任者", run.course.name_ja, "受講義務", "期限切れ", "日経過", "申し込む"):
        assert word in first, first
    page = text(client)
    assert f"/runs/{run.reference}/bookings/new" in page
    assert f"/runs?course={run.course.slug}" in page


def test_an_early_renewal_shows_both_days(make: MakeHere, client: FlaskClient, coordinator: Coordinator) -> None:
    person = make.person(coordinator.organization)
    make.appointed(coordinator, person)
    make.completed(coordinator, person, on=clock.today() - timedelta(days=900))
    run = make.run(days_ahead=30)
    with make.app.test_request_context():
        old = day(valid_through(clock.today() - timedelta(days=900), 36))
        new = day(valid_through(clock.day_of(run.ends_at), 36))
    assert f"この日に受講すると{new}まで有効です（現在の有効期限は{old}）。" in text(client)


def test_filters_narrow_and_stay_in_the_export(make: MakeHere, client: FlaskClient, coordinator: Coordinator) -> None:
    never, valid = (make.person(coordinator.organization, given_name=name) for name in ("未受講者", "有効者"))
    for person in (never, valid):
        make.appointed(coordinator, person)
    make.completed(coordinator, valid, on=clock.today() - timedelta(days=3))
    narrowed = rows(text(client, state="never"))
    assert [("未受講者" in row, "有効者" in row) for row in narrowed] == [(True, False)]
    assert len(rows(text(client, role="supervision_manager"))) == 2
    assert rows(text(client, role="external_auditor")) == []
    assert len(rows(text(client, q="有効者"))) == 1
    content = client.get(f"{PAGE}.csv", query_string={"state": "valid"}).get_data(as_text=True)
    header, *lines = csv.reader(io.StringIO(content.removeprefix("\ufeff")))
    assert header[:3] == ["事業所", "姓", "名"]
    assert [line[2] for line in lines] == ["有効者"]


def test_counts_stand_above_the_list(make: MakeHere, client: FlaskClient, coordinator: Coordinator) -> None:
    for _ in range(3):
        make.appointed(coordinator, make.person(coordinator.organization))
    figures = re.findall(r'<a href="[^"]*state=(\w+)">[^<]+</a></p>\s*<p class="figure__value">(\d+)', text(client))
    assert dict(figures) == {"expired": "0", "never": "3", "expiring": "0", "valid": "0", "unassigned": "1"}


def test_an_organization_sees_its_own_people_only(
    make: MakeHere, client: FlaskClient, coordinator: Coordinator
) -> None:
    other = make.coordinator()
    stranger = make.person(other.organization, family_name="他所者")
    make.appointed(other, stranger)
    assert "他所者" not in text(client)
    assert client.get(f"/organization/people/{stranger.reference}/roles").status_code == 404
    place = head_office(make, other)
    fields = {"role": "supervision_manager", "establishment": place, "from_on": "2026-04-01"}
    own = make.person(coordinator.organization)
    path = f"/organization/people/{own.reference}/roles"
    assert post(client, path, fields).status_code == 422
    there = f"/organization/people/{stranger.reference}/roles"
    assert post(client, there, fields, page=path).status_code == 404


def head_office(make: MakeHere, coordinator: Coordinator) -> str:
    with make.app.app_context():
        return establishments_of(coordinator.organization)[0].reference


def test_a_role_is_entered_and_ended(make: MakeHere, client: FlaskClient, coordinator: Coordinator) -> None:
    person, place = make.person(coordinator.organization), head_office(make, coordinator)
    path = f"/organization/people/{person.reference}/roles"
    fields = {"role": "supervision_manager", "establishment": place, "from_on": "２０２６年４月１日"}
    assert post(client, path, fields).status_code == 303
    assert "監理責任者" in text(client, path)
    again = post(client, path, fields)
    assert again.status_code == 409
    assert "すでに同じ役割に就いています" in again.get_data(as_text=True)
    ending = f"{path}/supervision_manager/{place}/ending"
    wrong = post(client, ending, {"until_on": "2026-03-31"})
    assert wrong.status_code == 409
    assert post(client, ending, {"until_on": "2026-10-31"}).status_code == 303
    assert client.get(ending).status_code == 404
    with make.app.app_context():
        assert session.scalars(select(Appointment)).one().until_on is not None


def test_what_was_typed_is_not_lost(make: MakeHere, client: FlaskClient, coordinator: Coordinator) -> None:
    person, place = make.person(coordinator.organization), head_office(make, coordinator)
    path = f"/organization/people/{person.reference}/roles"
    response = post(client, path, {"role": "external_auditor", "establishment": place, "from_on": "いつか"})
    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert 'selected value="external_auditor"' in page or 'value="external_auditor" selected' in page
    assert "いつか" in page


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}.csv", "/organization/people/P-AAAAAAAAA/roles"])
def test_the_pages_are_for_coordinators(path: str, make: MakeHere, client: FlaskClient) -> None:
    assert client.get(path).status_code == 302
    sign_in(client, make.member(make.organization()).email)
    assert client.get(path).status_code == 404


def test_an_organization_without_people_is_told_what_to_do(make: MakeHere, client: FlaskClient) -> None:
    sign_in(client, make.coordinator().email)
    assert "/organization/people" in text(client)


@pytest.mark.parametrize("people", [40, 400])
def test_the_page_asks_twelve_questions_at_most(
    people: int, make: MakeHere, client: FlaskClient, coordinator: Coordinator
) -> None:
    crowd(make, coordinator, people)
    make.completed(coordinator, *some(make, coordinator, 5), on=clock.today() - timedelta(days=900))
    for days in (20, 30, 40):
        make.run(days_ahead=days)
    client.get(PAGE)
    for path in (PAGE, f"{PAGE}?page=2", f"{PAGE}?state=never", f"{PAGE}.csv"):
        with statements(make.app) as asked:
            assert client.get(path).status_code == 200
        assert len(asked) <= 12, "\n\n".join(asked)
    assert len(rows(text(client))) == 40


def crowd(make: MakeHere, coordinator: Coordinator, size: int) -> None:
    """So many people of the organization, each in a role."""
    with make.deed():
        organization = session.get_one(Organization, coordinator.organization.id)
        place = organization.establishments[0]
        for number in range(size):
            told = vars(person_facts(given_name=f"{number}郎"))
            person = accounts.add_person(
                organization=organization, establishment=place, by=SYSTEM, now=clock.now(), **told
            )
            operations.appoint(person, "supervision_manager", place, from_on=clock.today(), by=SYSTEM, now=clock.now())


def some(make: MakeHere, coordinator: Coordinator, count: int) -> list[Person]:
    with make.app.app_context():
        return list(people_of(coordinator.organization, search="郎").rows[:count])
