"""The history of each seat, and what was kept of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from courses_app.bookings.rules import FeeKind, SeatMove, SeatStatus
from courses_app.foundation.db import Base, choice
from courses_app.foundation.yen import TaxCategory, Yen

ONCE = text("kind <> 'move'")


class SeatEvent(Base):
    """One move of a seat. Triggers refuse UPDATE and DELETE."""

    __tablename__ = "seat_events"
    __table_args__ = (
        CheckConstraint("(from_run_id IS NULL) = (to_run_id IS NULL)", name="runs"),
        CheckConstraint("(move = 'move') = (to_run_id IS NOT NULL)", name="moved"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    seat_id: Mapped[int] = mapped_column(ForeignKey("seats.id"), index=True)
    at: Mapped[datetime]
    move: Mapped[SeatMove] = mapped_column(choice(SeatMove, "move"))
    before: Mapped[SeatStatus | None] = mapped_column(choice(SeatStatus, "before"))
    after: Mapped[SeatStatus] = mapped_column(choice(SeatStatus, "after"))
    from_run_id: Mapped[int | None] = mapped_column(ForeignKey("course_runs.id"))  # of a move to another run
    to_run_id: Mapped[int | None] = mapped_column(ForeignKey("course_runs.id"))
    actor_label: Mapped[str]
    request_id: Mapped[str]


class BookingFee(Base):
    """What was kept of a seat that was given back, or asked for moving it; a waived fee stays as a row with its reason.

    A seat is given back once, and may be moved again and again.
    """

    __tablename__ = "booking_fees"
    __table_args__ = (
        Index("uq_booking_fees_given_back", "seat_id", "kind", unique=True, sqlite_where=ONCE, postgresql_where=ONCE),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("(waived_by IS NULL) = (waived_reason = '')", name="waived"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"), index=True)
    seat_id: Mapped[int] = mapped_column(ForeignKey("seats.id"))
    kind: Mapped[FeeKind] = mapped_column(choice(FeeKind, "kind"))
    amount: Mapped[Yen]
    tax_category: Mapped[TaxCategory] = mapped_column(choice(TaxCategory, "tax_category"))
    rule: Mapped[str]  # the rule that applied, in the booking's language
    charged_at: Mapped[datetime]
    waived_by: Mapped[str | None]
    waived_reason: Mapped[str] = mapped_column(default="")
