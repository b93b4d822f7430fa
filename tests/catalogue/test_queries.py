"""Asking the catalogue."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from courses_app.catalogue import queries
from courses_app.catalogue.models import CourseRun, Prefecture, RunStatus, Venue
from courses_app.catalogue.queries import OfficeFilter
from courses_app.catalogue.rules import Audience, RunFilter, run_filter
from courses_app.foundation import clock
from courses_app.foundation.clock import JST
from courses_app.foundation.db import session
from tests.make import Make

DAY = timedelta(days=1)


def found(wanted: RunFilter) -> list[str]:
    """References of the coming runs that match, soonest first."""
    query = (
        select(CourseRun.reference)
        .outerjoin(Venue, Venue.id == CourseRun.venue_id)
        .outerjoin(Prefecture, Prefecture.code == Venue.prefecture_code)
        .where(queries.upcoming(clock.now()), *queries.matching(wanted, queries.course_lines()))
        .order_by(CourseRun.starts_at, CourseRun.id)
    )
    return list(session.scalars(query))


def test_every_filter_narrows(inside: Flask, make: Make) -> None:
    tokyo = make.run("SUP", days_ahead=20, venue="tokyo-kanda")
    osaka = make.run("TIM", days_ahead=21, venue="osaka-honmachi")
    online = make.run("EXS", days_ahead=22, online=True, language="en")
    make.run("SUP", days_ahead=23, published=False)
    make.run("SUP", days_ahead=-5)
    everything = [tokyo.reference, osaka.reference, online.reference]
    expected = {
        "": everything,
        "course=supervision-managers": [tokyo.reference],
        "course=SUP": [tokyo.reference],
        "course=nothing": [],
        "kind=mandatory": [tokyo.reference, osaka.reference],
        "kind=explanatory": [online.reference],
        "programme=ssw": [online.reference],
        "region=kinki": [osaka.reference],
        "region=hokkaido": [],
        "online=1": [online.reference],
        "online=0": [tokyo.reference, osaka.reference],
        "language=en": [online.reference],
        "audience=implementing": [osaka.reference, online.reference],  # the explanatory session is for anyone
        "audience=supervising&region=kanto": [tokyo.reference],
    }
    for query, references in expected.items():
        args = dict(part.split("=") for part in query.split("&") if part)
        assert found(run_filter(args)) == references, query


@pytest.mark.parametrize(
    ("words", "matches"),
    [
        ("監理責任者", True), ("supervision MANAGERS", True), ("神田", True), ("kanda", True), ("千代田区", True),
        ("ＫＡＮＤＡ　監理", True), ("SUP", True), ("関東", True), ("大阪", False), ("監理責任者 大阪", False),
        ("100%", False), ("_", False), ("'; DROP TABLE", False),
    ],
)  # fmt: skip
def test_words_are_sought_in_course_and_place(inside: Flask, make: Make, words: str, matches: bool) -> None:
    run = make.run("SUP", venue="tokyo-kanda")
    assert found(run_filter({"q": words})) == ([run.reference] if matches else [])


def test_a_month_is_a_month_in_tokyo(inside: Flask, make: Make) -> None:
    """The first of the month, 0:30 in Tokyo, is still the month before in UTC."""
    today = clock.today()
    first = date(today.year + (today.month + 1) // 12, (today.month + 1) % 12 + 1, 1)
    night = datetime(first.year, first.month, 1, 0, 30, tzinfo=JST)
    run = make.run("SUP", days_ahead=(first - today).days, begins=night.time())
    assert found(RunFilter(month=first)) == [run.reference]
    assert found(RunFilter(month=(first - DAY).replace(day=1))) == []


def test_needs_leave_out_what_has_ended_or_not_begun(inside: Flask, make: Make) -> None:
    make.course()
    with make.deed():
        course = queries.course_by_code("SUP")
        ended, later = course.duties[:2]
        ended.until_on, later.from_on = clock.today() - DAY, clock.today() + DAY
    roles = [need.duty.role_code for need in queries.needs_on(clock.today())[Audience.SUPERVISING]]
    assert roles == ["external_auditor", "audit_staff"]
    assert [duty.role_code for duty in queries.duties_on(queries.course_by_code("SUP"), clock.today())] == roles


def test_a_withdrawn_course_is_not_offered_any_more(inside: Flask, make: Make) -> None:
    make.course()
    with make.deed():
        queries.course_by_code("LIV").withdrawn_on = clock.today()
    shown = [offer.course.code for _, offers in queries.catalogue_on(clock.today(), RunFilter()) for offer in offers]
    assert "LIV" not in shown
    assert len(shown) == 18
    assert "LIV" not in [line.code for line in queries.courses_to_plan(clock.today())]
    assert "LIV" in [offer.course.code for offer in queries.all_offers(clock.today())]


def test_courses_come_by_kind_the_law_first(inside: Flask, make: Make) -> None:
    make.course()
    groups = queries.catalogue_on(clock.today(), RunFilter())
    assert [kind.value for kind, _ in groups] == ["mandatory", "seminar", "explanatory", "skill_improvement"]
    assert [offer.course.code for offer in groups[0][1]] == ["SUP", "TIM", "INS", "LIV"]


def test_staff_see_drafts_and_the_past(inside: Flask, make: Make) -> None:
    draft = make.run("SUP", days_ahead=20, published=False)
    online = make.run("TIM", days_ahead=21, online=True)
    held = make.run("SUP", days_ahead=-5, venue="osaka-honmachi")

    def seen(**wanted: object) -> list[str]:
        query = queries.office_runs(OfficeFilter(**wanted), now=clock.now())  # type: ignore[arg-type]
        return [run.reference for run in session.scalars(query)]

    assert seen() == [draft.reference, online.reference]
    assert seen(past=True) == [held.reference]
    assert seen(status=RunStatus.DRAFT) == [draft.reference]
    assert seen(course="TIM") == seen(region="online") == [online.reference]
    assert seen(region="kanto") == [draft.reference]


def test_only_instructors_can_be_chosen(inside: Flask, make: Make) -> None:
    teacher = make.instructor()
    make.staff()
    make.coordinator()
    assert [person.id for person in queries.instructors()] == [teacher.person.id]
