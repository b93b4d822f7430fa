"""INV-21: what we ask after a move is asked of those with seats, told at that instant, and ends as it was answered."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select

from courses_app.bookings.models import Booking, MoveAnswer, MoveQuestion, Seat, SeatEvent
from courses_app.bookings.rules import ASKED_OF, LIVE_SEATS, STILL_HERE, QuestionState, SeatChoice, SeatMove
from courses_app.foundation.audit import AuditEntry
from courses_app.foundation.db import session
from courses_app.foundation.outbox.messages import OutboxMessage

ALL_THE_SAME = {
    QuestionState.KEPT: SeatChoice.KEEP,
    QuestionState.MOVED: SeatChoice.MOVE,
    QuestionState.GIVEN_BACK: SeatChoice.GIVE_BACK,
}


def questions_broken() -> Iterator[str]:
    """A line for each question that does not fit its seats, its answers, the audit trail or the mail."""
    for wrong, words in (
        (_asked_of_nobody(), "is open though no seat waits for an answer"),
        (_not_as_answered(), "has ended otherwise than its seats were answered"),
        (_silent(), "stands otherwise in the audit trail"),
        (_untold(), "was asked without a mail"),
        (_not_moved(), "says that a seat moved which did not"),
    ):
        for reference in session.scalars(select(MoveQuestion.reference).where(wrong).order_by(MoveQuestion.id)):
            yield f"question {reference} {words}"


def _answers(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(MoveAnswer.question_id == MoveQuestion.id, *which)


def _asked_of_nobody() -> ColumnElement[bool]:
    waits = exists().where(
        MoveAnswer.question_id == MoveQuestion.id, MoveAnswer.choice.in_(STILL_HERE), MoveAnswer.seat_id == Seat.id,
        Seat.run_id == MoveQuestion.run_id, Seat.booking_id == MoveQuestion.booking_id, Seat.status.in_(LIVE_SEATS),
        Booking.id == Seat.booking_id, Booking.status.in_(ASKED_OF),
    )  # fmt: skip
    return and_(MoveQuestion.state == QuestionState.ASKED, not_(waits))


def _not_as_answered() -> ColumnElement[bool]:
    kinds = select(func.count(MoveAnswer.choice.distinct())).where(MoveAnswer.question_id == MoveQuestion.id)
    left = _answers(MoveAnswer.choice == SeatChoice.OPEN)
    same = [
        and_(MoveQuestion.state == state, _answers(MoveAnswer.choice != choice))
        for state, choice in ALL_THE_SAME.items()
    ]
    mixed = and_(MoveQuestion.state == QuestionState.MIXED, or_(left, kinds.scalar_subquery() < 2))
    unanswered = and_(MoveQuestion.state == QuestionState.UNANSWERED, not_(left))
    return or_(*same, mixed, unanswered)


def _silent() -> ColumnElement[bool]:
    last = (
        select(func.max(AuditEntry.id))
        .where(AuditEntry.subject_kind == "question", AuditEntry.subject_reference == MoveQuestion.reference)
        .correlate(MoveQuestion)
        .scalar_subquery()
    )
    return not_(exists().where(AuditEntry.id == last, AuditEntry.after == MoveQuestion.state))


def _untold() -> ColumnElement[bool]:
    return not_(
        exists().where(
            OutboxMessage.subject_kind == "booking", OutboxMessage.subject_reference == Booking.reference,
            Booking.id == MoveQuestion.booking_id, OutboxMessage.kind == "bookings/moved",
            OutboxMessage.created_at == MoveQuestion.asked_at,
        )
    )  # fmt: skip


def _not_moved() -> ColumnElement[bool]:
    went = exists().where(
        SeatEvent.seat_id == MoveAnswer.seat_id, SeatEvent.move == SeatMove.MOVE,
        SeatEvent.to_run_id == MoveAnswer.to_run_id, SeatEvent.at == MoveAnswer.answered_at,
    )  # fmt: skip
    return _answers(MoveAnswer.choice == SeatChoice.MOVE, not_(went))
