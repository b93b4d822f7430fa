"""Lists of attendees that are not booked yet."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses_app.accounts.models import Organization, Person
from courses_app.bookings.models.seats import Booking, Seat
from courses_app.bookings.models.waiting import WaitingParty
from courses_app.bookings.rules import BookingStatus, hold_has_run_out
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
    hold_id: Mapped[int | None] = mapped_column(ForeignKey("bookings.id"))  # seats kept while it is mended, the latest
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("bookings.id"))
    version: Mapped[int] = mapped_column(default=1)

    run: Mapped[CourseRun] = relationship()
    organization: Mapped[Organization] = relationship()
    created_by: Mapped[Person] = relationship()
    hold: Mapped[Booking | None] = relationship(foreign_keys=hold_id)
    booking: Mapped[Booking | None] = relationship(foreign_keys=booking_id)
    parts: Mapped[list[ListPart]] = relationship(
        back_populates="draft", order_by="ListPart.id", cascade="all, delete-orphan", passive_deletes=True
    )

    def kept(self, *, now: datetime) -> Booking | None:
        """The booking that keeps seats for its rows; None where none are kept, or no more."""
        return self.hold if self.kept_seats(now=now) else None

    def kept_seats(self, *, now: datetime) -> list[Seat]:
        """The seats that are kept for its rows; of those ordered meanwhile without names, which still have none."""
        hold = self.hold
        if hold is None or hold_has_run_out(hold.status, hold.hold_until, now=now):
            return []
        return hold.live_seats if hold.status is BookingStatus.HELD else hold.unnamed

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own declaration


class ListPart(Base):
    """Rows that left a list before the others: for seats (a booking), or for places in a line (a party).

    `version` is that of the list when somebody decided it: the same press again finds what it made (R-42).
    """

    __tablename__ = "list_parts"
    __table_args__ = (
        UniqueConstraint("booking_id"),
        UniqueConstraint("party_id"),
        Index(None, "draft_id"),
        CheckConstraint("(booking_id IS NULL) <> (party_id IS NULL)", name="one"),
        CheckConstraint("people > 0", name="people"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("attendee_drafts.id", ondelete="CASCADE"))
    version: Mapped[int]
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("bookings.id"))
    party_id: Mapped[int | None] = mapped_column(ForeignKey("waiting_parties.id"))
    people: Mapped[int]
    left_at: Mapped[datetime]

    draft: Mapped[AttendeeDraft] = relationship(back_populates="parts")
    booking: Mapped[Booking | None] = relationship()
    party: Mapped[WaitingParty | None] = relationship()
