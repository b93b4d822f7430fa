"""Statements of our bank: the files, their lines, what people decide about each, and by which names payers pay."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zlib import crc32

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses_app.accounts.models import Organization, Person
from courses_app.foundation.db import Base, choice
from courses_app.foundation.documents import StoredDocument
from courses_app.foundation.yen import Yen
from courses_app.payments.models.money import Payment
from courses_app.payments.rules.banking import Certainty, Encoding, LineStatus, Mapping, Proposal, Reason, Why

MOST_STAMPS = 999_999_998  # so that it has nine digits, as a form's version


class BankLayout(Base):
    """How the CSV of one bank is read: which column (from 1) holds what. Retired ones are no longer offered."""

    __tablename__ = "bank_layouts"
    __table_args__ = (
        CheckConstraint("header_rows >= 0 AND footer_rows >= 0", name="rows"),
        CheckConstraint("day_column > 0 AND amount_column > 0 AND payer_column > 0", name="columns"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    encoding: Mapped[Encoding] = mapped_column(choice(Encoding, "encoding"))
    header_rows: Mapped[int]
    footer_rows: Mapped[int] = mapped_column(default=0)
    day_column: Mapped[int]
    amount_column: Mapped[int]
    payer_column: Mapped[int]
    memo_column: Mapped[int | None]
    balance_column: Mapped[int | None]
    account: Mapped[str] = mapped_column(default="")  # as we call it: lines of one account are compared with each other
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own declaration

    @property
    def mapping(self) -> Mapping:
        """The layout as readers want it."""
        return Mapping(
            encoding=self.encoding,
            header_rows=self.header_rows,
            footer_rows=self.footer_rows,
            day=self.day_column,
            amount=self.amount_column,
            payer=self.payer_column,
            memo=self.memo_column,
            balance=self.balance_column,
            account=self.account or self.reference,
        )


class FeeAllowance(Base):
    """Which fees of banks we bear where an amount is short, from a day on; never changed, only followed by another."""

    __tablename__ = "fee_allowances"
    __table_args__ = (CheckConstraint("tolerance >= 0", name="tolerance"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    from_on: Mapped[date] = mapped_column(unique=True)
    usual: Mapped[list[Any]]  # yen
    tolerance: Mapped[Yen]  # up to how much any amount may be short


class BankFile(Base):
    """A file that was taken in, once, with its bytes. Triggers refuse UPDATE and DELETE."""

    __tablename__ = "bank_files"
    __table_args__ = (UniqueConstraint("sha256", "read_as"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    sha256: Mapped[str]
    read_as: Mapped[str]  # zengin, or the reference of a layout
    layout_id: Mapped[int | None] = mapped_column(ForeignKey("bank_layouts.id"))
    filename: Mapped[str]
    document_id: Mapped[int] = mapped_column(ForeignKey("stored_documents.id"))
    known: Mapped[int]  # lines that an earlier file had brought
    withdrawals: Mapped[int]  # money that went: counted, not kept
    taken_in_at: Mapped[datetime]
    taken_in_by_person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))

    layout: Mapped[BankLayout | None] = relationship()
    document: Mapped[StoredDocument] = relationship()
    taken_in_by: Mapped[Person | None] = relationship()


class BankLine(Base):
    """Money that came, as the bank wrote it. Triggers refuse UPDATE and DELETE.

    `(fingerprint, ordinal)`: the n-th line of the same account, day, amount, payer and balance; it is there once, in
    however many files it stands.
    """

    __tablename__ = "bank_lines"
    __table_args__ = (
        UniqueConstraint("fingerprint", "ordinal"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("ordinal > 0", name="ordinal"),
        Index(None, "came_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("bank_files.id"), index=True)
    row: Mapped[int]
    account: Mapped[str]
    came_on: Mapped[date]
    amount: Mapped[Yen]
    payer: Mapped[str]
    memo: Mapped[str]
    balance: Mapped[Yen | None]
    reverses: Mapped[bool]
    fingerprint: Mapped[str]
    ordinal: Mapped[int]

    file: Mapped[BankFile] = relationship()
    draft: Mapped[BankDraft] = relationship(back_populates="line")


class BankDraft(Base):
    """What is to be done, or was done, with a line. `person` decided; without one it is the rules' proposal.

    A posted line has its payment, and no other line has the same (INV-18).
    """

    __tablename__ = "bank_drafts"
    __table_args__ = (
        CheckConstraint("(status = 'posted') = (payment_id IS NOT NULL)", name="payment"),
        CheckConstraint("status <> 'posted' OR organization_id IS NOT NULL", name="organization"),
        CheckConstraint("fee >= 0", name="fee"),
        Index(None, "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("bank_lines.id"), unique=True)
    status: Mapped[LineStatus] = mapped_column(choice(LineStatus, "status"), default=LineStatus.OPEN)
    certainty: Mapped[Certainty] = mapped_column(choice(Certainty, "certainty"))
    reasons: Mapped[list[Any]]  # [why, number] of each
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"), index=True)
    shares: Mapped[list[Any]]  # [reference of the invoice, yen] of each
    fee: Mapped[Yen] = mapped_column(default=Yen(0))
    note: Mapped[str] = mapped_column(default="")  # why it was set aside, or taken back
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id"), unique=True)
    changed_at: Mapped[datetime]
    changed_by_person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    version: Mapped[int] = mapped_column(default=1)

    line: Mapped[BankLine] = relationship(back_populates="draft")
    organization: Mapped[Organization | None] = relationship()
    payment: Mapped[Payment | None] = relationship()
    changed_by: Mapped[Person | None] = relationship()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def proposal(self) -> Proposal:
        """The draft as rules know it."""
        shares = tuple((str(reference), Yen(amount)) for reference, amount in self.shares)
        return Proposal(
            certainty=self.certainty,
            reasons=tuple(Reason(Why(why), number) for why, number in self.reasons),
            organization_id=self.organization_id,
            shares=shares,
            fee=self.fee,
            credit=Yen(self.line.amount - sum(amount for _reference, amount in shares)) if self.is_decided else Yen(0),
        )

    @property
    def stamp(self) -> int:
        """What somebody who posts it has looked at: whose money, and for what; not why."""
        return crc32(repr((self.organization_id, self.shares, int(self.fee))).encode()) % MOST_STAMPS + 1

    @property
    def is_decided(self) -> bool:
        """Whether it can be posted as it stands."""
        return self.organization_id is not None and self.certainty not in (Certainty.UNCLEAR, Certainty.NONE)


class PayerName(Base):
    """A name by which an organization has paid: learned when a line was posted, until somebody forgets it."""

    __tablename__ = "payer_names"
    __table_args__ = (UniqueConstraint("folded", "organization_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    folded: Mapped[str]
    written: Mapped[str]  # as the bank wrote it
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    learned_at: Mapped[datetime]
    learned_by_person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))

    organization: Mapped[Organization] = relationship()
