"""A list of attendees from a file: look at it, mend it, keep seats for everybody in it.

The addresses are those of bookings; the door stands here because the page also tells of certificates (rule 2).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import abort, flash, render_template, request
from flask_babel import ngettext

from courses_app.accounts.guards import coordinator, current_actor, current_organization, current_person
from courses_app.bookings import operations
from courses_app.bookings import queries as bookings
from courses_app.bookings.documents import date_choice
from courses_app.bookings.forms import DraftRowForm, MendedRows, MovedRowsForm, WaitingListForm
from courses_app.bookings.models import AttendeeDraft, Booking, ListPart
from courses_app.bookings.rules import BookingStatus, SeatsAreFree, shown_status
from courses_app.foundation import clock
from courses_app.foundation.db import in_transaction
from courses_app.foundation.paging import page_number
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.templating import locale
from courses_app.foundation.web import see_other
from courses_app.portal import queries
from courses_app.portal.routes.blueprint import Answer, on_behalf

Typed = Mapping[int, Mapping[str, str]]


@on_behalf("/organization/drafts/<reference>", "bookings.draft")
@coordinator
def draft(reference: str) -> Answer:
    found = bookings.draft_of(current_organization(), reference) or abort(404)
    if found.booking is not None:
        return see_other("bookings.booking", reference=found.booking.reference)
    return _page(found, {})


@on_behalf("/organization/drafts/<reference>/rows", "bookings.mend_draft", ["POST"])
@coordinator
def mend(reference: str) -> Answer:
    sent = MendedRows.read(request.form)
    try:
        in_transaction(lambda: _mended(reference, sent))
    except Refusal as refusal:
        return _refused(reference, sent, refusal)
    where = {"reference": reference, "page": page_number(request.form.get("page"))}
    if sent.edit is None:
        return see_other("bookings.draft", **where)
    return see_other("bookings.draft", **where, edit=sent.edit, _anchor=f"row-{sent.edit}")


@on_behalf("/organization/drafts/<reference>/booking", "bookings.book_draft", ["POST"])
@coordinator
def book(reference: str) -> Answer:
    """Keep the seats; what was typed meanwhile belongs to the other button."""
    return _seated(reference, operations.book_draft)


@on_behalf("/organization/drafts/<reference>/seats", "bookings.keep_seats", ["POST"])
@coordinator
def keep_seats(reference: str) -> Answer:
    """Seats for all rows while they are mended; what was typed meanwhile belongs to another button."""
    try:
        in_transaction(lambda: _kept(reference))
    except Refusal as refusal:
        return _refused(reference, MendedRows.read(request.form), refusal)
    return see_other("bookings.draft", reference=reference)


@on_behalf("/organization/drafts/<reference>/seats-left", "bookings.take_what_is_left", ["POST"])
@coordinator
def take_what_is_left(reference: str) -> Answer:
    """Seats for the first rows that find one; the rest of the list stays where it is."""
    return _seated(reference, operations.take_what_is_left)


@on_behalf("/organization/drafts/<reference>/waiting", "bookings.wait_with_list", ["POST"])
@coordinator
def wait(reference: str) -> Answer:
    """The people of the list as a party in the line of their date: nothing is typed twice."""
    sent, form = MendedRows.read(request.form), WaitingListForm()
    try:
        parties, people, stay = in_transaction(lambda: _waiting(reference, sent, form))
    except Refusal as refusal:
        form.refuse(refusal)
        return _refused(reference, sent, refusal, form)
    words = ngettext("%(num)d person is on the waiting list.", "%(num)d people are on the waiting list.", people)
    flash(words, "success")
    if len(parties) == 1 and not stay:
        return see_other("bookings.party", reference=parties[0])
    return see_other("bookings.draft", reference=reference)


def _seated(reference: str, seat: Callable[..., Sequence[Booking]]) -> Answer:
    """On to the last page before the order; of several orders the list's page leads to each."""
    sent = MendedRows.read(request.form)
    try:
        made = in_transaction(
            lambda: [one.reference for one in seat(draft=_locked(reference), version=sent.version, **_who())]
        )
    except Refusal as refusal:
        return _refused(reference, sent, refusal)
    if len(made) == 1:
        return see_other("bookings.booking", reference=made[0])
    return see_other("bookings.draft", reference=reference)


def _waiting(reference: str, sent: MendedRows, form: WaitingListForm) -> tuple[list[str], int, int]:
    """The parties, how many people they are, and how many rows are still in the list."""
    found = _locked(reference)
    parties = operations.wait_with_list(
        draft=found, version=sent.version, accepts_part=bool(form.accepts_part.data), **_who()
    )
    return [party.reference for party in parties], sum(len(party.attendees) for party in parties), len(found.rows)


def _who() -> dict[str, Any]:
    return {
        "booked_by": current_person(), "language": locale(), "by": current_actor(), "now": clock.now(),
    }  # fmt: skip


def _kept(reference: str) -> None:
    operations.keep_seats(draft=_locked(reference), **_who())


def _mended(reference: str, sent: MendedRows) -> None:
    now, found = clock.now(), _locked(reference)
    removed = sent.removed | (queries.rows_booked(found, now=now) if sent.without_booked else set())
    by = current_actor()
    operations.mend_draft(draft=found, version=sent.version, typed=sent.rows, removed=removed, by=by, now=now)
    if sent.to:
        operations.move_rows(draft=found, to=sent.to, only_excess=sent.only_excess, by=by, now=now)


def _locked(reference: str) -> AttendeeDraft:
    return bookings.draft_for_update(current_organization(), reference) or abort(404)


def _refused(reference: str, sent: MendedRows, refusal: Refusal, wait: WaitingListForm | None = None) -> Answer:
    """Everything was undone; the reason stands above the list, and what was typed in its fields (R-43)."""
    found = bookings.draft_of(current_organization(), reference) or abort(404)
    return _page(found, sent.rows, refusal, wait), refusal.status


def _page(
    found: AttendeeDraft, typed: Typed, refusal: Refusal | None = None, wait: WaitingListForm | None = None
) -> str:
    number = page_number(request.values.get("page"))
    now = clock.now()
    sheet = queries.draft_sheet(found, number=number, now=now)
    roles = {code: words[0 if locale() == "ja" else 1] for code, words in bookings.roles_of(found.run).items()}
    dates = {one.run.reference: date_choice(one.run, one.left) for one in sheet.open_dates}
    edited = {number for number in (*typed, request.args.get("edit", type=int)) if number}
    forms = {
        one.number: DraftRowForm.of(one, roles, dates, typed.get(one.number, {})).narrowed(whole=one.number in edited)
        for one in (line.one for line in sheet.page.rows)
        if one.errors or one.number in edited
    }
    return render_template(
        "portal/draft.html", draft=found, sheet=sheet, forms=forms, roles=roles, refusal=refusal, now=now,
        wait=wait or WaitingListForm(formdata=None), parts=_parts(found, now),
        bookable=sheet.may_be_booked or isinstance(refusal, SeatsAreFree),
        move=MovedRowsForm.among({one.run.reference: dates[one.run.reference] for one in sheet.elsewhere}),
    )  # fmt: skip


def _parts(found: AttendeeDraft, now: datetime) -> list[tuple[ListPart, BookingStatus | None]]:
    """What became of rows that left the list, each booking with the state people see."""
    return [
        (part, shown_status(part.booking.status, part.booking.hold_until, now=now) if part.booking else None)
        for part in found.parts
    ]
