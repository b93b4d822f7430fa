"""Who waits for a run, in order; asked under the run's lock."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Select, Subquery, func, or_, select

from courses_app.bookings.models import LIVING, STILL_WAITING, Booking, Seat, WaitingAttendee, WaitingParty
from courses_app.bookings.operations.offers import Offer
from courses_app.bookings.rules import BookingStatus, InLine, OthersWait, Sharing, share_out
from courses_app.foundation.db import session

S = TypeVar("S", bound=Select[*tuple[Any, ...]])
NOT_SURE = (BookingStatus.HELD, BookingStatus.REQUESTED)  # may run out, or be declined
SURE = (BookingStatus.ORDERED, BookingStatus.PAID)


def sharing_of(run_id: int, *, free: int, smaller_may_pass: bool) -> Sharing:
    """Who of the waiting parties gets the free seats of a run."""
    line = servable(run_id, free=free, smaller_may_pass=smaller_may_pass)
    return share_out(line, free=free, smaller_may_pass=smaller_may_pass)


def servable(run_id: int, *, free: int, smaller_may_pass: bool) -> Sequence[InLine]:
    """So much of the line as can matter to so many free seats; who holds a seat already wants none, but waits on."""
    holding = holding_in(run_id)
    wanted = WaitingParty.wanted - func.coalesce(holding.c.people, 0)
    query = (
        select(WaitingParty.id, wanted, WaitingParty.accepts_part)
        .outerjoin(holding, holding.c.party_id == WaitingParty.id)
        .where(WaitingParty.run_id == run_id, STILL_WAITING, wanted > 0)
        .order_by(WaitingParty.id)
    )
    served = or_(WaitingParty.accepts_part, wanted <= free)
    query = query.where(served) if smaller_may_pass else query.limit(free + 1)
    return [InLine(*row) for row in session.execute(query)]


def holding_in(run_id: int) -> Subquery:
    """How many people of each party have a seat of the run by another booking that is not ordered (or approved) yet.

    Their place is kept, for such a seat may be lost: but as long as they have it they can't be offered another.
    """
    people = _with_seat(select(WaitingAttendee.party_id, func.count().label("people")), run_id, NOT_SURE)
    return people.group_by(WaitingAttendee.party_id).subquery()


def seated_of(run_id: int) -> dict[WaitingParty, list[tuple[WaitingAttendee, int]]]:
    """Those who wait though they have got a seat by another order, with the booking it is of, by their parties."""
    found: dict[WaitingParty, list[tuple[WaitingAttendee, int]]] = {}
    query = _with_seat(select(WaitingAttendee, Seat.booking_id), run_id, SURE).order_by(WaitingAttendee.id)
    for attendee, booking_id in session.execute(query).all():
        found.setdefault(attendee.party, []).append((attendee, booking_id))
    return found


def _with_seat(query: S, run_id: int, states: Collection[BookingStatus]) -> S:
    """Of those who wait for the run, who has a seat in it by a booking in one of these states."""
    return (
        query.join(WaitingAttendee.party)
        .join(Seat, (Seat.run_id == run_id) & (Seat.person_id == WaitingAttendee.person_id) & LIVING)
        .join(Seat.booking)
        .where(
            WaitingParty.run_id == run_id,
            STILL_WAITING,
            WaitingAttendee.booking_id.is_(None),
            Booking.status.in_(states),
        )
    )


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
