"""Leaving the waiting list: of one's own will, by the office, or because booking has closed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from courses_app.bookings import emails
from courses_app.bookings.models import WaitingParty
from courses_app.bookings.operations.locks import lock_runs
from courses_app.bookings.operations.parties import close_line, close_party, move_party
from courses_app.bookings.rules import (
    BOOKING_CLOSED,
    CALLED_OFF,
    IN_LINE,
    PartyMove,
    PartyState,
    ReasonMissing,
)
from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.rules import RunStatus
from courses_app.foundation.audit import SYSTEM, Actor
from courses_app.foundation.db import session
from courses_app.foundation.lifecycle import MoveNotAllowed


def leave_waiting_list(*, party: WaitingParty, by: Actor, now: datetime) -> WaitingParty:
    """The party gives its place up; one that has ended comes back as it is.

    Offers it has got stay until they are ordered or declined. Raises MoveNotAllowed where all have an offer.
    """
    party = _locked(party)
    if party.state is PartyState.OFFERED:
        raise MoveNotAllowed(party.state, PartyMove.LEAVE)
    if party.state in IN_LINE:
        move_party(party, PartyMove.LEAVE, by=by, now=now)
        session.flush()
    return party


def remove_from_line(*, party: WaitingParty, reason: str, by: Actor, now: datetime) -> WaitingParty:
    """The office takes a party off the list and tells it why.

    Raises ReasonMissing, and MoveNotAllowed for one that no longer waits (an offer is cancelled as a booking).
    """
    if not reason.strip():
        raise ReasonMissing()
    party = _locked(party)
    if party.state is not PartyState.WAITING:
        raise MoveNotAllowed(party.state, PartyMove.CLOSE)
    close_party(party, reason=reason.strip(), by=by, now=now)
    session.flush()
    emails.waiting_closed(party, words=party.ended_reason, now=now)
    return party


def end_line(run_id: int, *, now: datetime) -> int:
    """Booking has closed, or the run is off: nobody waits in vain. Looks again under the lock; returns how many."""
    lock_runs([run_id])
    run = session.get_one(CourseRun, run_id, populate_existing=True)
    if run.status is RunStatus.PUBLISHED and now < run.booking_closes_at:
        return 0
    reason = CALLED_OFF if run.status is RunStatus.CALLED_OFF else BOOKING_CLOSED
    return close_line(run, reason=reason, by=SYSTEM, now=now)


def _locked(party: WaitingParty) -> WaitingParty:
    lock_runs([party.run_id])
    return session.scalars(
        select(WaitingParty).where(WaitingParty.id == party.id).execution_options(populate_existing=True)
    ).one()
