"""The instructor's pages over HTTP: own runs only, two browsers at once, closing, the sheet to print."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from courses_app.bookings.rules import AttendeeFacts
from courses_app.catalogue.models import CourseRun
from courses_app.foundation.db import db, session
from courses_app.rosters.models import Roster, RosterEntry
from tests.accounts.making import Somebody
from tests.accounts.signing import csrf_token, sign_in
from tests.bookings.making import attendee
from tests.make import Make

MOST_STATEMENTS = 12


@pytest.fixture
def teaches(make: Make) -> Somebody:
    return make.instructor(family_name="佐藤", given_name="花子")


def run_of(make: Make, teaches: Somebody, people: int = 2, **attendees: object) -> CourseRun:
    """A run of yesterday with so many people in it."""
    run = make.run(days_ahead=-1, instructor=teaches.person)
    make.paid(run, people, now=run.starts_at - timedelta(days=40), **attendees)
    return run


def roster_path(run: CourseRun) -> str:
    return f"/teaching/runs/{run.reference}/roster"


def seats_of(client: FlaskClient, run: CourseRun) -> list[str]:
    return re.findall(r'id="entry-(S-\w+)"', client.get(roster_path(run)).get_data(as_text=True))


def shown(client: FlaskClient, run: CourseRun) -> dict[str, str]:
    """Everything the page's form would send if nothing were changed."""
    return controls(client.get(roster_path(run)).get_data(as_text=True))


