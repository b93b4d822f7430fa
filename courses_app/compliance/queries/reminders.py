"""Which reminders are due, to whom, and how far the day's round has come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select

from courses_app.accounts.models import Membership, Organization, Person
from courses_app.catalogue.models import Course
from courses_app.certificates.models import Certificate
from courses_app.certificates.rules import valid_through
from courses_app.compliance.models import ReminderRound, ReminderSent, Requirement
from courses_app.compliance.queries.roles import reminder_steps
from courses_app.compliance.queries.standings import Line, clocks_of, last_day, standings_of
from courses_app.compliance.rules import StepsDue, steps_due
from courses_app.foundation.db import session


@dataclass(frozen=True)
class Reminder:
    """One person's course comes to its last day. `told` says that the person has had this step already."""

    person: Person
    course: Course
    completed_on: date
    valid_through: date
    days_left: int
    steps: StepsDue
    told: bool


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


def reminders_due(organization: Organization, *, today: date) -> list[Reminder]:
    """What an organization is to be reminded of today, by course and last day."""
    steps = reminder_steps()
    clocks = clocks_of(standings_of(organization, on=today))
    sent = _noted({line.person.id for line in clocks})
    due = [_reminder(line, organization, steps, sent, today) for line in clocks]
    found = [reminder for reminder in due if reminder is not None]
    return sorted(found, key=lambda one: (one.course.position, one.valid_through, one.person.full_name_kana))


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
