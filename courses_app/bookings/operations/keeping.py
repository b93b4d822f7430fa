"""Seats for a list while its rows are mended: kept without names for some minutes, named when the list is booked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from courses_app.accounts.models import Person
from courses_app.bookings import documents
from courses_app.bookings.models import AttendeeDraft, Booking, Seat
from courses_app.bookings.operations.cancel import cancel
from courses_app.bookings.operations.crowd import crowd_of
from courses_app.bookings.operations.hold import GivenUp, hold_for_list, hold_seats
from courses_app.bookings.operations.locks import locked_booking
from courses_app.bookings.operations.moves import hold_to, move_seats
from courses_app.bookings.operations.naming import name_seats
from courses_app.bookings.queries.drafts import rows_of
from courses_app.bookings.rules import AttendeeFacts, BookingStatus, SeatMove
from courses_app.bookings.rules.sheets import MOST_FROM_FILE
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.yen import total


def keep_seats(*, draft: AttendeeDraft, booked_by: Person, language: str, by: Actor, now: datetime) -> Booking:
    """A seat for every row, each on its date, for as long as any hold lasts; asking again changes nothing.

    The draft is locked, or new. Raises as `hold_seats`; then nothing was written.
    """
    kept = draft.kept(now=now)
    if kept is not None:
        return kept
    draft.hold = hold_for_list(
        organization=draft.organization, runs=_runs(draft, now=now), form_token=_token(draft, now=now), by=by,
        booked_by=booked_by, language=language, now=now,
    )  # fmt: skip
    session.flush()
    return draft.hold


def keep_while_mended(*, draft: AttendeeDraft, booked_by: Person, language: str, by: Actor, now: datetime) -> None:
    """The same where there is something to mend; where no seats are left for all, the list is kept without."""
    if any(one.errors for one in rows_of(draft, now=now)):
        with suppress(Refusal):
            keep_seats(draft=draft, booked_by=booked_by, language=language, by=by, now=now)


def book_kept(
    *,
    draft: AttendeeDraft,
    attendees: Sequence[AttendeeFacts],
    form_token: str,
    booked_by: Person,
    language: str,
    by: Actor,
    now: datetime,
) -> Booking:
    """Everybody on their date: the kept seats with these names, and some minutes more to order them if nobody waits.

    New seats where none are kept any more, or not on these dates; those kept then count as free for this list. Seats
    that were ordered meanwhile, without names, get these, and stay as they are. All or nothing. Raises as `hold_seats`
    and `name_seats`.
    """
    wanted = [one.run for one in attendees]
    kept = draft.kept(now=now)
    if kept is not None:
        kept = locked_booking(kept.id, also={one for one in wanted if one})
        held = kept.status is BookingStatus.HELD
        if _covers(kept.unnamed, wanted):
            _name(kept, attendees, by=by, now=now)
            return _prolonged(draft, kept, wanted, by=by, now=now) if held else kept
        kept = kept if held else None
    given_up = _give_up(kept, wanted, by=by, now=now) if kept else GivenUp({}, None)
    new = hold_seats(
        organization=draft.organization, run_reference=draft.run.reference, attendees=attendees,
        form_token=form_token, by=by, booked_by=booked_by, language=language, now=now,
        most=MOST_FROM_FILE, given_up=given_up,
    )  # fmt: skip
    if kept is not None:
        kept.closed_reason = documents.continued_as(kept, new)
    return new


def fit(draft: AttendeeDraft, *, by: Actor, now: datetime) -> None:
    """Rows were mended: seats they no longer need are free for others; for other dates seats are kept there instead.

    Where those dates have too few, the seats stay as they were: all or nothing.
    """
    kept = draft.kept(now=now)
    if kept is None:
        return
    wanted = _runs(draft, now=now)
    kept = locked_booking(kept.id, also=set(wanted))
    if kept.status is not BookingStatus.HELD:
        return
    if not wanted:
        cancel(booking=kept, by=by, now=now)
    elif _covers(kept.live_seats, wanted):
        _free(kept, Counter(wanted), by=by, now=now)
    else:
        with suppress(Refusal), session.begin_nested():
            _keep_elsewhere(draft, kept, wanted, by=by, now=now)


def _keep_elsewhere(draft: AttendeeDraft, kept: Booking, wanted: Sequence[str], *, by: Actor, now: datetime) -> None:
    given_up = _give_up(kept, wanted, by=by, now=now)
    draft.hold = hold_for_list(
        organization=draft.organization, runs=wanted, form_token=_token(draft, now=now), by=by,
        booked_by=kept.booked_by, language=kept.language, now=now, given_up=given_up,
    )  # fmt: skip
    kept.closed_reason = documents.continued_as(kept, draft.hold)
    session.flush()


def _give_up(kept: Booking, runs: Iterable[str | None], *, by: Actor, now: datetime) -> GivenUp:
    """End the hold for a new one, under the lock of all runs of both."""
    kept = locked_booking(kept.id, also={run for run in runs if run})
    given_up = GivenUp.of(kept, now=now)
    cancel(booking=kept, by=by, now=now)
    return given_up


def _name(kept: Booking, attendees: Sequence[AttendeeFacts], *, by: Actor, now: datetime) -> None:
    for run in kept.runs:
        of_run = [one for one in attendees if one.run == run.reference]
        if of_run:
            name_seats(booking=kept, run=run, attendees=of_run, by=by, now=now)


def _prolonged(
    draft: AttendeeDraft, kept: Booking, wanted: Sequence[str | None], *, by: Actor, now: datetime
) -> Booking:
    """Only the seats that are needed, and time to look at the order; none where others wait for them (R-23b)."""
    _free(kept, Counter(wanted), by=by, now=now)
    if not any(crowd_of(run.id, now=now).somebody_waits for run in kept.runs):
        hold_to(kept, now + timedelta(minutes=draft.run.course.hold_minutes))
    session.flush()
    return kept


def _free(kept: Booking, wanted: Counter[str] | Counter[str | None], *, by: Actor, now: datetime) -> None:
    """So many of the seats without a name that on each date as many as there are rows stay."""
    beyond: list[Seat] = []
    for run, seats in kept.by_run:
        spare = max(0, len(seats) - wanted[run.reference])
        beyond += [seat for seat in seats if seat.person_id is None][:spare]
    if beyond:
        move_seats(beyond, SeatMove.CANCEL, by=by, now=now)
        kept.total = total(seat.price for seat in kept.live_seats)
        session.flush()


def _covers(seats: Iterable[Seat], wanted: Iterable[str | None]) -> bool:
    return Counter(wanted) <= Counter(seat.run.reference for seat in seats)


def _runs(draft: AttendeeDraft, *, now: datetime) -> list[str]:
    """The run each row asks for."""
    return [one.run for one in rows_of(draft, now=now)]


def _token(draft: AttendeeDraft, *, now: datetime) -> str:
    return f"draft:{draft.reference}:{now.isoformat()}"
