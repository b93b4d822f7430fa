"""Other people, fewer or more of them, while the seats are only held: the old hold ends and a new one begins."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from sqlalchemy import select

from courses_app.accounts.models import Person
from courses_app.bookings import documents
from courses_app.bookings.models import Booking
from courses_app.bookings.operations.cancel import cancel
from courses_app.bookings.operations.hold import GivenUp, hold_seats, of_same_form
from courses_app.bookings.operations.locks import locked_booking
from courses_app.bookings.operations.people import people_for
from courses_app.bookings.operations.vouchers import use_voucher
from courses_app.bookings.queries import estimate_behind, voucher_of
from courses_app.bookings.rules import AttendeeFacts, BookingStatus, HoldChanged, OfferIsForThem
from courses_app.bookings.rules.vouchers import VoucherRefused
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session


def change_attendees(
    *,
    booking: Booking,
    attendees: Sequence[AttendeeFacts],
    form_token: str,
    by: Actor,
    booked_by: Person,
    language: str,
    now: datetime,
) -> Booking:
    """Give the held seats back and keep new ones, both or neither: if not all find a seat, the old hold stays as it is.

    Whoever names no run sits in the first of the old hold. All runs are locked at once, and as many seats as were held
    stay the organization's though others wait, but then no longer than the old hold would have kept them. The same form
    sent again gives the same booking (R-42); another form for a hold that was changed, ordered or given back meanwhile
    is refused. A voucher code goes along as far as it is left.
    Raises HoldChanged, OfferIsForThem (of the waiting list), and as `hold_seats`.
    """
    old = locked_booking(booking.id, also=[one.run for one in attendees if one.run])
    made = select(Booking).where(Booking.organization_id == old.organization_id, Booking.form_token == form_token)
    if (known := session.scalars(made).one_or_none()) is not None:
        people = people_for(old.organization_id, attendees)
        runs = [one.run or old.first_run.reference for one in attendees]
        return of_same_form(known, zip(runs, (one.person_id for one in people), strict=True))
    if old.waiting_party_id is not None:
        raise OfferIsForThem()
    if old.ordered_at is not None or old.status not in (BookingStatus.HELD, BookingStatus.EXPIRED):
        raise HoldChanged()
    ended = old.status is BookingStatus.HELD
    voucher = voucher_of(old)
    first, given_up = old.first_run.reference, GivenUp.of(old, now=now)
    if ended:
        cancel(booking=old, by=by, now=now)
    new = hold_seats(
        organization=old.organization, run_reference=first, attendees=attendees, form_token=form_token, by=by,
        booked_by=booked_by, language=language, now=now, given_up=given_up, quote=estimate_behind(old),
    )  # fmt: skip
    if ended:
        old.closed_reason = documents.continued_as(old, new)
    if voucher is not None:
        with suppress(VoucherRefused):
            use_voucher(booking=new, code=voucher.code, by=by, now=now)
    return new
