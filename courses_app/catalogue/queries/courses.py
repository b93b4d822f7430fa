"""Courses: what is on offer, for whom, what it costs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, bindparam, or_, select
from sqlalchemy.orm import defer, selectinload

from courses_app.catalogue.models import Course, CourseKind, Duty, Fee, FeeAudience, Programme
from courses_app.catalogue.rules import (
    Audience,
    FeeLike,
    NoFee,
    Price,
    RunFilter,
    held_until,
    is_early,
    last_day_to_book,
    price_for,
)
from courses_app.foundation.db import session

LONG_TEXTS = (Course.description_ja, Course.description_en, Course.certificate_worth_ja, Course.certificate_worth_en)


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
    audiences: tuple[str, ...]


@dataclass(frozen=True)
class CourseOffer:
    """A course as catalogues show it, with what a seat on it costs today."""

    course: CourseLine
    summary_ja: str
    summary_en: str
    net_minutes: int
    validity_months: int | None
    withdrawn_on: date | None
    on_request: bool
    price: Price | None
    member_price: Price | None


@dataclass(frozen=True)
class Need:
    """A role's duty, and the course that fulfils it."""

    duty: Duty
    course: Course


COURSES, FEES = Course.__table__.c, Fee.__table__.c
COURSE_LINES = select(
    COURSES.id, COURSES.code, COURSES.slug, COURSES.kind, COURSES.programme, COURSES.name_ja, COURSES.name_en,
    COURSES.audiences,
).order_by(COURSES.position, COURSES.id)  # fmt: skip
COURSE_OFFERS = COURSE_LINES.add_columns(
    COURSES.summary_ja,
    COURSES.summary_en,
    COURSES.net_minutes,
    COURSES.validity_months,
    COURSES.withdrawn_on,
    COURSES.on_request,
)
CURRENT_FEES = select(
    FEES.course_id, FEES.audience, FEES.amount, FEES.tax_category, FEES.from_on, FEES.until_on,
    FEES.early_until_on, FEES.early_days_before,
).where(FEES.withdrawn_at.is_(None), or_(FEES.until_on.is_(None), FEES.until_on >= bindparam("day")))  # fmt: skip


def course_lines() -> list[CourseLine]:
    """Every course ever taught in public, in the institution's order, in one light statement."""
    return _lines(COURSE_LINES.where(~COURSES.on_request))


def courses_to_plan(today: date) -> list[CourseLine]:
    """Courses of which new runs are held."""
    return _lines(COURSE_LINES.where(_offered(today), ~COURSES.on_request))


def line_of(course: Any) -> CourseLine:
    """The line of a course, or of a row of its columns."""
    return CourseLine(
        course.id, course.code, course.slug, course.kind, course.programme, course.name_ja, course.name_en,
        tuple(course.audiences),
    )  # fmt: skip


def current_fees(day: date) -> dict[int, list[FeeLike]]:
    """By course: every fee that has not ended before a day."""
    fees: dict[int, list[FeeLike]] = {}
    for fee in session.connection().execute(CURRENT_FEES, {"day": day}):
        fees.setdefault(fee.course_id, []).append(cast(FeeLike, fee))
    return fees


def _lines(query: Select[*tuple[Any, ...]]) -> list[CourseLine]:
    return [line_of(row) for row in session.connection().execute(query)]


def _offered(today: date) -> ColumnElement[bool]:
    return or_(Course.withdrawn_on.is_(None), Course.withdrawn_on > today)


def catalogue_on(today: date, wanted: RunFilter) -> list[tuple[CourseKind, list[CourseOffer]]]:
    """The courses on offer that fit, by kind in the kinds' order, each with its fees of the day."""
    offers = (offer for offer in all_offers(today) if not offer.on_request)
    offered = [offer for offer in offers if offer.withdrawn_on is None or offer.withdrawn_on > today]
    fitting = [offer for offer in offered if fits(wanted, offer.course)]
    groups = ((kind, [offer for offer in fitting if offer.course.kind is kind]) for kind in CourseKind)
    return [(kind, offers) for kind, offers in groups if offers]


