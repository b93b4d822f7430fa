"""The waiting list: how long a run's line is, which place a party has, and which runs have seats for their line."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from courses_app.accounts.models import Organization, Person
from courses_app.bookings.models import STILL_WAITING, WaitingAttendee, WaitingParty
from courses_app.bookings.queries.seats import taken_of
from courses_app.bookings.rules import IN_LINE, LEAST_TIME, PartyState, offer_until
from courses_app.catalogue.models import CourseRun, RunStatus
from courses_app.foundation.audit import AuditEntry
from courses_app.foundation.db import session
from courses_app.foundation.paging import Page, paged

MOST_SHOWN = 50  # parties of an organization on its page


@dataclass(frozen=True)
class Line:
    """How many parties wait for a run, for how many seats, and whether one can join: an offer could still be made."""

    parties: int
    seats: int
    open: bool


@dataclass(frozen=True)
class Place:
    """Where a party stands: `ahead` parties, for `seats_ahead` seats, come before it."""

    ahead: int
    seats_ahead: int

    @property
    def number(self) -> int:
        return self.ahead + 1


def line_of(run: CourseRun, *, now: datetime) -> Line:
    """The line of a run, in one statement."""
    return lines_of([run], now=now)[run.id]


def lines_of(runs: Collection[CourseRun], *, now: datetime) -> dict[int, Line]:
    """The line of each run, by its id, in one statement however many."""
    wanted = [run.id for run in runs]
    query = (
        select(WaitingParty.run_id, func.count(), func.coalesce(func.sum(WaitingParty.wanted), 0))
        .where(WaitingParty.run_id.in_(wanted), STILL_WAITING)
        .group_by(WaitingParty.run_id)
    )
    found = {run_id: (parties, int(seats)) for run_id, parties, seats in session.execute(query)} if wanted else {}
    return {run.id: Line(*found.get(run.id, (0, 0)), _may_be_joined(run, now=now)) for run in runs}


def _may_be_joined(run: CourseRun, *, now: datetime) -> bool:
    bookable = run.status is RunStatus.PUBLISHED and run.booking_opens_at <= now
    return bookable and offer_until(hours=run.course.offer_hours, closes_at=run.booking_closes_at, now=now) is not None


def party_of(organization: Organization, reference: str) -> WaitingParty | None:
    """The organization's party, whole; None for all others, as if they were not there."""
    return session.scalars(
        _whole().where(WaitingParty.organization_id == organization.id, WaitingParty.reference == reference)
    ).one_or_none()


def party_for_office(reference: str) -> WaitingParty | None:
    """Anybody's party, for staff."""
    return session.scalars(_whole().where(WaitingParty.reference == reference)).one_or_none()


def parties_of(organization: Organization) -> Sequence[WaitingParty]:
    """The organization's parties that wait or have an offer, by the day of their run; not more than fit on a page."""
    return session.scalars(
        _whole()
        .join(WaitingParty.run)
        .where(WaitingParty.organization_id == organization.id, WaitingParty.state.in_(IN_LINE))
        .order_by(CourseRun.starts_at, WaitingParty.id)
        .limit(MOST_SHOWN)
    ).all()


def parties_for_run(organization: Organization, run: CourseRun) -> Sequence[WaitingParty]:
    """The organization's parties in the line of a run."""
    return session.scalars(
        select(WaitingParty)
        .where(
            WaitingParty.organization_id == organization.id,
            WaitingParty.run_id == run.id,
            WaitingParty.state.in_(IN_LINE),
        )
        .order_by(WaitingParty.id)
    ).all()


def parties_of_person(person: Person) -> Sequence[WaitingParty]:
    """The parties with which a person waits for a seat that is not offered yet, by the day of the run."""
    return session.scalars(
        select(WaitingParty)
        .join(WaitingParty.run)
        .options(contains_eager(WaitingParty.run).joinedload(CourseRun.course))
        .where(
            WaitingParty.state == PartyState.WAITING,
            WaitingParty.attendees.any((WaitingAttendee.person_id == person.id) & WaitingAttendee.booking_id.is_(None)),
        )
        .order_by(CourseRun.starts_at, WaitingParty.id)
        .limit(MOST_SHOWN)
    ).all()


def page_of_line(run: CourseRun, *, number: int) -> Page[WaitingParty]:
    """A page of those who wait for a run or have an offer, in order of arrival."""
    query = (
        select(WaitingParty)
        .options(joinedload(WaitingParty.organization), selectinload(WaitingParty.attendees))
        .where(WaitingParty.run_id == run.id, WaitingParty.state.in_(IN_LINE))
        .order_by(WaitingParty.id)
    )
    return paged(query, number=number)


def places_of(parties: Collection[WaitingParty]) -> dict[int, Place]:
    """The places of those among them who wait, by id; counted by the database, in one statement."""
    waiting = [party.id for party in parties if party.state is PartyState.WAITING]
    if not waiting:
        return {}
    before = aliased(WaitingParty)
    rows = session.execute(
        select(WaitingParty.id, func.count(before.id), func.coalesce(func.sum(before.wanted), 0))
        .outerjoin(
            before,
            (before.run_id == WaitingParty.run_id)
            & (before.state == PartyState.WAITING)
            & (before.id < WaitingParty.id),
        )
        .where(WaitingParty.id.in_(waiting))
        .group_by(WaitingParty.id)
    )
    return {party_id: Place(ahead, int(seats)) for party_id, ahead, seats in rows}


def trail_of_party(party: WaitingParty) -> Sequence[AuditEntry]:
    """Everything the audit trail says about a party, oldest first."""
    return session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject_kind == "waiting", AuditEntry.subject_reference == party.reference)
        .order_by(AuditEntry.id)
    ).all()


def runs_to_offer(*, now: datetime) -> Sequence[int]:
    """Runs with a line and free seats, for which an offer can still be made; each is looked at again under its lock."""
    return session.scalars(
        select(CourseRun.id)
        .where(
            _has_line(),
            CourseRun.status == RunStatus.PUBLISHED,
            CourseRun.booking_opens_at <= now,
            CourseRun.booking_closes_at >= now + LEAST_TIME,
            CourseRun.capacity > taken_of(CourseRun.__table__.c.id, now=now),
        )
        .order_by(CourseRun.id)
    ).all()


def runs_without_hope(*, now: datetime) -> Sequence[int]:
    """Runs with a line though they can't be booked any more."""
    over = or_(CourseRun.status != RunStatus.PUBLISHED, CourseRun.booking_closes_at <= now)
    return session.scalars(select(CourseRun.id).where(_has_line(), over).order_by(CourseRun.id)).all()


def _has_line() -> ColumnElement[bool]:
    return select(WaitingParty.id).where(WaitingParty.run_id == CourseRun.id, STILL_WAITING).exists()


def _whole() -> Select[WaitingParty]:
    return select(WaitingParty).options(
        joinedload(WaitingParty.organization),
        joinedload(WaitingParty.booked_by),
        joinedload(WaitingParty.run).joinedload(CourseRun.course),
        joinedload(WaitingParty.run).joinedload(CourseRun.venue),
        selectinload(WaitingParty.attendees),
        selectinload(WaitingParty.offers),
    )
