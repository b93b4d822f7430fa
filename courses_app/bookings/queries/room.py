"""How full a run is for the office: people, seats kept for a purpose, and what was allowed beyond the capacity."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import joinedload

from courses_app.bookings.models import LIVING, Overbooking, Seat, SeatBlock
from courses_app.bookings.queries.seats import blocked_of, taken_of
from courses_app.catalogue.models import CourseRun
from courses_app.foundation.db import session


@dataclass(frozen=True)
class Room:
    """Of a run: its seats, how many are taken, and how many of these the office keeps for a purpose."""

    capacity: int
    taken: int
    blocked: int

    @property
    def seated(self) -> int:
        return self.taken - self.blocked

    @property
    def free(self) -> int:
        return max(self.capacity - self.taken, 0)

    @property
    def over(self) -> int:
        """By how many the run is overbooked."""
        return max(self.taken - self.capacity, 0)


def room_of(run: CourseRun, *, now: datetime) -> Room:
    """The room of a run, in one statement."""
    ids = CourseRun.__table__.c.id
    query = select(taken_of(ids, now=now), blocked_of(ids, now=now)).where(ids == run.id)
    taken, blocked = session.execute(query).one()
    return Room(run.capacity, taken, blocked)


def blocks_of(run: CourseRun, *, now: datetime) -> tuple[list[SeatBlock], list[SeatBlock]]:
    """The blocks of a run that still keep their seats, and those that were released, the latest first."""
    found = session.scalars(select(SeatBlock).where(SeatBlock.run_id == run.id).order_by(SeatBlock.id.desc())).all()
    return [one for one in found if one.keeps(now=now)], [one for one in found if not one.keeps(now=now)]


def blocked_by_run(run_ids: Collection[int], *, now: datetime) -> dict[int, int]:
    """How many seats of each run are kept for a purpose. One statement."""
    ids = CourseRun.__table__.c.id
    return dict(session.execute(select(ids, blocked_of(ids, now=now)).where(ids.in_(run_ids))).all())


def block_by_reference(reference: str) -> SeatBlock | None:
    """A block with its run, for staff."""
    return session.scalars(
        select(SeatBlock).options(joinedload(SeatBlock.run)).where(SeatBlock.reference == reference)
    ).one_or_none()


def overbookings_of(run: CourseRun) -> Sequence[Overbooking]:
    """What was allowed beyond the capacity of a run and still counts, with the booking it was for."""
    return session.scalars(
        select(Overbooking)
        .options(joinedload(Overbooking.booking))
        .where(Overbooking.run_id == run.id, _counts())
        .order_by(Overbooking.id)
    ).all()


def allowed_of(run_id: ColumnElement[int]) -> ColumnElement[int]:
    """How many people more than seats were allowed in the run, as a part of a statement.

    For a booking never more than the seats it still has there: what was given back is allowed to nobody else.
    """
    left = _seats_left()
    partly = and_(Overbooking.booking_id.is_not(None), left < Overbooking.seats)
    summed = func.sum(case((partly, left), else_=Overbooking.seats))
    query = select(func.coalesce(summed, 0)).where(Overbooking.run_id == run_id, Overbooking.ended_at.is_(None))
    return query.correlate_except(Overbooking).scalar_subquery()


def _seats_left() -> ColumnElement[int]:
    """The seats in the run of the booking that an allowance is for."""
    mine = (Seat.booking_id == Overbooking.booking_id, Seat.run_id == Overbooking.run_id, LIVING)
    return select(func.count(Seat.id)).where(*mine).correlate(Overbooking).scalar_subquery()


def _counts() -> ColumnElement[bool]:
    """An allowance for a booking, while that has seats in the run; a lowering, until the capacity changes."""
    seated = exists().where(Seat.booking_id == Overbooking.booking_id, Seat.run_id == Overbooking.run_id, LIVING)
    return and_(Overbooking.ended_at.is_(None), or_(Overbooking.booking_id.is_(None), seated))
