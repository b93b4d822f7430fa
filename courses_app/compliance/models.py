"""Roles, what they require, who holds them, and which reminders went out."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses_app.accounts.models import Establishment, Organization, OrganizationKind, Person
from courses_app.catalogue.models import Course, DutyStrength
from courses_app.foundation.db import Base, choice

LIVE = text("until_on IS NULL")


class Role(Base):
    """A role in the law, within a regime, between two days."""

    __tablename__ = "roles"
    __table_args__ = (CheckConstraint("until_on IS NULL OR until_on >= from_on", name="period"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name_ja: Mapped[str]
    name_en: Mapped[str]
    side: Mapped[OrganizationKind] = mapped_column(choice(OrganizationKind, "side"))  # the organizations that have it
    regime: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    from_on: Mapped[date]
    until_on: Mapped[date | None]

    requirements: Mapped[list[Requirement]] = relationship(back_populates="role", order_by="Requirement.id")


class Requirement(Base):
    """A role needs a course, this often, on this legal basis, between two days.

    `reference` names the row as it was first entered (role, course, day): loading the content again finds it by that
    name, also after staff have changed its days.
    """

    __tablename__ = "requirements"
    __table_args__ = (
        UniqueConstraint("role_id", "course_id", "from_on"),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="period"),
        CheckConstraint("validity_months > 0", name="validity"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    role_id: Mapped[int] = mapped_column(ForeignKey("roles.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    strength: Mapped[DutyStrength] = mapped_column(choice(DutyStrength, "strength"))
    validity_months: Mapped[int]
    legal_basis_ja: Mapped[str] = mapped_column(Text)
    legal_basis_en: Mapped[str] = mapped_column(Text)
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    role: Mapped[Role] = relationship(back_populates="requirements")
    course: Mapped[Course] = relationship()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own declaration


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
    __table_args__ = (CheckConstraint("months_before > 0", name="months_before"),)

    months_before: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class ReminderSent(Base):
    """A reminder to an organization about a person, a course and its last day: each step once.

    `sent_at` is empty for a step that was passed over because a nearer one went out.
    """

    __tablename__ = "reminders_sent"
    __table_args__ = (UniqueConstraint("organization_id", "person_id", "course_id", "valid_through", "months_before"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    valid_through: Mapped[date]
    months_before: Mapped[int]
    noted_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

    organization: Mapped[Organization] = relationship()


class ReminderRound(Base):
    """How far the reminders of a day have come: the worker looks through all organizations once a day, in pieces."""

    __tablename__ = "reminder_rounds"

    on: Mapped[date] = mapped_column(primary_key=True)
    reached: Mapped[int] = mapped_column(default=0)  # the id of the last organization looked at
    reminders: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None]
