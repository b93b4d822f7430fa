"""Seats to which nobody came: what was settled for them, and the refunds of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import joinedload

from courses_app.bookings.models import Absence, Booking, Seat
from courses_app.catalogue.models import CourseRun
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen
from courses_app.payments.models import Refund


def standing_absence(seat: Seat) -> Absence | None:
    """What was settled for a seat, unless it was taken back."""
    return session.scalars(
        select(Absence).where(Absence.seat_id == seat.id, Absence.taken_back_at.is_(None))
    ).one_or_none()


def absence_key(seat: Seat, number: int) -> str:
    """The cause of the refund of a seat's absence, the first or a later one."""
    return f"absence:{seat.reference}:{number}"


def absences_counted(seat: Seat) -> int:
    """How often an absence was settled for a seat, also where it was taken back."""
    return session.scalar(select(func.count()).where(Absence.seat_id == seat.id)) or 0


def was_absent(seat: Seat) -> bool:
    """Whether an absence was ever settled for it."""
    return session.scalar(select(exists().where(Absence.seat_id == seat.id))) or False


def refunds_of(key: str) -> Sequence[Refund]:
    """The refunds of one cause: from the order's invoice, and from additional ones."""
    parts = (Refund.key.startswith(f"{key}{sign}", autoescape=True) for sign in ":+")
    its = or_(Refund.key == key, *parts)
    return session.scalars(select(Refund).options(joinedload(Refund.invoice)).where(its).order_by(Refund.id)).all()


def absences_of(booking: Booking, *, now: datetime) -> Sequence[Absence]:
    """What was settled for its seats, oldest first; nothing is asked before one of its runs is over."""
    if all(seat.run.ends_at > now for seat in booking.seats):
        return []
    return session.scalars(select(Absence).where(Absence.booking_id == booking.id).order_by(Absence.id)).all()


def absences_in(run: CourseRun) -> tuple[int, Yen]:
    """Of how many people of a run a part of the price is not kept, and how many yen that is."""
    count, amount = session.execute(
        select(func.count(), func.sum(Absence.refund))
        .join(Absence.seat)
        .where(Seat.run_id == run.id, Absence.taken_back_at.is_(None), Absence.refund > 0)
    ).one()
    return count, Yen(int(amount or 0))
