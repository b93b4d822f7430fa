"""Seats kept for a purpose of the office's: nobody can book them, nor are they offered to those who wait."""

from __future__ import annotations

from datetime import datetime

from courses_app.bookings.models import SeatBlock
from courses_app.bookings.operations.crowd import crowd_of
from courses_app.bookings.operations.lapse import lapse_run_out_holds
from courses_app.bookings.operations.locks import lock_runs
from courses_app.bookings.rules import BlockEndsAtOnce, TooFewToBlock
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.references import new_reference


def block_seats(
    *, run: CourseRun, seats: int, purpose: str, until_at: datetime | None, by: Actor, now: datetime
) -> SeatBlock:
    """Keep free seats of a run, until an instant or until somebody releases them.

    Raises TooFewToBlock and BlockEndsAtOnce.
    """
    if until_at is not None and until_at <= now:
        raise BlockEndsAtOnce()
    lock_runs([run.id])
    run = session.get_one(CourseRun, run.id, populate_existing=True)
    lapse_run_out_holds(run.id, now=now)
    free = max(0, run.capacity - crowd_of(run.id, now=now).taken)
    if seats > free:
        raise TooFewToBlock(free)
    block = SeatBlock(
        reference=new_reference("K"), run=run, seats=seats, purpose=purpose.strip(), until_at=until_at,
        blocked_at=now, blocked_by=by.label,
    )  # fmt: skip
    session.add(block)
    session.flush()
    detail = {"seats": seats, "what_for": block.purpose, "until": until_at.isoformat() if until_at else None}
    audit.record(by=by, now=now, action="run.seats_blocked", subject=("run", run.reference), detail=detail)
    return block


def release_block(*, block: SeatBlock, by: Actor, now: datetime) -> SeatBlock:
    """Give kept seats free; those who wait get them first. A block that has ended comes back as it is."""
    lock_runs([block.run_id])
    block = session.get_one(SeatBlock, block.id, populate_existing=True)
    if not block.keeps(now=now):
        return block
    block.released_at, block.released_by = now, by.label
    session.flush()
    detail = {"seats": block.seats, "what_for": block.purpose}
    audit.record(by=by, now=now, action="run.seats_released", subject=("run", block.run.reference), detail=detail)
    return block
