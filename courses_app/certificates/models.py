"""Certificates and notices of failure."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses_app.accounts.models import Person
from courses_app.catalogue.models import Course
from courses_app.certificates.rules import Status, status_on
from courses_app.foundation.db import Base
from courses_app.foundation.documents import StoredDocument
from courses_app.rosters.models import RosterEntry

FIRST = text("revision = 1")
CURRENT = text("superseded_at IS NULL")
STANDING = text("withdrawn_at IS NULL")


class Certificate(Base):
    """One certificate as it was printed. A reissue is a new row with the same number and the next revision."""

    __tablename__ = "certificates"
    __table_args__ = (
        UniqueConstraint("number", "revision"),
        Index("uq_certificates_entry_first", "entry_id", unique=True, sqlite_where=FIRST, postgresql_where=FIRST),
        Index("uq_certificates_current", "number", unique=True, sqlite_where=CURRENT, postgresql_where=CURRENT),
        Index(None, "person_id", "course_id"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_reason = '')", name="revoked"),
        CheckConstraint("revision >= 1", name="revision"),
        CheckConstraint("(revision = 1) = (reissue_reason = '')", name="reissue_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str]
    revision: Mapped[int] = mapped_column(default=1)
    code: Mapped[str] = mapped_column(unique=True)  # 256 random bits; the QR's page is /certificates/<code>
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), index=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("roster_entries.id"))
    facts: Mapped[dict[str, Any]]  # everything that was printed
    search_key: Mapped[str] = mapped_column(default="", index=True)  # of the printed name and its reading; never shown
    completed_on: Mapped[date]
    valid_through: Mapped[date | None] = mapped_column(index=True)
    issued_at: Mapped[datetime]
    document_id: Mapped[int] = mapped_column(ForeignKey("stored_documents.id"))
    superseded_at: Mapped[datetime | None]
    reissue_reason: Mapped[str] = mapped_column(default="")
    revoked_at: Mapped[datetime | None]
    revoked_by_person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    revoked_reason: Mapped[str] = mapped_column(Text, default="")

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    revoked_by: Mapped[Person | None] = relationship(foreign_keys=[revoked_by_person_id])
    course: Mapped[Course] = relationship()
    entry: Mapped[RosterEntry] = relationship()
    document: Mapped[StoredDocument] = relationship()

    @property
    def born_on(self) -> date:
        return date.fromisoformat(self.facts["born_on"])

    @property
    def days(self) -> list[date]:
        """The course days, as printed."""
        return [date.fromisoformat(day) for day in self.facts["days"]]

    def status_on(self, day: date) -> Status:
        """What this copy is worth on a day."""
        return status_on(
            day,
            valid_through=self.valid_through,
            superseded=self.superseded_at is not None,
            revoked=self.revoked_at is not None,
        )


class FailureNotice(Base):
    """A notice of failure as it was printed; withdrawn when its roster was reopened. One stands for each entry."""

    __tablename__ = "failure_notices"
    __table_args__ = (
        Index("uq_failure_notices_entry", "entry_id", unique=True, sqlite_where=STANDING, postgresql_where=STANDING),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("roster_entries.id"))
    facts: Mapped[dict[str, Any]]
    document_id: Mapped[int] = mapped_column(ForeignKey("stored_documents.id"))
    issued_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    entry: Mapped[RosterEntry] = relationship()
    document: Mapped[StoredDocument] = relationship()
