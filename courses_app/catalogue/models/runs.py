"""Runs, and the halls they are held in."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses_app.accounts.models import Organization, Person
from courses_app.catalogue.models.courses import Course, Subject
from courses_app.catalogue.rules.words import (
    Delivery,
    RunStatus,
    Visibility,
)
from courses_app.foundation.db import Base, choice
from courses_app.foundation.yen import Yen


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
        Index("uq_course_runs_link_token", "link_token", unique=True),
        CheckConstraint("capacity > 0", name="capacity"),
        CheckConstraint("ends_at > starts_at", name="order"),
        CheckConstraint("booking_closes_at > booking_opens_at", name="booking_period"),
        CheckConstraint("(delivery = 'venue') = (venue_id IS NOT NULL)", name="venue"),
        CheckConstraint("(status = 'called_off') = (called_off_at IS NOT NULL)", name="called_off"),
        CheckConstraint("(visibility = 'private') = (link_token IS NOT NULL)", name="link"),
        CheckConstraint("organization_id IS NULL OR visibility = 'private'", name="bound"),
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
    visibility: Mapped[Visibility] = mapped_column(choice(Visibility, "visibility"), default=Visibility.PUBLIC)
    link_token: Mapped[str | None]  # of a private run; not a digest: staff send the link
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"), index=True)  # alone may book
    called_off_at: Mapped[datetime | None]
    called_off_reason: Mapped[str] = mapped_column(Text, default="")
    sequence: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    course: Mapped[Course] = relationship()
    venue: Mapped[Venue | None] = relationship()
    organization: Mapped[Organization | None] = relationship()
    meetings: Mapped[list[Meeting]] = relationship(
        back_populates="run", order_by="Meeting.starts_at", cascade="all, delete-orphan"
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def instructors(self) -> list[Person]:
        """Who teaches it, each once."""
        return list({one.instructor.id: one.instructor for one in self.meetings if one.instructor}.values())

    @property
    def private(self) -> bool:
        return self.visibility is Visibility.PRIVATE

    @property
    def path(self) -> str:
        """Its page, as those who take part may be told: a private run's with the key that opens it."""
        return f"/runs/{self.reference}" + (f"?key={self.link_token}" if self.link_token else "")


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
