"""A run at another time or place: everybody who has booked is told, tickets are printed anew (R-46), and what was
promised fits the new day.

Where one only joins it online otherwise, the new tickets say so.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import update

from courses_app.bookings import emails
from courses_app.bookings.emails import Whereabouts
from courses_app.bookings.models import Booking, MoveQuestion, Seat
from courses_app.bookings.operations.asking import MOVED_AGAIN, ask, supersede
from courses_app.bookings.operations.due import pay_before_runs
from courses_app.bookings.operations.lapse import lapse_run_out_holds
from courses_app.bookings.operations.locks import locked_bookings_in
from courses_app.bookings.operations.moves import hold_to
from courses_app.bookings.operations.parties import tell_line_of_move
from courses_app.bookings.rules import LIVE_SEATS, BookingStatus, answer_day, answer_until
from courses_app.catalogue import operations as catalogue
from courses_app.catalogue.models import CourseRun, RunStatus
from courses_app.catalogue.rules import RunPlan
from courses_app.foundation.audit import Actor
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session


def change_run(
    run: CourseRun,
    plan: RunPlan,
    *,
    version: int,
    by: Actor,
    now: datetime,
    clashes_seen: str = "",
    answer_on: date | None = None,
) -> int:
    """Plan a run anew; how many of its bookings were told that it moved. The caller has locked the run.

    Orders are asked whether they keep their seats, until the day `answer_on` (none: as the course proposes). Raises
    what `catalogue.operations.change_run` raises, and AnswerDayWrong; then nobody is told.
    """
    before = Whereabouts(run.starts_at, run.ends_at, run.venue)
    taught, until = run.instructors, _until(run, plan, answer_on, now=now)
    change = catalogue.change_run(run, plan, version=version, by=by, now=now, clashes_seen=clashes_seen)
    if run.status is not RunStatus.PUBLISHED:
        return 0
    if change.moved or change.joined_elsewhere:
        _put_off_tickets(run)
    if not change.moved:
        return 0
    told = _tell_and_ask(run, before, until=until, by=by, now=now)
    tell_line_of_move(run, before=before, now=now)
    emails.moved_instructors(run, before=before, taught=taught, now=now)
    session.flush()
    return told


def _until(run: CourseRun, plan: RunPlan, answer_on: date | None, *, now: datetime) -> datetime:
    """Until when it is to be answered: the day the office gave, or the one the course proposes.

    Asked before anything is changed, and of no matter where nobody is to be asked.
    """
    asks = run.status is RunStatus.PUBLISHED and plan.meetings and catalogue.would_move(run, plan)
    if not asks or not now < plan.starts_at:
        return now
    on = answer_on or answer_day(run.course.move_answer_days, closes_at=plan.booking_closes_at, now=now)
    return answer_until(on, starts_at=plan.starts_at, now=now)


def _tell_and_ask(run: CourseRun, before: Whereabouts, *, until: datetime, by: Actor, now: datetime) -> int:
    """Every booking with live seats in the run; what was asked about an earlier move is over."""
    lapse_run_out_holds(run.id, now=now)
    bookings = locked_bookings_in(run.id)
    supersede(MoveQuestion.run_id == run.id, reason=MOVED_AGAIN, by=by, now=now)
    for booking in bookings:
        anew = _keep_in_step(booking, run, was_on=day_of(before.starts_at), by=by, now=now)
        question = ask(booking, run, before=before, until=until, by=by, now=now)
        emails.moved(booking, run, before=before, billed_anew=anew, question=question, now=now)
    return len(bookings)


def _keep_in_step(booking: Booking, run: CourseRun, *, was_on: date, by: Actor, now: datetime) -> bool:
    """What a booking was promised fits the run as it is now; whether it was billed anew.

    A hold ends with booking, an order is paid before the run, and the day it was ordered for is kept for its fees.
    """
    if booking.status is BookingStatus.HELD:
        _hold_no_longer(booking, run, now=now)
        return False
    booking.note_moved(run, was_on=was_on)
    return booking.status is BookingStatus.ORDERED and pay_before_runs(booking, by=by, now=now)


def _hold_no_longer(booking: Booking, run: CourseRun, *, now: datetime) -> None:
    """Until booking closes; whoever is about to order has at least the minutes that everybody has."""
    soonest = now + timedelta(minutes=run.course.hold_minutes)
    hold_to(booking, min(booking.hold_until, max(run.booking_closes_at, soonest)))


def _put_off_tickets(run: CourseRun) -> None:
    """The worker prints others, and mails them; the old papers stay in the store."""
    session.execute(
        update(Seat).where(Seat.run_id == run.id, Seat.status.in_(LIVE_SEATS)).values(ticket_document_id=None)
    )
