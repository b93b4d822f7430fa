"""The office does for an organization what it could do itself, and may ask for no fee."""

from __future__ import annotations

from flask import abort, flash, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from courses_app.accounts.guards import current_actor, staff
from courses_app.bookings import operations, queries
from courses_app.bookings.admin_routes.blueprint import Answer, any_booking, pages
from courses_app.bookings.forms import MoveForm, OfficeCancellationForm, SubstituteForm
from courses_app.bookings.models import Booking, Seat
from courses_app.bookings.rules import check_cancellable, check_movable, check_substitutable
from courses_app.foundation import clock
from courses_app.foundation.db import in_transaction
from courses_app.foundation.doors import refusals_on
from courses_app.foundation.forms import BaseForm
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.web import see_other, writes
from courses_app.foundation.yen import Yen


@pages.get("/office/bookings/<reference>/seats/cancellation")
@staff
def cancellation(reference: str) -> Answer:
    return _page(reference, OfficeCancellationForm(formdata=request.args))


def _page(reference: str, form: BaseForm) -> str:
    """The seats with what each costs now; below, the figures for those that were chosen."""
    found, now = any_booking(reference), clock.now()
    assert isinstance(form, OfficeCancellationForm)
    last = found.runs[-1].starts_at
    check_cancellable(found.status, found.total, found.change_terms, starts_at=last, now=now, office=True)
    coming = [seat.position for seat in queries.still_to_come(found, now=now)]
    each = queries.quote_of(found, coming, now=now)
    chosen = [one for one in form.positions if one in coming]
    quote = queries.quote_of(found, chosen, now=now) if chosen else None
    return render_template(
        "bookings/office_cancellation.html", booking=found, form=form, each=each, quote=quote, chosen=chosen
    )


@pages.post("/office/bookings/<reference>/seats/cancellation")
@refusals_on(OfficeCancellationForm, _page)
@writes
@staff
def cancel_seats(reference: str) -> Answer:
    found, form = any_booking(reference), OfficeCancellationForm()
    if not form.validate():
        return _page(reference, form), 422
    done = operations.cancel_seats(
        booking=found, positions=form.positions,
        agreed=operations.Agreed(Yen(form.fee.data or 0), Yen(form.refund.data or 0)),
        waived=operations.waiver(form.reason.data, wanted=bool(form.waive.data)),
        office=True, by=current_actor(), now=clock.now(),
    )  # fmt: skip
    flash(
        ngettext("%(num)d seat has been cancelled.", "%(num)d seats have been cancelled.", len(done.seats)), "success"
    )
    return see_other("bookings_admin.booking", reference=reference)


@pages.get("/office/bookings/<reference>/seats/<int:position>/attendee")
@staff
def attendee(reference: str, position: int) -> Answer:
    found = any_booking(reference)
    return _attendee(found, _seat(found, position), SubstituteForm(formdata=None))


@pages.post("/office/bookings/<reference>/seats/<int:position>/attendee")
@writes
@staff
def substitute(reference: str, position: int) -> Answer:
    found, form = any_booking(reference), SubstituteForm()
    seat = _seat(found, position)
    if not form.validate():
        return _attendee(found, seat, form), 422
    try:
        operations.substitute(
            booking=found, position=position, attendee=form.facts(), office=True, by=current_actor(), now=clock.now()
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _attendee(found, seat, form), refusal.status
    flash(_("Somebody else has been named. The admission ticket is made anew."), "success")
    return see_other("bookings_admin.booking", reference=reference)


@pages.get("/office/bookings/<reference>/seats/<int:position>/date")
@staff
def date(reference: str, position: int) -> Answer:
    found = any_booking(reference)
    return _date(found, _seat(found, position), MoveForm(formdata=None))


@pages.post("/office/bookings/<reference>/seats/<int:position>/date")
@staff
def move_seat(reference: str, position: int) -> Answer:
    form = MoveForm()
    try:
        in_transaction(lambda: _move(reference, position, form))
    except Refusal as refusal:
        form.refuse(refusal)
        found = any_booking(reference)
        return _date(found, _seat(found, position), form), refusal.status
    flash(_("The seat has been moved to the other date."), "success")
    return see_other("bookings_admin.booking", reference=reference)


def _move(reference: str, position: int, form: MoveForm) -> None:
    operations.move_seat(
        booking=any_booking(reference), position=position, run_reference=form.run.data or "",
        agreed=Yen(form.less.data or 0), office=True, by=current_actor(), now=clock.now(),
    )  # fmt: skip


def _date(found: Booking, seat: Seat, form: MoveForm) -> str:
    now = clock.now()
    if not form.errors:
        check_movable(
            found.status, found.change_terms, moved=queries.moves_of(seat), starts_at=seat.run.starts_at, now=now,
            office=True,
        )  # fmt: skip
    dates = queries.dates_for(seat, now=now)
    return render_template("bookings/office_date.html", booking=found, seat=seat, form=form, dates=dates)


def _seat(found: Booking, position: int) -> Seat:
    return queries.named_seat_of(found, position) or abort(404)


def _attendee(found: Booking, seat: Seat, form: SubstituteForm) -> str:
    check_substitutable(found.status, found.change_terms, starts_at=seat.run.starts_at, now=clock.now(), office=True)
    form.offer([(one.reference, one.full_name) for one in queries.people_to_choose(found.organization)])
    return render_template("bookings/office_attendee.html", booking=found, seat=seat, form=form)
