"""What a plan would collide with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from courses_app.accounts.models import Person
from courses_app.catalogue.models import CourseRun, Meeting, RunStatus, Venue
from courses_app.catalogue.queries.places import people_by_reference
from courses_app.catalogue.rules import Clash, ClashKind, Occupied, RunPlan, clashes_between
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session


def keep_still(plan: RunPlan) -> None:
    """Lock the plan's venue and instructors, so that two plans made at once see each other."""
    references = sorted({meeting.instructor for meeting in plan.meetings if meeting.instructor})
    if plan.venue:
        session.execute(select(Venue.id).where(Venue.code == plan.venue).with_for_update())
    if references:
        session.execute(select(Person.id).where(Person.reference.in_(references)).order_by(Person.id).with_for_update())


def clashes_of(plan: RunPlan, *, except_run: CourseRun | None = None) -> list[Clash]:
    """What stands in the plan's way: other runs, not called off, in its venue or with its instructors at its times."""
    people = {person.id: person for person in people_by_reference(m.instructor for m in plan.meetings).values()}
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
