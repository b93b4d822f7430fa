"""A run's seats: their number, and who has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, repeat

from flask import flash, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from courses_app.accounts.guards import current_actor, staff
from courses_app.bookings import operations, queries
from courses_app.bookings.admin_routes.blueprint import Answer, any_run, pages
from courses_app.bookings.forms import CapacityForm
from courses_app.bookings.models import BookingStatus, Seat, SeatBlock
from courses_app.foundation import clock
from courses_app.foundation.doors import refusals_on
from courses_app.foundation.forms import BaseForm
from courses_app.foundation.tables import csv_response
from courses_app.foundation.web import see_other, writes

SEAT_WORDS = {"held": _l("Kept"), "ordered": _l("Kept until payment"), "confirmed": _l("Confirmed")}


@pages.get("/office/runs/<reference>/capacity")
@staff
def capacity(reference: str) -> Answer:
    return _capacity_page(reference, CapacityForm(formdata=None, capacity=any_run(reference).capacity))


def _capacity_page(reference: str, form: BaseForm) -> str:
    run = any_run(reference)
    room = queries.room_of(run, now=clock.now())
    assert isinstance(form, CapacityForm)
    return render_template("bookings/capacity.html", run=run, form=form, room=room, over=form.over_with(room.taken))


@pages.post("/office/runs/<reference>/capacity")
@refusals_on(CapacityForm, _capacity_page)
@writes
@staff
def change_capacity(reference: str) -> Answer:
    form = CapacityForm()
    if not form.validate():
        return _capacity_page(reference, form), 422
    operations.change_capacity(
        run=any_run(reference), capacity=form.capacity.data or 0, accepted_over=form.accepted_over,
        reason=form.reason.data or "", by=current_actor(), now=clock.now(),
    )  # fmt: skip
    flash(_("The capacity has been changed."), "success")
    return see_other("catalogue_admin.run", reference=reference)


@pages.get("/office/runs/<reference>/seats.csv")
@staff
def seats(reference: str) -> Answer:
    """The list of seats as a file."""
    run = any_run(reference)
    header = [
        _("Seat"), _("State"), _("Name"), _("Reading"), _("Date of birth"), _("Role"), _("E-mail"), _("Organization"),
        _("Booking"), _("Booked by"), _("Price"),
    ]  # fmt: skip
    now = clock.now()
    kept, _released = queries.blocks_of(run, now=now)
    rows = chain(_cells(queries.seats_of_run(run, now=now)), _blocked_cells(kept))
    return csv_response(f"seats-{run.reference}.csv", header, rows)


def _cells(found: Iterable[Seat]) -> Iterator[list[object]]:
    for seat in found:
        yield [
            seat.reference, _word(seat), seat.full_name, seat.full_name_kana,
            seat.born_on.isoformat() if seat.born_on else None, seat.role_code, seat.email,
            seat.booking.organization.name, seat.booking.reference, seat.booking.booked_by.full_name, seat.price,
        ]  # fmt: skip


def _word(seat: Seat) -> object:
    asked = seat.booking.status is BookingStatus.REQUESTED
    return _("Kept until the answer") if asked else SEAT_WORDS[seat.status.value]


def _blocked_cells(found: Iterable[SeatBlock]) -> Iterator[list[object]]:
    """A row for each seat kept for a purpose, so that the file has as many rows as seats are taken."""
    for block in found:
        row = [block.reference, _("Blocked"), block.purpose, *([None] * 6), block.blocked_by, None]
        yield from repeat(row, block.seats)
