"""The office books for an organization whose coordinator is on the telephone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from courses_app.accounts.models import Organization, Person
from courses_app.bookings import emails
from courses_app.bookings.models import Booking
from courses_app.bookings.operations.hold import hold_seats
from courses_app.bookings.operations.order import order
from courses_app.bookings.operations.overbooking import ByOffice
from courses_app.bookings.rules import AttendeeFacts
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.payments.models import PaymentMethod


@dataclass(frozen=True)
class Call:
    """Who called and what was said; whether it is an order already; why people may sit beyond the capacity, if so."""

    caller: str
    note: str
    ordered: bool
    beyond: str


def book_by_telephone(
    *,
    organization: Organization,
    run: CourseRun,
    attendees: Sequence[AttendeeFacts],
    form_token: str,
    contact: Person,
    call: Call,
    by: Actor,
    now: datetime,
) -> Booking:
    """Keep the seats in the name of the organization's `contact`, who gets the mails, and order them if so agreed.

    An order is paid by transfer. Seats that are only kept wait for the coordinator as long as an offer would, with a
    link by mail. Raises what `hold_seats` and `order` raise.
    """
    booking = hold_seats(
        organization=organization, run_reference=run.reference, attendees=attendees, form_token=form_token, by=by,
        booked_by=contact, now=now, key=run.link_token or "",
        office=ByOffice(call.beyond.strip(), long=not call.ordered),
    )  # fmt: skip
    if booking.held_at != now:
        return booking  # the same form once more
    detail = {"caller": call.caller, "note": call.note, "contact": contact.full_name}
    audit.record(by=by, now=now, action="telephone.booked", subject=("booking", booking.reference), detail=detail)
    session.flush()
    session.expire(booking)
    if not call.ordered:
        emails.kept_for_you(booking, now=now)
        return booking
    method = PaymentMethod.BANK_TRANSFER if booking.total else PaymentMethod.NONE
    return order(
        booking=booking, payment_method=method, stripe_enabled=False, language=booking.language, by=by, now=now
    )
