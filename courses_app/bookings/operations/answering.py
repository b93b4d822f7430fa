"""Keep, another date, money back: the answer to a question about a moved run, and what becomes of one without."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from courses_app.bookings import emails
from courses_app.bookings.models import MoveAnswer, MoveQuestion
from courses_app.bookings.operations.asking import locked_question, move_question, note_choice
from courses_app.bookings.operations.dates import move_seat
from courses_app.bookings.operations.seats import Agreed, cancel_seats
from courses_app.bookings.queries import quote_of, unpaid_of
from courses_app.bookings.rules import (
    AnsweredOtherwise,
    BookingStatus,
    FiguresChanged,
    NothingChosen,
    QuestionMove,
    QuestionState,
    SeatChoice,
    check_answerable,
)
from courses_app.foundation.audit import SYSTEM, Actor
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen

KEEP, GIVE_BACK = SeatChoice.KEEP.value, SeatChoice.GIVE_BACK.value


def answer(
    *, question: MoveQuestion, choices: Mapping[int, str], agreed: Yen, by: Actor, now: datetime
) -> MoveQuestion:
    """What becomes of the seats at these positions: `keep`, `give_back`, or the reference of another date.

    `agreed` is what is less to pay in all, as it was shown. Seats not named stay to be answered. Everything is done or
    nothing; the same answer again changes nothing (R-42). No fee is asked, and the move counts as none.
    Raises NothingChosen, QuestionIsOver, AnswerTooLate, AnsweredOtherwise, FiguresChanged, and as `move_seat`.
    """
    question = locked_question(question.id, also=[one for one in choices.values() if one not in (KEEP, GIVE_BACK)])
    if choices and choices.items() <= said(question).items():
        return question
    check_answerable(question.state, question.answer_until, now=now)
    chosen = _chosen(question, choices)
    parts = _leave(question, chosen, choices, by=by, now=now)
    less, dearer = Yen(sum(one for one in parts if one > 0)), Yen(-sum(one for one in parts if one < 0))
    if less - dearer != agreed:
        raise FiguresChanged()
    stay = [one.seat for one in chosen if choices[one.seat.position] == KEEP]
    note_choice(stay, SeatChoice.KEEP, by=by, now=now)
    session.flush()
    emails.question_answered(question, [one.seat for one in chosen], less=less, dearer=dearer, now=now)
    return question


def said(question: MoveQuestion) -> dict[int, str]:
    """What was answered so far, by the position of the seat, as `answer` takes it."""
    return {
        one.seat.position: one.to_run.reference if one.to_run else one.choice.value
        for one in question.answers
        if one.choice is not SeatChoice.OPEN
    }


def close_unanswered(question_id: int, *, now: datetime) -> bool:
    """The day to answer by is over: what was not answered stays. Looked at again under the lock; safe to repeat."""
    question = locked_question(question_id)
    if question.state is not QuestionState.ASKED or now < question.answer_until:
        return False
    move_question(question, QuestionMove.LAPSE, by=SYSTEM, now=now)
    return True


def remind_to_answer(question_id: int, *, now: datetime) -> bool:
    """Once before that day, whoever has not answered."""
    question = locked_question(question_id)
    due = question.remind_at is not None and question.remind_at <= now and question.reminded_at is None
    if not due or not question.is_open(now=now):
        return False
    question.reminded_at = now
    emails.question_reminder(question, now=now)
    session.flush()
    return True


def _chosen(question: MoveQuestion, choices: Mapping[int, str]) -> list[MoveAnswer]:
    """The answers that are given or changed now; until the last is carried out, the question stays open."""
    here = {one.seat.position: one for one in question.still_here}
    if not choices:
        raise NothingChosen()
    if choices.keys() - here.keys():
        raise AnsweredOtherwise()
    chosen = [here[position] for position in sorted(choices)]
    for one in chosen:
        one.choice, one.answered_at = SeatChoice.OPEN, None
    session.flush()
    return chosen


def _leave(
    question: MoveQuestion, chosen: list[MoveAnswer], choices: Mapping[int, str], *, by: Actor, now: datetime
) -> list[int]:
    """The seats that go to another date, and those that are given back; how much less (or more) is to pay for each."""
    booking, parts = question.booking, []
    paid = booking.status is BookingStatus.PAID
    for seat, run in [(one.seat, choices[one.seat.position]) for one in chosen]:
        if run not in (KEEP, GIVE_BACK):
            before = seat.price - (unpaid_of(seat) if paid else 0)
            move_seat(
                booking=booking, position=seat.position, run_reference=run, agreed=None, told=False, by=by, now=now
            )
            parts.append(before - seat.price)
    positions = [one.seat.position for one in chosen if choices[one.seat.position] == GIVE_BACK]
    if positions:
        quote = quote_of(booking, positions, now=now)
        agreed = Agreed(Yen(0), quote.refund)
        cancel_seats(booking=booking, positions=positions, agreed=agreed, office=True, by=by, now=now)
        parts.append(quote.refund if paid else sum(one.seat.price for one in quote.seats))
    return parts
