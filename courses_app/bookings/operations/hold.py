"""Keeping seats: the one hot path, where never a seat too many or too few may be given.

Under the run's lock, in this order: who are they? did the same form book already? may the run be booked now? what has
run out? is anybody in it already? is there room for all, and for those who wait? Then everything is written. Statements
are built once, and those that are only read or written in bulk go around the ORM.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, literal, select

from courses_app.accounts.models import Organization, Person
from courses_app.bookings.models import Booking, Seat, SeatEvent
from courses_app.bookings.operations.around import id_of, table_of
from courses_app.bookings.operations.crowd import Crowd, crowd_of, make_room, only_new
from courses_app.bookings.operations.line import check_nobody_before
from courses_app.bookings.operations.offers import Offer, locked_offer
from courses_app.bookings.operations.overbooking import allow_beyond
from courses_app.bookings.operations.people import Attending, keep_new_people, people_for
from courses_app.bookings.rules import (
    MOST_ATTENDEES,
    AttendeeFacts,
    BookingStatus,
    SeatMove,
    SeatStatus,
    check_attendees,
)
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.references import new_reference
from courses_app.foundation.yen import Yen

SEATS, EVENTS = table_of(Seat), table_of(SeatEvent)
_EVENTS = insert(EVENTS).from_select(
    ["seat_id", "at", "move", "after", "actor_label", "request_id"],
    select(
        SEATS.c.id,
        bindparam("at", type_=EVENTS.c.at.type),
        literal(SeatMove.HOLD, EVENTS.c.move.type),
        literal(SeatStatus.HELD, EVENTS.c.after.type),
        bindparam("actor", type_=EVENTS.c.actor_label.type),
        bindparam("request", type_=EVENTS.c.request_id.type),
    )
    .where(SEATS.c.booking_id == bindparam("booking"))
    .order_by(SEATS.c.position),
)


def hold_seats(
    *,
    organization: Organization,
    run_reference: str,
    attendees: Sequence[AttendeeFacts],
    form_token: str,
    by: Actor,
    booked_by: Person,
    language: str = "ja",
    now: datetime,
    most: int = MOST_ATTENDEES,
    key: str = "",
    beyond: str = "",
) -> Booking:
    """Keep one seat for each attendee, or none at all; the same form sent again gives the same booking (R-05, R-42).

    `key` is that of a private run's link. `beyond` is the reason of staff for seating them though there is no room, or
    others wait; nobody else may give one. Raises NobodyNamed, TooManyAttendees, SamePersonTwice, AttendeeUnknown,
    RunNotOffered, RunOfAnother, BookingNotOpen, BookingClosed, AlreadyBooked, RunFull, and OthersWait where the free
    seats belong to the waiting list (R-23b).
    """
    check_attendees(attendees, most=most)
    organization_id = id_of(organization)
    offer = locked_offer(run_reference, organization_id)
    offer.check_shown(organization_id, key=key)
    people = people_for(organization_id, attendees)
    known = [one.person_id for one in people if one.person_id is not None]
    crowd = crowd_of(offer.run_id, people=known, organization_id=organization_id, form_token=form_token, now=now)
    if crowd.same_form is not None:
        return session.get_one(Booking, crowd.same_form)
    offer.check_bookable(now=now)
    if beyond:
        only_new(crowd, run_id=offer.run_id, people=known, organization_id=organization_id, now=now)
    else:
        _check_room(crowd, offer, people=known, wanted=len(people), organization_id=organization_id, now=now)
    people = keep_new_people(
        people, organization_id=organization_id, organization_reference=offer.organization_reference, by=by, now=now
    )
    booking = booking_of(offer, seats=len(people), until=now + timedelta(minutes=offer.hold_minutes), now=now)
    booking.organization_id, booking.booked_by_person_id = organization_id, id_of(booked_by)
    booking.form_token, booking.language = form_token, language
    write_hold(booking, offer=offer, people=people, by=by, now=now)
    if beyond:
        allow_beyond(booking, offer=offer, crowd=crowd, wanted=len(people), reason=beyond, by=by, now=now)
    return booking


def _check_room(
    crowd: Crowd, offer: Offer, *, people: Sequence[int], wanted: int, organization_id: int, now: datetime
) -> None:
    make_room(
        crowd, run_id=offer.run_id, capacity=offer.capacity, people=people, wanted=wanted,
        organization_id=organization_id, now=now,
    )  # fmt: skip
    if crowd.somebody_waits:
        check_nobody_before(offer, free=offer.capacity - crowd.taken, wanted=wanted, now=now)


def booking_of(offer: Offer, *, seats: int, until: datetime, now: datetime) -> Booking:
    """A new hold of so many seats, not written yet. Raises NoFee."""
    return Booking(
        reference=new_reference("B"),
        status=BookingStatus.HELD,
        total=Yen(offer.price.amount * seats),
        held_at=now,
        hold_until=until,
    )


def write_hold(booking: Booking, *, offer: Offer, people: Sequence[Attending], by: Actor, now: datetime) -> None:
    """The booking with its audit row, its seats and their first events."""
    detail = {"run": offer.run_reference, "seats": len(people)}
    session.add(booking)
    audit.record(
        by=by, now=now, action="booking.hold", subject=("booking", booking.reference), after="held", detail=detail
    )
    session.flush()
    connection = session.connection()
    seats = [_seat(booking, position, one, offer) for position, one in enumerate(people, start=1)]
    connection.execute(insert(SEATS), seats)
    told = {"booking": booking.id, "at": now, "actor": by.label, "request": audit.request_id.get()}
    connection.execute(_EVENTS, told)


def _seat(booking: Booking, position: int, one: Attending, offer: Offer) -> dict[str, Any]:
    """Names are copied, so that a later correction of the person changes no order."""
    return {
        "reference": new_reference("S"),
        "booking_id": booking.id,
        "run_id": offer.run_id,
        "person_id": one.person_id,
        "position": position,
        "status": SeatStatus.HELD,
        "hold_until": booking.hold_until,
        "price": offer.price.amount,
        "fee_audience": offer.audience,
        "tax_category": offer.price.tax_category,
        "role_code": one.role_code,
        **vars(one.person),
        "email": one.email,
    }
