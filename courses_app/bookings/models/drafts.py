"""Lists of attendees that are not booked yet."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses_app.accounts.models import Organization, Person
from courses_app.bookings.models.seats import Booking
from courses_app.catalogue.models import CourseRun
from courses_app.foundation.db import Base


class AttendeeDraft(Base):
    """A list of attendees from a spreadsheet, until it is booked or given up; any colleague may go on with it.

    `digest` names the file, so that the same file sent twice is one list. `rows` are `rules.sheets.DraftRow.stored`.
    """

    __tablename__ = "attendee_drafts"
    __table_args__ = (
        UniqueConstraint("organization_id", "form_token", "digest"),
        Index(None, "updated_at"),
        CheckConstraint("booking_id IS NULL OR ended_at IS NOT NULL", name="ended"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("course_runs.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    created_by_person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    form_token: Mapped[str]
    digest: Mapped[str]
    filename: Mapped[str]
    rows: Mapped[list[Any]]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]  # booked, or given up: then without rows
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("bookings.id"))
    version: Mapped[int] = mapped_column(default=1)

    run: Mapped[CourseRun] = relationship()
    organization: Mapped[Organization] = relationship()
    created_by: Mapped[Person] = relationship()
    booking: Mapped[Booking | None] = relationship()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own declaration
