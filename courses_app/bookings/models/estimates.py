"""Quotes (見積書) for seats before anything is booked: what they cost, until when that holds, what became of them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses_app.accounts.models import Organization
from courses_app.bookings.models.seats import Booking
from courses_app.catalogue.models import CourseRun, FeeAudience
from courses_app.catalogue.rules import Price
from courses_app.foundation.db import Base, choice
from courses_app.foundation.yen import TaxCategory, Yen, total
from courses_app.payments.models import PaperRequest


class Estimate(Base):
    """A quote, written once; the paper is that of its request. It keeps no seats. Triggers refuse UPDATE and DELETE."""

    __tablename__ = "estimates"
    __table_args__ = (
        UniqueConstraint("organization_id", "form_token"),
        CheckConstraint("total >= 0", name="total"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    form_token: Mapped[str]  # of the form that was sent: the same form sent twice is one quote
    valid_until_on: Mapped[date]
    total: Mapped[Yen]
    request_id: Mapped[int] = mapped_column(ForeignKey("paper_requests.id"), unique=True)
    created_at: Mapped[datetime]

    organization: Mapped[Organization] = relationship()
    request: Mapped[PaperRequest] = relationship()
    lines: Mapped[list[EstimateLine]] = relationship(order_by="EstimateLine.position")
    uses: Mapped[list[EstimateUse]] = relationship(order_by="EstimateUse.booking_id")

    def holds(self, *, today: date) -> bool:
        """Whether its prices still hold."""
        return today <= self.valid_until_on

    def line_of(self, run: CourseRun) -> EstimateLine | None:
        """What it says of a run."""
        return next((line for line in self.lines if line.run_id == run.id), None)


class EstimateLine(Base):
    """So many people in a run, at the price of the day of the quote."""

    __tablename__ = "estimate_lines"
    __table_args__ = (
        UniqueConstraint("estimate_id", "run_id"),
        CheckConstraint("people > 0 AND price >= 0", name="amounts"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    estimate_id: Mapped[int] = mapped_column(ForeignKey("estimates.id"))
    position: Mapped[int]
    run_id: Mapped[int] = mapped_column(ForeignKey("course_runs.id"))
    people: Mapped[int]
    price: Mapped[Yen]  # of one seat
    fee_audience: Mapped[FeeAudience] = mapped_column(choice(FeeAudience, "fee_audience"))
    tax_category: Mapped[TaxCategory] = mapped_column(choice(TaxCategory, "tax_category"))

    run: Mapped[CourseRun] = relationship()

    @property
    def amount(self) -> Yen:
        return total([self.price] * self.people)

    @property
    def as_price(self) -> Price:
        return Price(self.price, self.tax_category, regular=self.price)


class EstimateUse(Base):
    """A booking that was made at the prices of a quote."""

    __tablename__ = "estimate_uses"

    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"), primary_key=True)
    estimate_id: Mapped[int] = mapped_column(ForeignKey("estimates.id"), index=True)
    used_at: Mapped[datetime]

    booking: Mapped[Booking] = relationship()
