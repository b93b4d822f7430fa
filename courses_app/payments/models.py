"""Invoices, payments, refunds, the ledger, and what was said to and heard from payment firms."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses_app.accounts.models import Organization, Person
from courses_app.foundation.db import Base, choice
from courses_app.foundation.documents import StoredDocument
from courses_app.foundation.yen import TaxCategory, Yen


class PaymentMethod(StrEnum):
    BANK_TRANSFER = "bank_transfer"
    STRIPE = "stripe"
    NONE = "none"  # nothing to pay


class Issuer(Base):
    """The institution as it stands on its papers, from a day on."""

    __tablename__ = "issuers"

    id: Mapped[int] = mapped_column(primary_key=True)
    from_on: Mapped[date] = mapped_column(unique=True)
    name_ja: Mapped[str]
    name_en: Mapped[str]
    postal_code: Mapped[str]
    address_ja: Mapped[str]
    address_en: Mapped[str]
    phone: Mapped[str]
    email: Mapped[str]
    registration_number: Mapped[str]  # T and 13 digits
    representative_title_ja: Mapped[str]
    representative_title_en: Mapped[str]
    representative_name: Mapped[str]
    bank_account: Mapped[dict[str, Any]]  # bank, branch, kind, number, holder and holder_kana, as data of one line
    transfer_note_ja: Mapped[str] = mapped_column(Text)
    transfer_note_en: Mapped[str] = mapped_column(Text)


class TaxRate(Base):
    """The rate in percent of a tax category, from a day on."""

    __tablename__ = "tax_rates"
    __table_args__ = (UniqueConstraint("category", "from_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    category: Mapped[TaxCategory] = mapped_column(choice(TaxCategory, "category"))
    percent: Mapped[int]
    from_on: Mapped[date]


class Invoice(Base):
    """What an organization owes. `number` is given by a later step, without gaps; lines and amounts never change."""

    __tablename__ = "invoices"
    __table_args__ = (CheckConstraint("total >= 0", name="total"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    number: Mapped[str | None] = mapped_column(unique=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    addressee: Mapped[str]
    subject: Mapped[str]
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
    payments: Mapped[list[Payment]] = relationship(back_populates="invoice", order_by="Payment.id")
    refunds: Mapped[list[Refund]] = relationship(back_populates="invoice", order_by="Refund.id")


class InvoiceLine(Base):
    """One line; the price is copied, so that later changes of fees don't touch it."""

    __tablename__ = "invoice_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("amount = quantity * unit_amount", name="amount"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"), index=True)
    position: Mapped[int]
    description: Mapped[str]
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


class Payment(Base):
    """Money received. `(provider, external_id)` names it once and for all (INV-9)."""

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("provider", "external_id"),
        CheckConstraint("amount > 0", name="amount"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"), index=True)
    provider: Mapped[PaymentMethod] = mapped_column(choice(PaymentMethod, "provider"))
    external_id: Mapped[str]
    amount: Mapped[Yen]
    received_on: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by_person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    payer: Mapped[str] = mapped_column(default="")

    invoice: Mapped[Invoice] = relationship(back_populates="payments")
    recorded_by: Mapped[Person | None] = relationship()


class RefundStatus(StrEnum):
    DUE = "due"  # owed; a person sends it back (the card refund itself is a later issue)
    SENT = "sent"


class Refund(Base):
    """Money to give back, with its reason. `key` names its cause once."""

    __tablename__ = "refunds"
    __table_args__ = (CheckConstraint("amount > 0", name="amount"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"), index=True)
    key: Mapped[str] = mapped_column(unique=True)
    amount: Mapped[Yen]
    reason: Mapped[str]
    status: Mapped[RefundStatus] = mapped_column(choice(RefundStatus, "status"), default=RefundStatus.DUE)
    due_at: Mapped[datetime]
    sent_on: Mapped[date | None]
    sent_by_person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    external_id: Mapped[str | None] = mapped_column(unique=True)

    invoice: Mapped[Invoice] = relationship(back_populates="refunds")


class LedgerAccount(StrEnum):
    RECEIVABLE = "receivable"  # 売掛金 / 未収金
    CASH = "cash"  # 普通預金
    STRIPE_BALANCE = "stripe_balance"  # Stripe 預け金
    REVENUE = "revenue"  # 受講料収入 (tax included)
    REFUNDS_PAYABLE = "refunds_payable"  # 返金未払金


class LedgerTransaction(Base):
    """One booking of the ledger; its entries add up to zero (INV-7). Triggers refuse UPDATE and DELETE."""

    __tablename__ = "ledger_transactions"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"), index=True)

    entries: Mapped[list[LedgerEntry]] = relationship(order_by="LedgerEntry.id")


class LedgerEntry(Base):
    """One side of a ledger transaction."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        CheckConstraint("debit >= 0 AND credit >= 0 AND (debit = 0) <> (credit = 0)", name="one_side"),
        Index(None, "account", "organization_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    transaction_id: Mapped[int] = mapped_column(ForeignKey("ledger_transactions.id"), index=True)
    account: Mapped[LedgerAccount] = mapped_column(choice(LedgerAccount, "account"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    debit: Mapped[Yen] = mapped_column(default=Yen(0))
    credit: Mapped[Yen] = mapped_column(default=Yen(0))


class CheckoutStatus(StrEnum):
    INTENDED = "intended"  # the key is stored, the call not yet answered
    OPEN = "open"
    COMPLETE = "complete"
    EXPIRED = "expired"
    FAILED = "failed"


class Checkout(Base):
    """One attempt to pay an invoice at Stripe. The idempotency key is stored before the call (R-09)."""

    __tablename__ = "checkouts"

    id: Mapped[int] = mapped_column(primary_key=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"), index=True)
    idempotency_key: Mapped[str] = mapped_column(unique=True)
    external_id: Mapped[str | None] = mapped_column(unique=True)
    url: Mapped[str | None] = mapped_column(Text)
    status: Mapped[CheckoutStatus] = mapped_column(choice(CheckoutStatus, "status"), default=CheckoutStatus.INTENDED)
    amount: Mapped[Yen]
    language: Mapped[str] = mapped_column(default="ja")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    invoice: Mapped[Invoice] = relationship()


class EventResult(StrEnum):
    RECEIVED = "received"  # stored, not yet worked off
    SETTLED = "settled"
    IGNORED = "ignored"
    PARKED = "parked"  # staff must look


class StripeEvent(Base):
    """One signed event, stored before it is answered with 200; one terminal result each (INV-10)."""

    __tablename__ = "stripe_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    livemode: Mapped[bool]
    object_id: Mapped[str] = mapped_column(index=True)
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    received_at: Mapped[datetime]
    result: Mapped[EventResult] = mapped_column(choice(EventResult, "result"), default=EventResult.RECEIVED)
    reason: Mapped[str] = mapped_column(default="")
    finished_at: Mapped[datetime | None]
