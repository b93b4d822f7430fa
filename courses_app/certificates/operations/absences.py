"""What becomes of a seat to which nobody came, once that is final; and of one of which that was said by mistake."""

from __future__ import annotations

from datetime import datetime

from courses_app.bookings import operations as bookings
from courses_app.bookings.models import Seat
from courses_app.bookings.operations.locks import locked_booking
from courses_app.certificates import emails, queries
from courses_app.foundation import matters
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session


def settle_absence(*, seat: Seat, by: Actor, now: datetime) -> bool:
    """Settle the price of an absent seat and tell its organization; False if that is no longer due.

    Who writes or reopens the roster waits for the run's lock, which is taken with the booking's. Where there is neither
    money to give back nor a certificate to miss, nobody is written to.
    """
    locked_booking(seat.booking_id)
    if not queries.is_due_of(seat, queries.absence_due(now)):
        return False
    absence = bookings.settle_absence(seat=seat, by=by, now=now)
    if absence is None:
        return False
    if absence.refund or (seat.person_id is not None and seat.run.course.issues_certificate):
        emails.absent(absence, now=now)
    _done(seat, by=by, now=now)
    return True


def take_back_absence(*, seat: Seat, by: Actor, now: datetime) -> bool:
    """The roster was corrected: what was to go back does not, and its organization is told; False if no longer due."""
    locked_booking(seat.booking_id)
    if not queries.is_due_of(seat, queries.mistake_due(now)):
        return False
    taken_back = bookings.take_back_absence(seat=seat, by=by, now=now)
    if taken_back is None:
        return False
    if taken_back.absence.refund:
        emails.attended(taken_back, now=now)
    _done(seat, by=by, now=now)
    return True


def put_off_absence(*, seat: Seat, reason: str, by: Actor, now: datetime) -> None:
    """Note that an absence could not be settled, or taken back: it is tried again later, and staff see why."""
    detail = {"reason": reason, "run": seat.run.reference, "booking": seat.booking.reference,
              "tried_at": now.isoformat()}  # fmt: skip
    subject = ("seat", seat.reference)
    matters.open_matter(kind=queries.ABSENCE_FAILED, subject=subject, now=now, by=by, detail=detail).detail = detail
    session.flush()


def _done(seat: Seat, *, by: Actor, now: datetime) -> None:
    if (matter := queries.matter_of(queries.ABSENCE_FAILED, seat)) is not None:
        matters.settle(matter, by=by, now=now, note="settled")
    session.flush()
