"""Which reminders are due, to whom, and how far the day's round has come."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from courses_app.accounts.models import Membership, Organization, Person
from courses_app.bookings.models import Seat
from courses_app.bookings.rules import SeatStatus
from courses_app.catalogue.models import Course, CourseRun
from courses_app.certificates.models import Certificate
from courses_app.certificates.rules import valid_through
from courses_app.compliance.models import ReminderRound, ReminderSent, Requirement
from courses_app.compliance.queries.roles import reminder_steps
from courses_app.compliance.queries.standings import Line, clocks_of, last_day, standings_of
from courses_app.compliance.rules import StepsDue, steps_due
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.rosters.models import Roster

KEPT = (SeatStatus.ORDERED, SeatStatus.CONFIRMED)
ROSTER_CLOSED_WITHIN = timedelta(days=30)  # of the run's end; meanwhile nobody knows yet who has completed it

Seats = Mapping[tuple[int, int], Seat]


@dataclass(frozen=True)
class Reminder:
    """One person's course comes to its last day.

    `told` says that the person has had this step already; `seat` is theirs in a run that ends by the last day, whoever
    booked it: with a seat there is nothing to book.
    """

    person: Person
    course: Course
    completed_on: date
    valid_through: date
    days_left: int
    steps: StepsDue
    told: bool
    seat: Seat | None = None


def round_of(day: date) -> ReminderRound | None:
    """How far the reminders of a day have come; None before they begin."""
    return session.get(ReminderRound, day)


def next_organizations(*, after: int, today: date, limit: int) -> Sequence[int]:
    """The next organizations with somebody whose last day is near enough for the first step."""
    steps = reminder_steps()
    if not steps:
        return []
    current = (Certificate.superseded_at.is_(None), Certificate.revoked_at.is_(None))
    return session.scalars(
        select(Membership.organization_id)
        .join(Certificate, Certificate.person_id == Membership.person_id)
        .where(Membership.until_on.is_(None), Membership.organization_id > after, *current, _near(today, steps[0]))
        .distinct()
        .order_by(Membership.organization_id)
        .limit(limit)
    ).all()


def _near(today: date, months: int) -> ColumnElement[bool]:
    """The last day lies within the months ahead: as printed, or as a requirement counts it."""
    last = valid_through(today, months)
    counted = session.execute(select(Requirement.course_id, Requirement.validity_months).distinct()).all()
    return or_(
        Certificate.valid_through.between(today, last),
        *(_counted_near(today, last, course_id, validity) for course_id, validity in counted),
    )


def _counted_near(today: date, last: date, course_id: int, validity: int) -> ColumnElement[bool]:
    """A month wider at both ends, because months have different lengths; the rule decides afterwards."""
    first, latest = valid_through(today, -validity - 1), valid_through(last, 1 - validity)
    return and_(Certificate.course_id == course_id, Certificate.completed_on.between(first, latest))


def organization_by_id(number: int) -> Organization | None:
    return session.get(Organization, number)


def reminders_due(organization: Organization, *, today: date, now: datetime) -> list[Reminder]:
    """What an organization is to be reminded of today, by course and last day."""
    steps = reminder_steps()
    clocks = clocks_of(standings_of(organization, on=today))
    sent = _noted({line.person.id for line in clocks})
    due = [_reminder(line, organization, steps, sent, today) for line in clocks]
    found = [reminder for reminder in due if reminder is not None]
    seats = _kept_seats({reminder.person.id for reminder in found}, now=now)
    found = [_with_seat(reminder, seats) for reminder in found]
    return sorted(found, key=lambda one: (one.course.position, one.valid_through, one.person.full_name_kana))


def _kept_seats(person_ids: Collection[int], *, now: datetime) -> Seats:
    """By person and course: the first seat ordered or paid for in a run to come, or whose roster is still open."""
    if not person_ids:
        return {}
    closed = select(Roster.id).where(Roster.run_id == CourseRun.id, Roster.closed_at.is_not(None)).exists()
    seats = session.scalars(
        select(Seat)
        .join(Seat.run)
        .options(contains_eager(Seat.run).joinedload(CourseRun.venue), joinedload(Seat.booking))
        .where(Seat.person_id.in_(person_ids), Seat.status.in_(KEPT), CourseRun.called_off_at.is_(None))
        .where(CourseRun.ends_at > now - ROSTER_CLOSED_WITHIN, ~closed)
        .order_by(CourseRun.starts_at.desc(), Seat.id.desc())
    )
    return {(seat.person_id, seat.run.course_id): seat for seat in seats if seat.person_id is not None}


def _with_seat(reminder: Reminder, seats: Seats) -> Reminder:
    seat = seats.get((reminder.person.id, reminder.course.id))
    if seat is None or day_of(seat.run.ends_at) > reminder.valid_through:
        return reminder
    return replace(reminder, seat=seat)


def _noted(person_ids: Iterable[int]) -> Sequence[ReminderSent]:
    return session.scalars(select(ReminderSent).where(ReminderSent.person_id.in_(person_ids))).all()


def _reminder(
    line: Line, organization: Organization, steps: Sequence[int], sent: Sequence[ReminderSent], today: date
) -> Reminder | None:
    if line.course is None or line.standing is None or line.standing.completed_on is None:
        return None
    last = last_day(line)
    clock = (line.person.id, line.course.id, last)
    same = [one for one in sent if (one.person_id, one.course_id, one.valid_through) == clock]
    noted = {one.months_before for one in same if one.organization_id == organization.id}
    due = steps_due(last, steps, noted, today)
    if due is None:
        return None
    return Reminder(
        person=line.person,
        course=line.course,
        completed_on=line.standing.completed_on,
        valid_through=last,
        days_left=(last - today).days,
        steps=due,
        told=any(one.months_before == due.nearest and one.sent_at is not None for one in same),
    )
