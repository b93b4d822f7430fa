"""Roles, what they require, and who holds them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from courses_app.accounts.models import Establishment, Organization, Person
from courses_app.compliance.models import Appointment, ReminderStep, Requirement, Role
from courses_app.compliance.rules import in_force
from courses_app.foundation.db import session


def roles_with_requirements() -> Sequence[Role]:
    """Every role with its requirements and their courses, in order, in one statement."""
    return (
        session.scalars(
            select(Role)
            .options(joinedload(Role.requirements).joinedload(Requirement.course))
            .order_by(Role.position, Role.id)
        )
        .unique()
        .all()
    )


def roles_for(organization: Organization, *, on: date) -> list[Role]:
    """The roles an organization may have on a day: its side's; all of them where its kind has none."""
    roles = session.scalars(select(Role).order_by(Role.position, Role.id))
    present = [role for role in roles if in_force(role.from_on, role.until_on, on)]
    return [role for role in present if role.side is organization.kind] or present


def requirement_by_reference(reference: str) -> Requirement | None:
    """One requirement, with its role and course."""
    return session.scalar(
        select(Requirement)
        .options(joinedload(Requirement.role), joinedload(Requirement.course))
        .where(Requirement.reference == reference)
    )


def reminder_steps() -> list[int]:
    """Months before the last day, the longest first."""
    return list(session.scalars(select(ReminderStep.months_before).order_by(ReminderStep.months_before.desc())))


def appointments_of(organization: Organization, person: Person, *, on: date) -> Sequence[Appointment]:
    """The roles a person holds, or will hold, in an organization."""
    return session.scalars(
        select(Appointment)
        .join(Appointment.establishment)
        .join(Appointment.role)
        .options(joinedload(Appointment.role), joinedload(Appointment.establishment))
        .where(
            Establishment.organization_id == organization.id,
            Appointment.person_id == person.id,
            or_(Appointment.until_on.is_(None), Appointment.until_on >= on),
        )
        .order_by(Role.position, Establishment.id, Appointment.id)
    ).all()


def appointment_of(
    organization: Organization, person: Person, *, role: str, establishment: str, on: date
) -> Appointment | None:
    """The appointment of this kind that has not ended before a day; another organization's is not found."""
    return session.scalar(
        select(Appointment)
        .join(Appointment.establishment)
        .join(Appointment.role)
        .options(joinedload(Appointment.role), joinedload(Appointment.establishment), joinedload(Appointment.person))
        .where(
            Establishment.organization_id == organization.id,
            Establishment.reference == establishment,
            Appointment.person_id == person.id,
            or_(Appointment.until_on.is_(None), Appointment.until_on >= on),
            Role.code == role,
        )
        .order_by(Appointment.from_on, Appointment.id)
        .limit(1)
    )
