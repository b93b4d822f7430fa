"""Seats for a list while its rows are mended: kept without names for some minutes, named when the list is booked."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from courses_app.accounts.models import Person
from courses_app.bookings.models import AttendeeDraft, Booking, Seat
from courses_app.bookings.operations.cancel import cancel
from courses_app.bookings.operations.hold import hold_for_list
from courses_app.bookings.operations.locks import locked_booking
from courses_app.bookings.operations.moves import move_seats
from courses_app.bookings.operations.naming import name_seats
from courses_app.bookings.queries.drafts import rows_of
from courses_app.bookings.rules import AttendeeFacts, BookingStatus, SeatMove
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.yen import total


def keep_seats(*, draft: AttendeeDraft, booked_by: Person, language: str, by: Actor, now: datetime) -> Booking:
    """A seat for every row for as long as any hold lasts; while they are kept, asking again changes nothing.

    The draft is locked, or new. Raises as `hold_seats`; then nothing was written.
    """
    kept = draft.kept(now=now)
    if kept is not None:
        return kept
    draft.hold = hold_for_list(
        organization=draft.organization, run_reference=draft.run.reference, seats=len(draft.rows),
        form_token=f"draft:{draft.reference}:{now.isoformat()}", by=by, booked_by=booked_by, language=language, now=now,
    )  # fmt: skip
    session.flush()
    return draft.hold


def keep_while_mended(*, draft: AttendeeDraft, booked_by: Person, language: str, by: Actor, now: datetime) -> None:
    """The same where there is something to mend; where no seats are left for all, the list is kept without."""
    if any(one.errors for one in rows_of(draft, now=now)):
        with suppress(Refusal):
            keep_seats(draft=draft, booked_by=booked_by, language=language, by=by, now=now)


def named_of(draft: AttendeeDraft, attendees: Sequence[AttendeeFacts], *, by: Actor, now: datetime) -> Booking | None:
    """The kept seats with these names, and some minutes more to order them; None where none are kept any more."""
    kept = draft.kept(now=now)
    if kept is None or len(kept.unnamed) < len(attendees):
        return None
    name_seats(booking=kept, run=draft.run, attendees=attendees, by=by, now=now)
    kept = fit(draft, len(attendees), by=by, now=now) or kept
    kept.hold_until = now + timedelta(minutes=draft.run.course.hold_minutes)
    for seat in kept.live_seats:
        seat.hold_until = kept.hold_until
    session.flush()
    return kept


def fit(draft: AttendeeDraft, rows: int, *, by: Actor, now: datetime) -> Booking | None:
    """Rows were taken out: seats beyond them are free for others; nothing is kept for a list without rows."""
    kept = draft.kept(now=now)
    if kept is None or len(kept.live_seats) <= rows:
        return kept
    kept = locked_booking(kept.id)
    if kept.status is not BookingStatus.HELD:
        return kept
    if not rows:
        return cancel(booking=kept, by=by, now=now)
    move_seats(_beyond(kept, rows), SeatMove.CANCEL, by=by, now=now)
    kept.total = total(seat.price for seat in kept.live_seats)
    session.flush()
    return kept


def _beyond(kept: Booking, rows: int) -> list[Seat]:
    """So many of the seats without a name that as many as there are rows stay."""
    return kept.unnamed[: len(kept.live_seats) - rows]
