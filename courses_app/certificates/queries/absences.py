"""Seats to which nobody came, as closed rosters tell it, and those for which that was settled by mistake."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import joinedload

from courses_app.bookings.models import Absence, Booking, Seat
from courses_app.bookings.rules import BookingStatus, SeatStatus
from courses_app.catalogue.models import CourseRun, Venue
from courses_app.catalogue.rules import RunStatus
from courses_app.foundation.db import session
from courses_app.foundation.outbox import OutboxMessage
from courses_app.rosters.models import Roster, RosterEntry
from courses_app.rosters.rules import Outcome

SETTLED_WITHIN = timedelta(hours=1)  # the worker does it within seconds
ABSENCE = "absence:"  # with the seat's reference: the mail of an absence is owed once
STANDS = exists().where(Absence.seat_id == Seat.id, Absence.taken_back_at.is_(None))


def next_absence(*, now: datetime, without: Collection[str] = ()) -> Seat | None:
    """The next seat to which nobody came, and for which that is not settled; references in `without` left out."""
    return session.scalars(_first(absence_due(now), without)).first()


def next_mistake(*, now: datetime, without: Collection[str] = ()) -> Seat | None:
    """The next seat that was settled as absent, though its roster says by now that somebody came."""
    return session.scalars(_first(mistake_due(now), without)).first()


def absence_due(now: datetime) -> ColumnElement[bool]:
    """Final, absent (or never named, so that nobody could come), and not settled."""
    return _final(now) & ((RosterEntry.outcome == Outcome.ABSENT) | Seat.person_id.is_(None)) & ~STANDS


def mistake_due(now: datetime) -> ColumnElement[bool]:
    """Final, not absent, and yet settled as absent."""
    return _final(now) & (RosterEntry.outcome != Outcome.ABSENT) & STANDS


def is_due_of(seat: Seat, due: ColumnElement[bool]) -> bool:
    """Whether it is still so; asked again under the lock."""
    return session.scalar(_joined(select(Seat.id)).where(Seat.id == seat.id, due)) is not None


def absences_broken(*, now: datetime) -> Iterator[str]:
    """INV-8: some time after a roster was closed, the absent are settled, and nobody else. INV-14: with a mail."""
    long_ago = Roster.closed_at <= now - SETTLED_WITHIN
    for reference in session.scalars(_seats(absence_due(now - SETTLED_WITHIN) & long_ago)):
        yield f"INV-8: nobody came to seat {reference}, and that was never settled"
    for reference in session.scalars(_seats(mistake_due(now - SETTLED_WITHIN) & long_ago)):
        yield f"INV-8: somebody came to seat {reference}, which is settled as absent"
    told = exists().where(OutboxMessage.dedupe_key.startswith(ABSENCE + Seat.reference + ":"))
    back = exists().where(Absence.seat_id == Seat.id, Absence.refund > 0)
    for reference in session.scalars(_seats(back & ~told)):
        yield f"INV-14: part of the price of seat {reference} goes back, and no mail tells of it"


def _seats(which: ColumnElement[bool]) -> Select[str]:
    return _joined(select(Seat.reference)).where(which).order_by(Seat.id)


def _final(now: datetime) -> ColumnElement[bool]:
    """The run was held and is over, its roster is closed, and the seat is one that was paid for."""
    return (
        Roster.closed_at.is_not(None)
        & (CourseRun.status == RunStatus.PUBLISHED)
        & (CourseRun.ends_at <= now)
        & (Seat.status == SeatStatus.CONFIRMED)
        & (Booking.status == BookingStatus.PAID)
    )


def _first(due: ColumnElement[bool], without: Collection[str]) -> Select[Seat]:
    query = _joined(select(Seat)).where(due).order_by(Roster.closed_at, Seat.id).limit(1)
    if without:
        query = query.where(Seat.reference.not_in(without))
    run = joinedload(Seat.run)
    return query.options(
        joinedload(Seat.booking).joinedload(Booking.organization),
        run.joinedload(CourseRun.course),
        run.joinedload(CourseRun.venue).joinedload(Venue.prefecture),
    )


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.join(Booking, Booking.id == Seat.booking_id)
        .join(CourseRun, CourseRun.id == Seat.run_id)
        .join(Roster, Roster.run_id == CourseRun.id)
        .outerjoin(RosterEntry, RosterEntry.seat_id == Seat.id)
    )
