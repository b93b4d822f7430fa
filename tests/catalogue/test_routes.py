"""The doors of the catalogue: the public list, and the office's pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse
from wtforms import Form

from courses_app.catalogue import queries
from courses_app.catalogue.forms import CourseForm, RunForm, VenueForm
from courses_app.catalogue.models import CourseRun, Delivery, RunStatus
from courses_app.catalogue.rules.days import DAY_BEGINS
from courses_app.foundation import clock
from courses_app.foundation.db import session
from tests.accounts.signing import post, sign_in
from tests.make import Make

DAY = timedelta(days=1)
HOSTILE = '"><img src=x onerror=alert(1)>'


@pytest.fixture
def desk(client: FlaskClient, make: Make) -> FlaskClient:
    """A browser in which somebody of the office is signed in."""
    make.course()
    sign_in(client, make.staff().email)
    return client


def text(response: TestResponse) -> str:
    return unescape(response.get_data(as_text=True))


def fields(form: Form) -> dict[str, str]:
    """What a browser would send of a form as it stands."""
    return dict(_values(form))


def _values(form: Form) -> Iterator[tuple[str, str]]:
    for field in form:
        if hasattr(field, "entries"):
            for row in field.entries:
                yield from _values(row.form)
        elif field.short_name != "csrf_token" and field.data is not None:
            yield field.name, field._value() if hasattr(field, "_value") else str(field.data)


def proposed(app: Flask, days_ahead: int = 40, **changes: str) -> dict[str, str]:
    """The plan of a run as the office's page proposes it, with a venue."""
    with app.test_request_context():
        course, on = queries.course_by_code("SUP"), clock.today() + days_ahead * DAY
        form = RunForm.proposed(course, on=on, begins=DAY_BEGINS, delivery=Delivery.VENUE, today=clock.today())
        return {**fields(form), "venue": "tokyo-kanda", **changes}


def sent(desk: FlaskClient, path: str, told: dict[str, str]) -> TestResponse:
    return post(desk, path, dict(told), page="/office/venues/new")


def only_run(app: Flask) -> CourseRun:
    with app.app_context():
        page = queries.office_runs(queries.OfficeFilter(), now=clock.now())
        (run,) = session.scalars(page).all()
        whole = queries.run_by_reference(run.reference)
        assert whole is not None
        return whole


def test_the_public_list_is_grouped_and_narrowed(client: FlaskClient, make: Make) -> None:
    make.course()
    page = text(client.get("/courses"))
    assert (
        page.index("監理責任者等講習") < page.index("技能実習生受入れ実務セミナー") < page.index("技能実習制度説明会")
    )
    assert "¥11,500（税込）" in page
    narrowed = text(client.get("/courses?programme=ssw"))
    assert "特定技能制度説明会" in narrowed
    assert "監理責任者等講習" not in narrowed
    assert "条件に合う講習がありません" in text(client.get("/courses?programme=esd"))
    assert client.get("/courses?programme=%3Cscript%3E&audience=%27").status_code == 200


def test_the_list_is_there_in_english(client: FlaskClient, make: Make) -> None:
    make.course()
    page = text(client.get("/courses", headers={"Accept-Language": "en"}))
    assert "Course for Supervision Managers and Persons with Supervisory Duties" in page
    assert "¥11,500 (tax included)" in page
    assert "Counts for 3 years" in page


@pytest.mark.parametrize(
    "path",
    ["runs", "runs.csv", "runs/new", "venues", "venues/new", "courses", "courses/SUP", "courses/SUP/fees"],
)
def test_the_office_is_for_staff(client: FlaskClient, make: Make, path: str) -> None:
    make.course()
    assert client.get(f"/office/{path}").status_code in (302, 303)
    sign_in(client, make.coordinator().email)
    assert client.get(f"/office/{path}").status_code == 404


