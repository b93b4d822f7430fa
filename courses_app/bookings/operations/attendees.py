"""The spelling of an attendee, before the order and after it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from courses_app.accounts.models import Membership
from courses_app.accounts.operations.people import PersonFacts, change_person
from courses_app.bookings.models import Booking, Seat
from courses_app.bookings.operations.locks import locked_booking
from courses_app.bookings.rules import (
    AnotherPerson,
    AttendeeUnknown,
    BookingStatus,
    HoldRanOut,
    check_correctable,
    hold_has_run_out,
)
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session


def correct_attendee(*, booking: Booking, position: int, facts: PersonFacts, by: Actor, now: datetime) -> Seat:
    """The spelling of a name or a reading, before the order also a day of birth, on the seat and on the person.

    After the order the ticket is printed anew. Raises HoldRanOut, GlyphMissing, AttendeeUnknown, BookingHasEnded,
    TooLateToChange, and AnotherPerson.
    """
    booking = locked_booking(booking.id)
    if hold_has_run_out(booking.status, booking.hold_until, now=now):
        raise HoldRanOut()
    seat = next((one for one in booking.live_seats if one.position == position), None)
    check_correctable(booking.status, starts_at=(seat.run if seat else booking.first_run).starts_at, now=now)
    if seat is not None and booking.status is not BookingStatus.HELD and facts.born_on != seat.born_on:
        raise AnotherPerson()
    membership = _membership(booking, seat) if seat else None
    if seat is None or membership is None:
        raise AttendeeUnknown()
    change_person(
        membership,
        facts=facts,
        establishment=membership.establishment,
        version=membership.person.version,
        by=by,
        now=now,
    )
    changed = sorted(name for name in SPELLING if getattr(seat, name) != getattr(facts, name))
    for name in changed:
        setattr(seat, name, getattr(facts, name))
    if changed:
        seat.ticket = None  # the worker prints another; the old paper stays in the store
    audit.record(by=by, now=now, action="seat.corrected", subject=("seat", seat.reference), detail={"fields": changed})
    return seat


SPELLING = ("family_name", "given_name", "family_name_kana", "given_name_kana", "born_on")


def _membership(booking: Booking, seat: Seat) -> Membership | None:
    return session.scalars(
        select(Membership).where(
            Membership.person_id == seat.person_id,
            Membership.organization_id == booking.organization_id,
            Membership.until_on.is_(None),
        )
    ).one_or_none()
