"""Seats whose run we moved: free to go while we ask, and how often a seat was moved by the wish of who booked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from courses_app.bookings.models import Booking, MoveAnswer, MoveQuestion, Seat, SeatEvent
from courses_app.bookings.rules import STILL_HERE, QuestionState, SeatMove
from courses_app.foundation.db import session


def freed_seats(booking: Booking, *, now: datetime) -> dict[int, datetime]:
    """The seats, by id, that may be given back and moved freely because we ask about them, and until when."""
    rows = session.execute(
        select(MoveAnswer.seat_id, MoveQuestion.answer_until)
        .join(MoveAnswer.question)
        .where(MoveQuestion.booking_id == booking.id, MoveAnswer.choice.in_(STILL_HERE), *still_open(now))
    )
    return {row[0]: row[1] for row in rows}


def moves_counted(seat: Seat) -> int:
    """How often a seat was moved to another date by the wish of who booked: not in answer to a question of ours."""
    asked = (
        select(MoveAnswer.id)
        .join(MoveAnswer.question)
        .where(
            MoveAnswer.seat_id == SeatEvent.seat_id, MoveAnswer.to_run_id == SeatEvent.to_run_id,
            MoveAnswer.answered_at == SeatEvent.at, MoveAnswer.answered_at < MoveQuestion.answer_until,
        )
        .exists()
    )  # fmt: skip
    made = select(func.count()).where(SeatEvent.seat_id == seat.id, SeatEvent.move == SeatMove.MOVE, ~asked)
    return session.scalar(made) or 0


def still_open(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The conditions of a question that can be answered."""
    return MoveQuestion.state == QuestionState.ASKED, MoveQuestion.answer_until > now
