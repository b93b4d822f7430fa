"""Who may touch a run's seats: whoever holds the lock of the run's row. Locks go by id (R-03).

Under PostgreSQL's READ COMMITTED every statement after the lock sees what the one before us committed. SQLite has one
writer at a time, so the transaction itself is the lock.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from courses_app.bookings.models import Booking, Seat
from courses_app.catalogue.models import CourseRun
from courses_app.foundation.db import session


def lock_runs(run_ids: Iterable[int]) -> None:
    """Wait until the runs' seats are ours to count and change, until the transaction ends."""
    session.execute(
        select(CourseRun.id).where(CourseRun.id.in_(sorted(set(run_ids)))).order_by(CourseRun.id).with_for_update()
    ).all()


def locked_booking(booking_id: int) -> Booking:
    """The booking, its seats and runs as they stand now that the runs are locked: what was read before may be stale."""
    lock_runs(session.scalars(select(Seat.run_id).where(Seat.booking_id == booking_id)))
    return session.scalars(
        select(Booking)
        .options(selectinload(Booking.seats).joinedload(Seat.run).joinedload(CourseRun.course))
        .where(Booking.id == booking_id)
        .execution_options(populate_existing=True)
    ).one()
