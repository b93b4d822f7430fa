"""The only place that assigns the state of a waiting party, and what moves it: its offers, and the end of the line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from courses_app.bookings import emails
from courses_app.bookings.emails import Whereabouts
from courses_app.bookings.models import Booking, WaitingAttendee, WaitingParty
from courses_app.bookings.rules import IN_LINE, PARTY, BookingMove, BookingStatus, PartyMove, PartyState
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session

FOLLOWS = {
    BookingMove.ORDER: PartyMove.SERVE,
    BookingMove.REQUEST: PartyMove.SERVE,
    BookingMove.CANCEL: PartyMove.LEAVE,
    BookingMove.LAPSE: PartyMove.LAPSE,
}  # what a party does when its last open offer makes this move, and none of it waits any more


def move_party(
    party: WaitingParty, move: PartyMove, *, by: Actor, now: datetime, detail: dict[str, Any] | None = None
) -> None:
    """One step of a party's life. Raises MoveNotAllowed."""
    before = party.state
    party.state = PARTY.after(before, move)
    if party.state not in IN_LINE:
        party.ended_at = now
    audit.record(
        by=by,
        now=now,
        action=f"waiting.{move.value}",
        subject=("waiting", party.reference),
        before=before.value,
        after=party.state.value,
        detail=detail,
    )


def follow_offer(booking: Booking, move: BookingMove, *, by: Actor, now: datetime) -> None:
    """What becomes of a party when its offer was ordered, declined or ran out; the caller has locked the run.

    Who was offered seats and does not take them no longer waits; the others of the party keep their place, or their
    own offer.
    """
    party = session.get_one(WaitingParty, booking.waiting_party_id, populate_existing=True)
    if party.state not in IN_LINE:
        return
    step = FOLLOWS.get(move)
    if step is not None and party.state is PartyState.OFFERED and not offer_is_open(party, but=booking):
        move_party(party, step, by=by, now=now, detail={"booking": booking.reference})
    if move is BookingMove.LAPSE:
        emails.offer_lapsed(party, booking=booking, now=now)


def close_line(run: CourseRun, *, reason: str, words: str = "", by: Actor, now: datetime) -> int:
    """Nobody waits for the run any more; who had no offer is told here, who had one hears of their booking.

    `reason` is one of `LINE_ENDS`; `words` are what people wrote about it. Returns how many parties.
    """
    parties = in_line(run.id)
    for party in parties:
        waited = party.state is PartyState.WAITING
        close_party(party, reason=reason, by=by, now=now)
        if waited:
            emails.waiting_closed(party, words=words, now=now)
    session.flush()
    return len(parties)


def close_party(party: WaitingParty, *, reason: str, by: Actor, now: datetime) -> None:
    """The house ends a party's waiting. Raises MoveNotAllowed."""
    party.ended_reason = reason
    move_party(party, PartyMove.CLOSE, by=by, now=now, detail={"reason": reason})


def tell_line_of_move(run: CourseRun, *, before: Whereabouts, now: datetime) -> None:
    """The run is at another time or place: those who wait keep their places, and are told."""
    for party in in_line(run.id):
        if party.state is PartyState.WAITING:
            emails.waiting_moved(party, before=before, now=now)


def in_line(run_id: int, *, states: Iterable[PartyState] = IN_LINE) -> list[WaitingParty]:
    """Everybody who waits for the run or has an offer, in order of arrival; the caller has locked the run."""
    return list(
        session.scalars(
            select(WaitingParty)
            .options(joinedload(WaitingParty.organization), joinedload(WaitingParty.booked_by))
            .where(WaitingParty.run_id == run_id, WaitingParty.state.in_(list(states)))
            .order_by(WaitingParty.id)
            .execution_options(populate_existing=True)
        )
    )


def offer_is_open(party: WaitingParty, *, but: Booking | None = None) -> bool:
    """Whether seats are kept for somebody of the party; the run is locked."""
    others = select(Booking.id).where(
        Booking.id.in_(select(WaitingAttendee.booking_id).where(WaitingAttendee.party_id == party.id)),
        Booking.id != (but.id if but is not None else 0),
        Booking.status == BookingStatus.HELD,
    )
    return session.scalar(others.limit(1)) is not None
