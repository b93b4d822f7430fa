"""Who the attendees are: people the organization knows, or new ones it will know from now on; and their spelling."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import or_, select, tuple_

from courses_app.accounts.models import Membership, Organization, Person
from courses_app.accounts.operations.people import NAMES, PersonFacts, change_person, check_glyphs
from courses_app.bookings.models import Booking, Seat
from courses_app.bookings.operations.locks import locked_booking
from courses_app.bookings.rules import (
    AttendeeFacts,
    AttendeeUnknown,
    BookingMove,
    BookingStatus,
    HoldRanOut,
    SamePersonTwice,
    hold_has_run_out,
)
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.foundation.lifecycle import MoveNotAllowed
from courses_app.foundation.references import new_reference

Named = tuple[str, str, date | None]


def people_for(
    organization: Organization, attendees: Sequence[AttendeeFacts], *, by: Actor, now: datetime
) -> list[Person]:
    """The person of each attendee, in order; those nobody knew yet are new, and written at the next flush.

    Asked under the run's lock: of two colleagues typing the same new name at once the second finds the first's (R-04).
    One statement finds them all. Raises AttendeeUnknown, SamePersonTwice, and GlyphMissing for a name our papers can't
    print.
    """
    known = _known(organization, attendees)
    by_reference = {person.reference: person for person in known}
    by_name = {_named(person): person for person in reversed(known)}  # of namesakes the oldest
    people = []
    for one in attendees:
        person = by_reference.get(one.person) if one.person else by_name.get(_named(one))
        people.append(person or _new_person(organization, one, by=by, now=now))
    twice = {person.full_name for person in people if people.count(person) > 1}
    if twice:
        raise SamePersonTwice(sorted(twice))
    return people


def correct_attendee(*, booking: Booking, position: int, facts: PersonFacts, by: Actor, now: datetime) -> Seat:
    """The spelling of a name, a reading or a day of birth before the order, on the seat and on the person.

    Raises HoldRanOut, GlyphMissing, AttendeeUnknown, MoveNotAllowed once ordered.
    """
    booking = locked_booking(booking.id)
    if booking.status is not BookingStatus.HELD:
        raise MoveNotAllowed(booking.status, BookingMove.ORDER)
    if hold_has_run_out(booking.status, booking.hold_until, now=now):
        raise HoldRanOut()
    seat = next((one for one in booking.seats if one.position == position), None)
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
    audit.record(by=by, now=now, action="seat.corrected", subject=("seat", seat.reference), detail={"fields": changed})
    return seat


SPELLING = ("family_name", "given_name", "family_name_kana", "given_name_kana", "born_on")


def _known(organization: Organization, attendees: Sequence[AttendeeFacts]) -> Sequence[Person]:
    """The organization's people among them, by reference or by name and day of birth, the oldest first."""
    typed = [(one.family_name, one.given_name) for one in attendees if one.person is None]
    chosen = [one.person for one in attendees if one.person is not None]
    return session.scalars(
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.organization_id == organization.id,
            Membership.until_on.is_(None),
            or_(Person.reference.in_(chosen), tuple_(Person.family_name, Person.given_name).in_(typed)),
        )
        .order_by(Person.id)
    ).all()


def _named(one: Person | AttendeeFacts) -> Named:
    return one.family_name, one.given_name, one.born_on


def _new_person(organization: Organization, one: AttendeeFacts, *, by: Actor, now: datetime) -> Person:
    """As accounts.add_person, but written together with all the others. Raises AttendeeUnknown, GlyphMissing."""
    if one.person is not None:
        raise AttendeeUnknown()
    facts = PersonFacts(
        family_name=one.family_name,
        given_name=one.given_name,
        family_name_kana=one.family_name_kana,
        given_name_kana=one.given_name_kana,
        born_on=one.born_on,
        email=one.email,
    )
    check_glyphs(facts, *NAMES)
    person = Person(reference=new_reference("P"), search_key=facts.search_key, created_at=now, **vars(facts))
    membership = Membership(person=person, organization_id=organization.id, is_coordinator=False, from_on=day_of(now))
    session.add_all((person, membership))
    subject, detail = ("person", person.reference), {"organization": organization.reference}
    audit.record(by=by, now=now, action="person.added", subject=subject)
    audit.record(by=by, now=now, action="membership.begun", subject=subject, detail=detail)
    return person


def _membership(booking: Booking, seat: Seat) -> Membership | None:
    return session.scalars(
        select(Membership).where(
            Membership.person_id == seat.person_id,
            Membership.organization_id == booking.organization_id,
            Membership.until_on.is_(None),
        )
    ).one_or_none()
