"""The roster opened, written by two people at once, closed, reopened."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.queries import run_by_reference
from courses_app.foundation.audit import SYSTEM, AuditEntry
from courses_app.foundation.clock import day_of, start_of
from courses_app.foundation.db import session, transaction
from courses_app.rosters import operations, queries
from courses_app.rosters.models import RosterEntry
from courses_app.rosters.operations import EntryChange
from courses_app.rosters.rules import (
    EntryChanged,
    Incomplete,
    NotClosed,
    Outcome,
    RosterChanged,
    RosterClosed,
    RosterNotYet,
    SeatGone,
    blank,
)
from tests.make import Make
from tests.rosters.making import present

BEFORE = timedelta(days=40)


def held_run(make: Make, people: int = 3) -> CourseRun:
    """A run held last week with so many paid seats."""
    run = make.run(days_ahead=-7)
    make.paid(run, people, now=run.starts_at - BEFORE)
    return fresh(run)


def fresh(run: CourseRun) -> CourseRun:
    session.expire_all()
    found = run_by_reference(run.reference)
    assert found is not None
    return found


def seats_of(run: CourseRun) -> list[str]:
    return [one.seat.reference for one in queries.attendees(run)]


def test_inv19_the_roster_has_an_entry_for_each_confirmed_seat(inside: Flask, make: Make) -> None:
    run = held_run(make)
    for _ in range(2):
        with transaction():
            roster = operations.open_roster(run=fresh(run), by=SYSTEM, now=run.starts_at)
            assert len(roster.entries) == 3
    make.paid(run, 1, now=run.starts_at - BEFORE)  # somebody paid late
    with transaction():
        assert len(operations.open_roster(run=fresh(run), by=SYSTEM, now=run.starts_at).entries) == 4
    assert list(queries.violations(now=run.ends_at)) == []


def test_a_roster_is_filled_in_from_the_first_day_on(inside: Flask, make: Make) -> None:
    run = held_run(make, 1)
    (seat,) = seats_of(run)
    first_instant = start_of(day_of(run.starts_at))
    with pytest.raises(RosterNotYet):
        make.recorded(run, {seat: present(4)}, now=first_instant - timedelta(seconds=1))
    assert make.recorded(run, {seat: present(4)}, now=first_instant).seats == (seat,)


def test_what_is_written_is_kept_and_audited(inside: Flask, make: Make) -> None:
    run, instructor = held_run(make, 1), make.instructor().person
    (seat,) = seats_of(run)
    record = present(4, score=85, missed=(0, 10, 0, 0), made_up=(0, 10, 0, 0), remarks="遅刻")
    make.recorded(run, {seat: record}, by=instructor, now=run.starts_at)
    (one,) = queries.attendees(fresh(run))
    assert one.record == record
    assert one.entry is not None
    assert one.entry.identity_checked_at == run.starts_at
    assert one.entry.identity_checked_by_person_id == one.entry.changed_by_person_id == instructor.id
    noted = session.scalars(select(AuditEntry).where(AuditEntry.action == "roster.recorded")).one()
    assert noted.detail is not None
    assert noted.detail["score"] == [None, 85]
    assert noted.detail["missed-1"] == [0, 10]
    assert "absent" not in noted.detail


def test_r41_two_people_on_different_rows_both_succeed(inside: Flask, make: Make) -> None:
    run = held_run(make, 2)
    first, second = seats_of(run)
    nothing = blank(4)
    whole_page = [EntryChange(first, nothing, present(4, score=90)), EntryChange(second, nothing, nothing)]
    with transaction():
        operations.save_entries(run=fresh(run), changes=whole_page, by=SYSTEM, now=run.ends_at)
    whole_page = [EntryChange(first, nothing, nothing), EntryChange(second, nothing, present(4, score=70))]
    with transaction():
        saved = operations.save_entries(run=fresh(run), changes=whole_page, by=SYSTEM, now=run.ends_at)
    assert saved.seats == (second,)
    assert [one.record.score for one in queries.attendees(fresh(run))] == [90, 70]


def test_r41_different_fields_of_one_row_are_both_kept(inside: Flask, make: Make) -> None:
    run = held_run(make, 1)
    (seat,) = seats_of(run)
    make.recorded(run, {seat: replace(blank(4), identity=True)})
    late = [EntryChange(seat, blank(4), replace(blank(4), score=88, remarks="良"))]
    with transaction():
        saved = operations.save_entries(run=fresh(run), changes=late, by=SYSTEM, now=run.ends_at)
    assert saved.merged == (seat,)
    assert queries.attendees(fresh(run))[0].record == replace(blank(4), identity=True, score=88, remarks="良")


def test_r41_the_same_field_twice_keeps_the_first_and_shows_both(inside: Flask, make: Make) -> None:
    run, instructor = held_run(make, 2), make.instructor().person
    first, second = seats_of(run)
    make.recorded(run, {first: present(4, score=90)}, by=instructor)
    late = [
        EntryChange(first, blank(4), present(4, score=60)),
        EntryChange(second, blank(4), present(4, score=75)),
    ]
    with pytest.raises(EntryChanged) as refused, transaction():
        operations.save_entries(run=fresh(run), changes=late, by=SYSTEM, now=run.ends_at)
    (conflict,) = refused.value.conflicts
    assert (conflict.seat, conflict.who) == (first, instructor.full_name)
    assert [(field.field, field.mine, field.theirs) for field in conflict.fields] == [("score", 60, 90)]
    assert [one.record.score for one in queries.attendees(fresh(run))] == [90, None]  # nothing written, nothing lost
    again = [EntryChange(first, conflict.theirs, conflict.merged)]
    with transaction():
        operations.save_entries(run=fresh(run), changes=again, by=SYSTEM, now=run.ends_at)
    assert queries.attendees(fresh(run))[0].record.score == 60


def test_r41_changes_that_contradict_each_other_go_to_a_person(inside: Flask, make: Make) -> None:
    run = held_run(make, 1)
    (seat,) = seats_of(run)
    make.recorded(run, {seat: replace(blank(4), absent=True)})
    with pytest.raises(EntryChanged) as refused:
        late = [EntryChange(seat, blank(4), present(4, score=80))]
        with transaction():
            operations.save_entries(run=fresh(run), changes=late, by=SYSTEM, now=run.ends_at)
    assert {field.field for field in refused.value.conflicts[0].fields} == {"absent", "identity", "score"}


def test_a_seat_that_is_gone_is_refused_only_if_something_was_written_of_it(inside: Flask, make: Make) -> None:
    run = held_run(make, 1)
    with transaction():
        untouched = [EntryChange("S-GONE", blank(4), blank(4))]
        assert operations.save_entries(run=fresh(run), changes=untouched, by=SYSTEM, now=run.ends_at).seats == ()
    with pytest.raises(SeatGone), transaction():
        written = [EntryChange("S-GONE", blank(4), present(4))]
        operations.save_entries(run=fresh(run), changes=written, by=SYSTEM, now=run.ends_at)


def test_closing_derives_outcomes_and_the_day_of_completion(inside: Flask, make: Make) -> None:
    run, instructor = held_run(make, 4), make.instructor().person
    roster = make.closed_roster(run, failed=1, absent=1, by=instructor)
    assert (roster.closed_at, roster.closed_by_person_id, roster.pass_mark) == (run.ends_at, instructor.id, 80)
    found = [(one.entry.outcome, one.entry.completed_on) for one in queries.attendees(fresh(run)) if one.entry]
    day = day_of(run.ends_at)
    assert found == [(Outcome.COMPLETED, day), (Outcome.COMPLETED, day), (Outcome.FAILED, None), (Outcome.ABSENT, None)]
    assert list(queries.violations(now=run.ends_at)) == []
    with pytest.raises(RosterClosed):
        make.recorded(run, {seats_of(run)[0]: present(4, score=1)})
    with pytest.raises(RosterClosed):
        make.closed_roster(run)


def test_closing_waits_for_the_last_meeting(inside: Flask, make: Make) -> None:
    run = held_run(make, 1)
    make.recorded(run, {seat: present(4) for seat in seats_of(run)})
    seen = queries.state_of(queries.attendees(fresh(run)))
    early = max(meeting.starts_at for meeting in run.meetings) - timedelta(seconds=1)
    with pytest.raises(RosterNotYet), transaction():
        operations.close_roster(run=fresh(run), seen=seen, by=SYSTEM, now=early)


def test_closing_names_those_of_whom_too_little_is_recorded(inside: Flask, make: Make) -> None:
    run = held_run(make, 3)
    first, second, third = queries.attendees(run)
    make.recorded(run, {first.seat.reference: present(4), second.seat.reference: present(4, score=None)})
    seen = queries.state_of(queries.attendees(fresh(run)))
    with pytest.raises(Incomplete) as refused, transaction():
        operations.close_roster(run=fresh(run), seen=seen, by=SYSTEM, now=run.ends_at)
    assert refused.value.unrecorded == (third.seat.full_name,)
    assert refused.value.without_score == (second.seat.full_name,)


def test_closing_what_was_changed_since_it_was_looked_at_is_refused(inside: Flask, make: Make) -> None:
    run = held_run(make, 1)
    (seat,) = seats_of(run)
    make.recorded(run, {seat: present(4, score=80)})
    seen = queries.state_of(queries.attendees(fresh(run)))
    make.recorded(run, {seat: present(4, score=40)})
    with pytest.raises(RosterChanged), transaction():
        operations.close_roster(run=fresh(run), seen=seen, by=SYSTEM, now=run.ends_at)


def test_reopening_takes_the_outcomes_back(inside: Flask, make: Make) -> None:
    run = held_run(make, 2)
    with pytest.raises(NotClosed), transaction():
        operations.reopen_roster(run=fresh(run), reason="x", by=SYSTEM, now=run.ends_at)
    make.closed_roster(run, failed=1)
    with transaction():
        operations.reopen_roster(run=fresh(run), reason="採点の誤り", by=SYSTEM, now=run.ends_at)
    assert all(one.entry and one.entry.outcome is None for one in queries.attendees(fresh(run)))
    make.closed_roster(run)
    assert all(one.entry and one.entry.outcome is Outcome.COMPLETED for one in queries.attendees(fresh(run)))


def test_inv19_a_seat_missing_in_a_closed_roster_and_a_wrong_outcome_are_found(inside: Flask, make: Make) -> None:
    run = held_run(make, 1)
    make.closed_roster(run)
    late = make.paid(run, 1, now=run.starts_at - BEFORE)
    with transaction():
        session.scalars(select(RosterEntry)).one().test_score = 10
    found = list(queries.violations(now=run.ends_at))
    assert len(found) == 2
    assert late.seats[0].reference in found[0]
    assert "failed" in found[1]


def test_only_published_runs_and_only_their_instructors(inside: Flask, make: Make) -> None:
    teaches, other = make.instructor().person, make.instructor().person
    run = make.run(days_ahead=-7, instructor=teaches)
    assert queries.run_of(run.reference, person_id=teaches.id, staff=False) is not None
    assert queries.run_of(run.reference, person_id=other.id, staff=False) is None
    assert queries.run_of(run.reference, person_id=other.id, staff=True) is not None
    unassigned = make.run(days_ahead=-8)
    assert queries.run_of(unassigned.reference, person_id=None, staff=False) is None


def test_an_instructors_list_has_their_own_runs(inside: Flask, make: Make) -> None:
    teaches = make.instructor().person
    coming, held = make.run(days_ahead=60, instructor=teaches), make.run(days_ahead=-7, instructor=teaches)
    make.run(days_ahead=61)
    make.paid(held, 2, now=held.starts_at - BEFORE)
    now = held.ends_at + timedelta(days=3)
    assert [line.run.reference for line in queries.taught_by(teaches.id, held=False, number=1, now=now).rows] == [
        coming.reference
    ]
    (line,) = queries.taught_by(teaches.id, held=True, number=1, now=now).rows
    assert (line.run.reference, line.attendees, line.closed_at) == (held.reference, 2, None)