def test_a_run_is_proposed_kept_as_a_draft_and_published(app: Flask, desk: FlaskClient) -> None:
    on = (clock.today() + 40 * DAY).isoformat()
    begun = desk.get(f"/office/runs/new?course=SUP&delivery=venue&on={on}&begins=9:30")
    assert begun.status_code == 200
    assert 'name="meetings-4-subject"' in text(begun)
    saved = sent(desk, "/office/runs/new", proposed(app))
    run = only_run(app)
    assert (saved.status_code, saved.location) == (303, f"/office/runs/{run.reference}")
    assert (run.status, run.capacity, len(run.meetings)) == (RunStatus.DRAFT, 60, 5)
    assert "下書き" in text(desk.get(saved.location))
    assert desk.get(f"/runs/{run.reference}").status_code == 404
    published = sent(desk, f"/office/runs/{run.reference}/publication", {})
    assert published.status_code == 303
    assert desk.get(f"/runs/{run.reference}").status_code == 200


def test_incomplete_beginnings_are_explained(desk: FlaskClient) -> None:
    answer = desk.get("/office/runs/new?course=&delivery=venue&on=never&begins=25:00")
    assert answer.status_code == 422
    page = text(answer)
    assert "講習を入力してください" in page
    assert "日付は「1985-04-09」のように" in page
    assert "時刻は「9:30」のように" in page


def test_what_was_typed_comes_back_with_its_errors(app: Flask, desk: FlaskClient) -> None:
    told = proposed(app, **{"capacity": "多め", "meetings-1-net_minutes": "九", "meetings-2-begins": "", "venue": ""})
    answer = sent(desk, "/office/runs/new", told)
    assert answer.status_code == 422
    page = text(answer)
    assert 'value="多め"' in page
    assert "時限 2" in page
    assert "時限 3" in page
    with app.app_context():
        assert not text(desk.get("/office/runs")).count("/office/runs/R-")


def test_any_width_is_accepted(app: Flask, desk: FlaskClient) -> None:
    told = proposed(app, **{"capacity": "４０", "meetings-0-begins": "９：３０", "price_general": "￥１２，０００"})
    assert sent(desk, "/office/runs/new", told).status_code == 303
    run = only_run(app)
    assert (run.capacity, run.price_general) == (40, 12_000)


def test_a_refusal_of_the_plan_stands_on_the_page(app: Flask, desk: FlaskClient) -> None:
    answer = sent(desk, "/office/runs/new", proposed(app, venue=""))
    assert answer.status_code == 409
    assert "会場を選ぶか、オンライン開催にしてください" in text(answer)
    overlap = proposed(app, **{"meetings-1-begins": "10:00"})
    answer = sent(desk, "/office/runs/new", overlap)
    assert answer.status_code == 409
    assert "時間の重なる時限があります" in text(answer)


def test_rows_are_added_and_removed_without_javascript(app: Flask, desk: FlaskClient) -> None:
    longer = sent(desk, "/office/runs/new", proposed(app, add="1", capacity="77"))
    assert longer.status_code == 200
    assert 'name="meetings-5-begins"' in text(longer)
    assert 'value="77"' in text(longer)
    shorter = sent(desk, "/office/runs/new", proposed(app, remove="0"))
    assert 'name="meetings-0-begins"' not in text(shorter)
    assert 'name="meetings-4-begins"' in text(shorter)


def test_a_clash_is_shown_then_saved_when_it_is_meant(app: Flask, desk: FlaskClient, make: Make) -> None:
    other = make.run("TIM", days_ahead=40, venue="tokyo-kanda")
    warned = sent(desk, "/office/runs/new", proposed(app))
    assert warned.status_code == 409
    page = text(warned)
    assert other.reference in page
    assert "まだ保存していません" in page
    assert "承知のうえで保存する" in page
    seen = page.split('name="clashes_seen" type="hidden" value="')[1].split('"')[0]
    assert sent(desk, "/office/runs/new", proposed(app, clashes_seen=seen)).status_code == 303


