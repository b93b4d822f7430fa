"""The timetable, a run, a course: what the public sees of runs and their seats."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from courses_app.accounts.models import Organization
from courses_app.catalogue import queries as catalogue
from courses_app.foundation import clock
from courses_app.foundation.templating import day
from courses_app.foundation.yen import Yen
from tests.accounts.signing import sign_in
from tests.accounts.test_routes import statements
from tests.make import Make

MOST_STATEMENTS = 5
ENGLISH = {"Accept-Language": "en"}


def text(response: TestResponse) -> str:
    return unescape(response.get_data(as_text=True))


def shown(page: str) -> list[str]:
    """References of the runs on a page, in order."""
    return list(dict.fromkeys(re.findall(r"/runs/(R-[0-9A-Z]{9})\"", page)))


def test_runs_stand_with_day_place_price_and_seats(client: FlaskClient, make: Make) -> None:
    run = make.run("SUP", days_ahead=30, venue="tokyo-kanda", capacity=40)
    make.paid(run, 4)
    page = text(client.get("/runs"))
    assert shown(page) == [run.reference]
    for words in (
        "監理責任者等講習", "9:30〜17:10", "東京都 神田するが学習ホール", "¥11,500（税込）", "申込可",
        "賛助会員 ¥9,900（税込）",  # D-16
        "残り36席／定員40名", "1件の開催が見つかりました",
    ):  # fmt: skip
        assert words in page, words
    assert f'datetime="{clock.day_of(run.starts_at).isoformat()}"' in page  # D-15


def test_three_words_everyone_knows(client: FlaskClient, make: Make) -> None:
    plenty, few, full = (make.run(days_ahead=30 + n, capacity=capacity) for n, capacity in enumerate((40, 6, 2)))
    make.paid(few, 1)
    make.held(full, 2)
    page = text(client.get("/runs"))
    assert shown(page) == [plenty.reference, few.reference, full.reference]
    assert page.index("申込可") < page.index("残席わずか") < page.index("満席")
    assert shown(text(client.get("/runs?open=1"))) == [plenty.reference, few.reference]


def test_a_hold_that_ran_out_gives_its_seats_back_at_once(client: FlaskClient, make: Make) -> None:
    run = make.run(capacity=2)
    make.held(run, 2, now=clock.now() - timedelta(hours=1))
    assert shown(text(client.get("/runs?open=1"))) == [run.reference]


def test_drafts_and_the_past_are_not_shown_and_called_off_runs_are(client: FlaskClient, make: Make) -> None:
    make.run(days_ahead=30, published=False)
    make.run(days_ahead=-3)
    off = make.called_off(make.run(days_ahead=31))
    page = text(client.get("/runs"))
    assert shown(page) == [off.reference]
    assert "中止" in page
    assert shown(text(client.get("/runs?open=1"))) == []


def test_filters_survive_in_the_form_and_in_the_pages(client: FlaskClient, make: Make) -> None:
    for number in range(21):
        make.run("SUP", days_ahead=20 + number)
    other = make.run("TIM", days_ahead=20, venue="osaka-honmachi")
    address = "/runs?course=supervision-managers&region=kanto&online=0&q=神田"
    first = text(client.get(address))
    assert len(shown(first)) == 20
    assert other.reference not in first
    assert '<option selected value="kanto">' in first
    assert 'value="神田"' in first
    assert "&page=2" in first
    assert "q=%E7%A5%9E%E7%94%B0" in first
    assert len(shown(text(client.get(f"{address}&page=2")))) == 1
    assert shown(text(client.get(f"{address}&page=99"))) == []


def test_nothing_found_says_what_to_do(client: FlaskClient, make: Make) -> None:
    make.run()
    page = text(client.get("/runs?q=どこにもない"))
    assert "条件に合う開催がありません" in page
    assert "地域や開催月を広げるか" in page


@pytest.mark.parametrize(
    "query", ["page=-1", "page=x", "month=2026-99", "region=%27%3B--", "kind=%00", "q=%25%5F%5C", "open=maybe"]
)
def test_unreadable_filters_show_a_timetable(client: FlaskClient, make: Make, query: str) -> None:
    make.run()
    assert client.get(f"/runs?{query}").status_code == 200


def test_typed_words_come_back_escaped(client: FlaskClient, make: Make) -> None:
    make.course()
    page = client.get('/runs?q="><img src=x onerror=alert(1)>').get_data(as_text=True)
    assert "<img src=x" not in page  # S-29


def test_the_hot_pages_ask_little(app: Flask, client: FlaskClient, make: Make) -> None:
    for number in range(22):
        make.run("SUP" if number % 2 else "TIM", days_ahead=20 + number, online=number % 3 == 0)
    for address in ("/runs", "/runs?open=1&region=kanto", "/courses", "/"):
        client.get(address)
        with statements(app) as seen:
            assert client.get(address).status_code == 200
        asked = [statement for statement in seen if statement != "BEGIN"]
        assert len(asked) <= MOST_STATEMENTS, (address, asked)


def test_a_price_of_its_own_is_the_one_shown(client: FlaskClient, make: Make) -> None:
    run = make.run(price_general=Yen(5_500))
    for address in ("/runs", f"/runs/{run.reference}"):
        page = text(client.get(address))
        assert "¥5,500（税込）" in page
        assert "¥9,900" not in page


def test_a_run_tells_everything_before_booking(client: FlaskClient, make: Make) -> None:
    teacher = make.instructor(family_name="髙﨑", given_name="健一").person
    run = make.run("SUP", capacity=40, instructor=teacher, venue="tokyo-kanda")
    page = text(client.get(f"/runs/{run.reference}"))
    for words in (
        "技能実習法", "髙﨑 健一", "〒101-0062", "JR御茶ノ水駅から徒歩約5分", "申込の締切",
        day(run.booking_closes_at), "17:00", "残り40席／定員40名", "¥11,500（税込）", "キャンセルと返金",
        f"/runs/{run.reference}/bookings/new",
        f"/runs/{run.reference}.ics", "身分証明書",
    ):  # fmt: skip
        assert words in page, words


def test_a_run_speaks_english(client: FlaskClient, make: Make) -> None:
    run = make.run("TIM", online=True, language="en")
    page = text(client.get(f"/runs/{run.reference}", headers=ENGLISH))
    for words in ("Course for Technical Intern Training Managers", "Online (live)", "English", "40 of 40 seats left",
                  "Book seats", "¥11,500 (tax included)"):  # fmt: skip
        assert words in page, words


def test_a_run_that_can_not_be_booked_has_no_button(client: FlaskClient, make: Make) -> None:
    full = make.run(days_ahead=30, capacity=1)
    make.paid(full, 1)
    closed = make.run(days_ahead=3)
    off = make.called_off(make.run(days_ahead=32), reason="台風の接近のため")
    for run, words in ((full, "この開催は満席です"), (closed, "受付終了"), (off, "台風の接近のため")):
        page = text(client.get(f"/runs/{run.reference}"))
        assert words in page
        assert "申込に進む" not in page, words
        assert ("bookings/new" in page) == (run is full)  # there one may wait


def test_unknown_runs_and_drafts_are_not_there(client: FlaskClient, make: Make) -> None:
    draft = make.run(published=False)
    assert client.get(f"/runs/{draft.reference}").status_code == 404
    assert client.get("/runs/R-NOTHERE99").status_code == 404


def test_a_course_page_explains_who_why_how_long_and_when(client: FlaskClient, make: Make) -> None:
    run = make.run("SUP", capacity=40)
    make.run("TIM")
    page = text(client.get("/courses/supervision-managers"))
    for words in (
        "監理責任者等講習", "監理責任者", "受講義務", "受講推奨", "技能実習法施行規則第53条", "6時間", "2時間",
        "3年有効", "100点中80点", "¥11,500（税込）", "¥9,900（税込）", "監理団体の職務遂行上の留意点", "残り40席",
    ):  # fmt: skip
        assert words in page, words
    assert shown(page) == [run.reference]
    assert client.get("/courses/nothing").status_code == 404


def test_a_withdrawn_course_says_so(client: FlaskClient, make: Make) -> None:
    make.course()
    with client.application.app_context(), make.deed():
        catalogue.course_by_code("SUP").withdrawn_on = clock.today()
    assert "この講習は現在行っていません" in text(client.get("/courses/supervision-managers"))


def test_the_course_finder_names_course_reason_and_article(client: FlaskClient, make: Make) -> None:
    make.course()
    start = text(client.get("/which-course"))
    for role in ("監理責任者", "外部監査人", "技能実習責任者", "生活指導員"):
        assert role in start
    answer = text(client.get("/which-course?role=technical_intern_training_manager"))
    for words in (
        "技能実習責任者講習",
        "受講義務",
        "技能実習法施行規則第13条",
        "3年有効",
        "/runs?course=technical-intern",
    ):
        assert words in answer, words
    assert client.get("/which-course?role=%3Cb%3E").status_code == 200


def test_the_office_sees_how_full_its_runs_are(client: FlaskClient, make: Make) -> None:
    run = make.run(capacity=40)
    make.paid(run, 3)
    sign_in(client, make.staff().email)
    assert "3／40" in text(client.get("/office/runs"))
    whole = text(client.get(f"/office/runs/{run.reference}"))
    assert "3／40" in whole
    assert f"/office/runs/{run.reference}/calling-off" in whole
    lines = text(client.get("/office/runs.csv")).splitlines()
    assert lines[1].startswith(run.reference)
    assert lines[1].endswith(",40,3,0")


def test_long_names_are_shown_whole(client: FlaskClient, make: Make) -> None:
    name = "一般社団法人全国外国人技能実習生受入れ支援事業協同組合連合会西日本統括本部第一事務所"
    organization: Organization = make.organization(name=name)
    coordinator = make.coordinator(organization)
    sign_in(client, coordinator.email)
    assert name in text(client.get("/organization"))
