"""What staff look at before they act: the trail of a booking, and what calling a run off would mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import contains_eager

from courses_app.accounts.models import Organization, Person
from courses_app.bookings.models import Booking, MoveQuestion, Seat
from courses_app.bookings.queries.bookings import in_state, lines
from courses_app.bookings.queries.seats import live
from courses_app.bookings.rules import BookingStatus
from courses_app.catalogue.models import CourseRun
from courses_app.foundation.audit import AuditEntry
from courses_app.foundation.db import session
from courses_app.foundation.paging import Page, paged
from courses_app.foundation.text import search_key
from courses_app.payments.models import Invoice

FIRST_BITE = 500  # rows of a file read at once


@dataclass(frozen=True)
class Wanted:
    """Which bookings: `run` and `organization` are references; `words` find references and names."""

    state: BookingStatus | None = None
    run: str = ""
    organization: str = ""
    words: str = ""


def trail_of(booking: Booking) -> Sequence[AuditEntry]:
    """Everything the audit trail says about a booking, its seats, questions and all its invoices, oldest first."""
    seats = [seat.reference for seat in booking.seats]
    its = or_(Invoice.id == booking.invoice_id, Invoice.order_reference == booking.reference)
    invoices = session.scalars(select(Invoice.reference).where(its)).all()
    return session.scalars(
        select(AuditEntry)
        .where(
            or_(
                and_(AuditEntry.subject_kind == "booking", AuditEntry.subject_reference == booking.reference),
                and_(AuditEntry.subject_kind == "question", AuditEntry.subject_reference.in_(_questions_of(booking))),
                and_(AuditEntry.subject_kind == "invoice", AuditEntry.subject_reference.in_(invoices)),
                and_(AuditEntry.subject_kind == "seat", AuditEntry.subject_reference.in_(seats)),
            )
        )
        .order_by(AuditEntry.id)
    ).all()


def _questions_of(booking: Booking) -> Select[str]:
    return select(MoveQuestion.reference).where(MoveQuestion.booking_id == booking.id)


def seats_of_run(run: CourseRun, *, now: datetime) -> Sequence[Seat]:
    """The live seats of a run with booking and organization, by reading: for the office's list."""
    return session.scalars(
        select(Seat)
        .join(Seat.booking)
        .options(
            contains_eager(Seat.booking).joinedload(Booking.organization),
            contains_eager(Seat.booking).joinedload(Booking.booked_by),
        )
        .where(Seat.run_id == run.id, live(now=now))
        .order_by(Seat.family_name_kana, Seat.given_name_kana, Seat.id)
    ).all()


def office_page(wanted: Wanted, *, number: int, now: datetime) -> Page[Booking]:
    """Bookings of all organizations, the latest first."""
    return paged(_matching(wanted, now=now), number=number)


def office_rows(wanted: Wanted, *, now: datetime) -> Iterator[Booking]:
    """All of them for a file, read piece by piece."""
    query = _matching(wanted, now=now)
    rows = session.scalars(query.limit(FIRST_BITE)).unique().all()
    while rows:
        yield from rows
        rows = session.scalars(query.where(Booking.id < rows[-1].id).limit(FIRST_BITE)).unique().all()


def _matching(wanted: Wanted, *, now: datetime) -> Select[Booking]:
    query = lines().join(Booking.organization).order_by(Booking.id.desc())
    if wanted.state is not None:
        query = query.where(in_state(wanted.state, now=now))
    if wanted.run:
        query = query.where(Booking.seats.any(Seat.run.has(CourseRun.reference == wanted.run)))
    if wanted.organization:
        query = query.where(Organization.reference == wanted.organization)
    return query.where(*(_found(word) for word in wanted.words.split()))


def _found(word: str) -> ColumnElement[bool]:
    key = search_key(word)
    return or_(
        Booking.reference == word.upper(),
        Organization.search_key.contains(key, autoescape=True),
        Booking.seats.any(Seat.person.has(Person.search_key.contains(key, autoescape=True))),
    )
