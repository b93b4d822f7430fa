"""What must hold of additional invoices (INV-4): asked of a paid booking alone, one for a seat, of the same booking."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, func, or_, select

from courses_app.bookings.models import Booking, Seat, Supplement
from courses_app.bookings.queries.supplements import OPEN
from courses_app.bookings.rules import BookingStatus
from courses_app.foundation.db import session
from courses_app.payments.models import Invoice
from courses_app.payments.queries import STILL_OWED

PAID_ONCE = (BookingStatus.PAID, BookingStatus.CANCELLED, BookingStatus.REFUNDED)


def open_of_bookings() -> ColumnElement[int]:
    """The debt of each booking: additional invoices whose money has not come, and its own if that was taken back."""
    owed = select(func.coalesce(func.sum(STILL_OWED), 0))
    added = owed.join(Supplement, Supplement.invoice_id == Invoice.id).where(Supplement.booking_id == Booking.id, OPEN)
    own = owed.where(Invoice.id == Booking.invoice_id, OPEN)
    return added.correlate(Booking).scalar_subquery() + own.correlate(Booking).scalar_subquery()


def supplements_broken() -> Iterator[str]:
    """A line for each additional invoice that should not be there, or not so."""
    of_debts = select(Booking.reference, Seat.reference).join(Supplement, Supplement.booking_id == Booking.id)
    of_debts = of_debts.join(Seat, Seat.id == Supplement.seat_id).join(Invoice, Invoice.id == Supplement.invoice_id)
    for booking, seat in session.execute(of_debts.where(OPEN, Booking.status.not_in(PAID_ONCE))):
        yield f"seat {seat} is billed in addition though booking {booking} is not paid"
    several = of_debts.where(OPEN).group_by(Booking.reference, Seat.reference).having(func.count() > 1)
    for _booking, seat in session.execute(several):
        yield f"seat {seat} has several open additional invoices"
    elsewhere = or_(Seat.booking_id != Booking.id, Invoice.order_reference != Booking.reference)
    for booking, seat in session.execute(of_debts.where(elsewhere)):
        yield f"an additional invoice of booking {booking} is for seat {seat} or an order of another one"
