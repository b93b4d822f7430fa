"""The ledger: double entry, written once."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses_app.foundation.db import Base, choice
from courses_app.foundation.yen import Yen
from courses_app.payments.models.invoices import Invoice


class LedgerAccount(StrEnum):
    RECEIVABLE = "receivable"  # 売掛金 / 未収金
    CASH = "cash"  # 普通預金
    STRIPE_BALANCE = "stripe_balance"  # Stripe 預け金
    REVENUE = "revenue"  # 受講料収入 (tax included)
    REFUNDS_PAYABLE = "refunds_payable"  # 返金未払金
    CUSTOMER_CREDIT = "customer_credit"  # 前受金
    BANK_FEES = "bank_fees"  # 支払手数料
    WRITE_OFFS = "write_offs"  # 貸倒損失


class LedgerTransaction(Base):
    """One booking of the ledger; its entries add up to zero (INV-7). Triggers refuse UPDATE and DELETE."""

    __tablename__ = "ledger_transactions"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime]
    booked_on: Mapped[date] = mapped_column(index=True)  # under which day it is entered: never one that is closed
    kind: Mapped[str]

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
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))  # whose business it is
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoices.id"), index=True)  # and of which invoice
    debit: Mapped[Yen] = mapped_column(default=Yen(0))
    credit: Mapped[Yen] = mapped_column(default=Yen(0))

    invoice: Mapped[Invoice | None] = relationship()
