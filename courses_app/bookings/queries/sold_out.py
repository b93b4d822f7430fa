"""A run without one free seat: seen by a plain question, before anybody stands in line for its lock.

It may only ever say "full" when that is true. One statement sees one moment: committed seats that were not given back,
holds that have not run out. Where anything else is to be said first (the form has its booking already, one of its
people may have a seat, booking is not open) it says nothing, and the answer is found under the lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, and_, bindparam, exists, false, func, or_, select

from courses_app.accounts.models import Person
from courses_app.bookings.models import LIVING, STILL_WAITING, Booking, Seat, WaitingParty
from courses_app.bookings.queries.dates import other_dates
from courses_app.bookings.queries.seats import blocked_of
from courses_app.bookings.queries.waiting import Line
from courses_app.bookings.rules import AttendeeFacts, SeatStatus, offer_until
from courses_app.catalogue.models import Course, CourseRun, RunStatus, Venue
from courses_app.catalogue.queries import OF_EVERYBODY
from courses_app.catalogue.rules import NamingTerms
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import UTCDateTime, session
from courses_app.foundation.lately import Lately

RUNS, COURSES, VENUES, SEATS, BOOKINGS, PARTIES, PERSONS = (
    cast(Table, model.__table__) for model in (CourseRun, Course, Venue, Seat, Booking, WaitingParty, Person)
)


@dataclass(frozen=True)
class Named:
    """Something with a name in both languages."""

    name_ja: str
    name_en: str


@dataclass(frozen=True)
class SoldOutCourse(Named):
    """What its page says of the course."""

    slug: str
    offer_hours: int
    smaller_may_pass: bool


@dataclass(frozen=True)
class SoldOut:
    """A run that is full, as far as its page shows it."""

    reference: str
    starts_at: datetime
    ends_at: datetime
    course: SoldOutCourse
    venue: Named | None
    line: Line
    names_follow: bool  # whether seats may still be asked for without a name


@dataclass(frozen=True)
class DateElsewhere:
    """Another date of the course, as far as the page shows it."""

    reference: str
    starts_at: datetime
    ends_at: datetime
    venue: Named | None


@dataclass(frozen=True)
class Elsewhere:
    """Another date with the seats that were left there a moment ago; whether one is free, only its own lock says."""

    run: DateElsewhere
    left: int


_ELSEWHERE: Lately[tuple[Elsewhere, ...]] = Lately(seconds=2)

_OF_RUN = and_(SEATS.c.run_id == RUNS.c.id, LIVING)
_TAKEN = (
    select(func.count())
    .where(_OF_RUN, or_(SEATS.c.status != SeatStatus.HELD, SEATS.c.hold_until > bindparam("now")))
    .scalar_subquery()
) + blocked_of(RUNS.c.id, now=bindparam("now", type_=UTCDateTime()))
_NAMED = and_(
    SEATS.c.family_name.in_(bindparam("families", expanding=True)),
    SEATS.c.given_name.in_(bindparam("givens", expanding=True)),
)
_CHOSEN = SEATS.c.person_id.in_(
    select(PERSONS.c.id).where(PERSONS.c.reference.in_(bindparam("references", expanding=True)))
)
_SAME_FORM = exists().where(
    BOOKINGS.c.organization_id == bindparam("organization"), BOOKINGS.c.form_token == bindparam("form_token")
)
_LINE = (
    select(func.count().label("parties"), func.coalesce(func.sum(PARTIES.c.wanted), 0).label("seats"))
    .where(
        PARTIES.c.run_id == select(RUNS.c.id).where(RUNS.c.reference == bindparam("run")).scalar_subquery(),
        STILL_WAITING,
    )
    .subquery("line")
)
_SOLD_OUT = (
    select(
        RUNS.c.starts_at,
        RUNS.c.ends_at,
        RUNS.c.booking_closes_at,
        COURSES.c.name_ja,
        COURSES.c.name_en,
        COURSES.c.slug,
        COURSES.c.offer_hours,
        COURSES.c.smaller_may_pass,
        COURSES.c.naming_days_before,
        COURSES.c.naming_day_kind,
        COURSES.c.unnamed_seats,
        VENUES.c.name_ja.label("venue_ja"),
        VENUES.c.name_en.label("venue_en"),
        _LINE.c.parties,
        _LINE.c.seats,
    )
    .join(COURSES, COURSES.c.id == RUNS.c.course_id)
    .outerjoin(VENUES, VENUES.c.id == RUNS.c.venue_id)
    .join(_LINE, ~false())
    .where(
        RUNS.c.reference == bindparam("run"),
        OF_EVERYBODY,  # of a private run nothing is said before its link was asked for
        RUNS.c.status == RunStatus.PUBLISHED,
        RUNS.c.booking_opens_at <= bindparam("now"),
        RUNS.c.booking_closes_at > bindparam("now"),
        RUNS.c.capacity <= _TAKEN,
        ~exists().where(_OF_RUN, or_(_NAMED, _CHOSEN)),
        ~_SAME_FORM,
    )
)


def sold_out(
    run_reference: str, *, organization_id: int, attendees: Sequence[AttendeeFacts], form_token: str, now: datetime
) -> SoldOut | None:
    """The run, if nobody of these people could be given a seat in it now whatever else is true of them; else None."""
    asked = {
        "run": run_reference,
        "organization": organization_id,
        "form_token": form_token,
        "families": [one.family_name for one in attendees if one.person is None],
        "givens": [one.given_name for one in attendees if one.person is None],
        "references": [one.person for one in attendees if one.person is not None],
        "now": now,
    }
    row = session.execute(_SOLD_OUT, asked).one_or_none()
    if row is None:
        return None
    may_wait = offer_until(hours=row.offer_hours, closes_at=row.booking_closes_at, now=now) is not None
    return SoldOut(
        reference=run_reference,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        course=SoldOutCourse(row.name_ja, row.name_en, row.slug, row.offer_hours, row.smaller_may_pass),
        venue=Named(row.venue_ja, row.venue_en) if row.venue_ja is not None else None,
        line=Line(row.parties, int(row.seats), may_wait),
        names_follow=_names_follow(row, now=now),
    )


def _names_follow(row: Any, *, now: datetime) -> bool:
    if not row.naming_days_before:
        return False
    terms = NamingTerms(row.naming_days_before, row.naming_day_kind, row.unnamed_seats)
    return day_of(now) <= terms.until(run_day=day_of(row.starts_at))


def dates_elsewhere(run_reference: str, *, now: datetime) -> tuple[Elsewhere, ...]:
    """Where else there is room, as `other_dates`, up to two seconds old: on a hot day everybody asks for the same."""
    return _ELSEWHERE.asked(run_reference, lambda: _asked_elsewhere(run_reference, now=now))


def _asked_elsewhere(run_reference: str, *, now: datetime) -> tuple[Elsewhere, ...]:
    return tuple(
        Elsewhere(
            DateElsewhere(
                one.run.reference,
                one.run.starts_at,
                one.run.ends_at,
                Named(one.run.venue.name_ja, one.run.venue.name_en) if one.run.venue else None,
            ),
            one.left,
        )
        for one in other_dates(run_reference, now=now)
    )
