"""Who waits for a run, in order; asked under the run's lock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import or_, select

from courses_app.bookings.models import STILL_WAITING, WaitingParty
from courses_app.bookings.operations.offers import Offer
from courses_app.bookings.rules import InLine, OthersWait, Sharing, share_out
from courses_app.foundation.db import session


def sharing_of(run_id: int, *, free: int, smaller_may_pass: bool) -> Sharing:
    """Who of the waiting parties gets the free seats of a run."""
    line = servable(run_id, free=free, smaller_may_pass=smaller_may_pass)
    return share_out(line, free=free, smaller_may_pass=smaller_may_pass)


def servable(run_id: int, *, free: int, smaller_may_pass: bool) -> Sequence[InLine]:
    """So much of the line as can matter to so many free seats."""
    query = (
        select(WaitingParty.id, WaitingParty.wanted, WaitingParty.accepts_part)
        .where(WaitingParty.run_id == run_id, STILL_WAITING)
        .order_by(WaitingParty.id)
    )
    if smaller_may_pass:
        query = query.where(or_(WaitingParty.accepts_part, WaitingParty.wanted <= free))
    else:
        query = query.limit(free + 1)
    return [InLine(*row) for row in session.execute(query)]


def has_room_for(offer: Offer, *, free: int, wanted: int, now: datetime) -> bool:
    """Whether somebody who comes now may take so many seats, after all those who wait and can still be served.

    Where no offer can be made any more before booking closes, the seats are anybody's.
    """
    if wanted > free:
        return False
    if offer.stands_until(now=now) is None:
        return True
    sharing = sharing_of(offer.run_id, free=free, smaller_may_pass=offer.smaller_may_pass)
    return sharing.leaves_room_for(wanted)


def check_nobody_before(offer: Offer, *, free: int, wanted: int, on: date | None = None, now: datetime) -> None:
    """Raises OthersWait (R-23b, R-26); `on` names the date where there are several."""
    if wanted > 0 and not has_room_for(offer, free=free, wanted=wanted, now=now):
        raise OthersWait(on=on)
