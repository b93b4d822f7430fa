"""By when an unpaid order is to be paid, once its runs are on other days: never later than before."""

from __future__ import annotations

from datetime import datetime

from courses_app.bookings.documents import payable_of, terms_with_payment
from courses_app.bookings.models import Booking
from courses_app.bookings.operations.seats import bill_anew
from courses_app.bookings.rules import Payable
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.payments.models import PaymentMethod


def pay_before_runs(booking: Booking, *, by: Actor, now: datetime) -> bool:
    """A run came nearer: a transfer is due as if it were ordered now, if that is earlier; whether it was billed anew.

    A payment page is open for minutes only and stays as it is; the booking is locked.
    """
    invoice = booking.invoice
    if invoice is None or booking.payment_method is not PaymentMethod.BANK_TRANSFER:
        return False
    way = payable_of(booking, booking.payment_method, now=now)
    earlier = invoice.due_on is not None and way.due_on is not None and way.due_on < invoice.due_on
    if earlier:
        bill_anew(booking, by=by, now=now)
        booking.terms = terms_with_payment(booking, way)
    due_no_later(booking, way)
    return earlier


def due_no_later(booking: Booking, way: Payable) -> None:
    """The days of an unpaid transfer are those of `way` where they are earlier, and it lapses before its first run."""
    if booking.invoice is None:
        return
    invoice = booking.invoice
    invoice.due_on = min(filter(None, (invoice.due_on, way.due_on)), default=None)
    invoice.grace_until_on = min(filter(None, (invoice.grace_until_on, way.grace_until_on)), default=None)
    booking.pay_until = min(filter(None, (booking.pay_until, way.pay_until, booking.first_run.starts_at)))
    session.flush()
