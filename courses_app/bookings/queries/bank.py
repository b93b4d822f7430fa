"""What late money may still be for: orders given up because nobody paid them in time (R-07)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, select

from courses_app.bookings.models import Booking
from courses_app.bookings.rules import BookingStatus
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.payments.models import Invoice
from courses_app.payments.queries.books import books
from courses_app.payments.rules.banking import Books, OpenInvoice

STILL_REMEMBERED = timedelta(days=90)  # money that comes later than that is matched by hand


def books_now(*, now: datetime) -> Books:
    """What lines of statements are held against."""
    return books(today=day_of(now), lapsed=lapsed_orders(now=now))


def lapsed_orders(*, now: datetime) -> list[OpenInvoice]:
    """The invoices of orders that were given up lately."""
    given_up = or_(Booking.closed_at.is_(None), Booking.closed_at >= now - STILL_REMEMBERED)
    rows = session.execute(
        select(
            Invoice.reference, Invoice.number, Invoice.order_reference, Invoice.organization_id, Invoice.total,
            Invoice.due_on,
        )
        .join(Booking, Booking.invoice_id == Invoice.id)
        .where(Booking.status == BookingStatus.EXPIRED, Invoice.cancelled_at.is_not(None), Invoice.total > 0, given_up)
    ).all()  # fmt: skip
    return [
        OpenInvoice(row[0], row[3], row[4], row[5], tuple(filter(None, (row[0], row[1], row[2]))), lapsed=True)
        for row in rows
    ]
