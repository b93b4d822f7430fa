"""Giving seats back: by the organization before it has paid, by the office at any time, or with the whole run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from courses_app.bookings import emails
from courses_app.bookings.models import Booking, MoveQuestion, Seat
from courses_app.bookings.operations.asking import RUN_CALLED_OFF, supersede
from courses_app.bookings.operations.lapse import lapse_run_out_holds
from courses_app.bookings.operations.locks import locked_booking, locked_bookings_in
from courses_app.bookings.operations.moves import move_booking, move_seats
from courses_app.bookings.operations.parties import close_line
from courses_app.bookings.operations.seats import take_out
from courses_app.bookings.operations.supplements import owe_back
from courses_app.bookings.rules import (
    CALLED_OFF,
    BookingMove,
    BookingStatus,
    CancelByOffice,
    CancelBySeat,
    ReasonMissing,
    RunIsOver,
    RunNotOffered,
    SeatMove,
    TooLateToCancel,
)
from courses_app.catalogue import operations as catalogue
from courses_app.catalogue import queries as catalogue_queries
from courses_app.catalogue.models import CourseRun
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen
from courses_app.payments.operations import cancel_invoice

ENDED = (BookingStatus.CANCELLED, BookingStatus.EXPIRED, BookingStatus.REFUNDED)


def cancel(*, booking: Booking, by: Actor, now: datetime) -> Booking:
    """The organization gives its seats back, at no charge; a booking that has ended comes back as it is.

    Raises CancelByOffice or CancelBySeat once money was received, TooLateToCancel, and MoveNotAllowed.
    """
    booking = locked_booking(booking.id)
    if booking.status in ENDED:
        return booking
    _check_not_begun(booking, office=False, now=now)
    if booking.status is BookingStatus.PAID and (booking.total > 0 or booking.supplements):
        refusal = CancelBySeat if booking.change_terms else CancelByOffice
        raise refusal(booking.paid_at, starts_at=booking.first_run.starts_at)
    ordered = booking.status is not BookingStatus.HELD
    _end(booking, reason="", by=by, now=now)
    if ordered:
        emails.cancelled(booking, refund=Yen(0), now=now)
    return booking


def cancel_by_office(*, booking: Booking, reason: str, by: Actor, now: datetime) -> Booking:
    """The office cancels; what was paid is owed back in full.

    Raises ReasonMissing, TooLateToCancel and MoveNotAllowed.
    """
    if not reason.strip():
        raise ReasonMissing()
    booking = locked_booking(booking.id)
    _check_not_begun(booking, office=True, now=now)
    refund = _end(booking, reason=reason, by=by, now=now)
    emails.cancelled(booking, refund=refund, now=now)
    return booking


def call_off(*, run: CourseRun, reason: str, by: Actor, now: datetime) -> int:
    """The run does not take place: every seat in it is cancelled, its money owed back, everybody told, the run marked.

    All in the caller's one transaction. Returns how many bookings it concerned; holds that have run out lapse and hear
    nothing. Only `rosters.operations.call_off` may call this: it knows whether certificates rest on the run. A run that
    is over took place: it stays (R-44). Raises ReasonMissing, RunIsOver and MoveNotAllowed.
    """
    if not reason.strip():
        raise ReasonMissing()
    locked = catalogue_queries.run_for_update(run.reference)
    if locked is None:
        raise RunNotOffered()
    if locked.ends_at <= now:
        raise RunIsOver(locked.ends_at)
    lapse_run_out_holds(locked.id, now=now)
    supersede(MoveQuestion.run_id == locked.id, reason=RUN_CALLED_OFF, by=by, now=now)
    close_line(locked, reason=CALLED_OFF, words=reason.strip(), by=by, now=now)
    bookings = locked_bookings_in(locked.id)
    for booking in bookings:
        concerned = [seat for seat in booking.live_seats if seat.run_id == locked.id]
        refund = _end_of_run(booking, concerned, reason=reason, by=by, now=now)
        emails.called_off(booking, locked, concerned, reason=reason, refund=refund, now=now)
    catalogue.call_off(locked, reason=reason, by=by, now=now)
    emails.called_off_instructors(locked, reason=reason, now=now)
    return len(bookings)


def _end_of_run(booking: Booking, concerned: Sequence[Seat], *, reason: str, by: Actor, now: datetime) -> Yen:
    """Only the seats of this run end; the other dates of the order stay. Returns what is owed back."""
    if len(concerned) == len(booking.live_seats):
        return _end(booking, reason=reason, by=by, now=now)
    return take_out(booking, concerned, reason=reason, by=by, now=now)


def _check_not_begun(booking: Booking, *, office: bool, now: datetime) -> None:
    if booking.status is BookingStatus.PAID and booking.first_run.starts_at <= now:
        raise TooLateToCancel(booking.first_run.starts_at, office=office)


def _end(booking: Booking, *, reason: str, by: Actor, now: datetime) -> Yen:
    """Cancel the booking and its live seats; returns what is owed back: all that the seats cost."""
    before, seats = booking.status, booking.live_seats
    booking.closed_at, booking.closed_reason = now, reason
    move_booking(booking, BookingMove.CANCEL, by=by, now=now, detail={"reason": reason} if reason else None)
    move_seats(seats, SeatMove.CANCEL, by=by, now=now)
    session.flush()
    if before is not BookingStatus.PAID:
        if booking.invoice is not None:
            cancel_invoice(invoice=booking.invoice, by=by, now=now)
        return Yen(0)
    prices = [(seat, seat.price) for seat in seats]
    return owe_back(booking, prices, reason=reason, key=f"cancelled:{booking.reference}", by=by, now=now)
