"""Bookings, seats, and the history of each seat."""

from __future__ import annotations

from dataclasses import astuple
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, bindparam, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses_app.accounts.models import Organization, Person
from courses_app.bookings.models.events import BookingFee, SeatEvent
from courses_app.bookings.rules import LIVE_SEATS, BookingStatus, FullName, SeatStatus, Standing
from courses_app.catalogue.models import Course, CourseRun, FeeAudience
from courses_app.catalogue.rules import ChangeTerms, NamingTerms
from courses_app.foundation.db import Base, choice
from courses_app.foundation.documents import StoredDocument
from courses_app.foundation.yen import TaxCategory, Yen
from courses_app.payments.models import Invoice, PaymentMethod

LIVE = text("status IN ('held', 'ordered', 'confirmed')")
PENDING = text("pending_price IS NOT NULL")
UNNAMED = text("person_id IS NULL AND status IN ('held', 'ordered', 'confirmed')")


class Booking(Base):
    """One order of an organization. Whether a hold has run out is derived from `hold_until`, not stored."""

    __tablename__ = "bookings"
    __table_args__ = (
        UniqueConstraint("organization_id", "form_token"),
        Index(None, "status", "hold_until"),
        CheckConstraint("total >= 0", name="total"),
        Index(None, "status", "pay_until"),
        CheckConstraint(
            "status = 'held' OR status = 'expired' OR requested_at IS NOT NULL OR ordered_at IS NOT NULL "
            "OR closed_at IS NOT NULL",
            name="ordered",
        ),
        CheckConstraint("status <> 'requested' OR answer_by_on IS NOT NULL AND ordered_at IS NULL", name="requested"),
        CheckConstraint("status <> 'ordered' OR pay_until IS NOT NULL", name="pay_until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    booked_by_person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    form_token: Mapped[str]  # of the form that was sent: the same form sent twice books once
    status: Mapped[BookingStatus] = mapped_column(choice(BookingStatus, "status"))
    payment_method: Mapped[PaymentMethod | None] = mapped_column(choice(PaymentMethod, "payment_method"))
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoices.id"), unique=True)
    language: Mapped[str] = mapped_column(default="ja")
    total: Mapped[Yen]
    terms: Mapped[dict[str, Any] | None]  # the six items as shown on the last page before ordering, frozen
    held_at: Mapped[datetime]
    hold_until: Mapped[datetime]
    pay_until: Mapped[datetime | None]  # an order unpaid at this instant lapses: grace of a transfer, end of a checkout
    needs_approval: Mapped[bool] = mapped_column(default=False)  # as its course said when the seats were kept
    requested_at: Mapped[datetime | None]
    answer_by_on: Mapped[date | None]  # the day by which the office promised to answer
    declined_at: Mapped[datetime | None]
    ordered_at: Mapped[datetime | None]  # of a request: when it was approved
    paid_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_reason: Mapped[str] = mapped_column(default="")
    waiting_party_id: Mapped[int | None] = mapped_column(ForeignKey("waiting_parties.id"))  # whose offer it is

    organization: Mapped[Organization] = relationship()
    booked_by: Mapped[Person] = relationship()
    invoice: Mapped[Invoice | None] = relationship()
    seats: Mapped[list[Seat]] = relationship(back_populates="booking", order_by="Seat.position")
    fees: Mapped[list[BookingFee]] = relationship(order_by="BookingFee.id")
    supplements: Mapped[list[Supplement]] = relationship(order_by="Supplement.id")

    @property
    def course(self) -> Course:
        """One order is for one course, on one date or several."""
        return self.seats[0].run.course

    @property
    def runs(self) -> list[CourseRun]:
        """The runs of those it is for, in order of their start."""
        return [run for run, _seats in self.by_run]

    @property
    def first_run(self) -> CourseRun:
        """The earliest of them: it decides by when money is due."""
        return self.runs[0]

    @property
    def by_run(self) -> list[tuple[CourseRun, list[Seat]]]:
        """Whom it is for, by their runs, in order of start."""
        seats = sorted(self.attending, key=lambda seat: (seat.run.starts_at, seat.run_id, seat.position))
        return [(run, list(of_run)) for run, of_run in groupby(seats, key=lambda seat: seat.run)]

    @property
    def live_seats(self) -> list[Seat]:
        """The seats that nobody has given back or lost."""
        return [seat for seat in self.seats if seat.status in LIVE_SEATS]

    @property
    def attending(self) -> list[Seat]:
        """Whom the booking is for: the live seats; of one that has ended, those it ended with."""
        return self.live_seats or self.seats

    @property
    def change_terms(self) -> ChangeTerms | None:
        """The rules of change it was ordered under; None for orders from before there were any."""
        kept = (self.terms or {}).get("changes")
        return ChangeTerms.of_data(kept) if kept else None

    @property
    def standing(self) -> Standing:
        """How it stands, as far as changes depend on it."""
        return Standing(self.status, self.total, self.change_terms, self.paid_at, self.closed_at, self.answer_by_on)

    def note_moved(self, run: CourseRun, *, was_on: date) -> None:
        """We moved a run of this order: its fees may count from the day it was ordered for, the first of several."""
        if self.terms is not None:
            kept = {run.reference: was_on.isoformat(), **self.terms.get("moved_from", {})}
            self.terms = {**self.terms, "moved_from": kept}

    def moved_from(self, run: CourseRun) -> date | None:
        """The day of a run as it was ordered; None where we have not moved it since."""
        kept = (self.terms or {}).get("moved_from", {}).get(run.reference)
        return date.fromisoformat(kept) if kept else None

    def note_name(self, seat: Seat, name: FullName | None) -> None:
        """By which name corrections of an ordered seat are measured; None once somebody else has the seat."""
        if self.terms is not None:
            others = {key: kept for key, kept in self.terms.get("names", {}).items() if key != seat.reference}
            self.terms = {**self.terms, "names": {**others, seat.reference: astuple(name)} if name else others}

    def name_ordered(self, seat: Seat) -> FullName | None:
        """The name of a seat as it was ordered; None where it was not corrected since."""
        kept = (self.terms or {}).get("names", {}).get(seat.reference)
        return FullName(*kept) if kept else None

    @property
    def unnamed(self) -> list[Seat]:
        """Its live seats without a name."""
        return [seat for seat in self.live_seats if seat.person_id is None]

    @property
    def naming(self) -> NamingTerms | None:
        """The rule for seats without a name: as it was ordered; before the order, as the course says now."""
        if self.terms is None:
            return self.course.naming
        kept = self.terms.get("naming")
        return NamingTerms.of_data(kept) if kept else None

    @property
    def address(self) -> str:
        """Where mails about it go."""
        return self.booked_by.email or self.organization.contact_email


class Seat(Base):
    """One attendee's place in one run. The name is copied as the booker confirmed it; none while it follows."""

    __tablename__ = "seats"
    __table_args__ = (
        UniqueConstraint("booking_id", "position"),
        Index("uq_seats_live_person", "run_id", "person_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_seats_run_live", "run_id", "status", "hold_until", sqlite_where=LIVE, postgresql_where=LIVE),
        Index(None, "person_id"),
        Index("ix_seats_unnamed", "booking_id", sqlite_where=UNNAMED, postgresql_where=UNNAMED),
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint("list_price IS NULL OR list_price >= price", name="list_price"),
        CheckConstraint("pending_price >= 0", name="pending_price"),
        CheckConstraint("discount >= 0", name="discount"),
        Index("ix_seats_pending", "booking_id", sqlite_where=PENDING, postgresql_where=PENDING),
        CheckConstraint("(person_id IS NULL) = (family_name = '')", name="named"),
        CheckConstraint("person_id IS NOT NULL OR ticket_document_id IS NULL", name="ticket"),
        CheckConstraint("status <> 'held' OR hold_until IS NOT NULL", name="hold_until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"))
    run_id: Mapped[int] = mapped_column(ForeignKey("course_runs.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    position: Mapped[int]
    status: Mapped[SeatStatus] = mapped_column(choice(SeatStatus, "status"))
    hold_until: Mapped[datetime | None]  # a copy of the booking's, so that counting seats reads one table
    family_name: Mapped[str]
    given_name: Mapped[str]
    family_name_kana: Mapped[str]
    given_name_kana: Mapped[str]
    born_on: Mapped[date | None]
    email: Mapped[str | None]
    role_code: Mapped[str | None]
    price: Mapped[Yen]  # what is asked for it, as shown when it was kept, or moved
    list_price: Mapped[Yen | None]  # without an early price; None of seats from before there were any
    discount: Mapped[Yen] = mapped_column(default=Yen(0))  # what a voucher code has taken off
    pending_price: Mapped[Yen | None]  # before a code, once a claimed supporting membership is verified
    fee_audience: Mapped[FeeAudience] = mapped_column(choice(FeeAudience, "fee_audience"))
    tax_category: Mapped[TaxCategory] = mapped_column(choice(TaxCategory, "tax_category"))
    ticket_document_id: Mapped[int | None] = mapped_column(ForeignKey("stored_documents.id"))

    booking: Mapped[Booking] = relationship(back_populates="seats")
    run: Mapped[CourseRun] = relationship()
    person: Mapped[Person | None] = relationship()
    ticket: Mapped[StoredDocument | None] = relationship()
    events: Mapped[list[SeatEvent]] = relationship(order_by="SeatEvent.id")

    @property
    def attendee(self) -> Person:
        """Whose seat it is, where it has a name."""
        assert self.person is not None
        return self.person

    @property
    def full_name(self) -> str:
        """Empty while the name follows."""
        return f"{self.family_name} {self.given_name}".strip()

    @property
    def full_name_kana(self) -> str:
        return f"{self.family_name_kana} {self.given_name_kana}".strip()

    @property
    def regular(self) -> Yen:
        """What it would cost at the regular fee of who booked it."""
        return Yen(self.price + self.discount) if self.list_price is None else self.list_price

    @property
    def is_reduced(self) -> bool:
        """Whether it costs less than that."""
        return self.price < self.regular

    @property
    def own_address(self) -> str | None:
        """Where the attendee's own mails go; None where the booker's are enough, or no address is known."""
        return self.email if self.email and self.email != self.booking.address else None

    @property
    def hears_of_a_move(self) -> bool:
        """Whether the attendee has an address, and a seat that is more than held for some minutes."""
        return self.own_address is not None and self.status in (SeatStatus.ORDERED, SeatStatus.CONFIRMED)


# A condition that says it as the partial indexes do: a prepared plan can't use them while the states are parameters.
LIVING = Seat.__table__.c.status.in_(
    bindparam("living", LIVE_SEATS, type_=Seat.__table__.c.status.type, expanding=True, literal_execute=True)
)


class Supplement(Base):
    """An additional invoice: what a seat of a paid booking came to cost more by moving. Unpaid, it is a debt.

    A seat has at most one that is open: the next change of the seat replaces it by one over what is owed then.
    """

    __tablename__ = "booking_supplements"
    __table_args__ = (CheckConstraint("fee >= 0", name="fee"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"), index=True)
    seat_id: Mapped[int] = mapped_column(ForeignKey("seats.id"), index=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"), unique=True)
    fee: Mapped[Yen]  # how much of it is for moving; the rest is the difference of prices

    seat: Mapped[Seat] = relationship()
    invoice: Mapped[Invoice] = relationship()

    @property
    def is_open(self) -> bool:
        """Whether its money is still awaited."""
        return self.invoice.cancelled_at is None and not self.invoice.is_paid
