"""What is said about requests: to who sent them, and to the office that answers."""

from __future__ import annotations

from datetime import datetime

from courses_app.bookings.emails.orders import address_of, confirmed, to_booker, to_office
from courses_app.bookings.models import Booking


def requested(booking: Booking, *, now: datetime) -> None:
    """The request is in: by when it is answered, and that nothing is to be paid yet; the office has one to answer."""
    to_booker("requested", booking, key="requested", now=now)
    page = address_of(f"/office/bookings/{booking.reference}")
    to_office("requested_office", booking, key="requested_office", now=now, by_run=booking.by_run, address=page)


def approved(booking: Booking, *, now: datetime) -> None:
    """The office has said yes: how and by when to pay; a free one is confirmed at once."""
    if booking.invoice is None:
        confirmed(booking, now=now)
    else:
        to_booker("approved", booking, key="approved", now=now)


def declined(booking: Booking, *, now: datetime) -> None:
    """The office has said no, and why; or nobody answered in time."""
    to_booker("declined", booking, key="declined", now=now)