def controls(page: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        unticked = given.get("type") == "checkbox" and not re.search(r"\schecked[\s>]", tag)
        if "name" in given and not unticked:
            found[given["name"]] = unescape(given.get("value", ""))
    return found


def saved(client: FlaskClient, run: CourseRun, sent: dict[str, str]) -> TestResponse:
    return client.post(roster_path(run), data={**sent, "csrf_token": csrf_token(client, roster_path(run))})


def scores(app: Flask) -> list[int | None]:
    with app.app_context():
        return list(session.scalars(select(RosterEntry.test_score).order_by(RosterEntry.id)))


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_s26_an_instructor_sees_own_runs_only_and_no_whole_date_of_birth(
    app: Flask, client: FlaskClient, make: Make, teaches: Somebody
) -> None:
    run = run_of(make, teaches, attendees=[attendee(born_on=date(1985, 4, 9))])
    other, office, member = make.instructor(), make.staff(), make.coordinator()
    sign_in(client, teaches.email)
    page = client.get(roster_path(run)).get_data(as_text=True)
    assert "1985年••月••日" in page
    assert 'datetime="1985' not in page
    for somebody in (other, member):
        stranger = app.test_client()
        sign_in(stranger, somebody.email)
        for path in ("", "/closing", "/sheet"):
            assert stranger.get(roster_path(run) + path).status_code == 404
        token = csrf_token(stranger)
        for path in ("", "/closing"):
            assert stranger.post(roster_path(run) + path, data={"csrf_token": token}).status_code == 404
    staff = app.test_client()
    sign_in(staff, office.email)
    assert 'datetime="1985' in staff.get(roster_path(run)).get_data(as_text=True)
    assert app.test_client().get(roster_path(run)).status_code == 302


def test_teaching_lists_the_runs_of_the_person(app: Flask, client: FlaskClient, make: Make, teaches: Somebody) -> None:
    held, coming = run_of(make, teaches), make.run(days_ahead=20, instructor=teaches.person)
    make.run(days_ahead=21)
    sign_in(client, teaches.email)
    page = client.get("/teaching").get_data(as_text=True)
    assert coming.reference in page
    assert held.reference not in page
    assert held.reference in client.get("/teaching?show=held").get_data(as_text=True)
    assert client.get("/teaching?show=held&page=9").status_code == 200


def test_seats_without_a_name_are_counted_on_the_roster_and_its_paper(
    app: Flask, client: FlaskClient, make: Make
) -> None:
    make.issuer()
    staff, run = make.staff(), make.run(days_ahead=30)
    make.paid(run, attendees=[attendee(), AttendeeFacts(), AttendeeFacts()])
    sign_in(client, staff.email)
    for path in (roster_path(run), f"{roster_path(run)}/sheet"):
        with statements(app) as asked:
            page = client.get(path).get_data(as_text=True)
        assert len(asked) <= MOST_STATEMENTS, asked
        assert "氏名が未定の席が2名分あります" in page


def test_save_all_and_one_row_alone(app: Flask, client: FlaskClient, make: Make, teaches: Somebody) -> None:
    run = run_of(make, teaches)
    sign_in(client, teaches.email)
    first, second = seats_of(client, run)
    sent = {**shown(client, run), f"{first}-identity": "y", f"{first}-score": "８５", f"{second}-absent": "y"}
    assert saved(client, run, sent).status_code == 303
    assert scores(app) == [85, None]
    row = {name: value for name, value in shown(client, run).items() if name.startswith(second)}
    row = {**row, f"{second}-identity": "y", f"{second}-score": "70"}
    del row[f"{second}-absent"]
    assert saved(client, run, row).status_code == 303
    assert scores(app) == [85, 70]
    now_shown = shown(client, run)
    assert f"{first}-identity" in now_shown
    assert f"{second}-absent" not in now_shown


def test_what_was_typed_wrong_is_shown_again_and_nothing_is_saved(
    app: Flask, client: FlaskClient, make: Make, teaches: Somebody
) -> None:
    run = run_of(make, teaches)
    sign_in(client, teaches.email)
    first, second = seats_of(client, run)
    sent = {
        **shown(client, run),
        f"{first}-score": "abc",
        f"{second}-minutes-0-missed": "999",
        f"{second}-remarks": "遅刻",
    }
    answer = saved(client, run, sent)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for kept in (
        'value="abc"',
        'value="999"',
        'value="遅刻"',
        f'href="#{first}-score"',
        f'href="#{second}-minutes-0-missed"',
    ):
        assert kept in page
    assert scores(app) == []


def test_r41_two_browsers_on_different_rows_both_succeed(
    app: Flask, client: FlaskClient, make: Make, teaches: Somebody
) -> None:
    run = run_of(make, teaches)
    office = app.test_client()
    sign_in(client, teaches.email)
    sign_in(office, make.staff().email)
    first, second = seats_of(client, run)
    mine, theirs = shown(client, run), shown(office, run)  # both look at the empty page
    assert saved(client, run, {**mine, f"{first}-identity": "y", f"{first}-score": "90"}).status_code == 303
    assert saved(office, run, {**theirs, f"{second}-identity": "y", f"{second}-score": "60"}).status_code == 303
    assert scores(app) == [90, 60]


def test_r41_two_browsers_on_one_field_lose_nothing(
    app: Flask, client: FlaskClient, make: Make, teaches: Somebody
) -> None:
    run = run_of(make, teaches)
    office = app.test_client()
    sign_in(client, teaches.email)
    sign_in(office, make.staff().email)
    first, second = seats_of(client, run)
    mine, theirs = shown(client, run), shown(office, run)
    nasty = '"><img src=x onerror=alert(1)>'
    saved(client, run, {**mine, f"{first}-identity": "y", f"{first}-score": "90", f"{first}-remarks": nasty})
    typed = {**theirs, f"{first}-score": "60", f"{first}-remarks": "私の備考", f"{second}-score": "75"}
    answer = saved(office, run, typed)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert scores(app) == [90, None]  # nothing of the late sending was written
    for both in (
        '<td data-label="あなたの入力">60</td><td data-label="現在の記録">90</td>',
        '<td data-label="あなたの入力">私の備考</td>',
        "佐藤 花子",
        'value="60"',
        'value="私の備考"',
        'value="75"',
    ):
        assert both in page
    assert "<img src=x" not in page  # S-29
    again = controls(page)
    assert f"{first}-identity" in again  # what only the other changed has come in
    assert saved(office, run, again).status_code == 303
    assert scores(app) == [60, 75]
    with app.app_context():
        entry = session.scalars(select(RosterEntry).order_by(RosterEntry.id)).first()
        assert entry is not None
        assert (entry.remarks, entry.identity_checked_at is not None) == ("私の備考", True)


def test_a_row_without_its_base_is_compared_with_what_is_kept(
    app: Flask, client: FlaskClient, make: Make, teaches: Somebody
) -> None:
    run = run_of(make, teaches, 1)
    sign_in(client, teaches.email)
    (seat,) = seats_of(client, run)
    saved(client, run, {**shown(client, run), f"{seat}-score": "90"})
    for nonsense in ("", "nonsense", json.dumps([1, 2]), json.dumps([False, False, [0], [0], 90, ""])):
        answer = saved(client, run, {f"{seat}-was": nonsense, f"{seat}-score": "10"})
        assert answer.status_code == 409
    assert scores(app) == [90]


def test_closing_shows_the_outcomes_and_is_final(
    app: Flask, client: FlaskClient, make: Make, teaches: Somebody
) -> None:
    run = run_of(make, teaches, 3)
    sign_in(client, teaches.email)
    closing = f"{roster_path(run)}/closing"
    first, second, third = seats_of(client, run)
    page = client.get(closing).get_data(as_text=True)
    assert f"#entry-{first}" in page
    assert 'name="seen"' not in page
    all_done = {
        f"{first}-identity": "y", f"{first}-score": "80", f"{second}-identity": "y", f"{second}-score": "79",
        f"{third}-absent": "y",
    }  # fmt: skip
    saved(client, run, {**shown(client, run), **all_done})
    seen = controls(client.get(closing).get_data(as_text=True))["seen"]
    saved(client, run, {**shown(client, run), f"{first}-score": "81"})
    token = csrf_token(client, closing)
    refused = client.post(closing, data={"csrf_token": token, "seen": seen})
    assert refused.status_code == 409
    seen = controls(refused.get_data(as_text=True))["seen"]
    assert client.post(closing, data={"csrf_token": token, "seen": seen}).status_code == 303
    page = client.get(roster_path(run)).get_data(as_text=True)
    for word in ("修了", "不合格", "欠席", "理解度テスト79点（合格点80点）"):
        assert word in page
    assert saved(client, run, {f"{first}-was": "", f"{first}-score": "1"}).status_code == 409
    with app.app_context():
        roster = session.scalars(select(Roster)).one()
        assert (roster.closed_by_person_id, roster.pass_mark) == (teaches.person.id, 80)


def test_incomplete_rosters_are_not_closed(app: Flask, client: FlaskClient, make: Make, teaches: Somebody) -> None:
    run = run_of(make, teaches, 1)
    sign_in(client, teaches.email)
    closing = f"{roster_path(run)}/closing"
    saved(client, run, shown(client, run))
    with app.app_context():
        from courses_app.rosters import queries

        seen = queries.state_of(queries.attendees(session.merge(run, load=False)))
    answer = client.post(closing, data={"csrf_token": csrf_token(client, closing), "seen": seen})
    assert answer.status_code == 409
    assert "未記入" in answer.get_data(as_text=True)


def test_a_run_that_has_not_begun_can_be_printed_but_not_filled_in(
    app: Flask, client: FlaskClient, make: Make, teaches: Somebody
) -> None:
    run = make.run(days_ahead=10, instructor=teaches.person)
    make.paid(run, 1)
    sign_in(client, teaches.email)
    (seat,) = seats_of(client, run)
    assert saved(client, run, {**shown(client, run), f"{seat}-identity": "y"}).status_code == 409
    assert client.get(f"{roster_path(run)}/sheet").status_code == 200


def test_d25_the_sheet_names_everybody_once(app: Flask, client: FlaskClient, make: Make, teaches: Somebody) -> None:
    people = [
        attendee(family_name="渡邉󠄁", given_name="𠮷郎"),
        attendee(family_name="スカルノ", given_name="", given_name_kana=""),
    ]
    run = run_of(make, teaches, attendees=people)
    sign_in(client, teaches.email)
    page = client.get(f"{roster_path(run)}/sheet").get_data(as_text=True)
    assert page.count("渡邉󠄁 𠮷郎") == 1
    assert page.count(">スカルノ<") == 1
    assert "生年月日" not in page


@pytest.mark.parametrize("path", ["", "/closing", "/sheet"])
def test_few_statements_however_many_attendees(
    app: Flask, client: FlaskClient, make: Make, teaches: Somebody, path: str
) -> None:
    run = run_of(make, teaches, 30)
    sign_in(client, teaches.email)
    for seat in seats_of(client, run)[:10]:
        row = {f"{seat}-was": "", f"{seat}-identity": "y", f"{seat}-score": "90", f"{seat}-minutes-0-missed": "5"}
        saved(client, run, row)
    with statements(app) as sent:
        assert client.get(roster_path(run) + path).status_code == 200
    assert len(sent) <= MOST_STATEMENTS, sent
