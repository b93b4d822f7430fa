"""Rosters, their entries, and the minutes of each meeting."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses_app.accounts.models import Person
from courses_app.bookings.models import Seat
from courses_app.catalogue.models import CourseRun, Meeting
from courses_app.foundation.db import Base, choice
from courses_app.rosters.rules import Outcome


class Roster(Base):
    """The roster of one run; closed by a person. `pass_mark` is the course's on the day of closing, frozen with it."""

    __tablename__ = "rosters"
    __table_args__ = (
        CheckConstraint("closed_by_person_id IS NULL OR closed_at IS NOT NULL", name="closed"),
        CheckConstraint("pass_mark IS NULL OR closed_at IS NOT NULL", name="pass_mark"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("course_runs.id"), unique=True)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by_person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    pass_mark: Mapped[int | None]

    run: Mapped[CourseRun] = relationship()
    closed_by: Mapped[Person | None] = relationship()
    entries: Mapped[list[RosterEntry]] = relationship(back_populates="roster", order_by="RosterEntry.id")


class RosterEntry(Base):
    """One attendee on the day. It counts while its seat is confirmed; one whose seat is gone stays as history.

    `version` guards two people editing at once (R-41); the last of them is named by `changed_by`.
    """

    __tablename__ = "roster_entries"
    __table_args__ = (
        CheckConstraint("test_score IS NULL OR test_score BETWEEN 0 AND 100", name="test_score"),
        CheckConstraint("NOT absent OR (identity_checked_at IS NULL AND test_score IS NULL)", name="absent"),
        CheckConstraint("(outcome = 'completed') = (completed_on IS NOT NULL)", name="completed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    roster_id: Mapped[int] = mapped_column(ForeignKey("rosters.id"), index=True)
    seat_id: Mapped[int] = mapped_column(ForeignKey("seats.id"), unique=True)
    absent: Mapped[bool] = mapped_column(default=False)
    identity_checked_at: Mapped[datetime | None]
    identity_checked_by_person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    test_score: Mapped[int | None]
    remarks: Mapped[str] = mapped_column(default="")
    outcome: Mapped[Outcome | None] = mapped_column(choice(Outcome, "outcome"), index=True)
    completed_on: Mapped[date | None]
    changed_at: Mapped[datetime | None]
    changed_by_person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    version: Mapped[int] = mapped_column(default=1)

    roster: Mapped[Roster] = relationship(back_populates="entries")
    seat: Mapped[Seat] = relationship()
    changed_by: Mapped[Person | None] = relationship(foreign_keys=[changed_by_person_id])
    minutes: Mapped[list[MeetingMinutes]] = relationship(order_by="MeetingMinutes.meeting_id")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class MeetingMinutes(Base):
    """Minutes of one meeting that an attendee missed, and made up (補講). No row: nothing missed."""

    __tablename__ = "meeting_minutes"
    __table_args__ = (
        UniqueConstraint("entry_id", "meeting_id"),
        CheckConstraint("missed >= 0 AND made_up >= 0 AND made_up <= missed", name="minutes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("roster_entries.id"))
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"))
    missed: Mapped[int] = mapped_column(default=0)
    made_up: Mapped[int] = mapped_column(default=0)

    meeting: Mapped[Meeting] = relationship()
