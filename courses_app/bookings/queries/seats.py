"""Who sits where: seats taken and left, the confirmed of a run, the seats of an organization or a person."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from courses_app.accounts.models import Membership, Organization, Person
from courses_app.bookings.models import LIVING, AttendeeDraft, Booking, Seat, SeatBlock, WaitingParty
from courses_app.bookings.rules import MOST_TO_CHOOSE, SeatStatus
from courses_app.catalogue.models import CourseRun, Meeting
from courses_app.catalogue.rules import seats_left as left_of
from courses_app.foundation.db import session

KEPT = (SeatStatus.ORDERED, SeatStatus.CONFIRMED)


def live(*, now: Any) -> ColumnElement[bool]:
    """Seats nobody else can have: confirmed, ordered, or held by a hold that has not run out."""
    return or_(Seat.status.in_(KEPT), and_(Seat.status == SeatStatus.HELD, Seat.hold_until > now))


def blocked_of(run_id: ColumnElement[int], *, now: Any) -> ColumnElement[int]:
    """How many seats of the run the office keeps for a purpose, as a part of a statement."""
    kept = SeatBlock.released_at.is_(None), or_(SeatBlock.until_at.is_(None), SeatBlock.until_at > now)
    summed = select(func.coalesce(func.sum(SeatBlock.seats), 0)).where(SeatBlock.run_id == run_id, *kept)
    return summed.correlate_except(SeatBlock).scalar_subquery()


def taken_of(run_id: ColumnElement[int], *, now: Any) -> ColumnElement[int]:
    """How many seats of the run nobody else can have, kept ones included, as a part of a statement."""
    seated = select(func.count()).select_from(Seat).where(Seat.run_id == run_id, LIVING, live(now=now))
    return seated.correlate_except(Seat).scalar_subquery() + blocked_of(run_id, now=now)


def taken_by_run(run_ids: Collection[int], *, now: datetime) -> dict[int, int]:
    """How many seats of each run are taken; runs without any are there with 0. One statement."""
    taken = dict.fromkeys(run_ids, 0)
    if taken:
        run_id = CourseRun.__table__.c.id
        taken.update(session.execute(select(run_id, taken_of(run_id, now=now)).where(run_id.in_(taken))).all())
    return taken


def seats_left(run: CourseRun, *, now: datetime) -> int:
    """How many seats can still be booked."""
    return left_of(run.capacity, taken_by_run([run.id], now=now)[run.id])


def seats_of_organization(
    organization: Organization, *, now: datetime, ending_after: datetime | None = None
) -> Sequence[Seat]:
    """The live seats of an organization with run, course and venue, by the day of their run."""
    query = _with_run().where(Booking.organization_id == organization.id, live(now=now))
    return _by_day(query, ending_after)


def next_runs_of(organization: Organization, *, most: int, now: datetime) -> list[tuple[CourseRun, int]]:
    """The first runs that have not ended in which an organization has live seats, and how many; one statement."""
    seated = (
        select(Seat.run_id, func.count().label("seats"))
        .join(Seat.booking)
        .where(Booking.organization_id == organization.id, live(now=now))
        .group_by(Seat.run_id)
        .subquery()
    )
    found = session.execute(
        select(CourseRun, seated.c.seats)
        .join(seated, seated.c.run_id == CourseRun.id)
        .options(joinedload(CourseRun.course), joinedload(CourseRun.venue))
        .where(CourseRun.ends_at > now)
        .order_by(CourseRun.starts_at, CourseRun.id)
        .limit(most)
    )
    return [(run, int(seats)) for run, seats in found]


def seat_by_reference(reference: str) -> Seat | None:
    """One seat with its booking, run and meetings, whoever asks."""
    return session.scalars(
        _with_run().options(selectinload(Seat.run, CourseRun.meetings)).where(Seat.reference == reference)
    ).one_or_none()


def seats_of_person(person: Person, *, now: datetime, ending_after: datetime | None = None) -> Sequence[Seat]:
    """The same for one person, whoever booked."""
    return _by_day(_with_run().where(Seat.person_id == person.id, live(now=now)), ending_after)


def people_to_choose(
    organization: Organization, *, first: Collection[str] = (), most: int = MOST_TO_CHOOSE
) -> Sequence[Person]:
    """The organization's people by the reading of their names, for a form; beyond some hundreds they are typed.

    Those with the references `first` come before the others, however many there are.
    """
    return session.scalars(
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.organization_id == organization.id, Membership.until_on.is_(None))
        .order_by(Person.reference.not_in(first), Person.family_name_kana, Person.given_name_kana, Person.id)
        .limit(most)
    ).all()


def people_in_run(run: CourseRun, person_ids: Collection[int], *, now: datetime) -> set[int]:
    """Which of these people have a live seat in the run."""
    return set(
        session.scalars(
            select(Seat.person_id).where(Seat.run_id == run.id, Seat.person_id.in_(person_ids), live(now=now))
        )
    )


def takes_part(run_id: int, person_id: int | None, organization_id: int | None) -> bool:
    """Whether somebody attends or teaches a run, or their organization has booked it, waits for it or prepares to."""
    ways = [
        *(_ways_of_person(run_id, person_id) if person_id is not None else ()),
        *(_ways_of_organization(run_id, organization_id) if organization_id is not None else ()),
    ]
    return bool(ways) and bool(session.scalar(select(or_(*(way.exists() for way in ways)))))


def _ways_of_person(run_id: int, person_id: int) -> Iterator[Select[int]]:
    yield select(Seat.id).where(Seat.run_id == run_id, Seat.person_id == person_id)
    yield select(Meeting.id).where(Meeting.run_id == run_id, Meeting.instructor_id == person_id)


def _ways_of_organization(run_id: int, organization_id: int) -> Iterator[Select[int]]:
    yield select(Seat.id).join(Seat.booking).where(Seat.run_id == run_id, Booking.organization_id == organization_id)
    for prepared in (WaitingParty, AttendeeDraft):
        yield select(prepared.id).where(prepared.run_id == run_id, prepared.organization_id == organization_id)


def _with_run() -> Select[Seat]:
    return (
        select(Seat)
        .join(Seat.booking)
        .join(Seat.run)
        .options(
            contains_eager(Seat.booking),
            contains_eager(Seat.run).joinedload(CourseRun.course),
            contains_eager(Seat.run).joinedload(CourseRun.venue),
        )
        .order_by(CourseRun.starts_at, Seat.id)
    )


def _by_day(query: Select[Seat], ending_after: datetime | None) -> Sequence[Seat]:
    if ending_after is not None:
        query = query.where(CourseRun.ends_at > ending_after)
    return session.scalars(query).all()
