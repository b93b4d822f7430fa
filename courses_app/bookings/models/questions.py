"""What those with seats in a run that we moved are asked, and what they answered for each seat."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses_app.bookings.models.seats import Booking, Seat
from courses_app.bookings.rules.questions import QuestionState, SeatChoice
from courses_app.catalogue.models import CourseRun, Venue
from courses_app.foundation.db import Base, choice
from courses_app.foundation.templating import until_words

ASKED = text("state = 'asked'")


class MoveQuestion(Base):
    """One booking is asked about one move of one run; at most one such question is open at a time."""

    __tablename__ = "move_questions"
    __table_args__ = (
        UniqueConstraint("booking_id", "run_id", "sequence"),
        Index(
            "uq_move_questions_open", "booking_id", "run_id", unique=True, sqlite_where=ASKED, postgresql_where=ASKED
        ),
        Index("ix_move_questions_until", "answer_until", sqlite_where=ASKED, postgresql_where=ASKED),
        Index(None, "run_id"),
        CheckConstraint("(state = 'asked') = (closed_at IS NULL)", name="closed"),
        CheckConstraint("answer_until > asked_at", name="until"),
        CheckConstraint("was_ends_at > was_starts_at", name="was"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"))
    run_id: Mapped[int] = mapped_column(ForeignKey("course_runs.id"))
    sequence: Mapped[int]  # the run's, after it was moved
    state: Mapped[QuestionState] = mapped_column(choice(QuestionState, "state"))
    was_starts_at: Mapped[datetime]
    was_ends_at: Mapped[datetime]
    was_venue_id: Mapped[int | None] = mapped_column(ForeignKey("venues.id"))  # None: online
    asked_at: Mapped[datetime]
    answer_until: Mapped[datetime]
    remind_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    booking: Mapped[Booking] = relationship()
    run: Mapped[CourseRun] = relationship()
    was_venue: Mapped[Venue | None] = relationship()
    answers: Mapped[list[MoveAnswer]] = relationship(back_populates="question", order_by="MoveAnswer.id")

    @property
    def still_here(self) -> list[MoveAnswer]:
        """For the live seats that are in the run; who has left it has answered."""
        live = {seat.id for seat in self.booking.live_seats if seat.run_id == self.run_id}
        return [one for one in self.answers if one.seat_id in live]

    @property
    def until(self) -> str:
        """Until when it can be answered, in the reader's language."""
        return until_words(self.answer_until)

    def is_open(self, *, now: datetime) -> bool:
        return self.state is QuestionState.ASKED and now < self.answer_until


class MoveAnswer(Base):
    """What becomes of one of the seats asked about; `to_run_id` of one that goes to another date."""

    __tablename__ = "move_answers"
    __table_args__ = (
        UniqueConstraint("question_id", "seat_id"),
        Index(None, "seat_id"),
        CheckConstraint("(choice = 'move') = (to_run_id IS NOT NULL)", name="to_run"),
        CheckConstraint("(choice = 'open') = (answered_at IS NULL)", name="answered"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("move_questions.id"))
    seat_id: Mapped[int] = mapped_column(ForeignKey("seats.id"))
    choice: Mapped[SeatChoice] = mapped_column(choice(SeatChoice, "choice"), default=SeatChoice.OPEN)
    to_run_id: Mapped[int | None] = mapped_column(ForeignKey("course_runs.id"))
    answered_at: Mapped[datetime | None]

    question: Mapped[MoveQuestion] = relationship(back_populates="answers")
    seat: Mapped[Seat] = relationship()
    to_run: Mapped[CourseRun | None] = relationship()
