"""Runs: which match a filter, one of them whole, what they cost, and what a plan would collide with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from courses_app.accounts.models import Person
from courses_app.catalogue.models import Course, CourseRun, Delivery, Meeting, Prefecture, RunStatus, Venue
from courses_app.catalogue.queries.courses import CourseLine, instructors_by_reference
from courses_app.catalogue.rules import (
    Clash,
    ClashKind,
    FeeAudience,
    Occupied,
    Price,
    RunFilter,
    RunPlan,
    clashes_between,
    price_for,
)
from courses_app.foundation.clock import day_of, start_of
from courses_app.foundation.db import session
from courses_app.foundation.paging import Page, paged
from courses_app.foundation.text import search_key

PUBLIC = (RunStatus.PUBLISHED, RunStatus.CALLED_OFF)


def run_by_reference(reference: str) -> CourseRun | None:
    """A run whole: course with fees, venue, meetings with instructors."""
    return session.scalar(_whole_run().where(CourseRun.reference == reference))


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


def price_of(run: CourseRun, audience: FeeAudience) -> Price:
    """What one seat of a run costs. Raises NoFee."""
    return price_for(
        run.course.fees,
        audience,
        on=day_of(run.starts_at),
        general_override=run.price_general,
        member_override=run.price_member,
    )


def matching(wanted: RunFilter, courses: Sequence[CourseLine]) -> list[ColumnElement[bool]]:
    """The filter as conditions on CourseRun, outer-joined to Venue and Prefecture; `open` is for who knows seats."""
    conditions: list[ColumnElement[bool]] = [CourseRun.status.in_(PUBLIC)]
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
    return ([course for course in courses if _fits(wanted, course)],)


def _fits(wanted: RunFilter, course: CourseLine) -> bool:
    return (
        wanted.course in ("", course.slug, course.code)
        and wanted.kind in (None, course.kind)
        and wanted.programme in (None, course.programme)
        and (not wanted.audience or wanted.audience in course.audiences or "anyone" in course.audiences)
    )


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


def office_runs(
    *, number: int, status: RunStatus | None, course: str, month: date | None, region: str, past: bool, now: datetime
) -> Page[CourseRun]:
    """For staff: a page of runs, drafts too, soonest first (of past ones: latest first)."""
    return paged(
        _office_query(status=status, course=course, month=month, region=region, past=past, now=now), number=number
    )


def _office_query(
    *, status: RunStatus | None, course: str, month: date | None, region: str, past: bool, now: datetime
) -> Select[CourseRun]:
    query = (
        select(CourseRun)
        .join(CourseRun.course)
        .outerjoin(CourseRun.venue)
        .outerjoin(Venue.prefecture)
        .options(joinedload(CourseRun.course), joinedload(CourseRun.venue))
        .order_by(CourseRun.starts_at.desc() if past else CourseRun.starts_at, CourseRun.id)
    )
    conditions: list[Any] = [CourseRun.ends_at <= now if past else CourseRun.ends_at > now]
    if status:
        conditions.append(CourseRun.status == status)
    if course:
        conditions.append(Course.code == course)
    if month:
        conditions.append(_in_month(month))
    if region:
        conditions.append(CourseRun.delivery == Delivery.ONLINE if region == "online" else Prefecture.region == region)
    return query.where(*conditions)


def keep_still(plan: RunPlan) -> None:
    """Lock the plan's venue and instructors, so that two plans made at once see each other."""
    references = sorted({meeting.instructor for meeting in plan.meetings if meeting.instructor})
    if plan.venue:
        session.execute(select(Venue.id).where(Venue.code == plan.venue).with_for_update())
    if references:
        session.execute(select(Person.id).where(Person.reference.in_(references)).order_by(Person.id).with_for_update())


def clashes_of(plan: RunPlan, *, except_run: CourseRun | None = None) -> list[Clash]:
    """What stands in the plan's way: other runs, not called off, in its venue or with its instructors at its times."""
    people = {person.id: person for person in instructors_by_reference(m.instructor for m in plan.meetings).values()}
    query = (
        select(Meeting)
        .join(Meeting.run)
        .outerjoin(CourseRun.venue)
        .options(
            joinedload(Meeting.run).joinedload(CourseRun.course), joinedload(Meeting.run).joinedload(CourseRun.venue)
        )
        .where(
            CourseRun.status != RunStatus.CALLED_OFF,
            CourseRun.ends_at > plan.starts_at,
            CourseRun.starts_at < plan.ends_at,
            or_(Venue.code == plan.venue, Meeting.instructor_id.in_(people)),
        )
        .order_by(Meeting.starts_at, Meeting.id)
    )
    if except_run is not None:
        query = query.where(CourseRun.id != except_run.id)
    taken = session.scalars(query).all()
    in_venue = [meeting for meeting in taken if meeting.run.venue and meeting.run.venue.code == plan.venue]
    teaching = [
        _teaching(meeting, people[meeting.instructor_id]) for meeting in taken if meeting.instructor_id in people
    ]
    return clashes_between(_wanted(plan), [*_venue_days(in_venue), *teaching])


def _wanted(plan: RunPlan) -> Iterator[Occupied]:
    if plan.venue:
        for starts_at, ends_at in _days((meeting.starts_at, meeting.ends_at) for meeting in plan.meetings):
            yield Occupied(ClashKind.VENUE, plan.venue, starts_at, ends_at)
    for meeting in plan.meetings:
        if meeting.instructor:
            yield Occupied(ClashKind.INSTRUCTOR, meeting.instructor, meeting.starts_at, meeting.ends_at)


def _venue_days(meetings: Sequence[Meeting]) -> Iterator[Occupied]:
    """A hall is taken from the first to the last meeting of a day, breaks included."""
    for run, of_run in groupby(sorted(meetings, key=lambda m: (m.run_id, m.starts_at)), key=lambda m: m.run):
        if run.venue is None:
            continue
        for starts_at, ends_at in _days((meeting.starts_at, meeting.ends_at) for meeting in of_run):
            yield Occupied(
                ClashKind.VENUE, run.venue.code, starts_at, ends_at, run.reference,
                run.venue.name_ja, run.venue.name_en, run.course.name_ja, run.course.name_en,
            )  # fmt: skip


def _teaching(meeting: Meeting, person: Person) -> Occupied:
    course = meeting.run.course
    return Occupied(
        ClashKind.INSTRUCTOR, person.reference, meeting.starts_at, meeting.ends_at, meeting.run.reference,
        person.full_name, person.full_name, course.name_ja, course.name_en,
    )  # fmt: skip


def _days(times: Iterable[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
    for _day, parts in groupby(sorted(times), key=lambda part: day_of(part[0])):
        of_day = list(parts)
        yield of_day[0][0], max(ends_at for _, ends_at in of_day)
