"""What the clock must do, as ids: each is looked at again in its own transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from courses_app.bookings.models import Booking, Seat
from courses_app.bookings.rules import BookingStatus, SeatStatus
from courses_app.foundation.db import session
from courses_app.payments.models import Checkout, CheckoutStatus


def holds_run_out(*, now: datetime) -> Sequence[int]:
    """Held bookings whose time is over."""
    return session.scalars(
        select(Booking.id)
        .where(Booking.status == BookingStatus.HELD, Booking.hold_until <= now)
        .order_by(Booking.hold_until)
    ).all()


def orders_unpaid(*, now: datetime) -> Sequence[int]:
    """Orders whose money did not come in time."""
    return session.scalars(
        select(Booking.id)
        .where(Booking.status == BookingStatus.ORDERED, Booking.pay_until <= now)
        .order_by(Booking.pay_until)
    ).all()


def checkouts_to_close() -> Sequence[Checkout]:
    """Payment pages still open though their booking no longer waits for money; nobody shall pay there (R-13)."""
    return session.scalars(
        select(Checkout)
        .join(Booking, Booking.invoice_id == Checkout.invoice_id)
        .where(
            Checkout.status == CheckoutStatus.OPEN,
            Checkout.external_id.is_not(None),
            Booking.status != BookingStatus.ORDERED,
        )
        .order_by(Checkout.id)
    ).all()


def seat_without_ticket(*, without: Collection[int] = ()) -> Seat | None:
    """The next confirmed seat that waits for its ticket, whole; `without` those that can't be printed now."""
    return session.scalars(
        select(Seat)
        .options(joinedload(Seat.run), joinedload(Seat.booking).joinedload(Booking.organization))
        .where(Seat.status == SeatStatus.CONFIRMED, Seat.ticket_document_id.is_(None), Seat.id.not_in(list(without)))
        .order_by(Seat.id)
        .limit(1)
    ).one_or_none()
