"""What giving a seat back costs: tables with the edges, calendar and business days, and the rules in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from flask_babel import force_locale

from courses_app.catalogue import operations, queries
from courses_app.catalogue.rules import (
    ChangeTerms,
    DayKind,
    LadderIncomplete,
    PolicyFacts,
    PolicyInForceAlready,
    RunDayOver,
    Step,
    StepUnclear,
    cancellation_words,
    check_ladder,
    fee_for,
    step_words,
)
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.yen import Yen
from tests.make import Make

RUN = date(2026, 12, 31)
PRICE = Yen(11_500)
LADDER = ChangeTerms(
    day_kind=DayKind.CALENDAR,
    steps=(Step(15, percent=0), Step(8, percent=30), Step(4, percent=50), Step(0, percent=100)),
    handling_fee=Yen(0), no_show_percent=100, substitution_until_days=1, move_until_days=8, moves_allowed=1,
)  # fmt: skip


@pytest.mark.parametrize(
    ("on", "fee", "until_on"),
    [
        (date(2026, 10, 1), 0, date(2026, 12, 16)),
        (date(2026, 12, 16), 0, date(2026, 12, 16)),  # 15 days before
        (date(2026, 12, 17), 3_450, date(2026, 12, 23)),
        (date(2026, 12, 23), 3_450, date(2026, 12, 23)),  # 8
        (date(2026, 12, 24), 5_750, date(2026, 12, 27)),
        (date(2026, 12, 27), 5_750, date(2026, 12, 27)),  # 4
        (date(2026, 12, 28), 11_500, RUN),
        (RUN, 11_500, RUN),  # the very day
    ],
)
def test_the_typical_ladder(on: date, fee: int, until_on: date) -> None:
    found = fee_for(LADDER, PRICE, on=on, run_day=RUN)
    assert (found.cancellation, found.handling, found.refund, found.until_on) == (fee, 0, PRICE - fee, until_on)
    assert (found.worse is None) is (fee == PRICE)


def test_after_the_day_nothing_goes_back() -> None:
    with pytest.raises(RunDayOver):
        fee_for(LADDER, PRICE, on=RUN + timedelta(days=1), run_day=RUN)


@pytest.mark.parametrize(
    ("on", "percent"),
    [
        # Business days before Wednesday 6 January 2027: 5, 4 January, then 31, 30, 29 December (1 January is a holiday,
        # 2 and 3 a weekend).
        (date(2026, 12, 29), 0), (date(2026, 12, 30), 50), (date(2027, 1, 3), 50), (date(2027, 1, 4), 50),
        (date(2027, 1, 5), 100), (date(2027, 1, 6), 100),
    ],
)  # fmt: skip
def test_business_days_over_new_year(on: date, percent: int) -> None:
    steps = (Step(5, percent=0), Step(2, percent=50), Step(0, percent=100))
    terms = replace(LADDER, day_kind=DayKind.BUSINESS, steps=steps)
    assert fee_for(terms, Yen(10_000), on=on, run_day=date(2027, 1, 6)).cancellation == 100 * percent


@pytest.mark.parametrize(
    ("step", "handling", "price", "wanted"),
    [
        (Step(0, percent=30), 550, 11_500, (3_450, 550, 7_500)),
        (Step(0, percent=33), 0, 9_999, (3_299, 0, 6_700)),  # rounded down
        (Step(0, amount=Yen(5_000)), 0, 11_500, (5_000, 0, 6_500)),
        (Step(0, amount=Yen(5_000)), 550, 5_200, (5_000, 200, 0)),  # never more than the price
        (Step(0, amount=Yen(5_000)), 550, 3_000, (3_000, 0, 0)),
        (Step(0, percent=100), 550, 0, (0, 0, 0)),
    ],
)
def test_percent_yen_and_handling(step: Step, handling: int, price: int, wanted: tuple[int, int, int]) -> None:
    terms = replace(LADDER, steps=(step,), handling_fee=Yen(handling))
    found = fee_for(terms, Yen(price), on=RUN, run_day=RUN)
    assert (found.cancellation, found.handling, found.refund) == wanted


def test_steps_that_cost_the_same_change_nothing() -> None:
    terms = replace(LADDER, steps=(Step(15, percent=30), Step(8, percent=30), Step(0, percent=100)))
    assert fee_for(terms, PRICE, on=date(2026, 12, 1), run_day=RUN).until_on == date(2026, 12, 23)


def test_terms_are_kept_as_plain_values() -> None:
    assert ChangeTerms.of_data(LADDER.as_data()) == LADDER


def test_a_ladder_answers_for_every_day() -> None:
    check_ladder(LADDER.steps)
    for steps in ((), (Step(3, percent=0),), (Step(0, percent=0), Step(0, percent=1))):
        with pytest.raises(LadderIncomplete):
            check_ladder(steps)
    for unclear in (Step(0), Step(0, percent=1, amount=Yen(1))):
        with pytest.raises(StepUnclear):
            check_ladder([unclear])


def test_the_rules_in_words(inside: Flask) -> None:
    with inside.test_request_context(), force_locale("ja"):
        words = cancellation_words(LADDER, free=False, run_day=RUN, on=date(2026, 12, 1))
        late = cancellation_words(LADDER, free=False, run_day=RUN, on=date(2026, 12, 25))
        assert step_words(LADDER, Step(8, percent=30)) == "受講日の8日前までのキャンセル: 受講料の30%"
    assert "2026年12月16日（水）までのキャンセル: 全額を返金します。" in words
    assert "2026年12月17日（木）から2026年12月23日（水）までのキャンセル: 受講料の70%を返金します。" in words
    assert "2026年12月28日（月）以降のキャンセル: 返金はありません。" in words
    assert "受講者の変更は、2026年12月30日（水）まで、このサイトで無料でできます。" in words
    assert not any("12月16日" in sentence for sentence in late)


def test_new_rules_begin_later_and_end_the_old(inside: Flask, make: Make) -> None:
    course, today = make.course(), clock.today()
    first = queries.change_terms_on(course.id, today)
    assert first is not None
    assert first.steps == LADDER.steps
    dear = replace(LADDER, steps=(Step(0, percent=100),))
    how = {"by": SYSTEM, "now": clock.now(), "today": today}
    with pytest.raises(PolicyInForceAlready), make.deed():
        operations.set_change_policy(None, PolicyFacts("今日から", today, dear), **how)
    with make.deed():
        operations.set_change_policy(None, PolicyFacts("来週から", today + timedelta(days=7), dear), **how)
    assert queries.change_terms_on(course.id, today + timedelta(days=6)) == first
    assert queries.change_terms_on(course.id, today + timedelta(days=7)) == dear
    mild = replace(LADDER, steps=(Step(0, percent=0),))
    with make.deed():
        operations.set_change_policy(course, PolicyFacts("この講習", today, mild), **how)
    assert queries.change_terms_on(course.id, today + timedelta(days=9)) == mild
    assert len(queries.policies_of(None)) == 2
