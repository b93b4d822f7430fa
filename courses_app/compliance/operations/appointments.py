"""Who holds which role where."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import or_, select

from courses_app.accounts.models import Establishment, Membership, Person
from courses_app.compliance.models import Appointment, Role
from courses_app.compliance.rules import (
    AlreadyAppointed,
    EndsBeforeItBegan,
    NotOfThisOrganization,
    RoleNotInForce,
    in_force,
)
from courses_app.foundation.audit import Actor, record
from courses_app.foundation.db import session


def appoint(
    person: Person, role_code: str, establishment: Establishment, *, from_on: date, by: Actor, now: datetime
) -> Appointment:
    """Put a person into a role at an establishment of their organization from a day on.

    Raises NotOfThisOrganization, RoleNotInForce, AlreadyAppointed.
    """
    if not _belongs(person, establishment):
        raise NotOfThisOrganization()
    role = session.scalar(select(Role).where(Role.code == role_code))
    if role is None or not in_force(role.from_on, role.until_on, from_on):
        raise RoleNotInForce()
    if _held(person, role, establishment, from_on) is not None:
        raise AlreadyAppointed()
    appointment = Appointment(person=person, role=role, establishment=establishment, from_on=from_on)
    session.add(appointment)
    session.flush()
    _record("appointment.made", appointment, by=by, now=now)
    return appointment


def end_appointment(appointment: Appointment, *, until_on: date, by: Actor, now: datetime) -> Appointment:
    """The role is held for the last time on `until_on`. Raises EndsBeforeItBegan."""
    if until_on < appointment.from_on:
        raise EndsBeforeItBegan()
    appointment.until_on = until_on
    session.flush()
    _record("appointment.ended", appointment, by=by, now=now)
    return appointment


def _belongs(person: Person, establishment: Establishment) -> bool:
    """Whether the person is a member now; the person's row is kept still, so that two clicks appoint once."""
    session.execute(select(Person.id).where(Person.id == person.id).with_for_update())
    membership = select(Membership.id).where(
        Membership.person_id == person.id,
        Membership.organization_id == establishment.organization_id,
        Membership.until_on.is_(None),
    )
    return session.scalar(membership) is not None


def _held(person: Person, role: Role, establishment: Establishment, day: date) -> Appointment | None:
    return session.scalar(
        select(Appointment).where(
            Appointment.person_id == person.id,
            Appointment.role_id == role.id,
            Appointment.establishment_id == establishment.id,
            or_(Appointment.until_on.is_(None), Appointment.until_on >= day),
        )
    )


def _record(action: str, appointment: Appointment, *, by: Actor, now: datetime) -> None:
    record(
        by=by,
        now=now,
        action=action,
        subject=("person", appointment.person.reference),
        after=appointment.role.code,
        detail={
            "establishment": appointment.establishment.reference,
            "from_on": appointment.from_on.isoformat(),
            "until_on": appointment.until_on.isoformat() if appointment.until_on else None,
        },
    )
