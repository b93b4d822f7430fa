"""Rows leave their list: for seats, all of them or the first that find one, or for a place in the line of their date.

What nobody decided about stays in the list with all that was typed. Each press is one transaction, and remembered with
the version of the list that was looked at, so that the same press again finds what it made (R-42).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from courses_app.accounts.models import Person
from courses_app.bookings.models import AttendeeDraft, Booking, ListPart, WaitingParty
from courses_app.bookings.operations.crowd import crowd_of
from courses_app.bookings.operations.drafts import check_version, end_draft
from courses_app.bookings.operations.joining import Queuing, Whole, join_each
from courses_app.bookings.operations.keeping import book_kept, fit
from courses_app.bookings.operations.locks import lock_runs
from courses_app.bookings.operations.offers import locked_offers
from courses_app.bookings.queries.drafts import dates_of, room_for, rows_of
from courses_app.bookings.rules import (
    BookingClosed,
    BookingNotOpen,
    BookingStatus,
    RunFull,
    RunNotOffered,
    SeatsAreFree,
    WaitingIsOver,
    check_room,
)
from courses_app.bookings.rules.sheets import (
    MOST_FROM_FILE,
    Examined,
    RowsToMend,
    facts_of,
    first_that_fit,
    in_orders,
    without_room,
)
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session

# To wait for a date: the rows that ask for it stay in their list.
NO_NEED_OR_NO_CHANCE = (SeatsAreFree, WaitingIsOver, BookingClosed, BookingNotOpen, RunNotOffered)


def book_draft(
    *, draft: AttendeeDraft, version: int, booked_by: Person, language: str, by: Actor, now: datetime
) -> list[Booking]:
    """Keep seats for everybody in the list, or for nobody; however often it is asked, once (R-05, R-42, R-48).

    One booking, or several where the list is longer than one may be. The draft is locked. Raises RowsToMend,
    ListChangedMeanwhile, DraftEnded, and as `hold_seats`.
    """
    if draft.booking is not None:
        return [draft.booking]
    if done := _booked(draft, version, all_of_it=True):
        return done
    rows = _sound(draft, version, now=now)
    if draft.parts or len(_orders(draft, rows, now=now)) > 1:
        return _seat(draft, version, rows, booked_by=booked_by, language=language, by=by, now=now)
    draft.booking = book_kept(
        draft=draft, attendees=[facts_of(one) for one in rows], form_token=f"draft:{draft.reference}",
        booked_by=booked_by, language=language, by=by, now=now,
    )  # fmt: skip
    end_draft(draft, now=now)
    return [draft.booking]


def take_what_is_left(
    *, draft: AttendeeDraft, version: int, booked_by: Person, language: str, by: Actor, now: datetime
) -> list[Booking]:
    """Keep seats for the first rows that find one on their date; the others stay in the list (R-02).

    The draft is locked, and so are its runs before their seats are counted. Raises RunFull where none is left, else as
    `book_draft`.
    """
    if done := _booked(draft, version):
        return done
    rows = _sound(draft, version, now=now)
    fitting = first_that_fit([(one.number, one.run) for one in rows], room=_room(draft, rows, now=now))
    chosen = [one for one in rows if one.number in fitting]
    if not chosen:
        raise RunFull(0)
    return _seat(draft, version, chosen, booked_by=booked_by, language=language, by=by, now=now)


def wait_with_list(
    *,
    draft: AttendeeDraft,
    version: int,
    accepts_part: bool,
    booked_by: Person,
    language: str,
    by: Actor,
    now: datetime,
) -> list[WaitingParty]:
    """All rows of each date that is too full for them wait for it as a party; those of other dates stay in the list.

    The draft is locked. Raises SeatsAreFree where nobody needs to wait, RowsToMend, ListChangedMeanwhile, DraftEnded,
    and as `join_waiting_list`.
    """
    if done := [part.party for part in _done(draft, version) if part.party is not None]:
        return done
    rows = _sound(draft, version, now=now)
    full = without_room([(one.number, one.run) for one in rows], room=_room(draft, rows, now=now))
    groups = [
        some
        for run in sorted(full)
        for some in in_orders([one for one in rows if one.run == run], most=MOST_FROM_FILE)
    ]  # fmt: skip
    answers = join_each(
        _queuing(draft, version, groups, rows), unless=NO_NEED_OR_NO_CHANCE, organization=draft.organization,
        accepts_part=accepts_part, by=by, booked_by=booked_by, language=language, now=now,
    )  # fmt: skip
    parties = []
    for some, party in zip(groups, answers, strict=True):
        if isinstance(party, WaitingParty):
            parties.append(party)
            _leave(draft, some, ListPart(version=version, party=party), by=by, now=now)
    fit(draft, by=by, now=now)
    _end_if_empty(draft, now=now)
    return parties


def _queuing(
    draft: AttendeeDraft, version: int, groups: Sequence[Sequence[Examined]], rows: Sequence[Examined]
) -> list[Queuing]:
    """Each group of rows as a party, one of those of its date."""
    sizes = Counter(one.run for one in rows)
    return [
        Queuing(
            some[0].run, [facts_of(one) for one in some], f"draft:{draft.reference}:{version}:{some[0].number}",
            Whole(sizes[some[0].run], len(sizes), MOST_FROM_FILE),
        )
        for some in groups
    ]  # fmt: skip


def _done(draft: AttendeeDraft, version: int) -> list[ListPart]:
    """What the same press made before."""
    return [part for part in draft.parts if part.version == version]


def _booked(draft: AttendeeDraft, version: int, *, all_of_it: bool = False) -> list[Booking]:
    """The bookings of the same press; where all of the list was asked for, only if nobody was left in it then."""
    done = [part for part in _done(draft, version) if not all_of_it or part.left_at == draft.ended_at]
    return [part.booking for part in done if part.booking is not None]


def _sound(draft: AttendeeDraft, version: int, *, now: datetime) -> list[Examined]:
    """Every row, none with a fault. Raises DraftEnded, ListChangedMeanwhile and RowsToMend."""
    check_version(draft, version)
    rows = rows_of(draft, now=now)
    if wrong := sum(bool(one.errors) for one in rows):
        raise RowsToMend(wrong)
    return rows


def _room(draft: AttendeeDraft, rows: Collection[Examined], *, now: datetime) -> Mapping[str, int]:
    """The seats for the list by date, as they are now that nobody else can take one."""
    _lock(draft, rows, now=now)
    return room_for(draft, dates_of(draft, now=now), now=now)


def _lock(draft: AttendeeDraft, rows: Collection[Examined], *, now: datetime) -> None:
    """All runs of the rows, and of the seats kept for them, in one order (R-03)."""
    kept = draft.kept(now=now)
    lock_runs({seat.run_id for seat in (kept.live_seats if kept else ())}, named={one.run for one in rows})


def _seat(
    draft: AttendeeDraft,
    version: int,
    rows: Sequence[Examined],
    *,
    booked_by: Person,
    language: str,
    by: Actor,
    now: datetime,
) -> list[Booking]:
    """Seats for all of these rows, in as many bookings as that takes, date after date; the rows leave the list."""
    _lock(draft, rows, now=now)
    if len(rows) > MOST_FROM_FILE:
        _check_all_fit(draft, rows, now=now)
        days = {one.run.reference: one.run.starts_at for one in dates_of(draft, now=now)}
        rows = sorted(rows, key=lambda one: (days[one.run], one.run, one.number))
    bookings = []
    for some in _orders(draft, rows, now=now):
        booking = book_kept(
            draft=draft, attendees=[facts_of(one) for one in some], booked_by=booked_by, language=language, by=by,
            form_token=f"draft:{draft.reference}:{version}:{some[0].number}", now=now,
        )  # fmt: skip
        draft.hold = None  # its seats have names now, or were given up for these
        _leave(draft, some, ListPart(version=version, booking=booking), by=by, now=now)
        bookings.append(booking)
    _end_if_empty(draft, now=now)
    return bookings


def _orders(draft: AttendeeDraft, rows: Sequence[Examined], *, now: datetime) -> list[Sequence[Examined]]:
    """The rows by booking: those first whose seats were ordered without names, which they are."""
    kept = draft.kept(now=now)
    if kept is None or kept.status is BookingStatus.HELD:
        return in_orders(rows, most=MOST_FROM_FILE)
    room = Counter(seat.run.reference for seat in kept.unnamed)
    ordered = first_that_fit([(one.number, one.run) for one in rows], room=room)
    names = [one for one in rows if one.number in ordered]
    others = [one for one in rows if one.number not in ordered]
    return [*([names] if names else []), *in_orders(others, most=MOST_FROM_FILE)]


def _check_all_fit(draft: AttendeeDraft, rows: Collection[Examined], *, now: datetime) -> None:
    """Whether all find a seat, asked before the first of their orders takes any (R-02).

    Raises as `hold_seats`.
    """
    wanted, own = Counter(one.run for one in rows), Counter(seat.run_id for seat in draft.kept_seats(now=now))
    for run, offer in locked_offers(wanted, draft.organization_id, booked_on=day_of(now)).items():
        on = day_of(offer.starts_at) if len(wanted) > 1 else None
        offer.check_bookable(on=on, now=now)
        taken = crowd_of(offer.run_id, now=now).taken - own[offer.run_id]
        check_room(wanted=wanted[run], taken=taken, capacity=offer.capacity, on=on)


def _leave(draft: AttendeeDraft, rows: Collection[Examined], part: ListPart, *, by: Actor, now: datetime) -> None:
    """The rows are somewhere else now."""
    gone = {one.number for one in rows}
    draft.rows = [stored for stored in draft.rows if stored["number"] not in gone]
    draft.updated_at = part.left_at = now
    part.people = len(rows)
    draft.parts.append(part)
    made = {"booking": part.booking, "party": part.party}
    detail = {"people": len(rows), **{name: one.reference for name, one in made.items() if one is not None}}
    audit.record(by=by, now=now, action="draft.parted", subject=("draft", draft.reference), detail=detail)
    session.flush()


def _end_if_empty(draft: AttendeeDraft, *, now: datetime) -> None:
    if not draft.rows:
        end_draft(draft, now=now)
