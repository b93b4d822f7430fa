"""The office has decided on a claimed supporting membership: bookings made meanwhile cost what was said they would.

Verified, what is not paid yet is asked for anew at the member fee, and of what is paid the difference goes back.
Refused, everything stays as it was billed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from courses_app.accounts.models import MemberStatus, Organization
from courses_app.bookings import documents, emails
from courses_app.bookings.models import Booking, Seat
from courses_app.bookings.operations.locks import locked_booking
from courses_app.bookings.operations.seats import bill_anew
from courses_app.bookings.operations.supplements import owe_back
from courses_app.bookings.queries import prices_if_verified
from courses_app.bookings.rules import BookingStatus
from courses_app.catalogue.models import FeeAudience
from courses_app.foundation import audit
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen, total

TOLD = (BookingStatus.REQUESTED, BookingStatus.ORDERED, BookingStatus.PAID)


def settle_membership(booking_id: int, *, now: datetime) -> bool:
    """Settle one booking whose seats wait for a decision that has been made; a second time nothing happens."""
    booking = locked_booking(booking_id)
    status = session.scalar(select(Organization.member_status).where(Organization.id == booking.organization_id))
    waiting = [seat for seat in booking.seats if seat.pending_price is not None]
    if status is MemberStatus.PENDING or not waiting:
        return False
    less, before = Yen(0), booking.status
    if status is MemberStatus.VERIFIED:
        less = _reprice(booking, prices_if_verified(booking), now=now)
    for seat in waiting:
        seat.pending_price = None
    session.flush()
    _note(booking, verified=status is MemberStatus.VERIFIED, less=less, now=now)
    if before in TOLD:
        booking.terms = documents.terms_with_prices(booking)
        emails.membership_decided(booking, verified=bool(less), less=less, paid=before is BookingStatus.PAID, now=now)
    return True


def _reprice(booking: Booking, seats: Mapping[Seat, tuple[Yen, Yen]], *, now: datetime) -> Yen:
    """The seats at their member fee; how much less that is in all."""
    less = []
    for seat, (price, discount) in seats.items():
        less.append((seat, Yen(seat.price - price)))
        seat.price, seat.discount, seat.list_price = price, discount, Yen(price + discount)
        seat.pending_price, seat.fee_audience = None, FeeAudience.MEMBER
    session.flush()
    if booking.status is BookingStatus.PAID:
        with force_locale(booking.language):
            reason = _("Supporting membership verified")
        key = f"membership:{booking.reference}:{now.isoformat()}"
        owe_back(booking, less, reason=reason, key=key, by=SYSTEM, now=now)
    elif booking.live_seats:
        bill_anew(booking, by=SYSTEM, now=now)
    return total(yen for _seat, yen in less)


def _note(booking: Booking, *, verified: bool, less: Yen, now: datetime) -> None:
    state, detail = booking.status.value, {"verified": verified, "less": less}
    audit.record(
        by=SYSTEM, now=now, action="booking.membership_decided", subject=("booking", booking.reference),
        before=state, after=state, detail=detail,
    )  # fmt: skip
