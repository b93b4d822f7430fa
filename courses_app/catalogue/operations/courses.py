"""Courses: their words and numbers, their subjects, and their fees over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import update

from courses_app.catalogue.models import Course, Fee, Meeting, Subject
from courses_app.catalogue.rules import (
    ChangedMeanwhile,
    CourseChange,
    FeeAudience,
    FeeInForceAlready,
    SubjectChange,
    SubjectKind,
)
from courses_app.foundation.audit import Actor, record
from courses_app.foundation.db import session
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.yen import TaxCategory, Yen


class SubjectsDontAddUp(Refusal):
    """The lectures must last exactly the course's net time."""

    def __init__(self, planned: int, wanted: int) -> None:
        super().__init__(
            _l(
                "The lectures add up to %(planned)d minutes, but the net time of the course is %(wanted)d minutes. "
                "Please correct one of them.",
                planned=planned,
                wanted=wanted,
            ),
            field="net_minutes",
        )


def change_course(
    course: Course,
    change: CourseChange,
    subjects: Sequence[SubjectChange],
    *,
    version: int,
    by: Actor,
    now: datetime,
) -> Course:
    """A course as staff want it; runs that stand keep their meetings. Raises ChangedMeanwhile, SubjectsDontAddUp."""
    if course.version != version:
        raise ChangedMeanwhile()
    lectures = sum(subject.minutes for subject in subjects if subject.kind is SubjectKind.LECTURE)
    if subjects and lectures != change.net_minutes:
        raise SubjectsDontAddUp(lectures, change.net_minutes)
    changed = {name: value for name, value in asdict(change).items() if getattr(course, name) != value}
    for name, value in changed.items():
        setattr(course, name, value)
    _apply_subjects(course, subjects)
    session.flush()
    record(by=by, now=now, action="course.changed", subject=("course", course.code), detail={"fields": sorted(changed)})
    return course


def _apply_subjects(course: Course, subjects: Sequence[SubjectChange]) -> None:
    """Subjects keep their row where they stay; meetings that pointed at one that goes keep its title."""
    present = list(course.subjects)
    kept: list[Subject] = []
    for position, change in enumerate(subjects, start=1):
        known = change.number is not None and 0 < change.number <= len(present)
        subject = present[(change.number or 1) - 1] if known else Subject()
        subject.position, subject.kind, subject.minutes = position, change.kind, change.minutes
        subject.name_ja, subject.name_en = change.name_ja, change.name_en
        kept.append(subject)
    gone = [subject.id for subject in present if subject not in kept]
    if gone:
        session.execute(update(Meeting).where(Meeting.subject_id.in_(gone)).values(subject_id=None))
    course.subjects = kept


def set_fee(
    course: Course,
    *,
    audience: FeeAudience,
    amount: Yen,
    tax_category: TaxCategory,
    from_on: date,
    by: Actor,
    now: datetime,
    today: date,
) -> Fee:
    """A new fee from a day on; the one before ends the day before. Raises FeeInForceAlready.

    A fee whose day has come is never changed, so that what was charged can always be explained; one that starts
    later is replaced.
    """
    of_audience = [fee for fee in course.fees if fee.audience is audience]
    if from_on <= today and any(fee.from_on <= today for fee in of_audience):
        raise FeeInForceAlready(today + timedelta(days=1))
    for fee in of_audience:
        if fee.from_on >= from_on:
            course.fees.remove(fee)
        elif fee.until_on is None or fee.until_on >= from_on:
            fee.until_on = from_on - timedelta(days=1)
    session.flush()  # what is replaced goes before its successor of the same day comes
    new = Fee(audience=audience, amount=amount, tax_category=tax_category, from_on=from_on, until_on=None)
    course.fees.append(new)
    session.flush()
    detail = {"audience": audience, "amount": amount, "tax_category": tax_category, "from_on": from_on.isoformat()}
    record(by=by, now=now, action="course.fee_set", subject=("course", course.code), detail=detail)
    return new
