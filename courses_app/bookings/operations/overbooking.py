"""People beyond the capacity: only by staff, only with a reason; a row says who allowed how many, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update

from courses_app.bookings.models import STILL_WAITING, Booking, Overbooking, WaitingParty
from courses_app.bookings.operations.crowd import Crowd
from courses_app.bookings.operations.offers import Offer
from courses_app.bookings.rules import over_by
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session


@dataclass(frozen=True)
class ByOffice:
    """What staff alone may ask for: why to seat people though there is no room, or others wait; a hold of hours."""

    beyond: str = ""
    long: bool = False


NOT_BY_OFFICE = ByOffice()


def allow_beyond(
    booking: Booking, *, offer: Offer, crowd: Crowd, wanted: int, reason: str, by: Actor, now: datetime
) -> None:
    """Note what the office gave this booking beyond the capacity, and that whoever waits was passed (INV-1, INV-17)."""
    over = over_by(wanted=wanted, taken=crowd.taken, capacity=offer.capacity)
    if over:
        row = Overbooking(
            run_id=offer.run_id, booking_id=booking.id, seats=over, reason=reason, allowed_by=by.label, allowed_at=now
        )
        session.add(row)
        session.flush()
        detail = {"booking": booking.reference, "seats": over, "reason": reason}
        audit.record(by=by, now=now, action="run.overbooked", subject=("run", offer.run_reference), detail=detail)
    if crowd.somebody_waits:
        passed = update(WaitingParty).where(WaitingParty.run_id == offer.run_id, STILL_WAITING)
        session.execute(passed.values(skipped_reason=reason))
