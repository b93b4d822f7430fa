"""What closed rosters still owe: certificates, notices of failure; and the next number."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import joinedload, selectinload

from courses_app.bookings.models import Booking, Seat
from courses_app.bookings.rules import BookingStatus, SeatStatus
from courses_app.catalogue.models import Course, CourseRun, Venue
from courses_app.catalogue.rules import RunStatus
from courses_app.certificates.models import Certificate, FailureNotice
from courses_app.certificates.rules import Series
from courses_app.foundation.db import session
from courses_app.foundation.matters import Matter
from courses_app.foundation.numbering import NumberSeries
from courses_app.rosters.models import Roster, RosterEntry
from courses_app.rosters.rules import Outcome

PAPER_FAILED = "paper_failed"  # the matter of a seat whose paper could not be printed
ABSENCE_FAILED = "absence_failed"  # the matter of a seat whose absence could not be settled
REST = timedelta(minutes=10)


def next_certificate(*, without: Collection[str] = ()) -> RosterEntry | None:
    """The oldest completed entry without a certificate, but for those of the seats (references) in `without`."""
    return session.scalars(_first(certificate_due(), without)).first()


def next_notice(*, without: Collection[str] = ()) -> RosterEntry | None:
    """The oldest failed entry without a notice of failure."""
    return session.scalars(_first(notice_due(), without)).first()


def is_due(entry: RosterEntry, due: ColumnElement[bool]) -> bool:
    """Whether something is still owed; asked again under the lock."""
    return session.scalar(_joined(select(RosterEntry.id)).where(RosterEntry.id == entry.id, due)) is not None


def certificate_due() -> ColumnElement[bool]:
    """Completed, in a course that certifies, on a paid seat of a run that was not called off, without a certificate."""
    issued = exists().where(Certificate.entry_id == RosterEntry.id, Certificate.revision == 1)
    return _judged(Outcome.COMPLETED) & ~issued


def notice_due() -> ColumnElement[bool]:
    """Failed, without a notice that stands."""
    stands = exists().where(FailureNotice.entry_id == RosterEntry.id, FailureNotice.withdrawn_at.is_(None))
    return _judged(Outcome.FAILED) & ~stands


def _judged(outcome: Outcome) -> ColumnElement[bool]:
    return (
        (RosterEntry.outcome == outcome)
        & Roster.closed_at.is_not(None)
        & Course.issues_certificate
        & (CourseRun.status == RunStatus.PUBLISHED)
        & (Seat.status == SeatStatus.CONFIRMED)
        & (Booking.status == BookingStatus.PAID)
    )


def resting(kind: str, *, now: datetime) -> set[str]:
    """The seats with such a matter that were tried just now: they are tried again some minutes later."""
    matters = session.scalars(
        select(Matter).where(Matter.kind == kind, Matter.subject_kind == "seat", Matter.settled_at.is_(None))
    )
    since = (now - REST).isoformat()
    return {matter.subject_reference for matter in matters if (matter.detail or {}).get("tried_at", "") > since}


def matter_of(kind: str, seat: Seat) -> Matter | None:
    """The open matter of a seat."""
    return session.scalar(
        select(Matter).where(
            Matter.kind == kind,
            Matter.subject_kind == "seat",
            Matter.subject_reference == seat.reference,
            Matter.settled_at.is_(None),
        )
    )


def count_to_come(series: Series, course: Course, day: date) -> int:
    """The count that will be given next, if nobody takes it first; nothing is written."""
    code = series.code(course.code, day.year)
    return (session.scalar(select(NumberSeries.last).where(NumberSeries.code == code)) or 0) + 1


def _first(due: ColumnElement[bool], without: Collection[str]) -> Select[RosterEntry]:
    query = _joined(select(RosterEntry)).where(due).order_by(Roster.closed_at, RosterEntry.id).limit(1)
    if without:
        query = query.where(Seat.reference.not_in(without))
    seat = joinedload(RosterEntry.seat)
    run = seat.joinedload(Seat.run)
    return query.options(
        joinedload(RosterEntry.roster),
        selectinload(RosterEntry.minutes),
        seat.joinedload(Seat.person),
        seat.joinedload(Seat.booking).joinedload(Booking.organization),
        run.joinedload(CourseRun.course),
        run.joinedload(CourseRun.venue).joinedload(Venue.prefecture),
        run.selectinload(CourseRun.meetings),
    )


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.join(RosterEntry.roster)
        .join(Seat, Seat.id == RosterEntry.seat_id)
        .join(Booking, Booking.id == Seat.booking_id)
        .join(CourseRun, CourseRun.id == Seat.run_id)
        .join(Course, Course.id == CourseRun.course_id)
    )
