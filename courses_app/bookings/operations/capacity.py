"""How many seats a run has."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from courses_app.bookings.operations.crowd import crowd_of
from courses_app.bookings.rules import check_capacity
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session


def change_capacity(*, run: CourseRun, capacity: int, by: Actor, now: datetime) -> None:
    """More or fewer seats; never fewer than are taken (R-25). Raises CapacityBelowSold."""
    run = session.scalars(
        select(CourseRun).where(CourseRun.id == run.id).with_for_update().execution_options(populate_existing=True)
    ).one()
    check_capacity(capacity=capacity, sold=crowd_of(run.id, now=now).taken)
    if capacity == run.capacity:
        return
    audit.record(
        by=by,
        now=now,
        action="run.capacity",
        subject=("run", run.reference),
        before=str(run.capacity),
        after=str(capacity),
    )
    run.capacity, run.changed_at = capacity, now
