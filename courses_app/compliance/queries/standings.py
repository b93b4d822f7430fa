"""Where people stand: per person, role and course, with one clock for each person and course."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, or_, select, true
from sqlalchemy.orm import aliased, contains_eager, joinedload

from courses_app.accounts.models import Establishment, Membership, Organization, Person
from courses_app.catalogue.models import Course, DutyStrength
from courses_app.certificates.models import Certificate
from courses_app.certificates.queries import valid_certificates_of
from courses_app.compliance.models import Appointment, Requirement, Role
from courses_app.compliance.queries.roles import reminder_steps, roles_with_requirements
from courses_app.compliance.rules import UNASSIGNED, Standing, in_force, notice_months, standing, standing_until
from courses_app.foundation.db import session
from courses_app.foundation.paging import Page, paged_rows

Completions = Mapping[tuple[int, int], Certificate]


@dataclass(frozen=True)
class Line:
    """What a role asks of a person at an establishment, and where they stand.

    Without a role: a completion that no role asks for; without a course: a person (or a role) of whom nothing is asked.
    """

    person: Person
    establishment: Establishment | None
    role: Role | None = None
    course: Course | None = None
    requirement: Requirement | None = None
    standing: Standing | None = None
    certificate: Certificate | None = None

    @property
    def state(self) -> str:
        """The state's word, or that no role asks anything."""
        return str(self.standing.state.value) if self.requirement and self.standing else UNASSIGNED

    @property
    def order(self) -> tuple[int, int, str, str]:
        """The most urgent first, then by the person's reading."""
        rank, days = self.standing.urgency if self.requirement and self.standing else (9, 0)
        return rank, days, self.person.full_name_kana, self.person.reference


def standings_of(organization: Organization, *, on: date) -> list[Line]:
    """Every person of an organization, the most urgent first. Six statements, however many people."""
    return _standings(organization, true(), on=on)


def standings_of_appointed(organization: Organization, *, on: date) -> list[Line]:
    """The same for those alone who have or had a role: of the others nothing is asked."""
    return _standings(organization, exists().where(Appointment.person_id == Membership.person_id), on=on)


def _standings(organization: Organization, which: ColumnElement[bool], *, on: date) -> list[Line]:
    memberships = session.scalars(
        select(Membership)
        .join(Membership.person)
        .options(contains_eager(Membership.person), joinedload(Membership.establishment))
        .where(Membership.organization_id == organization.id, Membership.until_on.is_(None), which)
    ).all()
    places = {membership.person: membership.establishment for membership in memberships}
    appointments = _appointments([person.id for person in places], on=on, organization_id=organization.id)
    return sorted(_lines(places, appointments, on=on), key=lambda line: line.order)


def standing_of(person: Person, *, on: date) -> list[Line]:
    """One person's own standing, in all organizations they belong to."""
    appointments = _appointments([person.id], on=on)
    return sorted(_lines({person: None}, appointments, on=on), key=lambda line: line.order)


def clocks_of(lines: Iterable[Line]) -> list[Line]:
    """One line for each person and course that has a last day; where two roles differ, the day that comes first."""
    clocks: dict[tuple[int, int], Line] = {}
    for line in lines:
        if line.course is None or line.standing is None or line.standing.valid_through is None:
            continue
        key = (line.person.id, line.course.id)
        if key not in clocks or last_day(line) < last_day(clocks[key]):
            clocks[key] = line
    return list(clocks.values())


def last_day(line: Line) -> date:
    """The last day on which the line's completion counts; the end of time where it has none."""
    return (line.standing.valid_through if line.standing else None) or date.max


def _appointments(
    person_ids: Collection[int], *, on: date, organization_id: int | None = None
) -> Sequence[Appointment]:
    """The appointments in force on a day, of people who still belong to the establishment's organization."""
    query = (
        select(Appointment)
        .join(Appointment.establishment)
        .join(
            Membership,
            (Membership.person_id == Appointment.person_id)
            & (Membership.organization_id == Establishment.organization_id)
            & Membership.until_on.is_(None),
        )
        .options(contains_eager(Appointment.establishment))
        .where(
            Appointment.person_id.in_(person_ids),
            Appointment.from_on <= on,
            or_(Appointment.until_on.is_(None), Appointment.until_on >= on),
        )
        .order_by(Appointment.id)
    )
    if organization_id is not None:
        query = query.where(Establishment.organization_id == organization_id)
    return session.scalars(query).all()


