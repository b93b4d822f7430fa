"""Changing the catalogue."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from courses_app.catalogue import operations, queries
from courses_app.catalogue.forms.courses import FIELDS
from courses_app.catalogue.imports import load_catalogue
from courses_app.catalogue.models import Course, CourseRun, FeeAudience, Meeting, RunStatus
from courses_app.catalogue.operations.courses import SubjectsDontAddUp
from courses_app.catalogue.operations.venues import CodeTaken
from courses_app.catalogue.rules import (
    ChangedMeanwhile,
    ClashFound,
    ClashKind,
    CourseChange,
    EarlyIsOver,
    FeeInForceAlready,
    FeeOverlaps,
    FeeStays,
    NetTimeDiffers,
    PlanRefused,
    RunHasBegun,
    RunPlan,
    SubjectChange,
    VenueFacts,
    fingerprint,
)
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM, AuditEntry
from courses_app.foundation.db import session
from courses_app.foundation.lifecycle import MoveNotAllowed
from courses_app.foundation.yen import TaxCategory, Yen
from tests.make import Make

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def in_days(count: int) -> date:
    return clock.today() + count * DAY


def plan_of(run: CourseRun, make: Make, **changes: object) -> RunPlan:
    """The plan that `make.run()` has carried out, with every meeting in its place."""
    plan = make.plan(run.course, on=clock.day_of(run.starts_at), venue=run.venue.code if run.venue else None)
    numbered = tuple(replace(meeting, number=place) for place, meeting in enumerate(plan.meetings, start=1))
    return replace(plan, meetings=numbered, **changes)  # type: ignore[arg-type]


def change(run: CourseRun, plan: RunPlan, make: Make, *, seen: str = "") -> operations.RunChange:
    with make.deed():
        locked = queries.run_for_update(run.reference)
        assert locked is not None
        return operations.change_run(locked, plan, version=run.version, by=SYSTEM, now=clock.now(), clashes_seen=seen)


def moved_by(plan: RunPlan, by: timedelta) -> RunPlan:
    meetings = (replace(each, starts_at=each.starts_at + by, ends_at=each.ends_at + by) for each in plan.meetings)
    return replace(plan, meetings=tuple(meetings))


def test_the_catalogue_loads_once_and_never_overwrites_what_staff_changed(inside: Flask, make: Make) -> None:
    course = make.course("SUP")
    assert len(queries.course_lines()) == 19
    assert len(queries.venues()) == 11
    assert [subject.minutes for subject in course.subjects] == [120, 30, 120, 90, 10]
    with make.deed():
        course.name_ja, course.default_capacity = "監理責任者等養成講習", 33
    with make.deed():
        assert load_catalogue(by=SYSTEM, now=clock.now()) == 0
    again = queries.course_by_code("SUP")
    assert (again.name_ja, again.default_capacity) == ("監理責任者等養成講習", 33)


def test_the_data_keeps_its_promises(inside: Flask, make: Make) -> None:
    make.course()
    for line in queries.course_lines():
        course = queries.course_by_code(line.code)
        lectures = sum(subject.minutes for subject in course.subjects if subject.kind == "lecture")
        assert lectures == course.net_minutes, course.code
        assert queries.fees_on(course, clock.today())[0] is not None, course.code
        for column in ("name", "summary", "description"):
            assert getattr(course, f"{column}_ja"), course.code
            assert getattr(course, f"{column}_en"), course.code
    law = {duty.role_code: duty.strength for duty in queries.course_by_code("SUP").duties}
    assert law == {
        "supervision_manager": "required", "designated_external_director": "required",
        "external_auditor": "required", "audit_staff": "encouraged",
    }  # fmt: skip


def test_a_run_is_a_draft_until_it_is_published(inside: Flask, make: Make) -> None:
    draft = make.run(published=False)
    assert (draft.status, draft.sequence) == (RunStatus.DRAFT, 0)
    assert [meeting.net_minutes for meeting in draft.meetings] == [120, 30, 120, 90, 0]
    assert (draft.starts_at, draft.ends_at) == (draft.meetings[0].starts_at, draft.meetings[-1].ends_at)
    with make.deed():
        run = queries.run_for_update(draft.reference)
        assert run is not None
        operations.publish_run(run, by=SYSTEM, now=clock.now())
    assert run.status is RunStatus.PUBLISHED
    with pytest.raises(MoveNotAllowed), make.deed():
        operations.publish_run(run, by=SYSTEM, now=clock.now())
    of_run = select(AuditEntry.action).where(AuditEntry.subject_reference == run.reference)
    assert list(session.scalars(of_run.order_by(AuditEntry.id))) == ["run.planned", "run.publish"]


def test_a_run_is_not_planned_into_the_past(inside: Flask, make: Make) -> None:
    plan = make.plan(make.course(), on=in_days(-1))
    with pytest.raises(PlanRefused), make.deed():
        operations.plan_run(plan, by=SYSTEM, now=clock.now())


def test_nothing_is_published_whose_minutes_are_wrong_or_whose_booking_is_over(inside: Flask, make: Make) -> None:
    plan = make.plan(make.course(), on=in_days(40))
    short = replace(plan, meetings=plan.meetings[:-2])
    with make.deed():
        run = operations.plan_run(short, by=SYSTEM, now=clock.now())
    with pytest.raises(NetTimeDiffers), make.deed():
        operations.publish_run(run, by=SYSTEM, now=clock.now())
    late = make.run(published=False, days_ahead=41)
    with pytest.raises(PlanRefused), make.deed():
        operations.publish_run(late, by=SYSTEM, now=late.booking_closes_at)


def test_a_venue_clash_is_shown_before_it_is_saved(inside: Flask, make: Make) -> None:
    run = make.run(days_ahead=40)
    plan = make.plan(make.course("TIM"), on=in_days(40))
    with pytest.raises(ClashFound) as found, make.deed():
        operations.plan_run(plan, by=SYSTEM, now=clock.now())
    (clash,) = found.value.clashes
    assert (clash.taken.kind, clash.taken.run) == (ClashKind.VENUE, run.reference)
    with make.deed():
        seen = fingerprint(found.value.clashes)
        assert operations.plan_run(plan, by=SYSTEM, now=clock.now(), clashes_seen=seen)


def test_accepting_one_clash_does_not_accept_another(inside: Flask, make: Make) -> None:
    make.run(days_ahead=40)
    plan = make.plan(make.course("TIM"), on=in_days(40))
    seen = fingerprint(queries.clashes_of(plan))
    with make.deed():
        operations.plan_run(plan, by=SYSTEM, now=clock.now(), clashes_seen=seen)
    with pytest.raises(ClashFound), make.deed():
        operations.plan_run(plan, by=SYSTEM, now=clock.now(), clashes_seen=seen)


def test_an_instructor_in_two_rooms_is_a_clash_whatever_the_state_of_the_other_run(inside: Flask, make: Make) -> None:
    teacher = make.instructor().person
    draft = make.run(days_ahead=40, instructor=teacher, venue="osaka-honmachi", published=False)
    plan = make.plan(make.course("LIV"), on=in_days(40), instructor=teacher, venue="tokyo-kanda")
    clashes = queries.clashes_of(plan)
    assert {(clash.taken.kind, clash.taken.run) for clash in clashes} == {(ClashKind.INSTRUCTOR, draft.reference)}
    assert clashes[0].taken.name_ja == teacher.full_name


def test_called_off_runs_and_the_run_itself_are_in_nobodys_way(inside: Flask, make: Make) -> None:
    run = make.run(days_ahead=40)
    assert change(run, plan_of(run, make, language="en"), make).run.language == "en"
    make.called_off(run)
    assert queries.clashes_of(make.plan(make.course("TIM"), on=in_days(40))) == []


def test_r46_only_time_and_place_raise_the_sequence(inside: Flask, make: Make) -> None:
    run = make.run(days_ahead=40, venue="osaka-honmachi")
    plan = plan_of(run, make)
    renamed = replace(plan, language="en", meetings=tuple(replace(each, title_en="Other") for each in plan.meetings))
    stayed = change(run, renamed, make)
    assert (stayed.moved, stayed.run.sequence) == (False, 0)
    later = change(stayed.run, moved_by(plan, HOUR), make)
    assert (later.moved, later.run.sequence) == (True, 1)
    assert later.starts_at_before + HOUR == later.run.starts_at
    elsewhere = change(later.run, replace(moved_by(plan, HOUR), venue="tokyo-kanda"), make)
    assert (elsewhere.moved, elsewhere.run.sequence) == (True, 2)


def test_a_draft_moves_without_a_sequence(inside: Flask, make: Make) -> None:
    draft = make.run(days_ahead=40, published=False)
    assert change(draft, replace(moved_by(plan_of(draft, make), HOUR), capacity=12), make).run.sequence == 0
    assert draft.capacity == 12


def test_r25_the_capacity_of_a_published_run_is_not_changed_here(inside: Flask, make: Make) -> None:
    run = make.run(days_ahead=40, capacity=40)
    assert change(run, plan_of(run, make, capacity=5), make).run.capacity == 40


def test_meetings_keep_their_rows_because_rosters_point_at_them(inside: Flask, make: Make) -> None:
    run = make.run(days_ahead=40)
    before = [meeting.id for meeting in run.meetings]
    plan = plan_of(run, make)
    renamed = tuple(replace(meeting, title_ja=f"科目{meeting.number}") for meeting in reversed(plan.meetings))
    after = change(run, replace(plan, meetings=renamed), make).run.meetings
    assert [meeting.id for meeting in after] == before
    assert [meeting.title_ja for meeting in after] == ["科目1", "科目2", "科目3", "科目4", "科目5"]


def test_a_meeting_that_is_no_longer_planned_goes_and_a_new_one_comes(inside: Flask, make: Make) -> None:
    draft = make.run(days_ahead=40, published=False)
    kept = {meeting.id for meeting in draft.meetings[:-1]}
    plan = plan_of(draft, make)
    new = replace(plan.meetings[-1], number=None, title_ja="質疑応答", starts_at=plan.meetings[-1].starts_at + HOUR,
                  ends_at=plan.meetings[-1].ends_at + HOUR)  # fmt: skip
    changed = change(draft, replace(plan, meetings=(*plan.meetings[:-1], new)), make).run
    assert {meeting.id for meeting in changed.meetings} > kept
    assert changed.meetings[-1].title_ja == "質疑応答"
    assert changed.ends_at == new.ends_at
    assert session.scalar(select(Meeting).where(Meeting.run_id == draft.id, Meeting.title_ja == "理解度テスト")) is None


def test_a_run_that_has_begun_keeps_its_times_but_may_get_another_instructor(inside: Flask, make: Make) -> None:
    run = make.run(days_ahead=-1)
    plan = plan_of(run, make)
    with pytest.raises(RunHasBegun):
        change(run, moved_by(plan, HOUR), make)
    stand_in = make.instructor().person
    taught = tuple(replace(each, instructor=stand_in.reference) for each in plan.meetings)
    changed = change(run, replace(plan, meetings=taught), make).run
    assert {meeting.instructor_id for meeting in changed.meetings} == {stand_in.id}
    assert changed.sequence == 0


def test_r41_the_second_of_two_editors_is_told(inside: Flask, make: Make) -> None:
    run = make.run(days_ahead=40)
    seen = run.version
    change(run, plan_of(run, make, language="en"), make)
    with pytest.raises(ChangedMeanwhile), make.deed():
        operations.change_run(run, plan_of(run, make), version=seen, by=SYSTEM, now=clock.now())


def test_a_published_run_can_not_lose_minutes(inside: Flask, make: Make) -> None:
    run = make.run(days_ahead=40)
    plan = plan_of(run, make)
    with pytest.raises(NetTimeDiffers):
        change(run, replace(plan, meetings=plan.meetings[1:]), make)
    again = queries.run_by_reference(run.reference)
    assert again is not None
    assert len(again.meetings) == 5


def test_calling_off_needs_a_reason_and_is_for_ever(inside: Flask, make: Make) -> None:
    run = make.run()
    with pytest.raises(PlanRefused), make.deed():
        operations.call_off(run, reason="  ", by=SYSTEM, now=clock.now())
    called_off = make.called_off(run, reason="台風のため")
    assert (called_off.status, called_off.called_off_reason, called_off.sequence) == (
        RunStatus.CALLED_OFF, "台風のため", 1
    )  # fmt: skip
    with pytest.raises(MoveNotAllowed):
        make.called_off(run)


def test_only_a_draft_is_thrown_away(inside: Flask, make: Make) -> None:
    draft, run = make.run(published=False), make.run(days_ahead=31)
    with make.deed():
        operations.remove_draft(draft, by=SYSTEM, now=clock.now())
    assert queries.run_by_reference(draft.reference) is None
    with pytest.raises(MoveNotAllowed), make.deed():
        operations.remove_draft(run, by=SYSTEM, now=clock.now())


def test_the_command_seeds_an_empty_database_and_may_be_repeated(app: Flask) -> None:
    runner = app.test_cli_runner()
    first, second = (runner.invoke(args=["seed", "catalogue"]) for _ in range(2))
    assert (first.exit_code, second.exit_code) == (0, 0), first.output
    assert second.output == "0 rows added.\n"
    with app.app_context():
        assert len(queries.course_lines()) == 19


def set_fee(make: Make, course: Course, amount: int, from_on: date, **facts: Any) -> None:
    with make.deed():
        operations.set_fee(
            queries.course_by_code(course.code), audience=facts.pop("audience", FeeAudience.GENERAL),
            amount=Yen(amount), tax_category=TaxCategory.TAXABLE_10, from_on=from_on, by=SYSTEM, now=clock.now(),
            today=clock.today(), **facts,
        )  # fmt: skip


def withdraw(make: Make, course: Course, amount: int) -> None:
    with make.deed():
        found = queries.course_by_code(course.code)
        fee = next(fee for fee, _until in queries.fee_history(found) if fee.amount == amount)
        operations.withdraw_fee(found, fee, by=SYSTEM, now=clock.now(), today=clock.today())


def general_fees(course: Course) -> list[tuple[int, date, date | None]]:
    rows = queries.fee_history(queries.course_by_code(course.code))
    return [
        (fee.amount, fee.from_on, until)
        for fee, until in rows
        if fee.audience is FeeAudience.GENERAL and fee.withdrawn_at is None
    ]


def test_a_new_fee_ends_the_one_before_and_never_changes_it(inside: Flask, make: Make) -> None:
    course, tomorrow, later = make.course(), in_days(1), in_days(30)
    set_fee(make, course, 12_500, later)
    assert general_fees(course) == [(11_500, date(2025, 4, 1), later - DAY), (12_500, later, None)]
    with pytest.raises(FeeOverlaps):
        set_fee(make, course, 13_000, later)
    set_fee(make, course, 12_000, tomorrow)  # what was planned after it stays planned
    first = (11_500, date(2025, 4, 1), tomorrow - DAY)
    assert general_fees(course) == [first, (12_000, tomorrow, later - DAY), (12_500, later, None)]
    withdraw(make, course, 12_500)
    assert general_fees(course) == [first, (12_000, tomorrow, None)]
    for day in (clock.today(), in_days(-1), date(2020, 1, 1)):
        with pytest.raises(FeeInForceAlready):
            set_fee(make, course, 1, day)
    for amount in (11_500, 12_500):  # in force; withdrawn already
        with pytest.raises(FeeStays):
            withdraw(make, course, amount)


def test_a_fee_with_a_last_day_gives_way_to_the_one_before_and_shares_no_day(inside: Flask, make: Make) -> None:
    course, first, last = make.course(), in_days(10), in_days(20)
    set_fee(make, course, 9_000, first, until_on=last)
    found = queries.course_by_code(course.code)
    prices = [queries.fees_on(found, day)[0] for day in (first - DAY, first, last, last + DAY)]
    assert [price.amount for price in prices if price] == [11_500, 9_000, 9_000, 11_500]
    for begins, ends in ((last, None), (in_days(5), first), (in_days(12), in_days(14)), (in_days(1), in_days(40))):
        with pytest.raises(FeeOverlaps):
            set_fee(make, course, 8_000, begins, until_on=ends)
    set_fee(make, course, 8_000, in_days(25), until_on=in_days(26))
    with make.deed():
        free = queries.course_by_code(course.code)
        for member in [fee for fee in free.fees if fee.audience is FeeAudience.MEMBER]:
            assert member.withdrawn_at is None
    set_fee(make, course, 7_000, in_days(2), until_on=in_days(3), audience=FeeAudience.MEMBER)


def test_an_early_price_is_booked_until_its_day_and_can_be_withdrawn(inside: Flask, make: Make) -> None:
    course, today = make.course(), clock.today()
    set_fee(make, course, 10_000, today, early_days_before=30)
    with pytest.raises(FeeOverlaps):
        set_fee(make, course, 9_000, in_days(5), early_until_on=in_days(2))
    with pytest.raises(EarlyIsOver):
        set_fee(make, course, 9_000, in_days(5), early_until_on=in_days(-1))
    (fee,) = queries.early_prices_after(queries.course_by_code(course.code), today)
    assert (fee.amount, fee.early_days_before) == (10_000, 30)
    withdraw(make, course, 10_000)
    assert queries.early_prices_after(queries.course_by_code(course.code), today) == []


def test_no_price_is_ever_overwritten_even_by_sql(inside: Flask, make: Make) -> None:
    make.course()
    for deed in ("UPDATE fees SET amount = 1", "UPDATE fees SET from_on = '2030-01-01'", "DELETE FROM fees"):
        with pytest.raises(DatabaseError, match="append-only"), make.deed():
            session.execute(text(deed))


def course_change(course: Course, **changes: object) -> CourseChange:
    return replace(CourseChange(**{name: getattr(course, name) for name in FIELDS}), **changes)  # type: ignore[arg-type]


def subject_changes(course: Course) -> list[SubjectChange]:
    return [
        SubjectChange(each.name_ja, each.name_en, each.minutes, each.kind, number)
        for number, each in enumerate(course.subjects, start=1)
    ]


def test_subjects_must_add_up_to_the_net_time(inside: Flask, make: Make) -> None:
    course = make.course()
    with pytest.raises(SubjectsDontAddUp), make.deed():
        operations.change_course(
            course, course_change(course, net_minutes=300), subject_changes(course), version=course.version,
            by=SYSTEM, now=clock.now(),
        )  # fmt: skip


def test_a_course_changes_and_runs_that_stand_keep_their_titles(inside: Flask, make: Make) -> None:
    run = make.run(days_ahead=40)
    course = queries.course_by_code("SUP")
    first, second, *rest = subject_changes(course)
    longer = replace(first, minutes=first.minutes + second.minutes, name_en="Two in one")
    kept = course.subjects[0].id
    with make.deed():
        course = queries.course_by_code("SUP")
        operations.change_course(
            course, course_change(course, pass_mark=70, withdrawn_on=None), [longer, *rest], version=course.version,
            by=SYSTEM, now=clock.now(),
        )  # fmt: skip
    changed = queries.course_by_code("SUP")
    assert (changed.pass_mark, changed.version, len(changed.subjects)) == (70, 2, 4)
    assert (changed.subjects[0].id, changed.subjects[0].name_en) == (kept, "Two in one")
    whole = queries.run_by_reference(run.reference)
    assert whole is not None
    assert [meeting.title_ja for meeting in whole.meetings][:2] == ["技能実習法", "入管法"]
    assert whole.meetings[1].subject_id is None
    with pytest.raises(ChangedMeanwhile), make.deed():
        operations.change_course(changed, course_change(changed), [], version=1, by=SYSTEM, now=clock.now())


def test_a_venue_is_added_once_and_changed_knowingly(inside: Flask, make: Make) -> None:
    venue = make.venue("hall", capacity=30)
    with pytest.raises(CodeTaken):
        make.venue("hall")
    names = VenueFacts.__dataclass_fields__
    facts = VenueFacts(**{name: getattr(venue, name) for name in names})
    assert asdict(facts)["capacity"] == 30
    with make.deed():
        operations.change_venue(venue, replace(facts, capacity=45), version=1, by=SYSTEM, now=clock.now())
    assert (venue.capacity, venue.version) == (45, 2)
    with pytest.raises(ChangedMeanwhile), make.deed():
        operations.change_venue(venue, facts, version=1, by=SYSTEM, now=clock.now())
