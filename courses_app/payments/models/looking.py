"""Four eyes: from how many yen on a second person must agree, and what was asked of one."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses_app.accounts.models import Person
from courses_app.foundation.db import Base, choice
from courses_app.foundation.yen import Yen

UNDECIDED = text("decision IS NULL")


class LookKind(StrEnum):
    """What may need a second person."""

    REFUND = "refund"  # money is sent back
    WAIVER = "waiver"  # a fee is not asked


class LookLimit(Base):
    """From how many yen on two people must agree, from a day on; rows are only added, the last one of a kind counts."""

    __tablename__ = "look_limits"
    __table_args__ = (
        UniqueConstraint("kind", "from_on"),
        CheckConstraint("amount IS NULL OR amount > 0", name="amount"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[LookKind] = mapped_column(choice(LookKind, "kind"))
    from_on: Mapped[date]
    amount: Mapped[Yen | None]  # None: one person is enough, whatever the amount
    set_at: Mapped[datetime]
    set_by_person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))

    set_by: Mapped[Person | None] = relationship()


class LookDecision(StrEnum):
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"  # by who had asked


class SecondLook(Base):
    """What one person asked another to agree to: nothing is done before. `key` names the deed, once while undecided."""

    __tablename__ = "second_looks"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decided_at"),
        CheckConstraint("(decision IS NULL) = (decided_by_person_id IS NULL)", name="decided_by"),
        CheckConstraint(
            "decision IS NULL OR (decided_by_person_id = asked_by_person_id) = (decision = 'withdrawn')",
            name="two_people",
        ),
        Index("uq_second_looks_undecided", "key", unique=True, sqlite_where=UNDECIDED, postgresql_where=UNDECIDED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[LookKind] = mapped_column(choice(LookKind, "kind"))
    key: Mapped[str]
    amount: Mapped[Yen]
    subject_kind: Mapped[str]
    subject_reference: Mapped[str]
    deed: Mapped[dict[str, Any]]  # what is done once it is approved
    reason: Mapped[str]
    asked_by_person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    asked_at: Mapped[datetime]
    decision: Mapped[LookDecision | None] = mapped_column(choice(LookDecision, "decision"))
    decided_by_person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    decided_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(default="")

    asked_by: Mapped[Person] = relationship(foreign_keys=[asked_by_person_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_person_id])
