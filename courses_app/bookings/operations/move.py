"""A run at another time or place: everybody who has booked is told, and tickets are printed anew (R-46).

Where one only joins it online otherwise, the new tickets say so.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from courses_app.bookings import emails
from courses_app.bookings.emails import Whereabouts
from courses_app.bookings.models import Seat
from courses_app.bookings.operations.lapse import lapse_run_out_holds
from courses_app.bookings.operations.locks import locked_bookings_in
from courses_app.bookings.operations.parties import tell_line_of_move
from courses_app.bookings.rules import LIVE_SEATS
from courses_app.catalogue import operations as catalogue
from courses_app.catalogue.models import CourseRun, RunStatus
from courses_app.catalogue.rules import RunPlan
from courses_app.foundation.audit import Actor
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
        emails.moved(booking, run, before=before, now=now)
    tell_line_of_move(run, before=before, now=now)
    session.flush()
    return len(bookings)


def _put_off_tickets(run: CourseRun) -> None:
    """The worker prints others, and mails them; the old papers stay in the store."""
    session.execute(
        update(Seat).where(Seat.run_id == run.id, Seat.status.in_(LIVE_SEATS)).values(ticket_document_id=None)
    )
