"""The books: names of accounts, layouts of the journal file, and closes with the sums they rest on."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses_app.accounts.models import Person
from courses_app.foundation.db import Base, choice
from courses_app.foundation.yen import Yen
from courses_app.payments.rules.books import AccountKind, CloseKind, Title
from courses_app.payments.rules.journal import Column, DateFormat, Encoding, Layout, Source


class AccountTitle(Base):
    """What staff call an account of the ledger; `key` says which it is and never changes."""

    __tablename__ = "account_titles"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[AccountKind] = mapped_column(choice(AccountKind, "kind"))
    code: Mapped[str]
    name_ja: Mapped[str]
    name_en: Mapped[str]
    tax_code: Mapped[str]

    @property
    def title(self) -> Title:
        return Title(self.key, self.kind, self.code, self.name_ja, self.name_en, self.tax_code)


class JournalLayout(Base):
    """How a journal file is arranged for one accounting package."""

    __tablename__ = "journal_layouts"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    encoding: Mapped[Encoding] = mapped_column(choice(Encoding, "encoding"))
    date_format: Mapped[DateFormat] = mapped_column(choice(DateFormat, "date_format"))
    with_header: Mapped[bool]
    columns: Mapped[list[Any]]  # {header, source, value}
    tax_words: Mapped[dict[str, Any]]  # our tax code -> what the package calls it

    @property
    def layout(self) -> Layout:
        """The same as plain values."""
        columns = tuple(Column(one["header"], Source(one["source"]), one.get("value", "")) for one in self.columns)
        return Layout(columns, self.encoding, self.date_format, self.with_header, self.tax_words)


class LedgerClose(Base):
    """Everything until a day is closed: nothing is entered there any more. Triggers refuse UPDATE and DELETE."""

    __tablename__ = "ledger_closes"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[CloseKind] = mapped_column(choice(CloseKind, "kind"))
    until_on: Mapped[date] = mapped_column(unique=True)
    closed_at: Mapped[datetime]
    closed_by_person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))

    closed_by: Mapped[Person | None] = relationship()
    sums: Mapped[list[LedgerCloseSum]] = relationship(order_by="LedgerCloseSum.id")


class LedgerCloseSum(Base):
    """What stood on an account when the books were closed: all entries until that day. Triggers as above."""

    __tablename__ = "ledger_close_sums"
    __table_args__ = (
        UniqueConstraint("close_id", "account"),
        CheckConstraint("debit >= 0 AND credit >= 0", name="amounts"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    close_id: Mapped[int] = mapped_column(ForeignKey("ledger_closes.id"))
    account: Mapped[str]
    debit: Mapped[Yen]
    credit: Mapped[Yen]
