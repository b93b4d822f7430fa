"""Rows of the law: loaded once, changed by staff."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from courses_app.accounts.models import OrganizationKind
from courses_app.catalogue.models import Course, DutyStrength
from courses_app.compliance.models import ReminderStep, Requirement, Role
from courses_app.compliance.rules import (
    ChangedMeanwhile,
    RequirementEndsBeforeItBegins,
    RequirementFacts,
    RequirementOverlaps,
    overlap,
)
from courses_app.foundation.audit import Actor, record
from courses_app.foundation.db import session

Row = Mapping[str, Any]


def add_missing_roles(rows: Iterable[Row], *, by: Actor, now: datetime) -> int:
    """Roles not known yet, in the order given."""
    known = set(session.scalars(select(Role.code)))
    fresh = [(position, row) for position, row in enumerate(rows, start=1) if row["code"] not in known]
    for position, row in fresh:
        session.add(
            Role(
                code=row["code"],
                name_ja=row["name_ja"],
                name_en=row["name_en"],
                side=OrganizationKind(row["side"]),
                regime=row["regime"],
                position=position,
                from_on=row["from_on"],
                until_on=row.get("until_on"),
            )
        )
        record(by=by, now=now, action="role.added", subject=("role", row["code"]))
    session.flush()
    return len(fresh)


def add_missing_requirements(rows: Iterable[Row], *, by: Actor, now: datetime) -> int:
    """Requirements not known yet; their roles and courses are there. Raises KeyError for a role or course unknown."""
    known = set(session.scalars(select(Requirement.reference)))
    roles = {role.code: role for role in session.scalars(select(Role))}
    courses = {course.code: course for course in session.scalars(select(Course))}
    fresh = [row for row in rows if _reference(row) not in known]
    for row in fresh:
        session.add(
            Requirement(
                reference=_reference(row),
                role=roles[row["role_code"]],
                course=courses[row["course_code"]],
                strength=DutyStrength(row["duty"]),
                validity_months=row["validity_months"],
                legal_basis_ja=row["legal_basis_ja"],
                legal_basis_en=row["legal_basis_en"],
                from_on=row["from_on"],
                until_on=row.get("until_on"),
            )
        )
        record(by=by, now=now, action="requirement.added", subject=("requirement", _reference(row)))
    session.flush()
    return len(fresh)


def _reference(row: Row) -> str:
    return f"{row['role_code']}.{row['course_code']}.{row['from_on']:%Y%m%d}"


def begin_reminder_steps(months_before: Iterable[int]) -> int:
    """The steps of a database that has none yet."""
    if session.scalar(select(ReminderStep).limit(1)) is not None:
        return 0
    steps = [ReminderStep(months_before=months) for months in months_before]
    session.add_all(steps)
    session.flush()
    return len(steps)


def change_requirement(
    requirement: Requirement, facts: RequirementFacts, *, version: int, by: Actor, now: datetime
) -> Requirement:
    """A requirement as staff have corrected it; `version` is the one their page showed.

    Raises ChangedMeanwhile, RequirementEndsBeforeItBegins, RequirementOverlaps.
    """
    if requirement.version != version:
        raise ChangedMeanwhile()
    if facts.until_on is not None and facts.until_on < facts.from_on:
        raise RequirementEndsBeforeItBegins()
    if any(overlap((facts.from_on, facts.until_on), (o.from_on, o.until_on)) for o in _siblings(requirement)):
        raise RequirementOverlaps()
    changed = {name: value for name, value in vars(facts).items() if getattr(requirement, name) != value}
    detail = {name: [str(getattr(requirement, name)), str(value)] for name, value in changed.items()}
    for name, value in changed.items():
        setattr(requirement, name, value)
    session.flush()
    subject = ("requirement", requirement.reference)
    record(by=by, now=now, action="requirement.changed", subject=subject, detail=detail)
    return requirement


def _siblings(requirement: Requirement) -> Iterable[Requirement]:
    siblings: Iterable[Requirement] = session.scalars(
        select(Requirement).where(
            Requirement.role_id == requirement.role_id,
            Requirement.course_id == requirement.course_id,
            Requirement.id != requirement.id,
        )
    )
    return siblings


def change_reminder_steps(months_before: Iterable[int], *, by: Actor, now: datetime) -> None:
    """Other steps: reminders that went out stay noted, so that nobody hears of the same step twice."""
    before = set(session.scalars(select(ReminderStep.months_before)))
    after = set(months_before)
    if before == after:
        return
    session.execute(delete(ReminderStep).where(ReminderStep.months_before.in_(before - after)))
    session.add_all(ReminderStep(months_before=months) for months in after - before)
    session.flush()
    detail = {"before": sorted(before), "after": sorted(after)}
    record(by=by, now=now, action="reminder_steps.changed", subject=("requirement", "reminders"), detail=detail)
