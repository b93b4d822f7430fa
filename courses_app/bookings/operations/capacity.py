"""How many seats a run has."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import literal, select

from courses_app.bookings.models import Overbooking
from courses_app.bookings.operations.crowd import crowd_of
from courses_app.bookings.queries import allowed_of
from courses_app.bookings.rules import OverbookingNeedsReason, check_capacity
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session


def change_capacity(
    *, run: CourseRun, capacity: int, accepted_over: int | None = None, reason: str = "", by: Actor, now: datetime
) -> None:
    """More or fewer seats; free ones go to those who wait first (R-26), for the worker offers them.

    Fewer than are taken only with a reason and where `accepted_over` is by how many the run is then overbooked (R-25):
    nobody loses a seat, nothing is sold or offered until there is room again. Raises CapacityBelowSold,
    OverbookingNeedsReason.
    """
    run = session.scalars(
        select(CourseRun).where(CourseRun.id == run.id).with_for_update().execution_options(populate_existing=True)
    ).one()
    taken = crowd_of(run.id, now=now).taken
    check_capacity(capacity=capacity, before=run.capacity, taken=taken, accepted_over=accepted_over)
    if capacity == run.capacity:
        return
    reason = _reason(_end_lowering(run, now=now), reason.strip(), over=taken - capacity, lower=capacity < run.capacity)
    if reason:
        _allow_rest(run, over=taken - capacity, reason=reason, by=by, now=now)
    detail = {"over": taken - capacity, "reason": reason} if reason else None
    audit.record(
        by=by, now=now, action="run.capacity", subject=("run", run.reference),
        before=str(run.capacity), after=str(capacity), detail=detail,
    )  # fmt: skip
    run.capacity, run.changed_at = capacity, now
    session.flush()


def _end_lowering(run: CourseRun, *, now: datetime) -> str:
    """An earlier lowering below what was taken no longer counts; its reason, if there was one."""
    rows = session.scalars(
        select(Overbooking).where(
            Overbooking.run_id == run.id, Overbooking.booking_id.is_(None), Overbooking.ended_at.is_(None)
        )
    ).all()
    for row in rows:
        row.ended_at = now
    return rows[-1].reason if rows else ""


def _reason(before: str, given: str, *, over: int, lower: bool) -> str:
    """Why the run is overbooked afterwards; empty if it isn't, or if only the allowances of bookings say so."""
    if over <= 0:
        return ""
    if lower and not given:
        raise OverbookingNeedsReason()
    return given or before  # more seats than before, but still too few


def _allow_rest(run: CourseRun, *, over: int, reason: str, by: Actor, now: datetime) -> None:
    """A row for those whom no booking's own allowance excuses: nobody is counted twice (INV-1)."""
    session.flush()
    rest = over - (session.scalar(select(allowed_of(literal(run.id)))) or 0)
    if rest > 0:
        session.add(Overbooking(run_id=run.id, seats=rest, reason=reason, allowed_by=by.label, allowed_at=now))
