"""Names for seats that were booked without, and what becomes of those that have none when the time is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_babel import force_locale

from courses_app.bookings import emails
from courses_app.bookings.models import Booking, Seat
from courses_app.bookings.operations.crowd import crowd_of, only_new
from courses_app.bookings.operations.locks import locked_booking
from courses_app.bookings.operations.moves import move_seats
from courses_app.bookings.operations.people import Attending, keep_new_people, people_for
from courses_app.bookings.operations.seats import give_back
from courses_app.bookings.queries import naming_over, naming_reminders, quote_of
from courses_app.bookings.rules import (
    AttendeeFacts,
    HoldRanOut,
    SeatHasName,
    SeatMove,
    TooManyNames,
    check_attendees,
    check_nameable,
    check_named,
    hold_has_run_out,
)
from courses_app.bookings.rules.sheets import MOST_FROM_FILE
from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.rules import UnnamedSeats
from courses_app.foundation import audit, matters
from courses_app.foundation.audit import SYSTEM, Actor
from courses_app.foundation.clock import end_of
from courses_app.foundation.db import session
from courses_app.payments.queries import open_matter_of

UNNAMED_LEFT = "unnamed_seats"  # the matter of seats that are kept though nobody was named in time
COPIED = ("family_name", "given_name", "family_name_kana", "given_name_kana", "born_on")


def name_seats(
    *,
    booking: Booking,
    run: CourseRun,
    attendees: Sequence[AttendeeFacts],
    office: bool = False,
    by: Actor,
    now: datetime,
) -> list[Seat]:
    """Give these names, all or none, to as many seats of the run that have none; tickets are printed afterwards.

    Raises NobodyNamed, TooManyAttendees, SamePersonTwice, TooManyNames, HoldRanOut, BookingHasEnded, TooLateToChange,
    NamingClosed, SeatHasName where a colleague was faster, AttendeeUnknown, AlreadyBooked and GlyphMissing.
    """
    check_attendees(attendees, most=MOST_FROM_FILE)
    check_named(attendees)
    booking = locked_booking(booking.id)
    if hold_has_run_out(booking.status, booking.hold_until, now=now):
        raise HoldRanOut(booking.hold_until)
    starts_at = next((seat.run.starts_at for seat in booking.seats if seat.run_id == run.id), run.starts_at)
    check_nameable(booking.standing, booking.naming, starts_at=starts_at, now=now, office=office)
    seats = _unnamed(booking, run.id, len(attendees))
    people = _people(booking, run.id, attendees, by=by, now=now)
    for seat, person in zip(seats, people, strict=True):
        _name(seat, person, by=by, now=now)
    move_seats(seats, SeatMove.NAME, by=by, now=now)
    session.flush()
    _settle_matter(booking, by=by, now=now)
    return seats


def _unnamed(booking: Booking, run_id: int, wanted: int) -> list[Seat]:
    """The first so many seats of the run that wait for a name."""
    waiting = [seat for seat in booking.unnamed if seat.run_id == run_id]
    if not waiting:
        raise SeatHasName()
    if wanted > len(waiting):
        raise TooManyNames(len(waiting))
    return waiting[:wanted]


def _people(
    booking: Booking, run_id: int, attendees: Sequence[AttendeeFacts], *, by: Actor, now: datetime
) -> list[Attending]:
    """Who they are, none of them in the run already; the run is locked."""
    organization = booking.organization
    people = people_for(organization.id, attendees)
    known = [one.person_id for one in people if one.person_id is not None]
    crowd = crowd_of(run_id, people=known, now=now)
    only_new(crowd, run_id=run_id, people=known, organization_id=organization.id, now=now)
    return keep_new_people(
        people, organization_id=organization.id, organization_reference=organization.reference, by=by, now=now
    )


def _name(seat: Seat, person: Attending, *, by: Actor, now: datetime) -> None:
    seat.person_id, seat.email, seat.role_code = person.person_id, person.email, person.role_code
    for name in COPIED:
        setattr(seat, name, getattr(person.person, name))
    detail = {"after": person.person_id}
    audit.record(by=by, now=now, action="seat.named", subject=("seat", seat.reference), detail=detail)


def _settle_matter(booking: Booking, *, by: Actor, now: datetime) -> None:
    matter = open_matter_of(UNNAMED_LEFT, "booking", booking.reference)
    if matter is not None and not booking.unnamed:
        matters.settle(matter, by=by, now=now, note="named")


def remind_of_names(booking_id: int, *, now: datetime) -> bool:
    """Tell who booked that names are missing, once before each last day; looked at again under the lock."""
    due = naming_reminders([locked_booking(booking_id)], now=now)
    for waiting in due:
        emails.naming_reminder(waiting.booking, waiting=waiting, now=now)
    return bool(due)


def close_naming(booking_id: int, *, now: datetime) -> bool:
    """What the order's terms say of seats without a name, when their time is over; safe to repeat.

    Looked at again under the lock: somebody may have named them meanwhile. The fee is that of the day after the last.
    """
    booking = locked_booking(booking_id)
    over = naming_over([booking], now=now)
    for waiting in over:
        if waiting.terms.unnamed is UnnamedSeats.KEPT:
            detail = {"run": waiting.run.reference, "seats": len(waiting.seats)}
            subject = ("booking", booking.reference)
            matters.open_matter(kind=UNNAMED_LEFT, subject=subject, now=now, by=SYSTEM, detail=detail)
            emails.unnamed_kept(booking, waiting=waiting, now=now)
            continue
        with force_locale(booking.language):
            quote = quote_of(booking, [seat.position for seat in waiting.seats], now=end_of(waiting.until_on))
        give_back(booking, quote, waived="", by=SYSTEM, now=now)
        emails.unnamed_given_up(booking, waiting=waiting, quote=quote, now=now)
    return bool(over)
