"""The ways to pay that the institution offers, each version from a day on; and whom Stripe knows by our name."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses_app.accounts.models import Organization, Person
from courses_app.foundation.db import Base, choice
from courses_app.foundation.yen import Yen
from courses_app.payments.models.invoices import PaymentMethod

AT_STRIPE = (PaymentMethod.STRIPE, PaymentMethod.KONBINI, PaymentMethod.VIRTUAL_ACCOUNT)


class PaymentWay(Base):
    """How a method may be used from a day on; rows are only added, the last one of a method counts.

    Days are business days but for `pay_days` of konbini, which counts like the numbers given out there: calendar days.
    """

    __tablename__ = "payment_ways"
    __table_args__ = (
        CheckConstraint("least >= 1 AND (most IS NULL OR most >= least)", name="limits"),
        CheckConstraint("page_minutes IS NULL OR page_minutes BETWEEN 30 AND 1440", name="page_minutes"),
        CheckConstraint("pay_days IS NULL OR pay_days BETWEEN 1 AND 60", name="pay_days"),
        CheckConstraint("grace_days IS NULL OR grace_days >= 0", name="grace_days"),
        CheckConstraint("due_days_before >= 0 AND wait_days_before >= 0 AND last_days_before >= 0", name="days_before"),
        Index(None, "method", "from_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    method: Mapped[PaymentMethod] = mapped_column(choice(PaymentMethod, "method"))
    from_on: Mapped[date]
    is_on: Mapped[bool]
    position: Mapped[int]  # in which order the ways are shown
    least: Mapped[Yen]
    most: Mapped[Yen | None]
    page_minutes: Mapped[int | None]  # how long the firm's page is open
    pay_days: Mapped[int | None]  # to pay after ordering; None: as the course says
    grace_days: Mapped[int | None]  # more to wait for what was paid in time; None: as the course says
    due_days_before: Mapped[int]  # paid so many days before the first day of the run, at the latest
    wait_days_before: Mapped[int]  # waited for until so many days before it, at the latest
    last_days_before: Mapped[int]  # offered until so many days before it
    set_at: Mapped[datetime | None]
    set_by_person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))

    set_by: Mapped[Person | None] = relationship()

    @property
    def at_stripe(self) -> bool:
        """Whether Stripe takes the money."""
        return self.method in AT_STRIPE

    def takes(self, amount: Yen) -> bool:
        """Whether this amount can be paid so."""
        return self.least <= amount and (self.most is None or amount <= self.most)


class StripeCustomer(Base):
    """What Stripe calls an organization that pays into an account of its own; the key is stored before the call."""

    __tablename__ = "stripe_customers"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), unique=True)
    idempotency_key: Mapped[str] = mapped_column(unique=True)
    external_id: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str]  # as first sent: a repeat must say the same
    email: Mapped[str]
    language: Mapped[str]
    created_at: Mapped[datetime]

    organization: Mapped[Organization] = relationship()
