"""Names, words and how long: from plain values."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from courses_app.calendar_feeds.rules import (
    EventStatus,
    cancellation_is_told,
    expiry_uid,
    horizon,
    run_uid,
    status_of,
    status_of_seats,
)
from courses_app.catalogue.rules import RunStatus


def test_c08_the_uid_rests_on_the_reference_alone() -> None:
    assert run_uid("R-7K4MQ9XHA") == "run-R-7K4MQ9XHA@courses.example"
    assert run_uid("R-7K4MQ9XHA", 2) == "run-R-7K4MQ9XHA-2@courses.example"


def test_c09_a_last_day_and_its_notice_have_names_of_their_own() -> None:
    last = date(2029, 12, 1)
    names = {
        expiry_uid("P-A", "SUP", last),
        expiry_uid("P-A", "SUP", last, notice=True),
        expiry_uid("P-A", "TIM", last),
        expiry_uid("P-A", "SUP", date(2032, 12, 1)),
    }
    assert len(names) == 4


def test_c15_a_cancellation_is_told_for_thirty_whole_days() -> None:
    cancelled_at = datetime(2026, 12, 1, 14, 59, tzinfo=UTC)  # 23:59 in Tokyo
    assert cancellation_is_told(None, today=date(2030, 1, 1))
    assert cancellation_is_told(cancelled_at, today=date(2026, 12, 31))
    assert not cancellation_is_told(cancelled_at, today=date(2027, 1, 1))
    assert cancellation_is_told(cancelled_at + timedelta(minutes=1), today=date(2027, 1, 1))


def test_c29_the_horizon_reaches_ninety_days_back_and_two_years_ahead() -> None:
    limits = horizon(date(2026, 12, 1))
    assert (limits.first, limits.last) == (date(2026, 9, 2), date(2028, 12, 1))
    assert limits.holds(limits.first)
    assert limits.holds(limits.last)
    assert not limits.holds(limits.last + timedelta(days=1))


@pytest.mark.parametrize("status", RunStatus)
def test_c14_every_run_has_a_word(status: RunStatus) -> None:
    assert status_of(status) in EventStatus


@pytest.mark.parametrize(
    ("run", "live", "confirmed", "word"),
    [
        (RunStatus.PUBLISHED, 3, 3, EventStatus.CONFIRMED),
        (RunStatus.PUBLISHED, 3, 1, EventStatus.CONFIRMED),
        (RunStatus.PUBLISHED, 3, 0, EventStatus.TENTATIVE),
        (RunStatus.PUBLISHED, 0, 0, EventStatus.CANCELLED),
        (RunStatus.CALLED_OFF, 3, 3, EventStatus.CANCELLED),
    ],
)
def test_seats_decide_the_word_of_their_owner(run: RunStatus, live: int, confirmed: int, word: EventStatus) -> None:
    assert status_of_seats(run=run, live=live, confirmed=confirmed) is word
