"""Every "no" of bookings, dispatches and the catalogue in both languages: what time forbids says until when it was
possible ("why can't I …?").
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale

import courses_app.bookings.rules.sheets
import courses_app.catalogue.operations
import courses_app.dispatches.rules  # noqa: F401  (all of them are to be known)
from courses_app.bookings import rules
from courses_app.bookings.rules import Standing
from courses_app.bookings.rules.waiting import LEAST_TIME
from courses_app.catalogue.rules import ChangeTerms, DayKind, FeeAudience, NamingTerms, Step, UnnamedSeats
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.yen import Yen

ROOMS = ("courses_app.bookings.", "courses_app.dispatches.", "courses_app.catalogue.")
DAY, AT = date(2027, 3, 4), datetime(2027, 3, 4, 0, 30, tzinfo=UTC)  # 9:30 in Tokyo
WORDS = {"ja": "2027年3月4日（木）", "en": "Thu 4 March 2027"}

# What stands in a "no" by the kind of fact it is told.
VALUES: dict[str, Any] = {
    "date": DAY, "date | None": DAY, "datetime": AT, "datetime | None": AT, "int": 3, "str": "B-1", "str | None": "B-1",
    "Yen": Yen(11_500), "FeeAudience": FeeAudience.GENERAL, "int | None": 3,
    "bool": True, "Iterable[str]": ["山田 太郎"], "Sequence[str]": ["山田 太郎"],
}  # fmt: skip
# Told otherwise than by one fact of its kind: by its own words, or with a day counted from what it is told.
NOT_MADE_HERE = {"PlanRefused", "WishRefused", "QuoteRefused", "ClashFound", "NoHeader", "NoRows", "RowsToMend",
                 "VoucherRefused"}  # fmt: skip
SPEAKS_OF_TIME = re.compile(
    r"\b(closed?|over|late|begun|began|opens|opened|ended|run out|until|any more|no longer|soon|passed|yet)\b"
)
# Speaks of time, and still no day helps: who was faster, what was typed just now, what waits for nobody's day.
NO_DAY_HELPS = {
    "AttendeeUnknown": "when a colleague left is no matter here", "BlockEndsAtOnce": "that day was typed just now",
    "DateUnknown": "the list shows the dates that can be booked", "TooManyDrafts": "a number, not a day",
    "EarlyIsOver": "that day was typed just now", "FeeStays": "the list above shows since when",
    "LineNotOffered": "the form shows the dates that can still be quoted",
    "QuestionIsOver": "ended by a deed, of which the page of the booking tells",
}  # fmt: skip
NEVER_ONE = {"TooManyAttendees", "TooManyNames", "SubjectsDontAddUp"}  # never of one, or of none


def known() -> list[type[Refusal]]:
    """Every "no" of the three rooms, the most general ones as well."""

    def below(one: type[Refusal]) -> Iterator[type[Refusal]]:
        for each in one.__subclasses__():
            yield each
            yield from below(each)

    return sorted({one for one in below(Refusal) if one.__module__.startswith(ROOMS)}, key=lambda one: one.__name__)


def facts_of(kind: type[Refusal]) -> dict[str, inspect.Parameter]:
    return {name: one for name, one in inspect.signature(kind.__init__).parameters.items() if name != "self"}


def is_told_a_day(kind: type[Refusal]) -> bool:
    return any("date" in str(one.annotation) for one in facts_of(kind).values())


def made(kind: type[Refusal], values: dict[str, Any] = VALUES) -> Refusal:
    order, named = [], {}
    for name, one in facts_of(kind).items():
        value = values[str(one.annotation)]
        if one.kind is inspect.Parameter.KEYWORD_ONLY:
            named[name] = value
        else:
            order.append(value)
    return kind(*order, **named)


MADE = [one for one in known() if one.__name__ not in NOT_MADE_HERE and "__init__" in vars(one)]


def test_all_are_looked_at() -> None:
    assert len(MADE) > 70
    named = {one.__name__ for one in known()}
    assert named >= NOT_MADE_HERE
    assert named >= set(NO_DAY_HELPS)
    assert {one for one in vars(rules).values() if inspect.isclass(one) and issubclass(one, Refusal)} <= set(known())


def told(kind: type[Refusal], language: str, **values: Any) -> str:
    with force_locale(language):
        return str(made(kind, VALUES | values).message)


def test_a_no_is_told_in_both_languages(inside: Flask) -> None:
    for kind in MADE:
        japanese, english = told(kind, "ja"), told(kind, "en")
        assert re.search(r"[ぁ-ん]", japanese), kind
        assert not re.search(r"[ぁ-ん]", english), kind
        assert "%(" not in japanese + english, kind


def test_what_time_forbids_says_until_when(inside: Flask) -> None:
    """Whoever is told of a time reads the day; where none would help, the reason stands in `NO_DAY_HELPS`."""
    dayless = {one.__name__ for one in MADE if SPEAKS_OF_TIME.search(told(one, "en")) and not is_told_a_day(one)}
    assert dayless == set(NO_DAY_HELPS)
    for kind in filter(is_told_a_day, MADE):
        assert {language for language, words in WORDS.items() if words in told(kind, language)} == {"ja", "en"}, kind


def test_one_of_a_thing_is_not_several_and_none_is_said_in_words(inside: Flask) -> None:
    for kind in MADE:
        if kind.__name__ not in NEVER_ONE:
            assert not re.search(r"\b1 (seats|parties|people|times|minutes|lists)\b", told(kind, "en", int=1)), kind
            assert "Only 0" not in told(kind, "en", int=0), kind


def test_a_full_run_says_how_many_are_left(inside: Flask) -> None:
    with force_locale("en"):
        assert "Only 1 seat is left." in str(rules.RunFull(1).message)
        assert "Only 2 seats are left on Thu 4 March 2027." in str(rules.RunFull(2, on=DAY).message)
        assert "All seats were taken" in str(rules.RunFull(0).message)


def test_the_last_hour_of_the_waiting_list_is_named(inside: Flask) -> None:
    with force_locale("en"):
        assert str(LEAST_TIME) == "1:00:00"
        assert "Thu 4 March 2027 8:30" in str(rules.WaitingIsOver(AT).message)


RULES = ChangeTerms(DayKind.BUSINESS, (Step(0, percent=100),), Yen(0), 100, 3, 5, 1)
BEGINS = datetime(2027, 3, 12, 0, 30, tzinfo=UTC)


def test_the_rule_is_named_as_it_stands_in_the_terms(inside: Flask) -> None:
    paid = Standing(rules.BookingStatus.PAID, Yen(11_500), RULES)
    with force_locale("en"):
        its = rules.what_is_possible(paid, starts_at=BEGINS, now=datetime(2027, 3, 11, tzinfo=UTC), office=False)
        assert "“Cancellation and refund”" in str(its.substitute)
        assert "at least 3 business days before the run" in str(its.substitute)
        assert "Tue 9 March 2027" in str(its.substitute)
        assert "at least 5 business days before the run" in str(its.move)
        assert "Fri 5 March 2027" in str(its.move)
        assert its.cancel is None
    with force_locale("ja"):
        its = rules.what_is_possible(paid, starts_at=BEGINS, now=datetime(2027, 3, 11, tzinfo=UTC), office=False)
        assert "受講日の3営業日前まで" in str(its.substitute)
        assert "「キャンセルと返金」" in str(its.substitute)
        assert "2027年3月9日（火）" in str(its.substitute)


def test_names_say_their_rule_too(inside: Flask) -> None:
    terms = NamingTerms(7, DayKind.CALENDAR, UnnamedSeats.KEPT)
    paid = Standing(rules.BookingStatus.PAID, Yen(11_500), RULES)
    with force_locale("en"), pytest.raises(rules.NamingClosed) as refused:
        rules.check_nameable(paid, terms, starts_at=BEGINS, now=datetime(2027, 3, 11, tzinfo=UTC), office=False)
    assert "at least 7 days before the run" in str(refused.value)
    assert "Fri 5 March 2027" in str(refused.value)


@pytest.mark.parametrize("office", [False, True])
def test_a_run_that_began_says_when(inside: Flask, office: bool) -> None:
    paid = Standing(rules.BookingStatus.PAID, Yen(11_500), RULES)
    with force_locale("en"):
        its = rules.what_is_possible(paid, starts_at=BEGINS, now=BEGINS, office=office)
        for one in (its.cancel, its.substitute, its.move, its.correct):
            assert "Fri 12 March 2027 9:30" in str(one)
