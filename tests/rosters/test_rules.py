"""Who completed, what is still missing, and what two writers at once come to: decided from plain values."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses_app.foundation.clock import JST
from courses_app.rosters.rules import (
    Conflict,
    Lack,
    Outcome,
    Reason,
    Record,
    RosterNotYet,
    blank,
    fields_of,
    lack,
    may_close,
    may_record,
    merged,
    problems,
    verdict,
)

NET = (120, 30, 120, 90)  # the supervision managers' course


def record(**changes: Any) -> Record:
    """Somebody who was there all day and passed, with changes."""
    return replace(replace(blank(4), identity=True, score=90), **changes)


@pytest.mark.parametrize(
    ("written", "outcome", "reasons"),
    [
        (record(), Outcome.COMPLETED, ()),
        (record(score=80), Outcome.COMPLETED, ()),
        (record(score=79), Outcome.FAILED, (Reason.TEST,)),
        (record(score=0), Outcome.FAILED, (Reason.TEST,)),
        (record(score=None), Outcome.FAILED, (Reason.TEST,)),
        (record(identity=False), Outcome.FAILED, (Reason.IDENTITY,)),
        (record(missed=(0, 0, 10, 0)), Outcome.FAILED, (Reason.MINUTES,)),
        (record(missed=(0, 0, 10, 0), made_up=(0, 0, 10, 0)), Outcome.COMPLETED, ()),
        (record(missed=(0, 0, 10, 0), made_up=(0, 0, 9, 0)), Outcome.FAILED, (Reason.MINUTES,)),
        (
            record(identity=False, score=10, missed=(0, 0, 10, 0)),
            Outcome.FAILED,
            (Reason.IDENTITY, Reason.MINUTES, Reason.TEST),
        ),
        (record(missed=NET, score=None), Outcome.FAILED, (Reason.MINUTES, Reason.TEST)),
        (record(identity=False, missed=NET, score=None), Outcome.ABSENT, ()),
        (record(identity=False, missed=NET, made_up=(1, 0, 0, 0), score=None), Outcome.FAILED, tuple(Reason)),
        (record(identity=False, missed=NET, score=50), Outcome.FAILED, tuple(Reason)),
        (record(absent=True, identity=False, score=None), Outcome.ABSENT, ()),
    ],
)
def test_outcome_of_a_course_with_a_test(written: Record, outcome: Outcome, reasons: tuple[Reason, ...]) -> None:
    found = verdict(written, net=NET, pass_mark=80)
    assert (found.outcome, found.reasons) == (outcome, reasons)
    assert (found.missed, found.made_up) == (sum(written.missed), sum(written.made_up))


def test_a_course_without_a_test_asks_for_no_score() -> None:
    assert verdict(record(score=None), net=NET, pass_mark=None).outcome is Outcome.COMPLETED
    assert lack(record(score=None), net=NET, pass_mark=None) is None


def test_a_seminar_without_counted_minutes_takes_nobody_for_absent_by_itself() -> None:
    assert verdict(replace(blank(0), remarks="no ID"), net=(), pass_mark=None).outcome is Outcome.FAILED
    assert verdict(replace(blank(0), absent=True), net=(), pass_mark=None).outcome is Outcome.ABSENT


@pytest.mark.parametrize(
    ("written", "lacking"),
    [
        (blank(4), Lack.EVERYTHING),
        (record(score=None), Lack.SCORE),
        (record(score=None, missed=(10, 0, 0, 0), made_up=(10, 0, 0, 0)), Lack.SCORE),
        (record(score=None, missed=(0, 0, 0, 90)), None),  # left before the test
        (record(), None),
        (replace(blank(4), remarks="came without an ID"), Lack.SCORE),
        (replace(blank(4), absent=True), None),
        (replace(blank(4), missed=NET), None),
    ],
)
def test_what_is_missing_before_closing(written: Record, lacking: Lack | None) -> None:
    assert lack(written, net=NET, pass_mark=80) is lacking


@pytest.mark.parametrize(
    ("written", "fields"),
    [
        (record(), []),
        (record(missed=(121, 0, 0, 0)), ["missed-0"]),
        (record(missed=(-1, 0, 0, 0)), ["missed-0"]),
        (record(missed=(0, 20, 0, 0), made_up=(0, 21, 0, 0)), ["made_up-1"]),
        (record(made_up=(0, 0, 0, -1)), ["made_up-3"]),
        (record(score=101), ["score"]),
        (record(score=-1), ["score"]),
        (record(absent=True), ["absent", "score"]),
    ],
)
def test_what_can_not_be_true(written: Record, fields: list[str]) -> None:
    assert [problem.field for problem in problems(written, NET)] == fields


def test_r41_one_side_alone_is_taken_over() -> None:
    base = blank(4)
    mine, theirs = replace(base, score=85), replace(base, identity=True, remarks="late")
    assert merged(base=base, mine=mine, theirs=theirs) == (replace(base, score=85, identity=True, remarks="late"), ())


def test_r41_the_same_value_from_both_is_no_conflict() -> None:
    base = blank(4)
    written = replace(base, score=85)
    assert merged(base=base, mine=written, theirs=written) == (written, ())


def test_r41_two_values_for_one_field_go_to_a_person() -> None:
    base = blank(4)
    mine = replace(base, score=85, missed=(0, 10, 0, 0))
    theirs = replace(base, score=58, missed=(0, 15, 0, 0), identity=True)
    both, conflicts = merged(base=base, mine=mine, theirs=theirs)
    assert both == replace(mine, identity=True)
    assert conflicts == (Conflict("missed-1", 10, 15), Conflict("score", 85, 58))


records = st.builds(
    Record,
    absent=st.booleans(),
    identity=st.booleans(),
    missed=st.tuples(st.integers(0, 3), st.integers(0, 3)),
    made_up=st.tuples(st.integers(0, 3), st.integers(0, 3)),
    score=st.none() | st.integers(0, 3),
    remarks=st.sampled_from(["", "a", "b"]),
)


@given(base=records, mine=records, theirs=records)
def test_r41_no_change_of_either_side_is_lost(base: Record, mine: Record, theirs: Record) -> None:
    both, conflicts = merged(base=base, mine=mine, theirs=theirs)
    result, before, ours, others = fields_of(both), fields_of(base), fields_of(mine), fields_of(theirs)
    named = {conflict.field for conflict in conflicts}
    for name, value in result.items():
        assert value == (ours[name] if ours[name] != before[name] else others[name])
        lost = others[name] not in (before[name], value)
        assert lost == (name in named)


def test_a_roster_opens_with_the_day_and_closes_with_the_last_meeting() -> None:
    starts_at = datetime(2026, 12, 1, 9, 30, tzinfo=JST)
    may_record(now=datetime(2026, 12, 1, 0, 0, tzinfo=JST), starts_at=starts_at)
    with pytest.raises(RosterNotYet):
        may_record(now=datetime(2026, 11, 30, 23, 59, tzinfo=JST), starts_at=starts_at)
    last = datetime(2026, 12, 1, 16, 0, tzinfo=JST)
    may_close(now=last, last_meeting_starts_at=last)
    with pytest.raises(RosterNotYet):
        may_close(now=datetime(2026, 12, 1, 15, 59, tzinfo=JST), last_meeting_starts_at=last)
