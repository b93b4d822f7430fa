"""The answer to a request: approved, it goes on like any order of that instant; declined, its seats are free again."""

from __future__ import annotations

from datetime import datetime

from flask_babel import force_locale

from courses_app.bookings import documents, emails
from courses_app.bookings.models import Booking
from courses_app.bookings.operations.locks import locked_booking
from courses_app.bookings.operations.moves import move_booking, move_seats
from courses_app.bookings.operations.order import bill_or_settle
from courses_app.bookings.rules import (
    REQUEST_UNANSWERED,
    AnsweredAlready,
    BookingMove,
    BookingStatus,
    ReasonMissing,
    RequestIsOver,
    SeatMove,
    check_unnamed,
)
from courses_app.foundation import matters
from courses_app.foundation.audit import SYSTEM, Actor
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.payments.models import PaymentMethod


def approve(*, booking: Booking, by: Actor, now: datetime) -> Booking:
    """The request is an order from now on: its invoice, its days to pay and its mail; one approved before stays as is.

    Prices and rules are those that were shown when it was sent. Raises AnsweredAlready, RequestIsOver, NamesNeeded.
    """
    booking = locked_booking(booking.id)
    if booking.status in (BookingStatus.ORDERED, BookingStatus.PAID) and booking.requested_at is not None:
        return booking
    if booking.status is not BookingStatus.REQUESTED:
        raise AnsweredAlready()
    if _is_over(booking, now=now):
        raise RequestIsOver(min(run.booking_closes_at for run in booking.runs))
    for seat in booking.unnamed:
        check_unnamed(booking.naming, starts_at=seat.run.starts_at, now=now)
    payable = documents.payable_once_approved(booking, booking.payment_method or PaymentMethod.NONE, now=now)
    booking.ordered_at, booking.pay_until = now, payable.pay_until
    booking.terms = documents.terms_with_payment(booking, payable)
    move_booking(booking, BookingMove.APPROVE, by=by, now=now)
    bill_or_settle(booking, payable, by=by, now=now)
    emails.approved(booking, now=now)
    return booking


def decline(*, booking: Booking, reason: str, by: Actor, now: datetime) -> Booking:
    """The request is refused, with a reason that who sent it reads; one declined before stays as it is.

    Raises ReasonMissing and AnsweredAlready.
    """
    if not reason.strip():
        raise ReasonMissing()
    booking = locked_booking(booking.id)
    if booking.declined_at is not None:
        return booking
    if booking.status is not BookingStatus.REQUESTED:
        raise AnsweredAlready()
    _end(booking, reason=reason.strip(), by=by, now=now)
    return booking


def look_after_request(booking_id: int, *, now: datetime) -> bool:
    """What the clock does with an unanswered request, looked at again under the lock; safe to repeat.

    Booking has closed: it ends, and who sent it is told. The day of the answer is over: the office is told, no more.
    """
    booking = locked_booking(booking_id)
    if booking.status is not BookingStatus.REQUESTED or booking.answer_by_on is None:
        return False
    if _is_over(booking, now=now):
        with force_locale(booking.language):
            reason = documents.request_closed()
        _end(booking, reason=reason, by=SYSTEM, now=now)
        return True
    if booking.answer_by_on >= day_of(now):
        return False
    matters.open_matter(kind=REQUEST_UNANSWERED, subject=("booking", booking.reference), now=now, by=SYSTEM)
    return True


def _is_over(booking: Booking, *, now: datetime) -> bool:
    """Whether booking has closed for one of its runs; of all or none of them it is a request."""
    return any(run.booking_closes_at <= now for run in booking.runs)


def _end(booking: Booking, *, reason: str, by: Actor, now: datetime) -> None:
    booking.declined_at = booking.closed_at = now
    booking.closed_reason = reason
    move_booking(booking, BookingMove.DECLINE, by=by, now=now, detail={"reason": reason})
    move_seats(booking.live_seats, SeatMove.CANCEL, by=by, now=now)
    session.flush()
    emails.declined(booking, now=now)
