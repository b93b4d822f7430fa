"""Courses, fees, venues, and who can teach."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload, selectinload

from courses_app.accounts.models import AccessRole, Account, Person
from courses_app.catalogue.models import Course, CourseKind, Duty, Fee, Prefecture, Programme, Venue
from courses_app.foundation.db import session


@dataclass(frozen=True)
class CourseLine:
    """What lists say of a course."""

    id: int
    code: str
    slug: str
    kind: CourseKind
    programme: Programme
    name_ja: str
    name_en: str
    audiences: list[Any]


def course_lines() -> list[CourseLine]:
    """Every course ever taught, in the institution's order, in one light statement."""
    columns = (
        Course.id, Course.code, Course.slug, Course.kind, Course.programme, Course.name_ja, Course.name_en,
        Course.audiences,
    )  # fmt: skip
    return [CourseLine(*row) for row in session.execute(select(*columns).order_by(Course.position, Course.id)).tuples()]


def courses_on_offer(today: date) -> Sequence[Course]:
    """Courses that are not withdrawn, in order, with duties and fees."""
    return session.scalars(
        select(Course)
        .options(selectinload(Course.duties), selectinload(Course.fees))
        .where(or_(Course.withdrawn_on.is_(None), Course.withdrawn_on > today))
        .order_by(Course.position, Course.id)
    ).all()


def all_courses() -> Sequence[Course]:
    """For staff: withdrawn ones too."""
    return session.scalars(select(Course).options(selectinload(Course.fees)).order_by(Course.position, Course.id)).all()


def course_by_slug(slug: str) -> Course | None:
    """A course with its subjects, duties and fees."""
    return session.scalar(_whole_course().where(Course.slug == slug))


def course_by_code(code: str) -> Course:
    """The course with this code. Raises NoResultFound."""
    return session.scalars(_whole_course().where(Course.code == code)).one()


def _whole_course() -> Select[Course]:
    return select(Course).options(selectinload(Course.subjects), selectinload(Course.duties), selectinload(Course.fees))


def duties_on(course: Course, day: date) -> list[Duty]:
    """Who must or should take the course on a day; rules that have ended or not begun are left out."""
    return [
        duty
        for duty in course.duties
        if (duty.from_on is None or duty.from_on <= day) and (duty.until_on is None or day <= duty.until_on)
    ]


def fees_on(course: Course, day: date) -> list[Fee]:
    """The fees in force on a day, everybody's first."""
    valid = [fee for fee in course.fees if fee.from_on <= day and (fee.until_on is None or day <= fee.until_on)]
    return sorted(valid, key=lambda fee: fee.audience)


def venue_by_code(code: str) -> Venue:
    """The venue with this code. Raises NoResultFound."""
    return session.scalars(select(Venue).where(Venue.code == code)).one()


def venues(*, open_on: date | None = None) -> Sequence[Venue]:
    """Venues from north to south; with a day, only those not closed by then."""
    query = select(Venue).options(joinedload(Venue.prefecture)).order_by(Venue.prefecture_code, Venue.id)
    if open_on is not None:
        query = query.where(or_(Venue.closed_on.is_(None), Venue.closed_on > open_on))
    return session.scalars(query).all()


def prefectures() -> Sequence[Prefecture]:
    return session.scalars(select(Prefecture).order_by(Prefecture.code)).all()


def regions() -> list[tuple[str, str, str]]:
    """(code, Japanese, English) of each region, from north to south."""
    rows = session.execute(
        select(Prefecture.region, Prefecture.region_name_ja, Prefecture.region_name_en).order_by(Prefecture.code)
    )
    return list(dict.fromkeys((code, ja, en) for code, ja, en in rows))


def instructors() -> Sequence[Person]:
    """Everyone who may teach, by reading."""
    return session.scalars(
        select(Person)
        .join(Account, Account.person_id == Person.id)
        .where(Account.roles.any(AccessRole.name == "instructor"))
        .order_by(Person.family_name_kana, Person.given_name_kana, Person.id)
    ).all()


def instructors_by_reference(references: Iterable[str | None]) -> dict[str, Person]:
    """The people with these references; those unknown are left out."""
    wanted = {reference for reference in references if reference}
    if not wanted:
        return {}
    return {person.reference: person for person in session.scalars(select(Person).where(Person.reference.in_(wanted)))}
