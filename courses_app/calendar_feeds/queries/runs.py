"""The runs of each feed, with what its owner has to do with them. A handful of statements, however many runs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import ColumnElement, Row, Select, case, distinct, func, select
from sqlalchemy.orm import selectinload

from courses_app.accounts.models import Organization, Person
from courses_app.bookings.models import Booking, Seat, SeatEvent, SeatStatus
from courses_app.bookings.queries import taken_by_run
from courses_app.calendar_feeds.rules import (
    EventStatus,
    cancellation_is_told,
    horizon,
    status_of,
    status_of_seats,
)
from courses_app.catalogue.models import CourseRun, Meeting, RunStatus, Venue
from courses_app.catalogue.queries import course_lines, matching
from courses_app.catalogue.rules import RunFilter, seats_left
from courses_app.foundation.clock import day_of, end_of, start_of
from courses_app.foundation.db import session

PUBLIC = (RunStatus.PUBLISHED, RunStatus.CALLED_OFF)
LIVE = (SeatStatus.ORDERED, SeatStatus.CONFIRMED)  # a seat that is only held may be gone in half an hour


@dataclass(frozen=True)
class Stretch:
    """One of a run's days, counted from 1: from its first to its last meeting, or an instructor's own."""

    number: int
    starts_at: datetime
    ends_at: datetime
    meetings: tuple[Meeting, ...] = ()  # of the instructor who asks


@dataclass(frozen=True)
class ListedRun:
    """A run as it stands in somebody's calendar. `places` and `unpaid` count the owner's own seats."""

    run: CourseRun
    days: Sequence[Stretch]
    status: EventStatus
    sequence: int
    changed_at: datetime
    places: int = 0
    unpaid: int = 0


def timetable(wanted: RunFilter, *, now: datetime) -> list[ListedRun]:
    """The public timetable under its filter: published runs, and those called off not long ago."""
    runs = _runs(matching(wanted, course_lines()), today=day_of(now))
    if wanted.open:
        runs = _open(runs, now=now)
    return _listed(runs, today=day_of(now))


def all_runs(*, now: datetime) -> list[ListedRun]:
    """For staff: drafts too."""
    return _listed(_runs([], today=day_of(now)), today=day_of(now))


def one_run(run: CourseRun) -> ListedRun:
    """One run as everybody reads it who may see it, whenever it takes place."""
    return _as_public(run, _days([run])[run.id])


def runs_of_instructor(person: Person, *, now: datetime) -> list[ListedRun]:
    """Runs in which somebody teaches; each day lasts from their first to their last meeting."""
    taught = select(Meeting.run_id).where(Meeting.instructor_id == person.id)
    runs = _runs([CourseRun.status.in_(PUBLIC), CourseRun.id.in_(taught)], today=day_of(now))
    return _listed(runs, today=day_of(now), instructor=person)


def seats_of_organization(organization: Organization, *, now: datetime) -> list[ListedRun]:
    """Runs in which an organization has ordered seats, and those it has lost not long ago."""
    return _booked(Booking.organization_id == organization.id, now=now)


def seats_of_person(person: Person, *, now: datetime) -> list[ListedRun]:
    """The same for one attendee."""
    return _booked(Seat.person_id == person.id, now=now)


def _runs(conditions: Collection[ColumnElement[bool]], *, today: date) -> Sequence[CourseRun]:
    """In three statements: a course's long texts come once and not with each of its runs."""
    limits = horizon(today)
    query: Select[CourseRun] = (
        select(CourseRun)
        .outerjoin(CourseRun.venue)
        .outerjoin(Venue.prefecture)
        .options(selectinload(CourseRun.course), selectinload(CourseRun.venue).joinedload(Venue.prefecture))
        .where(
            CourseRun.ends_at >= start_of(limits.first),
            CourseRun.starts_at < end_of(limits.last),
            *conditions,
        )
        .order_by(CourseRun.starts_at, CourseRun.id)
    )
    return session.scalars(query).all()


