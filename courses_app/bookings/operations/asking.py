"""The only place that assigns the state of a question about a moved run, and what was answered for a seat.

Whoever calls holds the locks of the booking and its runs.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import contains_eager, selectinload

from courses_app.bookings.emails import Whereabouts
from courses_app.bookings.models import Booking, MoveAnswer, MoveQuestion, Seat
from courses_app.bookings.operations.locks import locked_booking
from courses_app.bookings.rules import (
    ASKED_OF,
    QUESTION,
    STILL_HERE,
    QuestionMove,
    QuestionState,
    SeatChoice,
    counted,
    outcome,
    remind_at,
)
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.references import new_reference

MOVED_AGAIN, RUN_CALLED_OFF, BOOKING_ENDED = "moved_again", "run_called_off", "booking_ended"


def ask(
    booking: Booking, run: CourseRun, *, before: Whereabouts, until: datetime, by: Actor, now: datetime
) -> MoveQuestion | None:
    """Ask about the live seats of an order in a run that was moved; None of a booking that is not ordered yet."""
    if booking.status not in ASKED_OF:
        return None
    question = MoveQuestion(
        reference=new_reference("Q"), booking_id=booking.id, run_id=run.id, sequence=run.sequence,
        state=QuestionState.ASKED, was_starts_at=before.starts_at, was_ends_at=before.ends_at,
        was_venue_id=before.venue.id if before.venue else None, asked_at=now, answer_until=until,
        remind_at=remind_at(until, run.course.move_reminder_days, now=now),
    )  # fmt: skip
    question.answers = [MoveAnswer(seat_id=seat.id) for seat in booking.live_seats if seat.run_id == run.id]
    session.add(question)
    session.flush()
    detail = {"booking": booking.reference, "run": run.reference, "until": until.isoformat()}
    subject = ("question", question.reference)
    audit.record(by=by, now=now, action="question.ask", subject=subject, after=question.state, detail=detail)
    return question


def note_choice(
    seats: Collection[Seat], choice: SeatChoice, *, to_run_id: int | None = None, by: Actor, now: datetime
) -> None:
    """What becomes of seats that are asked about, by whichever door; with the last of them the question ends."""
    answers = session.scalars(
        select(MoveAnswer)
        .join(MoveAnswer.question)
        .options(contains_eager(MoveAnswer.question).selectinload(MoveQuestion.answers))
        .where(
            MoveAnswer.seat_id.in_([seat.id for seat in seats]),
            MoveAnswer.choice.in_(STILL_HERE),
            MoveQuestion.state == QuestionState.ASKED,
        )
        .order_by(MoveAnswer.id)
        .execution_options(populate_existing=True)
    ).all()
    for answer in answers:
        answer.choice, answer.to_run_id, answer.answered_at = choice, to_run_id, now
    session.flush()
    for question in dict.fromkeys(answer.question for answer in answers):
        _end_if_answered(question, by=by, now=now)


def supersede(*which: ColumnElement[bool], reason: str, by: Actor, now: datetime) -> None:
    """Open questions that nobody need answer any more."""
    found = session.scalars(
        select(MoveQuestion)
        .options(selectinload(MoveQuestion.answers))
        .where(MoveQuestion.state == QuestionState.ASKED, *which)
        .order_by(MoveQuestion.id)
        .execution_options(populate_existing=True)
    ).all()
    for question in found:
        move_question(question, QuestionMove.SUPERSEDE, reason=reason, by=by, now=now)


def locked_question(question_id: int, *, also: Collection[str] = ()) -> MoveQuestion:
    """The question as it stands now that its booking and runs are locked, those with the references `also`, too."""
    booking_id, run = session.execute(
        select(MoveQuestion.booking_id, CourseRun.reference)
        .join(MoveQuestion.run)
        .where(MoveQuestion.id == question_id)
    ).one()
    locked_booking(booking_id, also=[run, *also])
    return session.scalars(
        select(MoveQuestion)
        .options(selectinload(MoveQuestion.answers).joinedload(MoveAnswer.seat))
        .where(MoveQuestion.id == question_id)
        .execution_options(populate_existing=True)
    ).one()


def move_question(question: MoveQuestion, move: QuestionMove, *, reason: str = "", by: Actor, now: datetime) -> None:
    """The end of a question. Raises MoveNotAllowed."""
    before = question.state
    question.state, question.closed_at = QUESTION.after(before, move), now
    counts = counted({one.id: one.choice for one in question.answers})
    detail = {"booking": question.booking.reference, **counts} | ({"reason": reason} if reason else {})
    audit.record(
        by=by, now=now, action=f"question.{move.value}", subject=("question", question.reference),
        before=before.value, after=question.state.value, detail=detail,
    )  # fmt: skip
    session.flush()


def _end_if_answered(question: MoveQuestion, *, by: Actor, now: datetime) -> None:
    if question.state is QuestionState.ASKED and (move := outcome([one.choice for one in question.answers])):
        move_question(question, move, by=by, now=now)
