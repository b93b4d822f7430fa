"""Runs: one of them whole, what it costs, and which match a filter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from courses_app.catalogue.models import Course, CourseRun, Delivery, Meeting, Prefecture, RunStatus, Venue, Visibility
from courses_app.catalogue.queries.courses import CourseLine, fits
from courses_app.catalogue.rules import FeeAudience, Price, RunFilter, price_for
from courses_app.foundation.clock import day_of, start_of
from courses_app.foundation.db import session
from courses_app.foundation.text import search_key

RUNS = CourseRun.__table__.c
OF_EVERYBODY = RUNS.visibility == Visibility.PUBLIC  # every list of runs for the public and for organizations has this
LISTED = and_(OF_EVERYBODY, RUNS.status.in_((RunStatus.PUBLISHED, RunStatus.CALLED_OFF)))


def run_by_reference(reference: str) -> CourseRun | None:
    """A run whole: course with fees, venue, meetings with instructors."""
    return session.scalar(_whole_run().where(CourseRun.reference == reference))


def run_with_fees(reference: str) -> CourseRun | None:
    """A run as far as a booking form needs it: course with fees, and venue; two statements."""
    fees = joinedload(CourseRun.course).selectinload(Course.fees)
    return session.scalar(
        select(CourseRun).options(fees, joinedload(CourseRun.venue)).where(CourseRun.reference == reference)
    )


def run_for_update(reference: str) -> CourseRun | None:
    """The same under the run's row lock (on SQLite the writing transaction is lock enough), freshly read."""
    locked = select(CourseRun.id).where(CourseRun.reference == reference).with_for_update()
    if session.scalar(locked) is None:
        return None
    return session.scalar(
        _whole_run().where(CourseRun.reference == reference).execution_options(populate_existing=True)
    )


def _whole_run() -> Select[CourseRun]:
    return select(CourseRun).options(
        joinedload(CourseRun.course).selectinload(Course.fees),
        joinedload(CourseRun.course).selectinload(Course.subjects),
        joinedload(CourseRun.venue).joinedload(Venue.prefecture),
        selectinload(CourseRun.meetings).joinedload(Meeting.instructor),
    )


def price_of(run: CourseRun, audience: FeeAudience, *, booked_on: date) -> Price:
    """What one seat of a run costs who books on a day. Raises NoFee."""
    return price_for(
        run.course.fees,
        audience,
        on=day_of(run.starts_at),
        booked_on=booked_on,
        general_override=run.price_general,
        member_override=run.price_member,
    )


def matching(wanted: RunFilter, courses: Sequence[CourseLine]) -> list[ColumnElement[bool]]:
    """Public runs under the filter, as conditions on CourseRun outer-joined to Venue and Prefecture."""
    return [LISTED, *narrowed(wanted, courses)]


def narrowed(wanted: RunFilter, courses: Sequence[CourseLine]) -> list[ColumnElement[bool]]:
    """The filter's own conditions, none where nothing is asked for; `open` is for who knows seats."""
    conditions: list[ColumnElement[bool]] = []
    if chosen := _chosen_courses(wanted, courses):
        conditions.append(CourseRun.course_id.in_([course.id for course in chosen[0]]))
    if wanted.region:
        conditions.append(Prefecture.region == wanted.region)
    if wanted.delivery:
        conditions.append(CourseRun.delivery == wanted.delivery)
    if wanted.language:
        conditions.append(CourseRun.language == wanted.language)
    if wanted.month:
        conditions.append(_in_month(wanted.month))
    conditions.extend(_word_found(word, courses) for word in wanted.words)
    return conditions


def upcoming(now: datetime) -> ColumnElement[bool]:
    """Runs that are not over."""
    return CourseRun.ends_at > now


def _chosen_courses(wanted: RunFilter, courses: Sequence[CourseLine]) -> tuple[list[CourseLine]] | None:
    """None where no condition on courses was set; else the courses that remain, perhaps none."""
    if not (wanted.course or wanted.kind or wanted.programme or wanted.audience):
        return None
    return ([course for course in courses if fits(wanted, course)],)


def _in_month(first: date) -> ColumnElement[bool]:
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return and_(CourseRun.starts_at >= start_of(first), CourseRun.starts_at < start_of(following))


def _word_found(word: str, courses: Sequence[CourseLine]) -> ColumnElement[bool]:
    """The word stands in the course's name, or in the place."""
    key = search_key(word)
    named = [
        course.id for course in courses if key in search_key(course.name_ja, " ", course.name_en, " ", course.code)
    ]
    places = (Venue.name_ja, Venue.name_en, Venue.address_ja, Venue.address_en, Prefecture.region_name_ja)
    return or_(
        CourseRun.course_id.in_(named),
        CourseRun.reference == word.upper(),
        *(column.icontains(word, autoescape=True) for column in places),
    )


@dataclass(frozen=True)
class OfficeFilter:
    """What staff narrow their list of runs to. `region` may be `online`; `past` turns to the runs that are over."""

    status: RunStatus | None = None
    course: str = ""
    month: date | None = None
    region: str = ""
    past: bool = False


def office_runs(wanted: OfficeFilter, *, now: datetime) -> Select[CourseRun]:
    """For staff: runs, drafts too, soonest first (of past ones: latest first); to be paged, or written into a file."""
    query = (
        select(CourseRun)
        .join(CourseRun.course)
        .outerjoin(CourseRun.venue)
        .outerjoin(Venue.prefecture)
        .options(contains_eager(CourseRun.course), contains_eager(CourseRun.venue))
        .order_by(CourseRun.starts_at.desc() if wanted.past else CourseRun.starts_at, CourseRun.id)
    )
    return query.where(CourseRun.ends_at <= now if wanted.past else upcoming(now), *_for_office(wanted))


def _for_office(wanted: OfficeFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.status:
        yield CourseRun.status == wanted.status
    if wanted.course:
        yield Course.code == wanted.course
    if wanted.month:
        yield _in_month(wanted.month)
    if wanted.region:
        yield CourseRun.delivery == Delivery.ONLINE if wanted.region == "online" else Prefecture.region == wanted.region
