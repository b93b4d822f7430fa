"""We moved a run: who has seats in it is asked whether they keep them, until a day that the office names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from courses_app.bookings.rules.lifecycles import BookingStatus
from courses_app.foundation.clock import day_of, end_of, last_day_of, start_of
from courses_app.foundation.lifecycle import Lifecycle
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.templating import day, until_words

ASKED_OF = (BookingStatus.ORDERED, BookingStatus.PAID)  # what is only held costs nothing to give back


class QuestionState(StrEnum):
    ASKED = "asked"
    KEPT = "kept"  # every seat stays
    MOVED = "moved"  # every seat went to another date
    GIVEN_BACK = "given_back"  # every seat was given back
    MIXED = "mixed"  # answered seat by seat, not the same for all
    UNANSWERED = "unanswered"  # the time is over: what was not answered stays
    SUPERSEDED = "superseded"  # moved again, called off, or the booking has ended


class QuestionMove(StrEnum):
    KEEP = "keep"
    MOVE = "move"
    GIVE_BACK = "give_back"
    MIX = "mix"
    LAPSE = "lapse"
    SUPERSEDE = "supersede"


QUESTION = Lifecycle[QuestionState, QuestionMove](
    {
        (QuestionState.ASKED, QuestionMove.KEEP): QuestionState.KEPT,
        (QuestionState.ASKED, QuestionMove.MOVE): QuestionState.MOVED,
        (QuestionState.ASKED, QuestionMove.GIVE_BACK): QuestionState.GIVEN_BACK,
        (QuestionState.ASKED, QuestionMove.MIX): QuestionState.MIXED,
        (QuestionState.ASKED, QuestionMove.LAPSE): QuestionState.UNANSWERED,
        (QuestionState.ASKED, QuestionMove.SUPERSEDE): QuestionState.SUPERSEDED,
    },
    begins=(QuestionState.ASKED,),
)


class SeatChoice(StrEnum):
    """What was answered for one seat."""

    OPEN = "open"
    KEEP = "keep"
    MOVE = "move"
    GIVE_BACK = "give_back"


STILL_HERE = (SeatChoice.OPEN, SeatChoice.KEEP)  # the seat is in the run that was moved
_ALL_THE_SAME = {
    SeatChoice.KEEP: QuestionMove.KEEP,
    SeatChoice.MOVE: QuestionMove.MOVE,
    SeatChoice.GIVE_BACK: QuestionMove.GIVE_BACK,
}


class AnswerTooLate(Refusal):
    """The day to answer by is over."""

    def __init__(self, until: datetime) -> None:
        super().__init__(
            _l(
                "This could be answered until %(until)s. What was not answered stays as it is; for changes now, see "
                "the page of the booking, or contact our office.",
                until=until_words(until),
            )
        )


class AnsweredOtherwise(Refusal):
    """Somebody was faster, with another answer."""

    def __init__(self) -> None:
        super().__init__(_l("This has been answered in the meantime. Nothing was changed; please look at the answer."))


class QuestionIsOver(Refusal):
    """The run was moved again or called off, or the booking has ended."""

    def __init__(self) -> None:
        super().__init__(
            _l(
                "This question is no longer open: the run has been changed again, or the booking has ended. Please look"
                " at the page of the booking."
            )
        )


class NothingChosen(Refusal):
    """An answer without a choice."""

    def __init__(self) -> None:
        super().__init__(_l("Choose for at least one seat what is to become of it."))


class AnswerDayWrong(Refusal):
    """Nobody could answer by this day."""

    def __init__(self, first: date, last: date) -> None:
        super().__init__(
            _l(
                "Answers can be asked for from %(first)s until %(last)s, the day of the run. Choose a day in between.",
                first=day(first),
                last=day(last),
            ),
            field="answer_on",
        )


class FiguresChanged(Refusal):
    """The amount shown is no longer right."""

    def __init__(self) -> None:
        super().__init__(
            _l("The amounts have changed since you saw them. Nothing was done; please look at the new ones.")
        )


def answer_day(days: int, *, closes_at: datetime, now: datetime) -> date:
    """The day to answer by unless the office names another: so many days from now, not after booking has closed."""
    today = day_of(now)
    return max(today, min(today + timedelta(days=days), day_of(closes_at)))


def answer_until(on: date, *, starts_at: datetime, now: datetime) -> datetime:
    """The instant until which it can be answered: the end of that day, or the beginning of the run.

    Raises AnswerDayWrong for a day that is over, or after the run's.
    """
    if not day_of(now) <= on <= day_of(starts_at):
        raise AnswerDayWrong(day_of(now), day_of(starts_at))
    return min(end_of(on), starts_at)


def remind_at(until: datetime, days: int, *, now: datetime) -> datetime | None:
    """When who has not answered is reminded: so many days before; None where that is today already, or not wanted."""
    on = last_day_of(until) - timedelta(days=days)
    return start_of(on) if days and on > day_of(now) else None


def check_answerable(state: QuestionState, until: datetime, *, now: datetime) -> None:
    """Raises QuestionIsOver, AnsweredOtherwise and AnswerTooLate."""
    if state is QuestionState.SUPERSEDED:
        raise QuestionIsOver()
    if state is QuestionState.UNANSWERED or (state is QuestionState.ASKED and until <= now):
        raise AnswerTooLate(until)
    if state is not QuestionState.ASKED:
        raise AnsweredOtherwise()


def outcome(choices: Collection[SeatChoice]) -> QuestionMove | None:
    """How a question ends with these choices for its seats; None while a seat waits for one."""
    if SeatChoice.OPEN in choices:
        return None
    (first, *others) = set(choices)
    return QuestionMove.MIX if others else _ALL_THE_SAME[first]


def counted(choices: Mapping[int, SeatChoice]) -> dict[str, int]:
    """How many seats were answered how, for people to read."""
    return {choice.value: count for choice in SeatChoice if (count := sum(one is choice for one in choices.values()))}
