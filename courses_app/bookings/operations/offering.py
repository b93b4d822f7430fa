"""Offering free seats to those who wait. An offer is a booking that is held until its deadline.

Nothing is pushed: whoever frees a seat writes only that, and the worker looks which runs have free seats and a line. So
an offer can't be forgotten by a crash (R-23), and two workers offer a seat once, for each looks under the lock (R-21).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import case, false, func, or_, select, update
from sqlalchemy.orm import joinedload

from courses_app.accounts.operations.people import PersonFacts
from courses_app.bookings import emails
from courses_app.bookings.models import LIVING, Booking, Seat, WaitingAttendee, WaitingParty
from courses_app.bookings.operations.crowd import crowd_of
from courses_app.bookings.operations.hold import booking_of, write_hold
from courses_app.bookings.operations.lapse import lapse_run_out_holds
from courses_app.bookings.operations.line import holding_in, seated_of, sharing_of
from courses_app.bookings.operations.locks import lock_runs
from courses_app.bookings.operations.offers import locked_offer
from courses_app.bookings.operations.parties import move_party, offer_is_open
from courses_app.bookings.operations.people import Attending
from courses_app.bookings.operations.places import Place
from courses_app.bookings.rules import (
    HELD_ALREADY,
    SMALLER_PASSED,
    InLine,
    NoOfferNow,
    PartyMove,
    PartyState,
    PassingNeedsReason,
    TheyHoldSeats,
    TooFewFree,
    offer_until,
)
from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.rules import RunStatus
from courses_app.foundation.audit import SYSTEM, Actor
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.foundation.lifecycle import MoveNotAllowed
from courses_app.foundation.references import new_token

SPELLING = ("family_name", "given_name", "family_name_kana", "given_name_kana", "born_on", "email")


def offer_free_seats(run_id: int, *, now: datetime) -> int:
    """Offer a run's free seats to those who wait, in order; returns how many seats. Run twice, it offers once.

    None where booking closes too soon (R-20) or more seats are taken than there are (R-25).
    """
    run = _locked(run_id)
    if _stands_until(run, now=now) is None:
        return 0
    free = _free_of(run, now=now)
    if free <= 0:
        return 0
    sharing = sharing_of(run.id, free=free, smaller_may_pass=run.course.smaller_may_pass)
    for party_id, seats in sharing.given:
        _offer(run, session.get_one(WaitingParty, party_id), seats=seats, by=SYSTEM, now=now)
    if sharing.given:
        _note_passed(run.id, before=sharing.given[-1][0], served=[one for one, _ in sharing.given])
    return sum(seats for _, seats in sharing.given)


def offer_by_hand(*, party: WaitingParty, reason: str, by: Actor, now: datetime) -> Booking:
    """The office serves a party at once; those who came earlier keep their places, and the reason is kept with them.

    Raises NoOfferNow, TooFewFree, TheyHoldSeats, PassingNeedsReason, and MoveNotAllowed for one that no longer waits.
    """
    run = _locked(party.run_id)
    if _stands_until(run, now=now) is None:
        raise NoOfferNow(opens_at=run.booking_opens_at, closes_at=run.booking_closes_at)
    free = _free_of(run, now=now)
    party = session.get_one(WaitingParty, party.id, populate_existing=True)
    if party.state is not PartyState.WAITING:
        raise MoveNotAllowed(party.state, PartyMove.OFFER)
    seats = InLine(party.id, len(_without_seat(party)), party.accepts_part).served_by(max(free, 0))
    if not seats:
        raise TooFewFree(free) if _without_seat(party) else TheyHoldSeats()
    passed = _ahead(party)
    if passed and not reason.strip():
        raise PassingNeedsReason(passed)
    booking = _offer(run, party, seats=seats, by=by, now=now, reason=reason.strip())
    if passed:
        _note_passed(run.id, before=party.id, served=[party.id], why=reason.strip())
    return booking


def _locked(run_id: int) -> CourseRun:
    lock_runs([run_id])
    return session.scalars(
        select(CourseRun)
        .options(joinedload(CourseRun.course))
        .where(CourseRun.id == run_id)
        .execution_options(populate_existing=True)
    ).one()


def _stands_until(run: CourseRun, *, now: datetime) -> datetime | None:
    if run.status is not RunStatus.PUBLISHED or now < run.booking_opens_at:
        return None
    return offer_until(hours=run.course.offer_hours, closes_at=run.booking_closes_at, now=now)


def _free_of(run: CourseRun, *, now: datetime) -> int:
    """The free seats, after run-out holds were ended and those who found a seat elsewhere no longer wait for one."""
    lapse_run_out_holds(run.id, now=now)
    for party, people in seated_of(run.id).items():
        for attendee, booking_id in people:
            attendee.booking_id = booking_id
        _has_seats(party, len(people), now=now)
    session.flush()
    return run.capacity - crowd_of(run.id, now=now).taken


def _has_seats(party: WaitingParty, people: int, *, now: datetime) -> None:
    """So many of the party no longer wait; where nobody does, it has all its seats, or an open offer for some."""
    if party.wanted == people:
        step = PartyMove.OFFER if offer_is_open(party) else PartyMove.SERVE
        party.wanted = 0
        move_party(party, step, by=SYSTEM, now=now, detail={"seated": "otherwise"})
    else:
        party.wanted -= people


def _without_seat(party: WaitingParty) -> list[WaitingAttendee]:
    """Whom of the party a seat can be offered: not those who hold one of the run by another booking."""
    holding = select(Seat.person_id).where(Seat.run_id == party.run_id, LIVING)
    named = [one.person_id for one in party.named]
    held = set(session.scalars(holding.where(Seat.person_id.in_(named))))
    return [one for one in party.attendees if one.booking_id is None and one.person_id not in held]


def _offer(run: CourseRun, party: WaitingParty, *, seats: int, by: Actor, now: datetime, reason: str = "") -> Booking:
    """Hold seats for the first so many of the party until the deadline, and tell who waits."""
    offer = locked_offer(run.reference, party.organization_id, booked_on=day_of(now))
    until = offer.stands_until(now=now)
    if until is None:
        raise NoOfferNow(opens_at=run.booking_opens_at, closes_at=run.booking_closes_at)
    chosen = _without_seat(party)[:seats]
    places = [Place(offer, _attending(one)) for one in chosen]
    booking = booking_of(places, until=until, now=now)
    booking.organization_id, booking.booked_by_person_id = party.organization_id, party.booked_by_person_id
    booking.form_token, booking.language, booking.waiting_party_id = new_token(), party.language, party.id
    write_hold(booking, places=places, by=by, now=now)
    for one in chosen:
        one.booking_id = booking.id
    party.wanted -= seats
    if party.wanted == 0:
        move_party(party, PartyMove.OFFER, by=by, now=now, detail={"booking": booking.reference, "reason": reason})
    session.flush()
    emails.offered(party, booking=booking, now=now)
    return booking


def _attending(one: WaitingAttendee) -> Attending:
    facts = PersonFacts(**{name: getattr(one, name) for name in SPELLING})
    return Attending(one.person_id, facts, one.email, one.role_code)


def _ahead(party: WaitingParty) -> int:
    return (
        session.scalar(
            select(func.count()).where(
                WaitingParty.run_id == party.run_id,
                WaitingParty.state == PartyState.WAITING,
                WaitingParty.id < party.id,
            )
        )
        or 0
    )


def _note_passed(run_id: int, *, before: int, served: list[int], why: str = "") -> None:
    """Whoever came earlier and still waits was passed: the reason is kept with them, the latest one (INV-17).

    Without a reason of the office it is the rule of the course, or that they hold seats already.
    """
    held = false() if why else WaitingParty.id.in_(select(holding_in(run_id).c.party_id))
    session.execute(
        update(WaitingParty)
        .where(
            WaitingParty.run_id == run_id,
            WaitingParty.state == PartyState.WAITING,
            WaitingParty.id < before,
            or_(WaitingParty.id.not_in(served), held),
        )
        .values(skipped_reason=case((held, HELD_ALREADY), else_=why or SMALLER_PASSED))
    )
