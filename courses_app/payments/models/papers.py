"""The register of papers about money: everything that was ever issued, and what was asked to be issued."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses_app.accounts.models import Organization, Person
from courses_app.foundation.db import Base, choice
from courses_app.foundation.documents import StoredDocument
from courses_app.foundation.yen import Yen
from courses_app.payments.models.invoices import Invoice
from courses_app.payments.models.money import Refund
from courses_app.payments.rules.papers import PaperKind, Series


class PaperRequest(Base):
    """A paper somebody (or a deed) asked for, with everything it will say but its number; written once.

    `key` names the cause: the same cause again is the same paper. Triggers refuse UPDATE and DELETE.
    """

    __tablename__ = "paper_requests"
    __table_args__ = (CheckConstraint("amount >= 0", name="amount"), CheckConstraint("edition > 0", name="edition"))

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[PaperKind] = mapped_column(choice(PaperKind, "kind"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoices.id"), index=True)
    refund_id: Mapped[int | None] = mapped_column(ForeignKey("refunds.id"), index=True)
    order_reference: Mapped[str] = mapped_column(default="")
    addressee: Mapped[str]
    subject: Mapped[str]
    amount: Mapped[Yen]
    language: Mapped[str]  # of the mail it goes with
    edition: Mapped[int] = mapped_column(default=1)
    number: Mapped[str | None]  # of the paper that is to be printed once more
    content: Mapped[dict[str, Any]]  # what only its kind says
    asked_at: Mapped[datetime]
    asked_by_person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))

    organization: Mapped[Organization] = relationship()
    invoice: Mapped[Invoice | None] = relationship()
    refund: Mapped[Refund | None] = relationship()
    asked_by: Mapped[Person | None] = relationship()
    papers: Mapped[list[Paper]] = relationship(back_populates="request")

    @property
    def paper(self) -> Paper | None:
        """What was issued for it; None while the worker has not printed it."""
        return self.papers[0] if self.papers else None


class Paper(Base):
    """One paper about money as it left the house. Triggers refuse UPDATE, and DELETE before its day.

    A paper is replaced by those of the same invoice and series with a higher `edition`; `copy` counts its prints.
    """

    __tablename__ = "papers"
    __table_args__ = (
        UniqueConstraint("number", "copy"),
        CheckConstraint("copy > 0 AND edition > 0", name="counts"),
        CheckConstraint("amount >= 0", name="amount"),
        Index(None, "issued_on"),
        Index(None, "amount"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[PaperKind] = mapped_column(choice(PaperKind, "kind"))
    series: Mapped[Series] = mapped_column(choice(Series, "series"))
    number: Mapped[str]
    copy: Mapped[int] = mapped_column(default=1)
    edition: Mapped[int] = mapped_column(default=1)
    issued_on: Mapped[date]
    issued_at: Mapped[datetime]
    amount: Mapped[Yen]
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    counterparty: Mapped[str]  # as printed
    search_key: Mapped[str]
    subject: Mapped[str]
    order_reference: Mapped[str] = mapped_column(default="", index=True)
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoices.id"), index=True)
    refund_id: Mapped[int | None] = mapped_column(ForeignKey("refunds.id"))
    request_id: Mapped[int | None] = mapped_column(ForeignKey("paper_requests.id"), unique=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("stored_documents.id"))
    kept_until_on: Mapped[date]

    organization: Mapped[Organization] = relationship()
    invoice: Mapped[Invoice | None] = relationship()
    request: Mapped[PaperRequest | None] = relationship(back_populates="papers")
    document: Mapped[StoredDocument] = relationship()
