"""Runs moved by the house, and the questions that follow."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import select

from courses_app.bookings import operations
from courses_app.bookings.models import Booking, MoveQuestion
from courses_app.catalogue import queries as catalogue
from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.rules import fingerprint
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen
from tests.catalogue.test_operations import moved_by, plan_of
from tests.make import Make


def move_run(
    make: Make,
    run: CourseRun,
    *,
    days: int = 7,
    answer_on: date | None = None,
    taught: bool = True,
    now: datetime | None = None,
) -> CourseRun:
    """The run so many days later, its booking as well; unless it is `taught`, without its instructors."""
    with make.deed():
        found = catalogue.run_for_update(run.reference)
        assert found is not None
        by = timedelta(days=days)
        plan = moved_by(plan_of(found, make), by)
        teachers = [one.instructor.reference if one.instructor and taught else None for one in found.meetings]
        meetings = tuple(replace(one, instructor=who) for one, who in zip(plan.meetings, teachers, strict=True))
        plan = replace(plan, meetings=meetings)
        plan = replace(plan, booking_closes_at=min(found.booking_closes_at + by, plan.starts_at))
        seen = fingerprint(catalogue.clashes_of(plan, except_run=found))
        operations.change_run(
            found, plan, version=found.version, by=SYSTEM, now=now or clock.now(), clashes_seen=seen,
            answer_on=answer_on,
        )  # fmt: skip
    session.expire_all()
    whole = catalogue.run_by_reference(run.reference)
    assert whole is not None
    return whole


def question_about(booking: Booking) -> MoveQuestion:
    """The last one."""
    session.expire_all()
    return session.scalars(
        select(MoveQuestion).where(MoveQuestion.booking_id == booking.id).order_by(MoveQuestion.id.desc()).limit(1)
    ).one()


def answer(
    make: Make, booking: Booking, choices: dict[int, str], *, less: int = 0, now: datetime | None = None
) -> MoveQuestion:
    with make.deed():
        operations.answer(
            question=question_about(booking), choices=choices, agreed=Yen(less), by=SYSTEM, now=now or clock.now()
        )
    return question_about(booking)
