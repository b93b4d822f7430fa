"""What changing a seat costs."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses_app.catalogue.rules.changes import DayKind
from courses_app.foundation.db import Base, choice
from courses_app.foundation.yen import Yen

HOUSE = text("course_id IS NULL")


class ChangePolicy(Base):
    """What changing a seat costs and until when it is possible, for orders placed from a day on; never edited."""

    __tablename__ = "change_policies"
    __table_args__ = (
        UniqueConstraint("course_id", "from_on"),
        Index("uq_change_policies_house", "from_on", unique=True, sqlite_where=HOUSE, postgresql_where=HOUSE),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="period"),
        CheckConstraint("handling_fee >= 0", name="handling_fee"),
        CheckConstraint("no_show_percent BETWEEN 0 AND 100", name="no_show_percent"),
        CheckConstraint("move_fee IS NULL OR move_fee > 0", name="move_fee"),
        CheckConstraint(
            "substitution_until_days >= 0 AND move_until_days >= 0 AND moves_allowed >= 0", name="deadlines"
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int | None] = mapped_column(ForeignKey("courses.id"))  # None: courses without rules of their own
    name: Mapped[str]
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    day_kind: Mapped[DayKind] = mapped_column(choice(DayKind, "day_kind"))
    handling_fee: Mapped[Yen]
    no_show_percent: Mapped[int]
    substitution_until_days: Mapped[int]
    move_until_days: Mapped[int]
    moves_allowed: Mapped[int]  # free of charge
    move_fee: Mapped[Yen | None]  # for each one after these; None: then only the office moves

    steps: Mapped[list[ChangePolicyStep]] = relationship(
        order_by="ChangePolicyStep.days_before.desc()", cascade="all, delete-orphan"
    )


class ChangePolicyStep(Base):
    """What is kept by who cancels at least so many days before."""

    __tablename__ = "change_policy_steps"
    __table_args__ = (
        UniqueConstraint("policy_id", "days_before"),
        CheckConstraint("days_before >= 0", name="days_before"),
        CheckConstraint("(percent IS NULL) <> (amount IS NULL)", name="one_kind"),
        CheckConstraint("percent IS NULL OR percent BETWEEN 0 AND 100", name="percent"),
        CheckConstraint("amount IS NULL OR amount >= 0", name="amount"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("change_policies.id"))
    days_before: Mapped[int]
    percent: Mapped[int | None]
    amount: Mapped[Yen | None]
