"""A run at another time or place: everybody who has booked is told, tickets are printed anew (R-46), and what was
promised fits the new day.

Where one only joins it online otherwise, the new tickets say so.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import update

from courses_app.bookings import emails
from courses_app.bookings.emails import Whereabouts
from courses_app.bookings.models import Booking, Seat
from courses_app.bookings.operations.due import pay_before_runs
from courses_app.bookings.operations.lapse import lapse_run_out_holds
from courses_app.bookings.operations.locks import locked_bookings_in
from courses_app.bookings.operations.parties import tell_line_of_move
from courses_app.bookings.rules import LIVE_SEATS, BookingStatus
from courses_app.catalogue import operations as catalogue
from courses_app.catalogue.models import CourseRun, RunStatus
from courses_app.catalogue.rules import RunPlan
from courses_app.foundation.audit import Actor
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session


def change_run(run: CourseRun, plan: RunPlan, *, version: int, by: Actor, now: datetime, clashes_seen: str = "") -> int:
    """Plan a run anew; how many of its bookings were told that it moved. The caller has locked the run.

    Raises what `catalogue.operations.change_run` raises; then nobody is told.
    """
    before = Whereabouts(run.starts_at, run.ends_at, run.venue)
    change = catalogue.change_run(run, plan, version=version, by=by, now=now, clashes_seen=clashes_seen)
    if run.status is not RunStatus.PUBLISHED:
        return 0
    if change.moved or change.joined_elsewhere:
        _put_off_tickets(run)
    if not change.moved:
        return 0
    lapse_run_out_holds(run.id, now=now)
    bookings = locked_bookings_in(run.id)
    for booking in bookings:
        anew = _keep_in_step(booking, run, was_on=day_of(before.starts_at), by=by, now=now)
        emails.moved(booking, run, before=before, billed_anew=anew, now=now)
    tell_line_of_move(run, before=before, now=now)
    session.flush()
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
    booking.hold_until = min(booking.hold_until, max(run.booking_closes_at, soonest))
    for seat in booking.live_seats:
        seat.hold_until = booking.hold_until


def _put_off_tickets(run: CourseRun) -> None:
    """The worker prints others, and mails them; the old papers stay in the store."""
    session.execute(
        update(Seat).where(Seat.run_id == run.id, Seat.status.in_(LIVE_SEATS)).values(ticket_document_id=None)
    )
