"""Money that came, what it settles, and money that goes back. Facts are added, never changed (INV-7, INV-8)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses_app.accounts.models import Organization, Person
from courses_app.foundation.db import Base, choice
from courses_app.foundation.yen import Yen
from courses_app.payments.models.invoices import Invoice, PaymentMethod


class Provider(StrEnum):
    """Who received the money for us."""

    BANK_TRANSFER = "bank_transfer"  # our bank
    STRIPE = "stripe"


class Payment(Base):
    """Money received from an organization. `(provider, external_id)` names it once and for all (INV-9).

    What none of its `allocations` takes is the organization's credit (前受金).
    """

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("provider", "external_id"),
        CheckConstraint("amount > 0", name="amount"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    provider: Mapped[Provider] = mapped_column(choice(Provider, "provider"))
    method: Mapped[PaymentMethod] = mapped_column(choice(PaymentMethod, "method"))
    external_id: Mapped[str]
    amount: Mapped[Yen]
    received_on: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by_person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    payer: Mapped[str] = mapped_column(default="")

    organization: Mapped[Organization] = relationship()
    recorded_by: Mapped[Person | None] = relationship()
    allocations: Mapped[list[Allocation]] = relationship(back_populates="payment", order_by="Allocation.id")


class AllocationSource(StrEnum):
    """What settles a part of a debt."""

    PAYMENT = "payment"
    BANK_FEE = "bank_fee"  # the payer's bank kept it, and we bear it
    WRITE_OFF = "write_off"  # given up, with a reason
    CREDIT_NOTE = "credit_note"  # owed no more, because less was supplied


class Allocation(Base):
    """A part of an invoice that is settled. A negative amount takes back what was settled by mistake or in vain."""

    __tablename__ = "allocations"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="amount"),
        CheckConstraint("(source = 'payment') = (payment_id IS NOT NULL)", name="payment"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)  # names its cause once
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"), index=True)
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id"), index=True)
    source: Mapped[AllocationSource] = mapped_column(choice(AllocationSource, "source"))
    amount: Mapped[Yen]
    at: Mapped[datetime]
    by_person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    reason: Mapped[str] = mapped_column(default="")

    invoice: Mapped[Invoice] = relationship(back_populates="allocations")
    payment: Mapped[Payment | None] = relationship(back_populates="allocations")


class RefundStatus(StrEnum):
    DUE = "due"  # owed
    ASKED = "asked"  # the key is stored, the payment firm not yet answered
    PENDING = "pending"  # the firm has taken it on
    SENT = "sent"
    FAILED = "failed"  # the firm could not give it back: still owed
    WITHDRAWN = "withdrawn"  # not owed after all, and never sent


OWED = (RefundStatus.DUE, RefundStatus.ASKED, RefundStatus.PENDING, RefundStatus.FAILED)  # refunds still to arrive


class Refund(Base):
    """Money of one payment to give back, with its reason. `key` names its cause once."""

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("(status = 'sent') = (sent_on IS NOT NULL)", name="sent_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"), index=True)  # whose money it is
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoices.id"), index=True)  # None: it is credit
    key: Mapped[str] = mapped_column(unique=True)
    provider: Mapped[Provider] = mapped_column(choice(Provider, "provider"))  # by whom it goes back
    amount: Mapped[Yen]
    reason: Mapped[str]
    status: Mapped[RefundStatus] = mapped_column(choice(RefundStatus, "status"), default=RefundStatus.DUE)
    due_at: Mapped[datetime]
    idempotency_key: Mapped[str | None] = mapped_column(unique=True)
    asked_at: Mapped[datetime | None]
    next_try_at: Mapped[datetime | None]
    failure: Mapped[str] = mapped_column(default="")
    sent_on: Mapped[date | None]
    sent_by_person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    external_id: Mapped[str | None] = mapped_column(unique=True)

    payment: Mapped[Payment] = relationship()
    invoice: Mapped[Invoice | None] = relationship(back_populates="refunds")

    @property
    def is_withdrawn(self) -> bool:
        """Whether it is not owed after all."""
        return self.status is RefundStatus.WITHDRAWN

    @property
    def is_owed(self) -> bool:
        """Whether its money is still to arrive."""
        return self.status in OWED
