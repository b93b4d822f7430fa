"""A private run: found by its link alone, on no list, and nothing of it is said to who only guesses."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from courses_app.bookings import operations, queries
from courses_app.bookings.operations import join_waiting_list
from courses_app.bookings.queries import alerts_due
from courses_app.bookings.rules import RunNotOffered, RunOfAnother
from courses_app.catalogue import operations as catalogue
from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.queries import run_by_reference, run_for_update
from courses_app.catalogue.rules import NoLink, PlanRefused
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import transaction
from tests.accounts.signing import csrf_token, post, sign_in
from tests.bookings.making import attendee
from tests.make import Make

OTHERS_PARTS = {"slug": "supervision-managers", "code": "SUP", "name": "app.css", "version": "0", "purpose": "x"}


def text(response: TestResponse) -> str:
    return unescape(response.get_data().decode(errors="replace"))  # workbooks are among them


def pages(app: Flask, public: CourseRun) -> Iterator[str]:
    """Every address that can be opened without knowing more than what is public."""
    with app.test_request_context():
        urls = app.url_map.bind("127.0.0.1:8000")
        for rule in app.url_map.iter_rules():
            parts = {
                **OTHERS_PARTS,
                "reference": public.reference,
                "token": "unknown",
                "position": 1,
                "number": 1,
                "copy": 1,
            }
            if "GET" in (rule.methods or ()) and rule.endpoint not in {"foundation.asset", "accounts.sign_out"}:
                names = {name: parts.get(name, "unknown") for name in rule.arguments}
                yield urls.build(rule.endpoint, names).removeprefix("http://127.0.0.1:8000")
    for query in ("course=supervision-managers", "open=1", "kind=mandatory", "language=ja", "region=kanto", "page=1"):
        yield f"/runs?{query}"
        yield f"/feeds/runs.ics?{query}"
    yield f"/runs/{public.reference}.ics"


def found_on(client: FlaskClient, app: Flask, run: CourseRun, public: CourseRun) -> list[str]:
    """Where a run shows itself: its number or its link."""
    said = (run.reference, *([run.link_token] if run.link_token else []))
    return [path for path in pages(app, public) if any(word in text(client.get(path)) for word in said)]


def test_s20_no_page_and_no_feed_says_anything_of_a_private_run(app: Flask, client: FlaskClient, make: Make) -> None:
    make.issuer()
    teacher = make.instructor().person
    public, private = make.run(days_ahead=40, instructor=teacher), make.run(days_ahead=30, private=True)
    stranger = make.coordinator()
    make.appointed(stranger, stranger.person)  # whose board offers the next run
    make.paid(public, 1, organization=stranger.organization, booked_by=stranger.person)
    assert found_on(app.test_client(), app, private, public) == []
    sign_in(client, stranger.email)
    assert found_on(client, app, private, public) == []
    # The canary: the same run, once it is public, is found on all of the lists.
    with app.app_context(), transaction():
        run = run_for_update(private.reference)
        assert run is not None
        run.visibility, run.link_token = public.visibility, None
    lists = {"/", "/runs", "/courses/supervision-managers", "/feeds/runs.ics", "/organization/compliance"}
    assert lists <= set(found_on(client, app, private, public))


def test_nobody_is_told_of_a_private_run_and_its_link_is_long(app: Flask, make: Make) -> None:
    run, somebody = make.run(private=True), make.coordinator()
    public = make.run(days_ahead=50)
    assert run.link_token is not None
    assert len(run.link_token) >= 43
    with app.app_context(), transaction():
        operations.ask_for_runs(
            organization=somebody.organization, course=run.course, place="any", asked_by=somebody.person,
            language="ja", by=SYSTEM, now=clock.now(),
        )  # fmt: skip
    later, hidden = make.run(days_ahead=60), make.run(days_ahead=61, private=True)
    with app.app_context():
        assert [run_id for _, run_id in alerts_due(now=clock.now())] == [later.id]
    assert public.id != hidden.id


def test_s20_guessing_the_number_is_as_if_it_were_not_there(app: Flask, client: FlaskClient, make: Make) -> None:
    make.issuer()
    run, full = make.run(private=True), make.run(days_ahead=50, capacity=1, private=True)
    owner = make.coordinator()
    with app.app_context(), transaction():
        operations.hold_seats(
            organization=owner.organization, run_reference=full.reference, form_token="t", key=full.link_token or "",
            attendees=[attendee()], by=SYSTEM, booked_by=owner.person, now=clock.now(),
        )  # fmt: skip
    paths = ("", ".ics", "/bookings/new", "/bookings/file", "/bookings/template.csv")
    assert client.get(f"/runs/{run.reference}").status_code == 404
    assert client.get(f"/runs/{run.reference}.ics").status_code == 404
    somebody = make.coordinator()
    sign_in(client, somebody.email)
    for key in ("", "?key=", "?key=wrong", "?key=%E3%81%82"):
        for path in paths:
            assert client.get(f"/runs/{run.reference}{path}{key}").status_code == 404, (path, key)
    fields: dict[str, object] = {"form_token": "t" * 43, "attendees-0-person": somebody.person.reference}
    for each in (run, full):
        for path in ("bookings", "waiting", "bookings/file"):
            assert post(client, f"/runs/{each.reference}/{path}", fields, page="/runs").status_code == 404, path


def test_the_link_opens_the_run_and_stays_through_the_sign_in(app: Flask, client: FlaskClient, make: Make) -> None:
    make.issuer()
    run, somebody = make.run(private=True, capacity=2), make.coordinator()
    answer = client.get(run.path)
    page = text(answer)
    assert answer.status_code == 200
    assert "この開催は日程一覧には載りません" in page
    assert '<meta name="robots" content="noindex">' in page
    assert client.get(f"/runs/{run.reference}.ics?key={run.link_token}").headers["Cache-Control"] == "private, no-cache"
    book = f"/runs/{run.reference}/bookings/new?key={run.link_token}"
    assert f'href="{book}"' in page
    asked = client.get(book)
    target = asked.headers["Location"]
    assert target.startswith("/sign-in?next=")
    entered = post(client, "/sign-in", {"email": somebody.email, "password": "demo-course-2026", "next": book})
    assert entered.headers["Location"] == book
    form = text(client.get(book))
    assert f'action="/runs/{run.reference}/bookings?key={run.link_token}"' in form
    assert f"/runs/{run.reference}/bookings/file?key={run.link_token}" in form
    fields = {"form_token": "t" * 43, "attendees-0-person": somebody.person.reference}
    held = client.post(
        f"/runs/{run.reference}/bookings?key={run.link_token}", data={"csrf_token": csrf_token(client, book), **fields}
    )
    assert held.status_code == 303, text(held)
    # From now on the organization finds the run by its booking, also when the link is made anew.
    with app.app_context(), transaction():
        again = run_for_update(run.reference)
        assert again is not None
        catalogue.renew_link(again, by=SYSTEM, now=clock.now())
    assert client.get(f"/runs/{run.reference}").status_code == 200
    assert app.test_client().get(run.path).status_code == 404


def test_who_takes_part_finds_the_run_without_its_link(app: Flask, client: FlaskClient, make: Make) -> None:
    make.issuer()
    teacher, office, bound = make.instructor(), make.staff(), make.coordinator()
    run = make.run(private=True, instructor=teacher.person, organization=bound.organization.reference)
    member = make.member(bound.organization)
    with app.app_context(), transaction():
        operations.hold_seats(
            organization=bound.organization, run_reference=run.reference, form_token="t",
            attendees=[attendee(person=member.person.reference)], by=SYSTEM, booked_by=bound.person, now=clock.now(),
        )  # fmt: skip
    for somebody in (teacher, office, bound, member):
        each = app.test_client()
        sign_in(each, somebody.email)
        assert each.get(f"/runs/{run.reference}").status_code == 200, somebody.email
    sign_in(client, make.member(bound.organization).email)
    assert client.get(f"/runs/{run.reference}").status_code == 404


@pytest.mark.parametrize("deed", ["hold", "wait"])
def test_the_deed_itself_asks_for_the_key(inside: Flask, make: Make, deed: str) -> None:
    make.issuer()
    owner, other = make.coordinator(), make.coordinator()
    own = make.run(private=True, organization=owner.organization.reference)
    anybodys = make.run(days_ahead=50, private=True)

    def ask(run: CourseRun, key: str) -> object:
        told = {
            "organization": other.organization, "run_reference": run.reference, "attendees": [attendee()],
            "form_token": f"{run.id}{key}", "by": SYSTEM, "booked_by": other.person, "now": clock.now(), "key": key,
        }  # fmt: skip
        more = {"accepts_part": False} if deed == "wait" else {}
        act = join_waiting_list if deed == "wait" else operations.hold_seats
        with make.deed():
            return act(**told, **more)

    for run in (own, anybodys):
        with pytest.raises(RunNotOffered):
            ask(run, "guessed")
    with pytest.raises(RunOfAnother):
        ask(own, own.link_token or "")
    if deed == "hold":
        assert ask(anybodys, anybodys.link_token or "")
        assert queries.takes_part(anybodys.id, None, other.organization.id)


def test_staff_make_a_run_private_and_renew_its_link(app: Flask, client: FlaskClient, make: Make) -> None:
    run, organization = make.run(), make.organization()
    sign_in(client, make.staff().email)
    path = f"/office/runs/{run.reference}"
    assert "非公開" not in text(client.get(path))
    form = fields_of(text(client.get(f"{path}/edit")))
    refused = client.post(f"{path}/edit", data={**form, "organization": organization.reference})
    assert refused.status_code == 409
    assert "1つの団体だけのものにできるのは、非公開の開催です" in text(refused)
    unknown = client.post(f"{path}/edit", data={**form, "visibility": "private", "organization": "O-XXXXXXXXX"})
    assert (unknown.status_code, "この番号の団体はありません" in text(unknown)) == (409, True)
    typed = {**form, "visibility": "private", "organization": organization.reference}
    assert client.post(f"{path}/edit", data=typed).status_code == 303
    page, before = text(client.get(path)), whole(app, run)
    assert before.link_token
    assert f'data-copy="http://127.0.0.1:8000{before.path}"' in page
    assert organization.name in page
    assert post(client, f"{path}/link", {}, page=path).status_code == 303
    after = whole(app, run)
    assert after.link_token not in (None, before.link_token)
    again = fields_of(text(client.get(f"{path}/edit")))
    assert client.post(f"{path}/edit", data={**again, "visibility": "public", "organization": ""}).status_code == 303
    assert whole(app, run).link_token is None
    with app.app_context(), pytest.raises(NoLink), transaction():
        found = run_for_update(run.reference)
        assert found is not None
        catalogue.renew_link(found, by=SYSTEM, now=clock.now())


def test_a_public_run_is_bound_to_nobody(inside: Flask, make: Make) -> None:
    with pytest.raises(PlanRefused):
        make.run(organization="O-XXXXXXXXX")


def whole(app: Flask, run: CourseRun) -> CourseRun:
    with app.app_context():
        found = run_by_reference(run.reference)
        assert found is not None
        return found


def fields_of(page: str) -> dict[str, str]:
    """What a form would send as it stands."""
    import re

    form = page[page.index('name="csrf_token"') - 200 :]
    fields: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        said = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" in said and (said.get("type") not in {"radio", "checkbox"} or " checked" in tag):
            fields[said["name"]] = said.get("value", "")
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option selected[^>]*value="([^"]*)"|<option[^>]*value="([^"]*)"[^>]*selected', options)
        fields[name] = next((part for part in chosen.groups() if part), "") if chosen else ""
    for name, words in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\r?\n?(.*?)</textarea>', form, re.S):
        fields[name] = words
    return fields
