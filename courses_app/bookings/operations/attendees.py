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
    FullName,
    HoldRanOut,
    ReasonMissing,
    check_correctable,
    hold_has_run_out,
    is_correction,
)
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session


def correct_attendee(
    *, booking: Booking, position: int, facts: PersonFacts, reason: str | None = None, by: Actor, now: datetime
) -> Seat:
    """The spelling of a name or a reading, before the order also a day of birth, on the seat and on the person.

    After the order the ticket is printed anew. `reason` is the office's, who may correct everything with one. Raises
    HoldRanOut, GlyphMissing, AttendeeUnknown, BookingHasEnded, TooLateToChange, AnotherPerson, and ReasonMissing.
    """
    booking = locked_booking(booking.id)
    if hold_has_run_out(booking.status, booking.hold_until, now=now):
        raise HoldRanOut(booking.hold_until)
    seat = next((one for one in booking.live_seats if one.position == position), None)
    check_correctable(booking.standing, starts_at=(seat.run if seat else booking.first_run).starts_at, now=now)
    membership = _membership(booking, seat) if seat else None
    if seat is None or membership is None:
        raise AttendeeUnknown()
    if reason is not None and not reason.strip():
        raise ReasonMissing()
    if booking.status is not BookingStatus.HELD:
        _check_person(booking, seat, facts, by_office=reason is not None)
    place, version = membership.establishment, membership.person.version
    change_person(membership, facts=facts, establishment=place, version=version, by=by, now=now)
    _spell(seat, facts, reason=(reason or "").strip(), by=by, now=now)
    return seat


def _check_person(booking: Booking, seat: Seat, facts: PersonFacts, *, by_office: bool) -> None:
    """Corrections are measured by the name as ordered, so that several in turn make nobody another person.

    What the office writes is that name from then on. Raises AnotherPerson.
    """
    if by_office:
        booking.note_name(seat, _name_of(facts))
        return
    ordered = booking.name_ordered(seat) or _name_of(seat)
    if facts.born_on != seat.born_on:
        raise AnotherPerson()
    if not is_correction(ordered, _name_of(facts)):
        raise AnotherPerson(by_birth=False)
    booking.note_name(seat, ordered)


def _spell(seat: Seat, facts: PersonFacts, *, reason: str, by: Actor, now: datetime) -> None:
    changed = sorted(name for name in SPELLING if getattr(seat, name) != getattr(facts, name))
    for name in changed:
        setattr(seat, name, getattr(facts, name))
    if changed:
        seat.ticket = None  # the worker prints another; the old paper stays in the store
    detail = {"fields": changed} | ({"reason": reason} if reason else {})
    audit.record(by=by, now=now, action="seat.corrected", subject=("seat", seat.reference), detail=detail)


def _name_of(one: Seat | PersonFacts) -> FullName:
    return FullName(one.family_name, one.given_name, one.family_name_kana, one.given_name_kana)


SPELLING = ("family_name", "given_name", "family_name_kana", "given_name_kana", "born_on")


def _membership(booking: Booking, seat: Seat) -> Membership | None:
    return session.scalars(
        select(Membership).where(
            Membership.person_id == seat.person_id,
            Membership.organization_id == booking.organization_id,
            Membership.until_on.is_(None),
        )
    ).one_or_none()
