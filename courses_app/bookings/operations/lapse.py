"""What has run out: holds nobody ordered, orders nobody paid."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from courses_app.bookings import emails
from courses_app.bookings.models import Booking, Seat
from courses_app.bookings.operations.locks import locked_booking
from courses_app.bookings.operations.moves import move_booking, move_seats
from courses_app.bookings.queries import is_part_brought
from courses_app.bookings.rules import BookingMove, BookingStatus, SeatMove, SeatStatus
from courses_app.foundation.audit import SYSTEM, Actor
from courses_app.foundation.db import session
from courses_app.payments.operations import cancel_invoice


def lapse_run_out_holds(run_id: int, *, now: datetime) -> int:
    """Write down that the run's run-out holds are over, on all their dates; the caller has locked the run.

    Returns how many bookings.
    """
    run_out = select(Seat.booking_id).where(
        Seat.run_id == run_id, Seat.status == SeatStatus.HELD, Seat.hold_until <= now
    )
    bookings = session.scalars(
        select(Booking)
        .options(selectinload(Booking.seats))
        .where(Booking.id.in_(run_out), Booking.status == BookingStatus.HELD)  # asked again once its row is ours
        .order_by(Booking.id)
        .with_for_update(of=Booking)
        .execution_options(populate_existing=True)
    ).all()
    for booking in bookings:
        _lapse(booking, now=now)
    session.flush()
    return len(bookings)


def lapse_hold(booking_id: int, *, now: datetime) -> bool:
    """The sweep of one hold: looks again under the lock, for it may have been ordered meanwhile (R-08)."""
    booking = locked_booking(booking_id)
    if booking.status is not BookingStatus.HELD or booking.hold_until > now:
        return False
    _lapse(booking, now=now)
    return True


def lapse_order(booking_id: int, *, now: datetime) -> bool:
    """Give up an order that nobody paid in time: its seats are free, its invoice void, the payer told.

    Looks again under the lock: money may have come, or a payment page been opened meanwhile (R-08).
    """
    booking = locked_booking(booking_id)
    overdue = booking.pay_until is not None and booking.pay_until <= now
    if booking.status is not BookingStatus.ORDERED or not overdue or booking.invoice is None:
        return False
    # Nobody loses seats over a bank's fee: the office decides.
    if booking.invoice.is_part_paid or is_part_brought(booking):
        return False
    _lapse(booking, now=now)
    cancel_invoice(invoice=booking.invoice, by=SYSTEM, now=now)
    emails.expired(booking, now=now)
    return True


def give_up_if_over(booking: Booking, *, by: Actor, now: datetime) -> None:
    """A locked order that nobody paid before one of its dates had ended: it lapses as the sweep would have it."""
    over = any(seat.run.ends_at <= now for seat in booking.live_seats)
    if booking.status is not BookingStatus.ORDERED or not over or booking.invoice is None:
        return
    _lapse(booking, now=now)
    cancel_invoice(invoice=booking.invoice, by=by, now=now)
    emails.expired(booking, now=now)


def _lapse(booking: Booking, *, now: datetime) -> None:
    booking.closed_at = now
    move_booking(booking, BookingMove.LAPSE, by=SYSTEM, now=now)
    move_seats(booking.live_seats, SeatMove.LAPSE, by=SYSTEM, now=now)