def _lines(
    people: Mapping[Person, Establishment | None], appointments: Sequence[Appointment], *, on: date
) -> Iterator[Line]:
    roles = {role.id: role for role in roles_with_requirements()}
    notice = notice_months(reminder_steps())
    found = valid_certificates_of([person.id for person in people])
    completions = {(certificate.person_id, certificate.course_id): certificate for certificate in found}
    by_id = {person.id: person for person in people}
    asked: set[tuple[int, int]] = set()
    for appointment in appointments:
        person, role = by_id[appointment.person_id], roles[appointment.role_id]
        for line in _asked(person, appointment, role, completions, on, notice):
            asked.add((person.id, line.course.id if line.course else 0))
            yield line
    yield from _not_asked(people, completions, _courses(roles.values(), completions), asked, on, notice)


def _asked(
    person: Person, appointment: Appointment, role: Role, completions: Completions, on: date, notice: int
) -> Iterator[Line]:
    present = [needed for needed in role.requirements if in_force(needed.from_on, needed.until_on, on)]
    if not present:
        yield Line(person, appointment.establishment, role)
    for needed in present:
        found = completions.get((person.id, needed.course_id))
        yield Line(
            person=person,
            establishment=appointment.establishment,
            role=role,
            course=needed.course,
            requirement=needed,
            standing=standing(
                found.completed_on if found else None,
                needed.validity_months,
                needed.strength is DutyStrength.REQUIRED,
                on,
                notice_months=notice,
            ),
            certificate=found,
        )


def _not_asked(
    people: Mapping[Person, Establishment | None],
    completions: Completions,
    courses: Mapping[int, Course],
    asked: set[tuple[int, int]],
    on: date,
    notice: int,
) -> Iterator[Line]:
    """Completions that no role asks for, and people without role and completion."""
    shown = {person_id for person_id, _course in asked}
    by_id = {person.id: person for person in people}
    for (person_id, course_id), found in completions.items():
        if (person_id, course_id) in asked:
            continue
        shown.add(person_id)
        person = by_id[person_id]
        reached = standing_until(found.completed_on, found.valid_through, False, on, notice_months=notice)
        yield Line(person, people[person], course=courses[course_id], standing=reached, certificate=found)
    for person, establishment in people.items():
        if person.id not in shown:
            yield Line(person, establishment)


def _courses(roles: Iterable[Role], completions: Completions) -> dict[int, Course]:
    """The courses that are asked for or completed; one statement where some are not asked for by any role."""
    known = {needed.course_id: needed.course for role in roles for needed in role.requirements}
    missing = {course_id for _person, course_id in completions} - known.keys()
    if missing:
        known |= {course.id: course for course in session.scalars(select(Course).where(Course.id.in_(missing)))}
    return known


def expiring(*, first: date, last: date, number: int, per_page: int = 20) -> Page[Any]:
    """For the office: (certificate, organization) whose last day lies between two days, soonest first.

    Only the latest completion of each person and course counts, and only people who belong to an organization.
    """
    query: Any = expiring_query(first=first, last=last)
    return paged_rows(query, number=number, per_page=per_page)


def expiring_query(*, first: date, last: date) -> Select[Certificate, Organization]:
    """The same as a query, for exports."""
    later = aliased(Certificate)
    renewed = select(later.id).where(
        later.person_id == Certificate.person_id,
        later.course_id == Certificate.course_id,
        later.completed_on > Certificate.completed_on,
        later.superseded_at.is_(None),
        later.revoked_at.is_(None),
    )
    return (
        select(Certificate, Organization)
        .join(Membership, (Membership.person_id == Certificate.person_id) & Membership.until_on.is_(None))
        .join(Membership.organization)
        .options(joinedload(Certificate.person), joinedload(Certificate.course))
        .where(
            Certificate.valid_through.between(first, last),
            Certificate.superseded_at.is_(None),
            Certificate.revoked_at.is_(None),
            ~renewed.exists(),
        )
        .order_by(Certificate.valid_through, Certificate.id, Organization.id)
    )
