"""The rules by which seats may change, over time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from courses_app.catalogue.models import ChangePolicy, ChangePolicyStep, Course
from courses_app.catalogue.queries import policies_of
from courses_app.catalogue.rules import ChangeTerms, PolicyFacts, PolicyInForceAlready, check_absence, check_ladder
from courses_app.foundation.audit import Actor, record
from courses_app.foundation.db import session

A_DAY = timedelta(days=1)
HOUSE = "house"  # the subject in the audit trail where no course is named


def set_change_policy(
    course: Course | None, facts: PolicyFacts, *, by: Actor, now: datetime, today: date
) -> ChangePolicy:
    """New rules from a day on, for a course or (None) for all without their own; those before end the day before.

    Rules whose day has come are never changed; some that start later are replaced. Orders keep the rules they were
    placed under. Raises PolicyInForceAlready, LadderIncomplete, StepUnclear and AbsenceCheaper.
    """
    check_ladder(facts.terms.steps)
    check_absence(facts.terms)
    standing = policies_of(course)
    if facts.from_on <= today and any(one.from_on <= today for one in standing):
        raise PolicyInForceAlready(today + A_DAY)
    for one in standing:
        if one.from_on >= facts.from_on:
            session.delete(one)
        elif one.until_on is None or one.until_on >= facts.from_on:
            one.until_on = facts.from_on - A_DAY
    session.flush()  # what is replaced goes before its successor of the same day comes
    new = _policy(course.id if course else None, facts)
    session.add(new)
    session.flush()
    detail = {"from_on": facts.from_on.isoformat(), **facts.terms.as_data()}
    subject = ("course", course.code if course else HOUSE)
    record(by=by, now=now, action="course.change_policy_set", subject=subject, detail=detail)
    return new


def add_missing_policies(rows: Iterable[dict[str, Any]], *, by: Actor, now: datetime) -> int:
    """The first rules of the house, and of courses that need others; returns how many. What staff set stays."""
    owned = set(session.scalars(select(ChangePolicy.course_id)))
    courses = dict(session.execute(select(Course.code, Course.id)).all())
    missing = [row for row in rows if courses.get(row.get("course", "")) not in owned]
    for row in missing:
        terms = ChangeTerms.of_data({key: value for key, value in _whole(row).items() if key in TERMS})
        session.add(_policy(courses.get(row.get("course", "")), PolicyFacts(row["name"], row["from_on"], terms)))
        subject = ("course", row.get("course", HOUSE))
        record(by=by, now=now, action="course.change_policy_set", subject=subject, detail=terms.as_data())
    session.flush()
    return len(missing)


TERMS = ("day_kind", "steps", "handling_fee", "no_show_percent", "substitution_until_days", "move_until_days",
         "moves_allowed", "move_fee")  # fmt: skip


def _whole(row: dict[str, Any]) -> dict[str, Any]:
    steps = [{"percent": None, "amount": None, **step} for step in row["steps"]]
    return {**row, "steps": steps}


def _policy(course_id: int | None, facts: PolicyFacts) -> ChangePolicy:
    values = {name: getattr(facts.terms, name) for name in TERMS if name != "steps"}
    steps = [
        ChangePolicyStep(days_before=one.days_before, percent=one.percent, amount=one.amount)
        for one in facts.terms.steps
    ]
    return ChangePolicy(course_id=course_id, name=facts.name, from_on=facts.from_on, steps=steps, **values)