def all_offers(today: date) -> list[CourseOffer]:
    """Every course with its fees of the day, withdrawn ones too, in two statements."""
    fees = current_fees(today)
    return [
        CourseOffer(
            line_of(row), row.summary_ja, row.summary_en, row.net_minutes, row.validity_months, row.withdrawn_on,
            row.on_request, *_prices(fees.get(row.id, []), today),
        )
        for row in session.execute(COURSE_OFFERS)
    ]  # fmt: skip


def fits(wanted: RunFilter, course: CourseLine) -> bool:
    """Whether a course passes the filter's conditions on courses."""
    return (
        wanted.course in ("", course.slug, course.code)
        and wanted.kind in (None, course.kind)
        and wanted.programme in (None, course.programme)
        and (wanted.audience is None or not {wanted.audience, Audience.ANYONE}.isdisjoint(course.audiences))
    )


def course_by_slug(slug: str) -> Course | None:
    """A course of the public catalogue with its subjects, duties and fees, by its address."""
    return session.scalar(_whole().where(Course.slug == slug, ~Course.on_request))


def find_course(code: str) -> Course | None:
    """The same by its code."""
    return session.scalar(_whole().where(Course.code == code))


def course_by_code(code: str) -> Course:
    """The course with this code. Raises NoResultFound."""
    return session.scalars(_whole().where(Course.code == code)).one()


def _whole() -> Select[Course]:
    return select(Course).options(selectinload(Course.subjects), selectinload(Course.duties), selectinload(Course.fees))


def duties_on(course: Course, day: date) -> list[Duty]:
    """Who must or should take the course on a day; rules that have ended or not begun are left out."""
    return [
        duty
        for duty in course.duties
        if (duty.from_on is None or duty.from_on <= day) and (duty.until_on is None or day <= duty.until_on)
    ]


def fees_on(course: Course, day: date) -> tuple[Price | None, Price | None]:
    """What a seat costs on a day: everybody, supporting members; (None, None) where no fee is set."""
    return _prices(course.fees, day)


def _prices(fees: Collection[FeeLike], day: date) -> tuple[Price | None, Price | None]:
    try:
        general, member = (price_for(fees, each, on=day, booked_on=day) for each in FeeAudience)
    except NoFee:
        return (None, None)
    return (general, member)


def fees_after(course: Course, day: date) -> list[Fee]:
    """Fees that begin later, soonest first; early prices are others."""
    later = (fee for fee in course.fees if fee.from_on > day and not is_early(fee))
    return sorted(later, key=lambda fee: (fee.from_on, fee.audience))


def early_prices_after(course: Course, day: date) -> list[Fee]:
    """Early prices at which a seat of some run can still be had, those of the soonest runs first."""
    early = (fee for fee in course.fees if is_early(fee) and (fee.until_on is None or fee.until_on >= day))
    open_ones = (fee for fee in early if (last_day_to_book(fee, fee.until_on or date.max) or day) >= day)
    return sorted(open_ones, key=lambda fee: (fee.from_on, fee.audience))


def fee_history(course: Course) -> list[tuple[Fee, date | None]]:
    """Every price there was, is, or was withdrawn, with its last run day as far as one is known."""
    rows = session.scalars(select(Fee).where(Fee.course_id == course.id).order_by(Fee.from_on, Fee.audience, Fee.id))
    return [(fee, held_until(course.fees, fee)) for fee in rows]


def find_fee(course: Course, number: int) -> Fee | None:
    """A price of the course that was not withdrawn, by its number."""
    return next((fee for fee in course.fees if fee.id == number), None)


def needs_on(day: date) -> dict[Audience, list[Need]]:
    """By side of organization, who must or should take which course on a day; withdrawn courses are left out."""
    rows: Sequence[Any] = session.execute(
        select(Duty, Course)
        .join(Course, Course.id == Duty.course_id)
        .options(*(defer(text) for text in LONG_TEXTS))
        .where(
            _offered(day),
            or_(Duty.from_on.is_(None), Duty.from_on <= day),
            or_(Duty.until_on.is_(None), Duty.until_on >= day),
        )
        .order_by(Course.position, Duty.position)
    ).all()
    needs: dict[Audience, list[Need]] = {}
    for duty, course in rows:
        needs.setdefault(Audience(duty.side), []).append(Need(duty, course))
    return needs
