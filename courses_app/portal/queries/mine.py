"""My organization at a glance, and what is mine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import func, select

from courses_app.accounts.models import Membership, Organization, Person
from courses_app.bookings.models import Booking, BookingStatus, Seat, WaitingParty
from courses_app.bookings.queries import (
    Place,
    in_state,
    next_runs_of,
    parties_of_person,
    places_of,
    seats_of_person,
)
from courses_app.catalogue.models import CourseRun
from courses_app.certificates.models import Certificate
from courses_app.certificates.queries import of_person
from courses_app.compliance.queries import Line, standing_of, standings_of_appointed
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session

RUNS_SHOWN = 5


@dataclass(frozen=True)
class ComingRun:
    """A run, its first day, and the seats in it that are mine."""

    run: CourseRun
    on: date
    seats: Sequence[Seat]


@dataclass(frozen=True)
class NextRun:
    """A run, its first day, and how many of ours come."""

    run: CourseRun
    on: date
    people: int


@dataclass(frozen=True)
class AtAGlance:
    """An organization: people, people by state (`expired`, `never`, `expiring`), bookings by state, the next runs."""

    people: int
    in_state: Counter[str]
    to_order: int
    to_pay: int
    coming: Sequence[NextRun]


@dataclass(frozen=True)
class Mine:
    """A person's own seats, places in lines, certificates and standing."""

    coming: Sequence[ComingRun]
    waiting: Sequence[tuple[WaitingParty, Place]]
    certificates: Sequence[Certificate]
    standing: Sequence[Line]


def at_a_glance(organization: Organization, *, now: datetime) -> AtAGlance:
    """What a coordinator wants to see first. A person counts once, in the most urgent of their states."""
    states: dict[int, str] = {}
    for line in standings_of_appointed(organization, on=day_of(now)):  # the most urgent come first
        states.setdefault(line.person.id, line.state)
    return AtAGlance(
        people=_people(organization),
        in_state=Counter(states.values()),
        to_order=_bookings(organization, BookingStatus.HELD, now=now),
        to_pay=_bookings(organization, BookingStatus.ORDERED, now=now),
        coming=[
            NextRun(run, day_of(run.starts_at), people)
            for run, people in next_runs_of(organization, most=RUNS_SHOWN, now=now)
        ],
    )


def mine(person: Person, *, now: datetime) -> Mine:
    """What concerns a person themselves, whoever booked it."""
    parties = parties_of_person(person)
    places = places_of(parties)
    return Mine(
        waiting=[(party, places[party.id]) for party in parties],
        coming=_coming(seats_of_person(person, now=now, ending_after=now)),
        certificates=of_person(person),
        standing=standing_of(person, on=day_of(now)),
    )


def _coming(seats: Sequence[Seat]) -> list[ComingRun]:
    by_run = groupby(seats, key=lambda seat: seat.run)
    return [ComingRun(run, day_of(run.starts_at), list(of_run)) for run, of_run in by_run]


def _people(organization: Organization) -> int:
    ours = Membership.organization_id == organization.id, Membership.until_on.is_(None)
    return session.scalar(select(func.count(Membership.person_id.distinct())).where(*ours)) or 0


def _bookings(organization: Organization, state: BookingStatus, *, now: datetime) -> int:
    query = select(func.count(Booking.id)).where(Booking.organization_id == organization.id, in_state(state, now=now))
    return session.scalar(query) or 0
