"""Who may touch seats: whoever holds the locks, first those of all runs, then of bookings, each by their ids (R-03).

The lock of a run's row guards the count of its seats. An order of several dates can be ended from any of its runs (a
run called off, a hold that has run out), so whoever changes a booking holds its row as well. Under PostgreSQL's READ
COMMITTED every statement after the lock sees what the one before us committed. SQLite has one writer at a time, so the
transaction itself is the lock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import selectinload

from courses_app.bookings.models import LIVING, Booking, Seat
from courses_app.catalogue.models import CourseRun
from courses_app.foundation.db import session


def lock_runs(run_ids: Iterable[int], *, named: Collection[str] = ()) -> set[int]:
    """Wait until the runs' seats are ours to count and change, until the transaction ends; their ids.

    `named` are references of further runs.
    """
    wanted: ColumnElement[bool] = CourseRun.id.in_(sorted(set(run_ids)))
    if named:
        wanted = or_(wanted, CourseRun.reference.in_(sorted(set(named))))
    return set(session.scalars(select(CourseRun.id).where(wanted).order_by(CourseRun.id).with_for_update()).all())


def locked_booking(booking_id: int, *, also: Collection[str] = ()) -> Booking:
    """The booking, its seats and runs as they stand now that it is locked: what was read before may be stale.

    `also` are references of other runs that are to be locked in the same order. A seat that was moved to another run
    while we waited makes us wait for that run, too.
    """
    locked: set[int] = set()
    while not (runs := _runs_of(booking_id)) <= locked or not locked:
        locked |= lock_runs(runs, named=also)
    return session.scalars(_with_seats().where(Booking.id == booking_id)).one()


def locked_bookings_in(run_id: int) -> Sequence[Booking]:
    """Every booking with a live seat in the run, as it stands now, locked in order; the caller has locked the run.

    Their seats in other runs are not ours to give to anybody.
    """
    concerned = select(Seat.booking_id).where(Seat.run_id == run_id, LIVING)
    return session.scalars(_with_seats().where(Booking.id.in_(concerned)).order_by(Booking.id)).all()


def _runs_of(booking_id: int) -> set[int]:
    return set(session.scalars(select(Seat.run_id).where(Seat.booking_id == booking_id)))


def _with_seats() -> Select[Booking]:
    seats = selectinload(Booking.seats)
    return (
        select(Booking)
        .options(seats.joinedload(Seat.run).joinedload(CourseRun.course), seats.joinedload(Seat.ticket))
        .with_for_update(of=Booking)
        .execution_options(populate_existing=True)
    )
