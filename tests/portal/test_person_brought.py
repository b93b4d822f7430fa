"""From what somebody needs to a seat for them: the links hand the person on, and the form begins with them chosen."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient

from courses_app.accounts.models import Person
from courses_app.foundation import clock
from tests.accounts.making import Coordinator
from tests.accounts.signing import sign_in
from tests.make import Make

OVERVIEW = "/organization/compliance"


@pytest.fixture
def coordinator(make: Make, client: FlaskClient) -> Coordinator:
    make.law()
    somebody = make.coordinator()
    sign_in(client, somebody.email)
    return somebody


@pytest.fixture
def person(make: Make, coordinator: Coordinator) -> Person:
    """Somebody whose completion has expired."""
    found = make.person(coordinator.organization, given_name="期限切れ")
    make.appointed(coordinator, found)
    make.completed(coordinator, found, on=clock.today() - timedelta(days=1200))
    return found


def text(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def link(page: str, says: str) -> str:
    """Where the link that says this leads."""
    found = re.search(rf'<a [^>]*href="([^"]+)"[^>]*>(?:(?!</a>).)*{says}', page, re.DOTALL)
    assert found, (says, page)
    return unescape(found[1])


def ticked(page: str) -> list[str]:
    """The references of those who are chosen in a booking's form."""
    return re.findall(r'<input class="choice__box"[^>]* value="(P-\w+)" checked>', page)


def test_the_overview_books_for_the_person(client: FlaskClient, make: Make, person: Person) -> None:
    run = make.run(days_ahead=30)
    path = link(text(client, OVERVIEW), "申し込む")
    assert path == f"/runs/{run.reference}/bookings/new?person={person.reference}"
    page = text(client, path)
    assert ticked(page) == [person.reference]
    assert 'name="attendees-0-family_name"' not in page  # nobody else need be typed


def test_the_person_is_handed_on_through_timetable_and_run(client: FlaskClient, make: Make, person: Person) -> None:
    runs = [make.run(days_ahead=30 + n, capacity=10 + n) for n in range(25)]
    timetable = link(text(client, OVERVIEW), "ほかの日程")
    page = text(client, timetable)
    assert (
        f'name="person" type="hidden" value="{person.reference}"' in page
    )  # narrowed further, with or without scripts
    assert link(page, "条件をクリア") == f"/runs?person={person.reference}"
    assert f"person={person.reference}" in link(page, "次へ")
    assert "person=" not in link(page, "iCal")
    assert f"/runs/{runs[0].reference}?person={person.reference}" in unescape(page)
    booking = link(text(client, f"/runs/{runs[0].reference}?person={person.reference}"), "申込に進む")
    assert ticked(text(client, booking)) == [person.reference]


def test_a_full_run_leads_on_with_the_person(client: FlaskClient, make: Make, person: Person) -> None:
    full = make.run(capacity=1)
    make.held(full)
    for path in (f"/runs/{full.reference}", f"/runs/{full.reference}/bookings/new"):
        assert f"&amp;person={person.reference}" in text(client, f"{path}?person={person.reference}")


def test_only_people_of_the_organization_are_chosen(client: FlaskClient, make: Make, person: Person) -> None:
    run, stranger = make.run(), make.person(make.organization(), family_name="他所者")
    for named in (stranger.reference, "P-333333333", "nobody", ""):
        page = text(client, f"/runs/{run.reference}/bookings/new?person={named}")
        assert ticked(page) == []
        assert "他所者" not in page
        assert 'name="attendees-0-family_name"' in page


def test_what_is_no_reference_is_not_handed_on(client: FlaskClient, make: Make) -> None:
    run = make.run()
    for path in ("/runs", f"/runs/{run.reference}"):
        page = text(client, f"{path}?person=%22%3E%3Cscript%3E")
        assert "person" not in re.sub(r'class="[^"]*"', "", page.partition("<main")[2].partition("</main>")[0]), path


def test_who_must_sign_in_first_still_has_the_person(client: FlaskClient, make: Make, person: Person) -> None:
    path = f"/runs/{make.run().reference}/bookings/new?person={person.reference}"
    answer = client.application.test_client().get(path)
    assert answer.status_code == 302
    assert person.reference in answer.headers["Location"]


def test_whoever_is_chosen_stands_first(client: FlaskClient, make: Make, coordinator: Coordinator) -> None:
    people = [make.person(coordinator.organization, family_name_kana=kana) for kana in ("ア", "イ", "ン")]
    page = text(client, f"/runs/{make.run().reference}/bookings/new?person={people[2].reference}")
    listed = re.findall(r'<input class="choice__box"[^>]* value="(P-\w+)"', page)
    assert listed[0] == people[2].reference
    assert set(listed) >= {person.reference for person in people}
