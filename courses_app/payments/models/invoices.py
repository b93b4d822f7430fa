"""Invoices with their lines and taxes, and how much of them is settled."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses_app.accounts.models import Organization
from courses_app.foundation.db import Base, choice
from courses_app.foundation.documents import StoredDocument
from courses_app.foundation.yen import TaxCategory, Yen, total

if TYPE_CHECKING:
    from courses_app.payments.models.money import Allocation, Payment, Refund

WITHOUT_NUMBER = text("number IS NULL AND cancelled_at IS NULL AND total > 0")
WITHOUT_RECEIPT = text("receipt_number IS NULL AND cancelled_at IS NULL AND total > 0")


class PaymentMethod(StrEnum):
    """How a payer pays."""

    BANK_TRANSFER = "bank_transfer"
    STRIPE = "stripe"  # by card
    KONBINI = "konbini"  # at a convenience store, days later
    VIRTUAL_ACCOUNT = "virtual_account"  # a transfer to an account of the payment firm, made for one payer
    ON_ACCOUNT = "on_account"  # 掛: with the invoice of the month
    NONE = "none"  # nothing to pay


class Invoice(Base):
    """What an organization owes. `number` is given by a later step, without gaps; lines and amounts never change."""

    __tablename__ = "invoices"
    __table_args__ = (
        CheckConstraint("total >= 0", name="total"),
        CheckConstraint("(number IS NULL) = (document_id IS NULL)", name="number_with_document"),
        CheckConstraint("(receipt_number IS NULL) = (receipt_document_id IS NULL)", name="receipt_with_document"),
        Index(
            "ix_invoices_without_number", "number", "ordered_at",
            sqlite_where=WITHOUT_NUMBER, postgresql_where=WITHOUT_NUMBER,
        ),
        Index(
            "ix_invoices_without_receipt", "receipt_number", "ordered_at",
            sqlite_where=WITHOUT_RECEIPT, postgresql_where=WITHOUT_RECEIPT,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    order_reference: Mapped[str] = mapped_column(default="", index=True)  # what the room above calls the order
    number: Mapped[str | None] = mapped_column(unique=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    addressee: Mapped[str]
    subject: Mapped[str]
    lapses: Mapped[bool] = mapped_column(default=False)  # what it is for is given up when nobody pays in time
    method: Mapped[PaymentMethod] = mapped_column(choice(PaymentMethod, "method"))
    language: Mapped[str] = mapped_column(default="ja")
    total: Mapped[Yen]
    supplied_on: Mapped[date]  # the (last) course day
    ordered_at: Mapped[datetime]
    due_on: Mapped[date | None]
    grace_until_on: Mapped[date | None]
    issued_on: Mapped[date | None]
    cancelled_at: Mapped[datetime | None]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("stored_documents.id"))
    receipt_number: Mapped[str | None] = mapped_column(unique=True)
    receipt_document_id: Mapped[int | None] = mapped_column(ForeignKey("stored_documents.id"))

    organization: Mapped[Organization] = relationship()
    document: Mapped[StoredDocument | None] = relationship(foreign_keys=[document_id])
    receipt_document: Mapped[StoredDocument | None] = relationship(foreign_keys=[receipt_document_id])
    lines: Mapped[list[InvoiceLine]] = relationship(order_by="InvoiceLine.position")
    taxes: Mapped[list[InvoiceTax]] = relationship(order_by="InvoiceTax.percent.desc()")
    allocations: Mapped[list[Allocation]] = relationship(back_populates="invoice", order_by="Allocation.id")
    refunds: Mapped[list[Refund]] = relationship(back_populates="invoice", order_by="Refund.id")

    @property
    def settled(self) -> Yen:
        """How much of it is settled, by money or without."""
        return total(one.amount for one in self.allocations)

    @property
    def unsettled(self) -> Yen:
        """How much of it is not settled, cancelled or not."""
        return Yen(self.total - self.settled)

    @property
    def is_paid(self) -> bool:
        """Whether nothing is owed any more; a total of zero never is, refunds don't undo it."""
        return self.settled >= self.total

    @property
    def is_part_paid(self) -> bool:
        """Whether something is settled, but not all."""
        return 0 < self.settled < self.total

    @property
    def payments(self) -> list[Payment]:
        """The money that settles it, oldest first; what was taken off it again is left out."""
        shares: dict[Payment, int] = {}
        for one in self.allocations:
            if one.payment is not None:
                shares[one.payment] = shares.get(one.payment, 0) + one.amount
        return sorted((payment for payment, share in shares.items() if share), key=lambda one: one.id)

    @property
    def order(self) -> str:
        """What people call the order on papers and in mails (申込番号)."""
        return self.order_reference or self.reference

    @property
    def transfer_reference(self) -> str:
        """What a payer puts before the name: the order without hyphens, as bank forms take it."""
        return self.order.replace("-", "")


class InvoiceLine(Base):
    """One line; the price is copied, so that later changes of fees don't touch it."""

    __tablename__ = "invoice_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("unit_amount >= 0", name="unit_amount"),
        CheckConstraint("amount = quantity * unit_amount", name="amount"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"), index=True)
    position: Mapped[int]
    description: Mapped[str]
    about: Mapped[str] = mapped_column(default="")  # what the room above calls what is supplied, for figures
    details: Mapped[list[Any]]  # small print under it: venue, attendees
    supplied_on: Mapped[date]
    quantity: Mapped[int]
    unit_amount: Mapped[Yen]
    amount: Mapped[Yen]
    tax_category: Mapped[TaxCategory] = mapped_column(choice(TaxCategory, "tax_category"))


class InvoiceTax(Base):
    """The total and the tax of one category, rounded once (消費税法57条の4)."""

    __tablename__ = "invoice_taxes"
    __table_args__ = (UniqueConstraint("invoice_id", "category"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"))
    category: Mapped[TaxCategory] = mapped_column(choice(TaxCategory, "category"))
    percent: Mapped[int]
    amount: Mapped[Yen]  # tax included
    tax: Mapped[Yen]
