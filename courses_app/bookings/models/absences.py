"""What was kept, and what was not, of the price of a seat to which nobody came."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses_app.bookings.models.seats import Seat
from courses_app.foundation.db import Base
from courses_app.foundation.yen import Yen

STANDING = text("taken_back_at IS NULL")


class Absence(Base):
    """Written once it is final that nobody came; taken back where the roster was corrected. One stands for each seat.

    `refund` is the part of the price that is not kept. In money `paid_back` of it goes back: who owes us for the seat
    owes less instead.
    """

    __tablename__ = "seat_absences"
    __table_args__ = (
        Index("uq_seat_absences_standing", "seat_id", unique=True, sqlite_where=STANDING, postgresql_where=STANDING),
        CheckConstraint("kept >= 0 AND refund >= 0", name="amounts"),
        CheckConstraint("paid_back BETWEEN 0 AND refund", name="paid_back"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"), index=True)
    seat_id: Mapped[int] = mapped_column(ForeignKey("seats.id"), index=True)
    kept: Mapped[Yen]
    refund: Mapped[Yen]
    paid_back: Mapped[Yen]
    settled_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]

    seat: Mapped[Seat] = relationship()
