"""Courses, their runs, venues and fees."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses_app.accounts.models import Person
from courses_app.catalogue.rules.changes import DayKind
from courses_app.catalogue.rules.words import (
    CourseKind,
    Delivery,
    DutyStrength,
    FeeAudience,
    Programme,
    RunStatus,
    SubjectKind,
)
from courses_app.foundation.db import Base, choice
from courses_app.foundation.yen import TaxCategory, Yen

HOUSE = text("course_id IS NULL")

__all__ = [
    "ChangePolicy", "ChangePolicyStep", "Course", "CourseKind", "CourseRun", "Delivery", "Duty", "DutyStrength",
    "Fee", "FeeAudience", "Meeting", "Prefecture", "Programme", "RunStatus", "Subject", "SubjectKind", "Venue",
]  # fmt: skip


class Course(Base):
    """What is taught. Numbers that the business may change (minutes, marks, deadlines) are columns, not constants."""

    __tablename__ = "courses"
    __table_args__ = (
        CheckConstraint("net_minutes >= 0", name="net_minutes"),
        CheckConstraint("pass_mark IS NULL OR pass_mark BETWEEN 0 AND 100", name="pass_mark"),
        CheckConstraint("offer_hours > 0", name="offer_hours"),
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
    offer_hours: Mapped[int] = mapped_column(default=48)  # so long an offer to a waiting party stands
    smaller_may_pass: Mapped[bool] = mapped_column(default=False)  # a party that fits, before one that does not
    position: Mapped[int] = mapped_column(default=0)
    withdrawn_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    subjects: Mapped[list[Subject]] = relationship(
        back_populates="course", order_by="Subject.position", cascade="all, delete-orphan"
    )
    duties: Mapped[list[Duty]] = relationship(order_by="Duty.position", cascade="all, delete-orphan")
    fees: Mapped[list[Fee]] = relationship(order_by="Fee.from_on, Fee.audience", cascade="all, delete-orphan")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


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
    """A price of a course for an audience, tax included, from a day on."""

    __tablename__ = "fees"
    __table_args__ = (
        UniqueConstraint("course_id", "audience", "from_on"),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="period"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    audience: Mapped[FeeAudience] = mapped_column(choice(FeeAudience, "audience"))
    amount: Mapped[Yen]
    tax_category: Mapped[TaxCategory] = mapped_column(choice(TaxCategory, "tax_category"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]


class ChangePolicy(Base):
    """What changing a seat costs and until when it is possible, for orders placed from a day on; never edited."""

    __tablename__ = "change_policies"
    __table_args__ = (
        UniqueConstraint("course_id", "from_on"),
        Index("uq_change_policies_house", "from_on", unique=True, sqlite_where=HOUSE, postgresql_where=HOUSE),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="period"),
        CheckConstraint("handling_fee >= 0", name="handling_fee"),
        CheckConstraint("no_show_percent BETWEEN 0 AND 100", name="no_show_percent"),
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
    moves_allowed: Mapped[int]

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


class Prefecture(Base):
    """A prefecture (JIS X 0401) and the region it is shown under."""

    __tablename__ = "prefectures"

    code: Mapped[str] = mapped_column(primary_key=True)
    name_ja: Mapped[str]
    name_en: Mapped[str]
    region: Mapped[str]
    region_name_ja: Mapped[str]
    region_name_en: Mapped[str]


class Venue(Base):
    """A hall."""

    __tablename__ = "venues"
    __table_args__ = (CheckConstraint("capacity > 0", name="capacity"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name_ja: Mapped[str]
    name_en: Mapped[str]
    prefecture_code: Mapped[str] = mapped_column(ForeignKey("prefectures.code"))
    postal_code: Mapped[str]
    address_ja: Mapped[str]
    address_en: Mapped[str]
    access_ja: Mapped[str] = mapped_column(Text, default="")
    access_en: Mapped[str] = mapped_column(Text, default="")
    capacity: Mapped[int]
    closed_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    prefecture: Mapped[Prefecture] = relationship()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class CourseRun(Base):
    """A course at a time and place. Its row lock guards its seats; `sequence` counts changes a calendar must notice."""

    __tablename__ = "course_runs"
    __table_args__ = (
        Index(None, "status", "starts_at"),
        CheckConstraint("capacity > 0", name="capacity"),
        CheckConstraint("ends_at > starts_at", name="order"),
        CheckConstraint("booking_closes_at > booking_opens_at", name="booking_period"),
        CheckConstraint("(delivery = 'venue') = (venue_id IS NOT NULL)", name="venue"),
        CheckConstraint("(status = 'called_off') = (called_off_at IS NOT NULL)", name="called_off"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), index=True)
    delivery: Mapped[Delivery] = mapped_column(choice(Delivery, "delivery"))
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venues.id"), index=True)
    online_note_ja: Mapped[str] = mapped_column(default="")
    online_note_en: Mapped[str] = mapped_column(default="")
    joining_address: Mapped[str] = mapped_column(default="")  # this and the notes are for those who take part only
    joining_note_ja: Mapped[str] = mapped_column(Text, default="")
    joining_note_en: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(default="ja")
    capacity: Mapped[int]
    starts_at: Mapped[datetime]  # of its first meeting
    ends_at: Mapped[datetime]  # of its last meeting
    booking_opens_at: Mapped[datetime]
    booking_closes_at: Mapped[datetime]
    price_general: Mapped[Yen | None]  # overrides the course's fee
    price_member: Mapped[Yen | None]
    status: Mapped[RunStatus] = mapped_column(choice(RunStatus, "status"), default=RunStatus.DRAFT)
    called_off_at: Mapped[datetime | None]
    called_off_reason: Mapped[str] = mapped_column(Text, default="")
    sequence: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    course: Mapped[Course] = relationship()
    venue: Mapped[Venue | None] = relationship()
    meetings: Mapped[list[Meeting]] = relationship(
        back_populates="run", order_by="Meeting.starts_at", cascade="all, delete-orphan"
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Meeting(Base):
    """One part of a run: a subject, at a time, by an instructor. `net_minutes` count toward the course's net time."""

    __tablename__ = "meetings"
    __table_args__ = (
        Index(None, "instructor_id", "starts_at"),
        CheckConstraint("ends_at > starts_at", name="order"),
        CheckConstraint("net_minutes >= 0", name="net_minutes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("course_runs.id"), index=True)
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("subjects.id"))
    title_ja: Mapped[str]
    title_en: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    net_minutes: Mapped[int]
    instructor_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))

    run: Mapped[CourseRun] = relationship(back_populates="meetings")
    subject: Mapped[Subject | None] = relationship()
    instructor: Mapped[Person | None] = relationship()
