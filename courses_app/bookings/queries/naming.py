"""Seats that wait for a name: of a booking, of runs, and what the clock must do about them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from courses_app.bookings.models import Booking, BookingStatus, Seat
from courses_app.bookings.queries.seats import KEPT, live
from courses_app.bookings.rules import check_nameable, check_unnamed
from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.rules import DayKind, NamingTerms, UnnamedSeats
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.foundation.outbox import OutboxMessage
from courses_app.foundation.refusal import Refusal

AT_ONCE = NamingTerms(0, DayKind.CALENDAR, UnnamedSeats.GIVEN_UP)  # seats that are kept, but not ordered without names


@dataclass(frozen=True)
class Waiting:
    """The seats of a booking in one run that wait for a name, and until when they may be named."""

    booking: Booking
    run: CourseRun
    seats: Sequence[Seat]
    terms: NamingTerms

    @property
    def until_on(self) -> date:
        return self.terms.until(run_day=day_of(self.run.starts_at))

    @property
    def remind_on(self) -> date | None:
        """The day from which who booked is reminded; None where the course sends no reminder."""
        days = self.run.course.naming_reminder_days
        return self.until_on - timedelta(days=days) if days else None

    @property
    def reminder_key(self) -> str:
        """Names the reminder: another last day (the run was moved) has another reminder."""
        return f"booking:{self.booking.reference}:naming_reminder:{self.run.reference}:{self.until_on}"

    @property
    def kept_key(self) -> str:
        """Names the mail that seats are kept without a name."""
        return f"booking:{self.booking.reference}:unnamed_kept:{self.run.reference}:{self.until_on}"

    def needed_now(self, *, now: datetime) -> Refusal | None:
        """Why they can't be ordered without names, if they can't."""
        try:
            check_unnamed(self.booking.naming, starts_at=self.run.starts_at, now=now)
        except Refusal as refusal:
            return refusal
        return None

    def against(self, *, now: datetime, office: bool) -> Refusal | None:
        """Why they can't be named now, if they can't."""
        order, starts_at = self.booking.standing, self.run.starts_at
        try:
            check_nameable(order, self.terms, starts_at=starts_at, now=now, office=office)
        except Refusal as refusal:
            return refusal
        return None


def waiting_in(booking: Booking) -> list[Waiting]:
    """The seats of a booking without a name, run by run."""
    terms = booking.naming or (AT_ONCE if booking.status is BookingStatus.HELD else None)
    seats = sorted(booking.unnamed, key=lambda seat: (seat.run.starts_at, seat.run_id, seat.position))
    if terms is None:
        return []
    return [Waiting(booking, run, list(found), terms) for run, found in groupby(seats, key=lambda seat: seat.run)]


def bookings_unnamed(*, now: datetime) -> Sequence[Booking]:
    """Orders with seats without a name in runs that have not begun, with all that the clock asks about them."""
    waiting = (
        select(Seat.booking_id)
        .join(Seat.run)
        .where(Seat.person_id.is_(None), Seat.status.in_(KEPT), CourseRun.starts_at > now)
    )
    return session.scalars(
        select(Booking)
        .options(selectinload(Booking.seats).joinedload(Seat.run).joinedload(CourseRun.course))
        .where(Booking.id.in_(waiting))
        .order_by(Booking.id)
    ).all()


def naming_reminders(bookings: Iterable[Booking], *, now: datetime) -> list[Waiting]:
    """Of whose seats who booked is to be reminded now; not again, and not of an order younger than the reminder."""
    due = [one for one in _ordered(bookings) if _is_due(one, today=day_of(now))]
    told = _sent({one.reminder_key for one in due})
    return [one for one in due if one.reminder_key not in told]


def naming_over(bookings: Iterable[Booking], *, now: datetime) -> list[Waiting]:
    """Whose seats without a name have had their time, and nothing was done about it yet; the run has not begun."""
    over = [one for one in _ordered(bookings) if one.until_on < day_of(now) and now < one.run.starts_at]
    told = _sent({one.kept_key for one in over if one.terms.unnamed is UnnamedSeats.KEPT})
    return [one for one in over if one.kept_key not in told]


def unnamed_by_run(run_ids: Collection[int], *, now: datetime) -> dict[int, int]:
    """How many live seats of each run have no name; runs without any are not there. One statement."""
    rows = session.execute(
        select(Seat.run_id, func.count())
        .where(Seat.run_id.in_(run_ids), Seat.person_id.is_(None), live(now=now))
        .group_by(Seat.run_id)
    )
    return {row[0]: row[1] for row in rows}


def _ordered(bookings: Iterable[Booking]) -> Iterator[Waiting]:
    for booking in bookings:
        if booking.ordered_at is not None:
            yield from waiting_in(booking)


def _is_due(one: Waiting, *, today: date) -> bool:
    ordered_at = one.booking.ordered_at
    if one.remind_on is None or ordered_at is None:
        return False
    return day_of(ordered_at) < one.remind_on <= today <= one.until_on


def _sent(keys: Collection[str]) -> set[str | None]:
    if not keys:
        return set()
    return set(session.scalars(select(OutboxMessage.dedupe_key).where(OutboxMessage.dedupe_key.in_(keys))))
