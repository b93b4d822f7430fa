"""Rows of the law, appointments, and what may not be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from sqlalchemy import func, select

from courses_app.accounts import operations as accounts
from courses_app.accounts.models import Establishment, Membership, Organization, OrganizationKind, Person
from courses_app.accounts.operations import EstablishmentFacts
from courses_app.accounts.queries import establishments_of
from courses_app.compliance import operations, queries
from courses_app.compliance.imports import load
from courses_app.compliance.models import Appointment, ReminderStep, Requirement, Role
from courses_app.compliance.rules import (
    AlreadyAppointed,
    ChangedMeanwhile,
    EndsBeforeItBegan,
    NotOfThisOrganization,
    RequirementEndsBeforeItBegins,
    RequirementFacts,
    RequirementOverlaps,
    RoleNotInForce,
)
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM, AuditEntry
from courses_app.foundation.db import session

if TYPE_CHECKING:
    from tests.compliance.conftest import MakeHere

BRANCH = EstablishmentFacts(name="大阪支所", prefecture="27", address="大阪府大阪市北区梅田99-9")
SUPERVISION_MANAGER = "supervision_manager.SUP.20171101"


def facts_of(requirement: Requirement) -> RequirementFacts:
    return RequirementFacts(
        requirement.strength, requirement.validity_months, requirement.legal_basis_ja, requirement.legal_basis_en,
        requirement.from_on, requirement.until_on,
    )  # fmt: skip


def the_requirement() -> Requirement:
    found = queries.requirement_by_reference(SUPERVISION_MANAGER)
    assert found is not None
    return found


def test_loading_twice_adds_nothing(make: MakeHere, inside: Flask) -> None:
    make.law()
    counts = [session.scalar(select(func.count()).select_from(table)) for table in (Role, Requirement, ReminderStep)]
    assert counts == [7, 7, 4]
    with make.deed():
        assert load(by=SYSTEM, now=clock.now()) == 0


def test_rows_that_staff_have_changed_stay_as_they_are(make: MakeHere, inside: Flask) -> None:
    make.law()
    with make.deed():
        requirement = the_requirement()
        facts = replace(facts_of(requirement), validity_months=24, from_on=date(2018, 4, 1))
        operations.change_requirement(requirement, facts, version=requirement.version, by=SYSTEM, now=clock.now())
        operations.change_reminder_steps([9], by=SYSTEM, now=clock.now())
    with make.deed():
        assert load(by=SYSTEM, now=clock.now()) == 0
        assert (the_requirement().validity_months, the_requirement().from_on) == (24, date(2018, 4, 1))
        assert queries.reminder_steps() == [9]


def test_a_requirement_is_changed_by_whoever_saw_its_latest_state(make: MakeHere, inside: Flask) -> None:
    make.law()
    with make.deed():
        requirement = the_requirement()
        seen, facts = requirement.version, replace(facts_of(requirement), validity_months=24)
        operations.change_requirement(requirement, facts, version=seen, by=SYSTEM, now=clock.now())
        with pytest.raises(ChangedMeanwhile):
            operations.change_requirement(requirement, facts, version=seen, by=SYSTEM, now=clock.now())
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "requirement.changed")).one()
    assert entry.detail == {"validity_months": ["36", "24"]}


def test_a_requirement_keeps_its_days_in_order_and_to_itself(make: MakeHere, inside: Flask) -> None:
    make.law()
    with make.deed():
        requirement = the_requirement()
        facts = facts_of(requirement)
        session.add(
            Requirement(
                reference="later",
                role=requirement.role,
                course=requirement.course,
                **vars(replace(facts, from_on=date(2032, 1, 1))),
            )
        )
        version, ended = requirement.version, date(2031, 12, 31)
        with pytest.raises(RequirementOverlaps):
            operations.change_requirement(requirement, facts, version=version, by=SYSTEM, now=clock.now())
        with pytest.raises(RequirementEndsBeforeItBegins):
            backwards = replace(facts, until_on=facts.from_on - timedelta(days=1))
            operations.change_requirement(requirement, backwards, version=version, by=SYSTEM, now=clock.now())
        changed = replace(facts, until_on=ended)
        operations.change_requirement(requirement, changed, version=version, by=SYSTEM, now=clock.now())
        assert the_requirement().until_on == ended


def test_a_person_is_appointed_once_and_may_be_again_after_the_end(make: MakeHere, inside: Flask) -> None:
    coordinator = make.coordinator()
    person = make.person(coordinator.organization)
    make.appointed(coordinator, person)
    with pytest.raises(AlreadyAppointed):
        make.appointed(coordinator, person, from_on=date(2021, 1, 1))
    with make.deed():
        appointment = session.scalars(select(Appointment)).one()
        with pytest.raises(EndsBeforeItBegan):
            operations.end_appointment(appointment, until_on=date(2020, 3, 31), by=SYSTEM, now=clock.now())
        operations.end_appointment(appointment, until_on=date(2024, 3, 31), by=SYSTEM, now=clock.now())
    with pytest.raises(AlreadyAppointed):
        make.appointed(coordinator, person, from_on=date(2024, 3, 31))
    make.appointed(coordinator, person, from_on=date(2024, 4, 1))
    made_and_ended = select(AuditEntry.action).where(AuditEntry.action.startswith("appointment."))
    actions = session.scalars(made_and_ended.order_by(AuditEntry.id))
    assert list(actions) == ["appointment.made", "appointment.ended", "appointment.made"]


def test_one_person_may_hold_several_roles_and_one_role_at_several_places(make: MakeHere, inside: Flask) -> None:
    coordinator = make.coordinator()
    person = make.person(coordinator.organization)
    with make.deed():
        here = session.get_one(Organization, coordinator.organization.id)
        branch = accounts.add_establishment(here, facts=BRANCH, by=SYSTEM, now=clock.now())
    make.appointed(coordinator, person)
    make.appointed(coordinator, person, at=branch)
    make.appointed(coordinator, person, "external_auditor")
    assert session.scalar(select(func.count()).select_from(Appointment)) == 3


def test_nobody_is_appointed_across_organizations(make: MakeHere, inside: Flask) -> None:
    make.law()
    ours, theirs = make.organization(), make.organization()
    person = make.person(ours)
    with make.deed():
        place = establishments_of(theirs)[0]
        here = session.get_one(Person, person.id)
        with pytest.raises(NotOfThisOrganization):
            operations.appoint(here, "supervision_manager", place, from_on=clock.today(), by=SYSTEM, now=clock.now())


def test_somebody_who_left_is_not_appointed(make: MakeHere, inside: Flask) -> None:
    coordinator = make.coordinator()
    person = make.person(coordinator.organization)
    with make.deed():
        membership = session.scalars(select(Membership).where(Membership.person_id == person.id)).one()
        membership.until_on = clock.today()
    with pytest.raises(NotOfThisOrganization):
        make.appointed(coordinator, person)


@pytest.mark.parametrize(("code", "day"), [("nothing", date(2020, 1, 1)), ("supervision_manager", date(2017, 10, 31))])
def test_only_a_role_in_force_is_given(code: str, day: date, make: MakeHere, inside: Flask) -> None:
    coordinator = make.coordinator()
    person = make.person(coordinator.organization)
    with pytest.raises(RoleNotInForce):
        make.appointed(coordinator, person, code, from_on=day)


def test_the_roles_on_offer_are_those_of_the_organizations_side(make: MakeHere, inside: Flask) -> None:
    make.law()
    with make.deed():
        supervising = {
            role.code for role in queries.roles_for(Organization(kind=OrganizationKind.SUPERVISING), on=clock.today())
        }
        implementing = {
            role.code for role in queries.roles_for(Organization(kind=OrganizationKind.IMPLEMENTING), on=clock.today())
        }
        other = {role.code for role in queries.roles_for(Organization(kind=OrganizationKind.OTHER), on=clock.today())}
    assert "supervision_manager" in supervising - implementing
    assert "technical_intern_training_manager" in implementing - supervising
    assert other == supervising | implementing


def test_steps_are_changed_as_a_whole(make: MakeHere, inside: Flask) -> None:
    make.law()
    with make.deed():
        operations.change_reminder_steps([12, 2], by=SYSTEM, now=clock.now())
    assert queries.reminder_steps() == [12, 2]
    assert session.scalar(select(func.count()).where(AuditEntry.action == "reminder_steps.changed")) == 1
    assert session.scalar(select(func.count()).select_from(Establishment)) == 0
