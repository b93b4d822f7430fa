"""Roles, what they require, who holds them, and which reminders went out."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses_app.accounts.models import Establishment, Person
from courses_app.catalogue.models import Course, DutyStrength
from courses_app.foundation.db import Base, choice

LIVE = text("until_on IS NULL")


class Role(Base):
    """A role in the law, within a regime, between two days."""

    __tablename__ = "roles"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name_ja: Mapped[str]
    name_en: Mapped[str]
    side: Mapped[str]  # the kind of organization that has it
    regime: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    from_on: Mapped[date]
    until_on: Mapped[date | None]

    requirements: Mapped[list[Requirement]] = relationship(back_populates="role", order_by="Requirement.id")


class Requirement(Base):
    """A role needs a course, this often, on this legal basis, between two days."""

    __tablename__ = "requirements"
    __table_args__ = (UniqueConstraint("role_id", "course_id", "from_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    role_id: Mapped[int] = mapped_column(ForeignKey("roles.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    strength: Mapped[DutyStrength] = mapped_column(choice(DutyStrength, "strength"))
    validity_months: Mapped[int]
    legal_basis_ja: Mapped[str] = mapped_column(Text)
    legal_basis_en: Mapped[str] = mapped_column(Text)
    from_on: Mapped[date]
    until_on: Mapped[date | None]

    role: Mapped[Role] = relationship(back_populates="requirements")
    course: Mapped[Course] = relationship()


class Appointment(Base):
    """A person in a role at an establishment since a day. One live appointment of each kind."""

    __tablename__ = "appointments"
    __table_args__ = (
        Index(
            "uq_appointments_live", "person_id", "role_id", "establishment_id",
            unique=True, sqlite_where=LIVE, postgresql_where=LIVE,
        ),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="period"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    role_id: Mapped[int] = mapped_column(ForeignKey("roles.id"))
    establishment_id: Mapped[int] = mapped_column(ForeignKey("establishments.id"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date | None]

    person: Mapped[Person] = relationship()
    role: Mapped[Role] = relationship()
    establishment: Mapped[Establishment] = relationship()


class ReminderStep(Base):
    """How many months before the last day a reminder goes out."""

    __tablename__ = "reminder_steps"

    months_before: Mapped[int] = mapped_column(primary_key=True)


class ReminderSent(Base):
    """A reminder that went out: once per person, course, last day and step."""

    __tablename__ = "reminders_sent"
    __table_args__ = (UniqueConstraint("person_id", "course_id", "valid_through", "months_before"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    valid_through: Mapped[date]
    months_before: Mapped[int]
    sent_at: Mapped[datetime]
