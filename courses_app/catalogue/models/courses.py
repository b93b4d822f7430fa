"""Courses: what is taught, to whom, for which fee."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses_app.catalogue.rules.changes import DayKind
from courses_app.catalogue.rules.naming import NamingTerms, UnnamedSeats
from courses_app.catalogue.rules.words import (
    CourseKind,
    DutyStrength,
    FeeAudience,
    Programme,
    SubjectKind,
)
from courses_app.foundation.db import Base, choice
from courses_app.foundation.yen import TaxCategory, Yen

REGULAR = text("withdrawn_at IS NULL AND early_until_on IS NULL AND early_days_before IS NULL")


class Course(Base):
    """What is taught. Numbers that the business may change (minutes, marks, deadlines) are columns, not constants."""

    __tablename__ = "courses"
    __table_args__ = (
        CheckConstraint("net_minutes >= 0", name="net_minutes"),
        CheckConstraint("pass_mark IS NULL OR pass_mark BETWEEN 0 AND 100", name="pass_mark"),
        CheckConstraint("offer_hours > 0", name="offer_hours"),
        CheckConstraint("approval_business_days > 0", name="answer_days"),
        CheckConstraint("move_answer_days > 0 AND move_reminder_days >= 0", name="moves"),
        CheckConstraint("quoted_days > 0", name="quoted_days"),
        CheckConstraint("naming_days_before >= 0 AND naming_reminder_days >= 0", name="naming"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    slug: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[CourseKind] = mapped_column(choice(CourseKind, "kind"))
    programme: Mapped[Programme] = mapped_column(choice(Programme, "programme"))
    regime: Mapped[str | None]
    name_ja: Mapped[str]
    name_en: Mapped[str]
    summary_ja: Mapped[str] = mapped_column(Text)
    summary_en: Mapped[str] = mapped_column(Text)
    description_ja: Mapped[str] = mapped_column(Text)
    description_en: Mapped[str] = mapped_column(Text)
    audiences: Mapped[list[Any]]
    net_minutes: Mapped[int]
    pass_mark: Mapped[int | None]
    test_minutes: Mapped[int | None]
    test_questions: Mapped[int | None]
    validity_months: Mapped[int | None]
    issues_certificate: Mapped[bool] = mapped_column(default=False)
    legal_basis_ja: Mapped[str] = mapped_column(Text, default="")
    legal_basis_en: Mapped[str] = mapped_column(Text, default="")
    certificate_worth_ja: Mapped[str] = mapped_column(Text, default="")
    certificate_worth_en: Mapped[str] = mapped_column(Text, default="")
    default_capacity: Mapped[int]
    default_language: Mapped[str] = mapped_column(default="ja")
    closes_days_before_venue: Mapped[int]
    closes_business_days_before_online: Mapped[int]
    payment_due_business_days: Mapped[int]
    payment_grace_business_days: Mapped[int]
    hold_minutes: Mapped[int]
    quoted_days: Mapped[int] = mapped_column(default=30)  # so long the prices of a quote hold
    offer_hours: Mapped[int] = mapped_column(default=48)  # so long an offer to a waiting party stands
    smaller_may_pass: Mapped[bool] = mapped_column(default=False)  # a party that fits, before one that does not
    naming_days_before: Mapped[int] = mapped_column(default=0)  # 0: everybody is named when booking
    naming_day_kind: Mapped[DayKind] = mapped_column(choice(DayKind, "naming_day_kind"), default=DayKind.BUSINESS)
    naming_reminder_days: Mapped[int] = mapped_column(default=0)  # so long before the last day; 0: no reminder
    unnamed_seats: Mapped[UnnamedSeats] = mapped_column(
        choice(UnnamedSeats, "unnamed_seats"), default=UnnamedSeats.GIVEN_UP
    )
    needs_approval: Mapped[bool] = mapped_column(default=False)  # an order is a request until the office has answered
    approval_business_days: Mapped[int] = mapped_column(default=2)  # so long the office has for it
    move_answer_days: Mapped[int] = mapped_column(default=7)  # so long those with seats are asked after we moved a run
    move_reminder_days: Mapped[int] = mapped_column(default=2)  # so long before that; 0: no reminder
    on_request: Mapped[bool] = mapped_column(default=False)  # held for one organization at a time, never listed
    position: Mapped[int] = mapped_column(default=0)
    withdrawn_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    subjects: Mapped[list[Subject]] = relationship(
        back_populates="course", order_by="Subject.position", cascade="all, delete-orphan"
    )
    duties: Mapped[list[Duty]] = relationship(order_by="Duty.position", cascade="all, delete-orphan")
    fees: Mapped[list[Fee]] = relationship(
        order_by="Fee.from_on, Fee.audience",
        primaryjoin="and_(Fee.course_id == Course.id, Fee.withdrawn_at.is_(None))",
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def naming(self) -> NamingTerms | None:
        """The rule for seats without a name; None where everybody is named when booking."""
        if not self.naming_days_before:
            return None
        return NamingTerms(self.naming_days_before, self.naming_day_kind, self.unnamed_seats)


class Subject(Base):
    """A part of a course; lectures add up to the course's net time, the test stands outside it."""

    __tablename__ = "subjects"
    __table_args__ = (CheckConstraint("minutes > 0", name="minutes"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), index=True)
    position: Mapped[int]
    kind: Mapped[SubjectKind] = mapped_column(choice(SubjectKind, "kind"))
    name_ja: Mapped[str]
    name_en: Mapped[str]
    minutes: Mapped[int]

    course: Mapped[Course] = relationship(back_populates="subjects")


class Duty(Base):
    """Who must or should take a course, and why, with the article. `role_code` names a role of the compliance room."""

    __tablename__ = "duties"
    __table_args__ = (CheckConstraint("until_on IS NULL OR from_on IS NULL OR until_on >= from_on", name="period"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), index=True)
    position: Mapped[int]
    role_code: Mapped[str]
    role_name_ja: Mapped[str]
    role_name_en: Mapped[str]
    side: Mapped[str]
    strength: Mapped[DutyStrength] = mapped_column(choice(DutyStrength, "strength"))
    legal_basis_ja: Mapped[str] = mapped_column(Text)
    legal_basis_en: Mapped[str] = mapped_column(Text)
    reason_ja: Mapped[str] = mapped_column(Text)
    reason_en: Mapped[str] = mapped_column(Text)
    from_on: Mapped[date | None]  # None: since ever
    until_on: Mapped[date | None]


class Fee(Base):
    """A price of a course for an audience, tax included, for runs held from a day on; what is written stays.

    Without a last day it holds until another begins. With a last day to book it is an early price.
    """

    __tablename__ = "fees"
    __table_args__ = (
        Index("uq_fees_regular", "course_id", "audience", "from_on", unique=True,
              sqlite_where=REGULAR, postgresql_where=REGULAR),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="period"),
        CheckConstraint("early_until_on IS NULL OR early_days_before IS NULL", name="early"),
        CheckConstraint("early_days_before IS NULL OR early_days_before > 0", name="early_days"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    audience: Mapped[FeeAudience] = mapped_column(choice(FeeAudience, "audience"))
    amount: Mapped[Yen]
    tax_category: Mapped[TaxCategory] = mapped_column(choice(TaxCategory, "tax_category"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    early_until_on: Mapped[date | None]  # booked until this day …
    early_days_before: Mapped[int | None]  # … or until so many days before the run
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]
