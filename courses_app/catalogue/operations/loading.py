"""The first content: rows of the data files become courses, venues and prefectures, where they are missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from courses_app.catalogue.models import (
    Course,
    CourseKind,
    Duty,
    DutyStrength,
    Fee,
    FeeAudience,
    Prefecture,
    Programme,
    Subject,
    SubjectKind,
    Venue,
)
from courses_app.catalogue.rules import DayKind, UnnamedSeats
from courses_app.foundation.audit import Actor, record
from courses_app.foundation.db import session
from courses_app.foundation.yen import TaxCategory

Row = dict[str, Any]
WORDS = {
    "kind": CourseKind, "programme": Programme, "naming_day_kind": DayKind, "unnamed_seats": UnnamedSeats,
}  # fmt: skip
DUTY_TEXTS = (
    "role_code",
    "role_name_ja",
    "role_name_en",
    "side",
    "legal_basis_ja",
    "legal_basis_en",
    "reason_ja",
    "reason_en",
)


def add_prefectures(rows: Iterable[Row], *, regions: Mapping[str, Row]) -> int:
    """Prefectures not there yet; returns how many."""
    known = set(session.scalars(select(Prefecture.code)))
    missing = [row for row in rows if row["code"] not in known]
    for row in missing:
        region = regions[row["region"]]
        session.add(Prefecture(**row, region_name_ja=region["name_ja"], region_name_en=region["name_en"]))
    session.flush()
    return len(missing)


def add_missing_venues(rows: Iterable[Row], *, by: Actor, now: datetime) -> int:
    """Venues whose code is not there yet; returns how many."""
    known = set(session.scalars(select(Venue.code)))
    missing = [row for row in rows if row["code"] not in known]
    for row in missing:
        facts = {name: value for name, value in row.items() if name not in {"region", "prefecture"}}
        session.add(Venue(**facts, prefecture_code=row["prefecture"]))
        record(by=by, now=now, action="venue.added", subject=("venue", row["code"]))
    session.flush()
    return len(missing)


def add_missing_courses(rows: Iterable[Row], *, by: Actor, now: datetime) -> int:
    """Courses whose code is not there yet, with subjects, duties and fees; returns how many."""
    known = set(session.scalars(select(Course.code)))
    missing = [row for row in rows if row["code"] not in known]
    for row in missing:
        session.add(_course(row))
        record(by=by, now=now, action="course.added", subject=("course", row["code"]))
    session.flush()
    return len(missing)


def _course(row: Row) -> Course:
    parts = {"subjects", "duties", "fees"}
    facts = {name: value for name, value in row.items() if name not in parts}
    texts = {name: value.strip() for name, value in facts.items() if isinstance(value, str)}
    words = {name: WORDS[name](value) for name, value in texts.items() if name in WORDS}
    course = Course(**{**facts, **texts, **words})
    course.subjects = [_subject(number, part) for number, part in enumerate(row["subjects"], start=1)]
    course.duties = [_duty(number, part) for number, part in enumerate(row.get("duties", []), start=1)]
    course.fees = [_fee(part) for part in row["fees"]]
    return course


def _subject(position: int, row: Row) -> Subject:
    facts = {name: value for name, value in row.items() if name != "kind"}
    return Subject(position=position, kind=SubjectKind(row["kind"]), **facts)


def _duty(position: int, row: Row) -> Duty:
    texts = {name: row[name] for name in DUTY_TEXTS}
    return Duty(
        position=position,
        strength=DutyStrength(row["duty"]),
        from_on=row.get("from_on"),
        until_on=row.get("until_on"),
        **texts,
    )


def _fee(row: Row) -> Fee:
    return Fee(
        audience=FeeAudience(row["audience"]),
        amount=row["amount"],
        tax_category=TaxCategory(row["tax_category"]),
        from_on=row["from_on"],
        until_on=row.get("until_on"),
    )