def changed_run(app: Flask, reference: str, **changes: str) -> dict[str, str]:
    with app.test_request_context():
        run = queries.run_by_reference(reference)
        assert run is not None
        return {**fields(RunForm.of(run)), **changes}


def test_a_published_run_is_changed_and_its_seats_are_not(app: Flask, desk: FlaskClient, make: Make) -> None:
    run = make.run(days_ahead=40, capacity=40)
    path = f"/office/runs/{run.reference}/edit"
    page = text(desk.get(path))
    assert 'name="capacity"' not in page
    assert f"/office/runs/{run.reference}/capacity" in page
    moved = changed_run(app, run.reference, capacity="1", status="draft", sequence="99", venue="osaka-nakanoshima")
    assert sent(desk, path, moved).status_code == 303
    with app.app_context():
        after = queries.run_by_reference(run.reference)
        assert after is not None
        assert (after.capacity, after.sequence, after.status) == (40, 1, RunStatus.PUBLISHED)  # S-22
        assert after.venue is not None
        assert after.venue.code == "osaka-nakanoshima"
    shown = text(desk.get(f"/office/runs/{run.reference}"))
    assert "変更を保存しました" in shown
    assert "メールで" not in shown  # nobody has booked


def test_r41_the_second_editor_is_told_and_loses_nothing(app: Flask, desk: FlaskClient, make: Make) -> None:
    run = make.run(days_ahead=40)
    path = f"/office/runs/{run.reference}/edit"
    first = changed_run(app, run.reference, language="en")
    second = changed_run(app, run.reference, online_note_ja="二人目の変更")
    assert sent(desk, path, first).status_code == 303
    answer = sent(desk, path, second)
    assert answer.status_code == 409
    assert "ほかの方が先に変更しました" in text(answer)
    assert "二人目の変更" in text(answer)


def test_runs_that_are_called_off_or_unknown_have_no_plan_to_change(desk: FlaskClient, make: Make) -> None:
    run = make.called_off(make.run())
    assert desk.get(f"/office/runs/{run.reference}/edit").status_code == 404
    assert desk.get("/office/runs/R-NOTHERE99/edit").status_code == 404
    assert "中止" in text(desk.get(f"/office/runs/{run.reference}"))


def test_publishing_wrong_minutes_is_refused(app: Flask, desk: FlaskClient) -> None:
    sent(desk, "/office/runs/new", proposed(app, **{"meetings-0-net_minutes": "90"}))
    run = only_run(app)
    answer = sent(desk, f"/office/runs/{run.reference}/publication", {})
    assert answer.status_code == 409
    assert "合計330分" in text(answer)
    assert only_run(app).status is RunStatus.DRAFT


def test_a_draft_is_removed(app: Flask, desk: FlaskClient) -> None:
    sent(desk, "/office/runs/new", proposed(app))
    run = only_run(app)
    removed = sent(desk, f"/office/runs/{run.reference}/removal", {})
    assert (removed.status_code, removed.location) == (303, "/office/runs")
    assert desk.get(f"/office/runs/{run.reference}").status_code == 404


def test_more_seats_than_the_hall_holds_is_a_warning(app: Flask, desk: FlaskClient) -> None:
    sent(desk, "/office/runs/new", proposed(app, capacity="101"))
    assert "定員が会場の収容人数を超えています" in text(desk.get(f"/office/runs/{only_run(app).reference}"))


