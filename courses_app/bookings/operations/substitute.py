"""Somebody else takes over a seat: the seat stays what it is, its ticket is made anew."""

from __future__ import annotations

from datetime import datetime

from courses_app.bookings import emails
from courses_app.bookings.models import Booking, Seat
from courses_app.bookings.operations.crowd import crowd_of, make_room
from courses_app.bookings.operations.locks import locked_booking
from courses_app.bookings.operations.moves import move_seats
from courses_app.bookings.operations.people import Attending, keep_new_people, people_for
from courses_app.bookings.rules import (
    AttendeeFacts,
    NoSeatChosen,
    SeatMove,
    SeatStatus,
    check_attendees,
    check_named,
    check_substitutable,
)
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session


def substitute(
    *, booking: Booking, position: int, attendee: AttendeeFacts, office: bool = False, by: Actor, now: datetime
) -> Seat:
    """Name somebody else for a seat, known or new; the ticket is withdrawn and printed anew, all three are told.

    Raises BookingHasEnded, TooLateToChange, SubstituteByOffice, SubstitutionClosed, NoSeatChosen, AttendeeUnknown,
    AlreadyBooked for somebody who has a seat in the run, and GlyphMissing.
    """
    check_attendees([attendee])
    check_named([attendee])
    booking = locked_booking(booking.id)
    seat = next((one for one in booking.live_seats if one.position == position), None)
    run = seat.run if seat else booking.first_run
    check_substitutable(booking.standing, starts_at=run.starts_at, now=now, office=office)
    if seat is None or seat.person_id is None:
        raise NoSeatChosen()
    former, former_address = seat.full_name, seat.own_address
    person = _person(booking, seat, attendee, by=by, now=now)
    _take_over(seat, person, by=by, now=now)
    told = former_address if seat.status is SeatStatus.CONFIRMED and former_address != seat.email else None
    emails.substituted(seat, former=former, former_address=told, now=now)
    return seat


def _person(booking: Booking, seat: Seat, attendee: AttendeeFacts, *, by: Actor, now: datetime) -> Attending:
    """Who comes instead, if they have no seat in the run yet; the run is locked."""
    people = people_for(booking.organization_id, [attendee])
    known = [one.person_id for one in people if one.person_id is not None]
    make_room(
        crowd_of(seat.run_id, people=known, now=now), run_id=seat.run_id, capacity=seat.run.capacity, people=known,
        wanted=0, organization_id=booking.organization_id, now=now,
    )  # fmt: skip
    organization = booking.organization
    [person] = keep_new_people(
        people, organization_id=organization.id, organization_reference=organization.reference, by=by, now=now
    )
    return person


def _take_over(seat: Seat, person: Attending, *, by: Actor, now: datetime) -> None:
    before = seat.person_id
    assert person.person_id is not None  # written just now, if they were new
    seat.person_id, seat.email, seat.role_code = person.person_id, person.email, person.role_code or seat.role_code
    for name in COPIED:
        setattr(seat, name, getattr(person.person, name))
    seat.ticket = None  # the worker prints another; the old paper stays in the store
    seat.booking.note_name(seat, None)
    move_seats([seat], SeatMove.SUBSTITUTE, by=by, now=now)
    session.flush()
    session.expire(seat, ["person"])
    detail = {"before": before, "after": person.person_id}
    audit.record(by=by, now=now, action="seat.substituted", subject=("seat", seat.reference), detail=detail)


COPIED = ("family_name", "given_name", "family_name_kana", "given_name_kana", "born_on")
