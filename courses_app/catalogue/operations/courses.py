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
    EarlyIsOver,
    FeeAudience,
    FeeInForceAlready,
    FeeStays,
    SubjectChange,
    SubjectKind,
    check_free_of_others,
    is_early,
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
    until_on: date | None = None,
    early_until_on: date | None = None,
    early_days_before: int | None = None,
    by: Actor,
    now: datetime,
    today: date,
) -> Fee:
    """A new fee from a day on, or an early price.

    Nothing that was set is changed: a fee without a last day ends by itself the day before the new one begins. What
    begins later stays as planned, until it is withdrawn. Raises FeeInForceAlready, FeeOverlaps, NothingAfterwards and
    EarlyIsOver.
    """
    new = Fee(
        audience=audience, amount=amount, tax_category=tax_category, from_on=from_on, until_on=until_on,
        early_until_on=early_until_on, early_days_before=early_days_before,
    )  # fmt: skip
    alike = [fee for fee in course.fees if fee.audience is audience and not is_early(fee)]
    if not is_early(new) and from_on <= today and any(fee.from_on <= today for fee in alike):
        raise FeeInForceAlready(today + timedelta(days=1))
    if early_until_on is not None and early_until_on < today:
        raise EarlyIsOver()
    check_free_of_others(course.fees, new)
    course.fees.append(new)
    session.flush()
    record(by=by, now=now, action="course.fee_set", subject=("course", course.code), detail=_told(new))
    return new


def withdraw_fee(course: Course, fee: Fee, *, by: Actor, now: datetime, today: date) -> None:
    """A price that is not to be: it stays on record. Only early ones may have begun. Raises FeeStays.

    What was booked at it stays as agreed.
    """
    if fee.withdrawn_at is not None or (fee.from_on <= today and not is_early(fee)):
        raise FeeStays()
    fee.withdrawn_at, fee.withdrawn_by = now, by.label
    session.flush()
    session.expire(course, ["fees"])
    record(by=by, now=now, action="course.fee_withdrawn", subject=("course", course.code), detail=_told(fee))


def _told(fee: Fee) -> dict[str, object]:
    days = {name: getattr(fee, name) for name in ("from_on", "until_on", "early_until_on")}
    told = {name: on.isoformat() for name, on in days.items() if on is not None}
    early = {"early_days_before": fee.early_days_before} if fee.early_days_before else {}
    return {"audience": fee.audience, "amount": fee.amount, "tax_category": fee.tax_category, **told, **early}