def test_a_venue_is_added_and_changed(app: Flask, desk: FlaskClient) -> None:
    told = {
        "code": "kobe-hall", "name_ja": HOSTILE, "name_en": "Kobe", "prefecture": "28",
        "postal_code": "６５０ー０００１",
        "address_ja": "兵庫県神戸市99", "address_en": "99 Kobe", "capacity": "５０",
    }  # fmt: skip
    assert sent(desk, "/office/venues/new", told).status_code == 303
    assert sent(desk, "/office/venues/new", told).status_code == 409
    assert sent(desk, "/office/venues/new", {**told, "code": "Ｋ obe", "capacity": "0"}).status_code == 422
    with app.test_request_context():
        venue = queries.find_venue("kobe-hall")
        assert venue is not None
        assert (venue.postal_code, venue.capacity) == ("650-0001", 50)
        now = fields(VenueForm.of(venue))
    saved = sent(desk, "/office/venues/kobe-hall", {**now, "capacity": "60", "prefecture": "28", "code": "other"})
    assert saved.status_code == 303
    assert sent(desk, "/office/venues/kobe-hall", {**now, "prefecture": "28"}).status_code == 409
    listed = desk.get("/office/venues").get_data(as_text=True)
    assert "<img src=x" not in listed  # S-29
    assert "&#34;&gt;&lt;img" in listed
    assert desk.get("/office/venues/other").status_code == 404


def test_a_course_is_changed(app: Flask, desk: FlaskClient) -> None:
    with app.test_request_context():
        now = fields(CourseForm.of(queries.course_by_code("SUP")))
    assert sent(desk, "/office/courses/SUP", {**now, "pass_mark": "８５", "code": "XXX"}).status_code == 303
    assert sent(desk, "/office/courses/SUP", now).status_code == 409
    with app.test_request_context():
        course = queries.course_by_code("SUP")
        assert (course.pass_mark, course.name_ja, len(course.subjects)) == (85, "監理責任者等講習", 5)
        now = fields(CourseForm.of(course))
    wrong = sent(desk, "/office/courses/SUP", {**now, "net_minutes": "300"})
    assert wrong.status_code == 409
    assert "講義の合計は360分ですが" in text(wrong)
    empty = sent(desk, "/office/courses/SUP", {**now, "name_ja": "", "subjects-2-minutes": "0"})
    assert empty.status_code == 422
    assert "名称（日本語）を入力してください" in text(empty)
    assert "科目 3" in text(empty)
    assert desk.get("/office/courses/NOPE").status_code == 404


def test_fees_are_set_from_a_later_day(desk: FlaskClient) -> None:
    later = (clock.today() + 30 * DAY).isoformat()
    fee = {"audience": "general", "amount": "12,500", "tax_category": "taxable_10", "from_on": later}
    assert sent(desk, "/office/courses/SUP/fees", fee).status_code == 303
    page = text(desk.get("/office/courses/SUP/fees"))
    assert "¥12,500" in page
    assert "予定" in page
    today = {**fee, "from_on": clock.today().isoformat()}
    refused = sent(desk, "/office/courses/SUP/fees", today)
    assert refused.status_code == 409
    assert "すでに適用されている受講料は変更できません" in text(refused)
    assert sent(desk, "/office/courses/SUP/fees", {**fee, "amount": "-1"}).status_code == 422
    assert f"{clock.today().year}" in text(desk.get("/courses/supervision-managers"))


def test_how_to_join_is_kept_as_typed_and_an_address_must_be_whole(app: Flask, desk: FlaskClient, make: Make) -> None:
    run = make.run(days_ahead=40, online=True)
    path = f"/office/runs/{run.reference}/edit"
    for wrong in ("online.example.jp/join", "javascript:alert(1)", "https://"):
        answer = sent(desk, path, changed_run(app, run.reference, joining_address=wrong))
        assert answer.status_code == 422, wrong
        assert "https:// から始まる" in text(answer)
    told = {"joining_address": "https://online.example.jp/join/１", "joining_note_ja": "ID：812\r\nパスコード：4711"}
    assert sent(desk, path, changed_run(app, run.reference, **told)).status_code == 303
    with app.app_context():
        after = queries.run_by_reference(run.reference)
        assert after is not None
        assert after.joining_address == "https://online.example.jp/join/1"
        assert after.joining_note_ja == "ID：812\nパスコード：4711"
