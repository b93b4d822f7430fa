"""Counting, standing and steps, from plain values."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses_app.certificates.rules import valid_through
from courses_app.compliance.rules import (
    Standing,
    StandingState,
    StepsDue,
    notice_months,
    overlap,
    reminder_due,
    standing,
    steps_due,
)

STEPS = (12, 6, 3, 1)
DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))

# completed on, months, last day on which it counts (民法140条, 143条)
PERIODS = [
    (date(2026, 12, 1), 36, date(2029, 12, 1)),
    (date(2024, 2, 29), 36, date(2027, 2, 28)),  # no 29 February there: the month's last day
    (date(2024, 2, 29), 48, date(2028, 2, 29)),  # there is one
    (date(2025, 2, 28), 36, date(2028, 2, 28)),
    (date(2025, 3, 1), 36, date(2028, 3, 1)),
    (date(2026, 12, 31), 36, date(2029, 12, 31)),
    (date(2026, 1, 1), 36, date(2029, 1, 1)),
    (date(2026, 8, 31), 6, date(2027, 2, 28)),
    (date(2027, 8, 31), 6, date(2028, 2, 29)),
    (date(2026, 3, 31), 1, date(2026, 4, 30)),
    (date(2026, 4, 30), 1, date(2026, 5, 30)),
    (date(2026, 12, 15), 1, date(2027, 1, 15)),
]


@pytest.mark.parametrize(("completed_on", "months", "last"), PERIODS)
def test_a_completion_counts_through_its_last_day(completed_on: date, months: int, last: date) -> None:
    assert valid_through(completed_on, months) == last
    assert standing(completed_on, months, True, last).state is not StandingState.EXPIRED
    assert standing(completed_on, months, True, last).days_left == 0
    assert standing(completed_on, months, True, last + timedelta(days=1)).state is StandingState.EXPIRED


@given(DAYS, st.integers(1, 120))
def test_the_last_day_lies_so_many_months_ahead_and_never_in_the_next_month(completed_on: date, months: int) -> None:
    last = valid_through(completed_on, months)
    assert (last.year - completed_on.year) * 12 + last.month - completed_on.month == months
    assert last.day <= completed_on.day
    assert last.day == completed_on.day or (last + timedelta(days=1)).day == 1


def test_nobody_who_never_took_it_has_a_last_day() -> None:
    assert standing(None, 36, True, date(2026, 12, 1)) == Standing(StandingState.NEVER, True)


def test_a_completion_without_a_period_counts_for_ever() -> None:
    assert standing(date(2000, 1, 1), None, False, date(2026, 12, 1)).state is StandingState.VALID


@pytest.mark.parametrize(
    ("on", "state", "days_left"),
    [
        (date(2027, 12, 1), StandingState.VALID, 731),
        (date(2028, 11, 30), StandingState.VALID, 366),
        (date(2028, 12, 1), StandingState.EXPIRING, 365),
        (date(2029, 12, 1), StandingState.EXPIRING, 0),
        (date(2029, 12, 2), StandingState.EXPIRED, -1),
    ],
)
def test_the_word_changes_with_the_day(on: date, state: StandingState, days_left: int) -> None:
    found = standing(date(2026, 12, 1), 36, True, on, notice_months=12)
    assert (found.state, found.days_left, found.valid_through) == (state, days_left, date(2029, 12, 1))


def test_expiring_begins_with_the_longest_step_or_half_a_year_before() -> None:
    assert notice_months(STEPS) == 12
    assert notice_months(()) == 6


def test_urgency_puts_lapsed_duties_first_and_what_is_only_encouraged_later() -> None:
    day = date(2029, 12, 2)
    lapsed = standing(date(2026, 12, 1), 36, True, day)
    lapsed_encouraged = standing(date(2026, 12, 1), 36, False, day)
    never = standing(None, 36, True, day)
    soon, later = standing(date(2026, 12, 20), 36, True, day), standing(date(2027, 2, 1), 36, True, day)
    valid = standing(date(2029, 1, 1), 36, True, day)
    ordered = sorted([valid, lapsed_encouraged, later, soon, never, lapsed], key=lambda one: one.urgency)
    assert ordered == [lapsed, never, soon, later, lapsed_encouraged, valid]


@pytest.mark.parametrize(
    ("today", "noted", "due"),
    [
        (date(2028, 11, 30), (), None),
        (date(2028, 12, 1), (), StepsDue(12, ())),
        (date(2029, 5, 31), (12,), None),
        (date(2029, 6, 1), (12,), StepsDue(6, ())),
        (date(2029, 6, 1), (), StepsDue(6, (12,))),  # entered late: the nearest only
        (date(2029, 11, 20), (), StepsDue(1, (3, 6, 12))),
        (date(2029, 11, 20), (1, 3, 6, 12), None),
        (date(2029, 11, 20), (1,), None),  # a nearer one went out: the others are over
        (date(2029, 12, 1), (3, 6, 12), StepsDue(1, ())),  # the last day itself
        (date(2029, 12, 2), (), None),  # too late to remind
    ],
)
def test_each_step_is_due_once_and_the_nearest_speaks(
    today: date, noted: tuple[int, ...], due: StepsDue | None
) -> None:
    assert steps_due(date(2029, 12, 1), STEPS, noted, today) == due


@pytest.mark.parametrize(
    ("last", "months", "day"),
    [
        (date(2029, 8, 31), 6, date(2029, 2, 28)),
        (date(2028, 8, 31), 6, date(2028, 2, 29)),
        (date(2029, 3, 31), 1, date(2029, 2, 28)),
        (date(2029, 1, 15), 1, date(2028, 12, 15)),
    ],
)
def test_a_step_comes_on_the_same_day_of_its_month_or_on_its_last(last: date, months: int, day: date) -> None:
    assert reminder_due(last, months, day)
    assert not reminder_due(last, months, day - timedelta(days=1))


@given(DAYS, st.lists(st.integers(1, 36), max_size=6, unique=True), DAYS)
def test_after_noting_what_is_due_nothing_is_due_on_the_same_day(last: date, steps: list[int], today: date) -> None:
    due = steps_due(last, steps, (), today)
    if due is not None:
        assert steps_due(last, steps, (due.nearest, *due.passed), today) is None
        assert all(passed > due.nearest for passed in due.passed)


def test_periods_overlap_when_they_share_a_day() -> None:
    ended = (date(2020, 1, 1), date(2020, 12, 31))
    assert overlap(ended, (date(2020, 12, 31), None))
    assert not overlap(ended, (date(2021, 1, 1), None))
