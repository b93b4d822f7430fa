"""Keeping seats: the one hot path, where never a seat too many or too few may be given.

Under the run's lock, in this order: the same form again? may it be booked now? who are they? what has run out? is
anybody in it already? is there room for all? Then everything is written in four statements.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import insert, inspect, literal, select
from sqlalchemy.orm import joinedload

from courses_app.accounts.models import MemberStatus, Organization, Person
from courses_app.bookings.models import Booking, Seat, SeatEvent
from courses_app.bookings.operations.attendees import people_for
from courses_app.bookings.operations.crowd import make_room
from courses_app.bookings.rules import (
    AttendeeFacts,
    BookingStatus,
    RunNotOffered,
    SeatMove,
    SeatStatus,
    check_attendees,
    check_bookable,
)
from courses_app.catalogue.models import Course, CourseRun
from courses_app.catalogue.rules import FeeAudience, Price, RunStatus, price_for
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.foundation.references import new_reference
from courses_app.foundation.yen import Yen


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
) -> Booking:
    """Keep one seat for each attendee, or none at all; the same form sent again gives the same booking (R-05, R-42).

    Raises NobodyNamed, TooManyAttendees, SamePersonTwice, AttendeeUnknown, RunNotOffered, BookingNotOpen,
    BookingClosed, AlreadyBooked and RunFull.
    """
    check_attendees(attendees)
    run = _locked_run(run_reference)
    if (same := _booking_of_form(organization, form_token)) is not None:
        return same
    _check_bookable(run, now=now)
    with session.no_autoflush:  # new people are written at the end, with everything else
        people = people_for(organization, attendees, by=by, now=now)
        make_room(run, people, organization_id=organization.id, now=now)
    audience, price = _price(run, organization)
    booking = _new_booking(
        organization=organization,
        booked_by=booked_by,
        form_token=form_token,
        language=language,
        total=Yen(price.amount * len(people)),
        now=now,
        hold_until=now + timedelta(minutes=run.course.hold_minutes),
    )
    _note_held(booking, run=run, seats=len(people), by=by, now=now)
    _insert_seats(booking, run=run, people=people, attendees=attendees, audience=audience, price=price)
    _insert_hold_events(booking, by=by, now=now)
    return booking


def _locked_run(reference: str) -> CourseRun:
    """The run with its course and fees, ours until the transaction ends. Raises RunNotOffered."""
    run = (
        session.scalars(
            select(CourseRun)
            .options(joinedload(CourseRun.course, innerjoin=True).joinedload(Course.fees))
            .where(CourseRun.reference == reference)
            .with_for_update(of=CourseRun)
            .execution_options(populate_existing=True)
        )
        .unique()
        .one_or_none()
    )
    if run is None:
        raise RunNotOffered()
    return run


def _booking_of_form(organization: Organization, form_token: str) -> Booking | None:
    return session.scalars(
        select(Booking).where(Booking.organization_id == organization.id, Booking.form_token == form_token)
    ).one_or_none()


def _check_bookable(run: CourseRun, *, now: datetime) -> None:
    """Raises RunNotOffered, BookingNotOpen and BookingClosed."""
    published = run.status is RunStatus.PUBLISHED
    check_bookable(published=published, opens_at=run.booking_opens_at, closes_at=run.booking_closes_at, now=now)


def _price(run: CourseRun, organization: Organization) -> tuple[FeeAudience, Price]:
    """What one seat costs this organization: the member fee only where staff have verified the membership."""
    verified = organization.member_status is MemberStatus.VERIFIED
    audience = FeeAudience.MEMBER if verified else FeeAudience.GENERAL
    price = price_for(
        run.course.fees,
        audience,
        on=day_of(run.starts_at),
        general_override=run.price_general,
        member_override=run.price_member,
    )
    return audience, price


def _new_booking(
    *,
    organization: Organization,
    booked_by: Person,
    form_token: str,
    language: str,
    total: Yen,
    now: datetime,
    hold_until: datetime,
) -> Booking:
    booking = Booking(
        reference=new_reference("B"),
        organization_id=organization.id,
        booked_by_person_id=_id_of(booked_by),
        form_token=form_token,
        status=BookingStatus.HELD,
        language=language,
        total=total,
        held_at=now,
        hold_until=hold_until,
    )
    session.add(booking)
    return booking


def _id_of(person: Person) -> int:
    """Known without asking the database, also where the transaction has forgotten everything else about them."""
    identity = inspect(person).identity
    return int(identity[0]) if identity else person.id


def _note_held(booking: Booking, *, run: CourseRun, seats: int, by: Actor, now: datetime) -> None:
    audit.record(
        by=by,
        now=now,
        action="booking.hold",
        subject=("booking", booking.reference),
        after=BookingStatus.HELD.value,
        detail={"run": run.reference, "seats": seats},
    )
    session.flush()


def _insert_seats(
    booking: Booking,
    *,
    run: CourseRun,
    people: Sequence[Person],
    attendees: Sequence[AttendeeFacts],
    audience: FeeAudience,
    price: Price,
) -> None:
    """All seats in one statement; names are copied, so that a later correction of the person changes no order."""
    session.execute(
        insert(Seat),
        [
            {
                "reference": new_reference("S"),
                "booking_id": booking.id,
                "run_id": run.id,
                "person_id": person.id,
                "position": position,
                "status": SeatStatus.HELD,
                "hold_until": booking.hold_until,
                "family_name": person.family_name,
                "given_name": person.given_name,
                "family_name_kana": person.family_name_kana,
                "given_name_kana": person.given_name_kana,
                "born_on": person.born_on,
                "email": typed.email or person.email,
                "role_code": typed.role_code,
                "price": price.amount,
                "fee_audience": audience,
                "tax_category": price.tax_category,
            }
            for position, (person, typed) in enumerate(zip(people, attendees, strict=True), start=1)
        ],
    )


def _insert_hold_events(booking: Booking, *, by: Actor, now: datetime) -> None:
    session.execute(
        insert(SeatEvent).from_select(
            ["seat_id", "at", "move", "after", "actor_label", "request_id"],
            select(
                Seat.id,
                literal(now, SeatEvent.at.type),
                literal(SeatMove.HOLD, SeatEvent.move.type),
                literal(SeatStatus.HELD, SeatEvent.after.type),
                literal(by.label),
                literal(audit.request_id.get()),
            )
            .where(Seat.booking_id == booking.id)
            .order_by(Seat.position),
        )
    )
