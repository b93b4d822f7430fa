"""What must hold of absences (INV-8): they are as the order's terms say, and refunds and the seat's events tell it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from courses_app.bookings.models import Absence, Booking, Seat, SeatEvent
from courses_app.bookings.queries.absences import absence_key, refunds_of
from courses_app.bookings.rules import SeatMove, SeatStatus, kept_if_absent
from courses_app.foundation.db import session
from courses_app.foundation.yen import total
from courses_app.payments.models import RefundStatus


def not_kept() -> ColumnElement[int]:
    """What of the prices of each booking's seats is not kept, because nobody came to them."""
    found = select(func.sum(Absence.refund)).where(Absence.booking_id == Booking.id, Absence.taken_back_at.is_(None))
    return func.coalesce(found.correlate(Booking).scalar_subquery(), 0)


def absences_broken() -> Iterator[str]:
    """A line for each absence that is not what it should be."""
    every = select(Absence).options(joinedload(Absence.seat).joinedload(Seat.booking)).order_by(Absence.id)
    number: Counter[int] = Counter()
    for absence in session.scalars(every):
        number[absence.seat_id] += 1
        yield from _wrong(absence)
        if absence.taken_back_at is None and absence.refund:
            yield from _refunds_differ(absence, absence_key(absence.seat, number[absence.seat_id]))
    for reference in session.scalars(_told_otherwise()):
        yield f"the events of seat {reference} do not tell of its absence"


def _wrong(absence: Absence) -> Iterator[str]:
    seat = absence.seat
    kept = kept_if_absent(seat.booking.change_terms, seat.price)
    if (absence.kept, absence.refund) != (kept, seat.price - kept):
        yield f"what is kept for the absence of seat {seat.reference} is not what its terms say"
    if absence.booking_id != seat.booking_id:
        yield f"the absence of seat {seat.reference} is another booking's"
    if absence.taken_back_at is None and seat.status is not SeatStatus.CONFIRMED:
        yield f"seat {seat.reference} is settled as absent but not confirmed"


def _refunds_differ(absence: Absence, key: str) -> Iterator[str]:
    back = total(one.amount for one in refunds_of(key) if one.status is not RefundStatus.WITHDRAWN)
    if back != absence.paid_back:
        yield f"seat {absence.seat.reference}: {absence.paid_back} yen go back for its absence, its refunds say {back}"


def _told_otherwise() -> Select[str]:
    """Each absence has its event, and each that was taken back another one."""
    concerned = select(SeatEvent.seat_id).where(SeatEvent.move.in_((SeatMove.MISS, SeatMove.ATTEND)))
    settled = _count(func.count(), Absence.seat_id)
    taken_back = _count(func.count(Absence.taken_back_at), Absence.seat_id)
    return (
        select(Seat.reference)
        .where(Seat.id.in_(concerned.union(select(Absence.seat_id))))
        .where(or_(settled != _events(SeatMove.MISS), taken_back != _events(SeatMove.ATTEND)))
        .order_by(Seat.id)
    )


def _events(move: SeatMove) -> ColumnElement[int]:
    return _count(func.count(), SeatEvent.seat_id, SeatEvent.move == move)


def _count(
    what: ColumnElement[int], of_seat: InstrumentedAttribute[int], *which: ColumnElement[bool]
) -> ColumnElement[int]:
    return select(what).where(of_seat == Seat.id, *which).correlate(Seat).scalar_subquery()
