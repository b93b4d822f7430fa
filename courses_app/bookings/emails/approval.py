"""What is said about requests: to who sent them, and to the office that answers."""

from __future__ import annotations

from datetime import datetime

from courses_app.bookings.emails.orders import address_of, confirmed, to_booker
from courses_app.bookings.models import Booking
from courses_app.foundation.clock import day_of
from courses_app.foundation.outbox import queue_mail
from courses_app.payments.queries import issuer_on


def requested(booking: Booking, *, now: datetime) -> None:
    """The request is in: by when it is answered, and that nothing is to be paid yet; the office has one to answer."""
    to_booker("requested", booking, key="requested", now=now)
    page = address_of(f"/office/bookings/{booking.reference}")
    queue_mail(
        "bookings/requested_office",
        to=issuer_on(day_of(now)).email,
        subject=("booking", booking.reference),
        facts={"booking": booking, "by_run": booking.by_run, "address": page},
        dedupe_key=f"booking:{booking.reference}:requested_office",
        now=now,
    )


def approved(booking: Booking, *, now: datetime) -> None:
    """The office has said yes: how and by when to pay; a free one is confirmed at once."""
    if booking.invoice is None:
        confirmed(booking, now=now)
    else:
        to_booker("approved", booking, key="approved", now=now)


def declined(booking: Booking, *, now: datetime) -> None:
    """The office has said no, and why; or nobody answered in time."""
    to_booker("declined", booking, key="declined", now=now)