def _open(runs: Sequence[CourseRun], *, now: datetime) -> list[CourseRun]:
    """Those that can be booked now and have a seat left."""
    offered = [
        run for run in runs if run.status is RunStatus.PUBLISHED and run.booking_opens_at <= now < run.booking_closes_at
    ]
    taken = taken_by_run([run.id for run in offered], now=now)
    return [run for run in offered if seats_left(run.capacity, taken.get(run.id, 0))]


def _listed(runs: Sequence[CourseRun], *, today: date, instructor: Person | None = None) -> list[ListedRun]:
    days = _days(runs, instructor=instructor)
    told = [run for run in runs if cancellation_is_told(run.called_off_at, today=today)]
    return [_as_public(run, days[run.id]) for run in told]


def _as_public(run: CourseRun, days: Sequence[Stretch]) -> ListedRun:
    return ListedRun(run, days, status_of(run.status), run.sequence, run.changed_at)


def _days(runs: Sequence[CourseRun], *, instructor: Person | None = None) -> Mapping[int, Sequence[Stretch]]:
    """The days of each run. Meetings are read only where a run has several days, or an instructor asks."""
    asked = [run.id for run in runs if instructor or day_of(run.starts_at) != day_of(run.ends_at)]
    query = select(Meeting).where(Meeting.run_id.in_(asked)).order_by(Meeting.starts_at, Meeting.id)
    meetings: dict[int, list[Meeting]] = {}
    for meeting in session.scalars(query) if asked else ():
        meetings.setdefault(meeting.run_id, []).append(meeting)
    return {run.id: _stretches(run, meetings.get(run.id, []), instructor) for run in runs}


def _stretches(run: CourseRun, meetings: Sequence[Meeting], instructor: Person | None) -> Sequence[Stretch]:
    """One for each day; a day keeps its number where an instructor teaches on others only."""
    if not meetings:
        return [Stretch(1, run.starts_at, run.ends_at)]
    found = []
    for number, (_day, group) in enumerate(groupby(meetings, key=lambda one: day_of(one.starts_at)), start=1):
        of_day = list(group)
        own = tuple(one for one in of_day if instructor and one.instructor_id == instructor.id)
        counted = own if instructor else of_day
        if counted:
            found.append(Stretch(number, counted[0].starts_at, max(one.ends_at for one in counted), own))
    return found


def _booked(owner: ColumnElement[bool], *, now: datetime) -> list[ListedRun]:
    today = day_of(now)
    seats = {row.run_id: row for row in session.execute(_seats(owner))}
    runs = _runs([CourseRun.id.in_(seats)], today=today) if seats else []
    days = _days(runs)
    booked = ((run, _as_booked(run, seats[run.id], days[run.id])) for run in runs)
    return [
        listed
        for run, listed in booked
        if listed.status is not EventStatus.CANCELLED
        or cancellation_is_told(run.called_off_at if listed.places else seats[run.id].moved_at, today=today)
    ]


def _seats(owner: ColumnElement[bool]) -> Select[int, int, int, int, datetime]:
    """By run: how many seats are live and paid, and what has happened to them so far."""
    live = case((Seat.status.in_(LIVE), Seat.id))
    unpaid = case((Seat.status == SeatStatus.ORDERED, Seat.id))
    return (
        select(
            Seat.run_id,
            func.count(distinct(live)).label("live"),
            func.count(distinct(unpaid)).label("unpaid"),
            func.count(SeatEvent.id).label("moves"),
            func.max(SeatEvent.at).label("moved_at"),
        )
        .join(Seat.booking)
        .join(SeatEvent, SeatEvent.seat_id == Seat.id)
        .where(owner, Booking.ordered_at.is_not(None))
        .group_by(Seat.run_id)
    )


def _as_booked(run: CourseRun, seats: Row[int, int, int, int, datetime], days: Sequence[Stretch]) -> ListedRun:
    """The owner's view; its sequence also counts each move of a seat, so that it rises when seats are given up."""
    return ListedRun(
        run=run,
        days=days,
        status=status_of_seats(run=run.status, live=seats.live, confirmed=seats.live - seats.unpaid),
        sequence=run.sequence + seats.moves,
        changed_at=max(run.changed_at, seats.moved_at),
        places=seats.live,
        unpaid=seats.unpaid,
    )
