"""Voucher codes, and the seats they were used for."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses_app.bookings.models.seats import Booking, Seat
from courses_app.bookings.rules.vouchers import VoucherTerms
from courses_app.catalogue.models import Course, FeeAudience
from courses_app.foundation.db import Base, choice
from courses_app.foundation.yen import Yen

USED = text("given_back_at IS NULL")
VOUCHER_COURSES = Table(
    "voucher_courses",
    Base.metadata,
    Column("voucher_id", ForeignKey("vouchers.id"), primary_key=True),
    Column("course_id", ForeignKey("courses.id"), primary_key=True),
)


class Voucher(Base):
    """A code that makes seats cheaper. What it says never changes, for bookings rest on it; it may be ended, once."""

    __tablename__ = "vouchers"
    __table_args__ = (
        CheckConstraint("(percent IS NULL) <> (amount IS NULL)", name="one_of_two"),
        CheckConstraint("percent BETWEEN 1 AND 100", name="percent"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("most_uses > 0", name="most_uses"),
        CheckConstraint("most_per_organization > 0", name="most_per_organization"),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="period"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[str]  # for the office: who was given it, and why
    percent: Mapped[int | None]
    amount: Mapped[Yen | None]
    most_uses: Mapped[int | None]  # seats in all; None: no limit
    most_per_organization: Mapped[int | None]
    audience: Mapped[FeeAudience | None] = mapped_column(choice(FeeAudience, "audience"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    returns_once_paid: Mapped[bool]  # whether a seat that is given back after payment gives its use back
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]

    courses: Mapped[list[Course]] = relationship(secondary=VOUCHER_COURSES, order_by="Course.position")

    @property
    def terms(self) -> VoucherTerms:
        """What it gives and where, as the rules take it."""
        return VoucherTerms(
            self.percent, self.amount, self.audience, frozenset(course.id for course in self.courses), self.from_on,
            self.until_on, self.ended_at,
        )  # fmt: skip


class VoucherUse(Base):
    """A code used for a seat. Whether it counts follows from the seat, unless it was taken off before the order."""

    __tablename__ = "voucher_uses"
    __table_args__ = (
        Index("uq_voucher_uses_seat", "seat_id", unique=True, sqlite_where=USED, postgresql_where=USED),
        Index(None, "booking_id"),
        Index(None, "voucher_id", "organization_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    voucher_id: Mapped[int] = mapped_column(ForeignKey("vouchers.id"))
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"))
    seat_id: Mapped[int] = mapped_column(ForeignKey("seats.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    used_at: Mapped[datetime]
    given_back_at: Mapped[datetime | None]

    voucher: Mapped[Voucher] = relationship()
    booking: Mapped[Booking] = relationship()
    seat: Mapped[Seat] = relationship()
