"""Those who wait for seats, and those who wait for a date."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, bindparam, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses_app.accounts.models import Organization, Person
from courses_app.bookings.models.seats import Booking
from courses_app.bookings.rules import BookingStatus, PartyState
from courses_app.catalogue.models import Course, CourseRun
from courses_app.foundation.db import Base, choice

WAITING = text("state = 'waiting'")


class WaitingParty(Base):
    """A form of attendees that found no room. They wait in the order of their `id`, given under the run's lock."""

    __tablename__ = "waiting_parties"
    __table_args__ = (
        UniqueConstraint("organization_id", "form_token"),
        Index("ix_waiting_parties_line", "run_id", "id", sqlite_where=WAITING, postgresql_where=WAITING),
        Index(None, "run_id"),
        CheckConstraint("wanted >= 0", name="wanted"),
        CheckConstraint("state <> 'waiting' OR wanted > 0", name="waiting"),
        CheckConstraint("state NOT IN ('offered', 'served') OR wanted = 0", name="offered"),
        CheckConstraint("(state IN ('waiting', 'offered')) = (ended_at IS NULL)", name="ended"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("course_runs.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    booked_by_person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    form_token: Mapped[str]
    state: Mapped[PartyState] = mapped_column(choice(PartyState, "state"))
    accepts_part: Mapped[bool]
    wanted: Mapped[int]  # seats still waited for: attendees without a booking
    language: Mapped[str] = mapped_column(default="ja")
    joined_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str] = mapped_column(default="")  # a word of `LINE_ENDS`, or what the office wrote
    skipped_reason: Mapped[str] = mapped_column(default="")  # why somebody behind was served first (INV-17)

    run: Mapped[CourseRun] = relationship()
    organization: Mapped[Organization] = relationship()
    booked_by: Mapped[Person] = relationship()
    attendees: Mapped[list[WaitingAttendee]] = relationship(back_populates="party", order_by="WaitingAttendee.position")
    offers: Mapped[list[Booking]] = relationship(order_by="Booking.id", viewonly=True)

    @property
    def address(self) -> str:
        """Where mails about it go."""
        return self.booked_by.email or self.organization.contact_email

    @property
    def shown_as(self) -> str:
        """Its state in a word; of one whose offers went to the office as requests, how these stand.

        `requested` while one waits for its answer, `declined` where all were, `left` where they were withdrawn.
        """
        asked = [one for one in self.offers if one.requested_at] if self.state is PartyState.SERVED else []
        if not asked or any(one.ordered_at for one in self.offers):
            return self.state.value
        if any(one.status is BookingStatus.REQUESTED for one in asked):
            return "requested"
        return "declined" if any(one.declined_at for one in asked) else PartyState.LEFT.value

    @property
    def named(self) -> list[WaitingAttendee]:
        """Those of whom it is known who they are."""
        return [one for one in self.attendees if one.person_id is not None]

    @property
    def unnamed(self) -> int:
        """For how many names follow."""
        return len(self.attendees) - len(self.named)

    def open_offers(self, *, now: datetime) -> list[Booking]:
        """Seats that are kept for the party and can be ordered."""
        return [one for one in self.offers if one.status is BookingStatus.HELD and one.hold_until > now]


class WaitingAttendee(Base):
    """One of a waiting party, with the name as the form gave it, or none while it follows; `booking_id` is the offer
    made for them."""

    __tablename__ = "waiting_attendees"
    __table_args__ = (
        UniqueConstraint("party_id", "position"),
        Index(None, "person_id"),
        Index(None, "booking_id"),
        CheckConstraint("(person_id IS NULL) = (family_name = '')", name="named"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("waiting_parties.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))  # None while the name follows
    position: Mapped[int]
    family_name: Mapped[str]
    given_name: Mapped[str]
    family_name_kana: Mapped[str]
    given_name_kana: Mapped[str]
    born_on: Mapped[date | None]
    email: Mapped[str | None]
    role_code: Mapped[str | None]
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("bookings.id"))

    party: Mapped[WaitingParty] = relationship(back_populates="attendees")

    @property
    def full_name(self) -> str:
        return f"{self.family_name} {self.given_name}".strip()

    @property
    def full_name_kana(self) -> str:
        return f"{self.family_name_kana} {self.given_name_kana}".strip()


# The same for the line of a run, so that its partial index is found.
STILL_WAITING = WaitingParty.__table__.c.state == bindparam(
    "still_waiting", PartyState.WAITING, type_=WaitingParty.__table__.c.state.type, literal_execute=True
)


class RunAlert(Base):
    """Demand without a date: the organization wants to hear when a run of the course opens at the place."""

    __tablename__ = "run_alerts"
    __table_args__ = (UniqueConstraint("organization_id", "course_id", "place"), Index(None, "course_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    asked_by_person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    place: Mapped[str]  # `any`, `online`, or the code of a region or a prefecture
    language: Mapped[str] = mapped_column(default="ja")
    asked_at: Mapped[datetime]

    organization: Mapped[Organization] = relationship()
    asked_by: Mapped[Person] = relationship()
    course: Mapped[Course] = relationship()

    @property
    def address(self) -> str:
        """Where its mails go."""
        return self.asked_by.email or self.organization.contact_email


class RunAlertTold(Base):
    """A run of which an alert has told, or that was in the timetable before somebody asked: once is enough."""

    __tablename__ = "run_alerts_told"
    __table_args__ = (Index(None, "run_id"),)

    alert_id: Mapped[int] = mapped_column(ForeignKey("run_alerts.id", ondelete="CASCADE"), primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("course_runs.id"), primary_key=True)
