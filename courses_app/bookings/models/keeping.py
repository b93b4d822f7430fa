"""Seats the office keeps for a purpose, and those it gives beyond the capacity; rows with a name and a reason."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses_app.bookings.models.seats import Booking
from courses_app.catalogue.models import CourseRun
from courses_app.foundation.db import Base

KEPT = text("released_at IS NULL")


class SeatBlock(Base):
    """Seats of a run that nobody can book. Whether `until_at` has passed is derived, not stored."""

    __tablename__ = "seat_blocks"
    __table_args__ = (
        Index("ix_seat_blocks_kept", "run_id", sqlite_where=KEPT, postgresql_where=KEPT),
        CheckConstraint("seats > 0", name="seats"),
        CheckConstraint("purpose <> ''", name="purpose"),
        CheckConstraint("until_at IS NULL OR until_at > blocked_at", name="until"),
        CheckConstraint("(released_at IS NULL) = (released_by IS NULL)", name="released"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("course_runs.id"), index=True)
    seats: Mapped[int]
    purpose: Mapped[str]
    blocked_at: Mapped[datetime]
    blocked_by: Mapped[str]
    until_at: Mapped[datetime | None]  # None: until somebody releases them
    released_at: Mapped[datetime | None]
    released_by: Mapped[str | None]

    run: Mapped[CourseRun] = relationship()

    def keeps(self, *, now: datetime) -> bool:
        """Whether its seats are still nobody's."""
        return self.released_at is None and (self.until_at is None or self.until_at > now)


class Overbooking(Base):
    """More seats than there are, allowed by a person: for one booking, or by lowering the capacity (then without one).

    An allowance for a booking counts while that booking has seats, a lowering until the capacity changes again.
    """

    __tablename__ = "overbookings"
    __table_args__ = (
        CheckConstraint("seats > 0", name="seats"),
        CheckConstraint("reason <> ''", name="reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("course_runs.id"), index=True)
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("bookings.id"))
    seats: Mapped[int]
    reason: Mapped[str]
    allowed_by: Mapped[str]
    allowed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    booking: Mapped[Booking | None] = relationship()
