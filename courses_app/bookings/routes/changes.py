"""Changes to an order without telephoning: seats given back, somebody else named, another date."""

from __future__ import annotations

from flask import abort, flash, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from courses_app.accounts.guards import coordinator, current_actor
from courses_app.bookings import operations, queries
from courses_app.bookings.forms import CancellationForm, MoveForm, SubstituteForm
from courses_app.bookings.routes.blueprint import Answer, own_booking, pages
from courses_app.bookings.rules import BookingStatus
from courses_app.foundation import clock
from courses_app.foundation.doors import refusals_on
from courses_app.foundation.forms import BaseForm
from courses_app.foundation.web import see_other, writes
from courses_app.foundation.yen import Yen


@pages.get("/bookings/<reference>/cancellation")
@coordinator
def cancellation(reference: str) -> Answer:
    found = own_booking(reference)
    if found.status is BookingStatus.HELD:
        return see_other("bookings.booking", reference=reference)
    return _cancellation(reference, CancellationForm(formdata=request.args))


def _cancellation(reference: str, form: BaseForm) -> str:
    """The seats with what each costs now; below, the figures for those that were chosen."""
    assert isinstance(form, CancellationForm)
    facts = queries.cancelling(own_booking(reference), form.positions, office=False, now=clock.now())
    return render_template("bookings/cancellation.html", form=form, **vars(facts))


@pages.post("/bookings/<reference>/seats/cancellation")
@refusals_on(CancellationForm, _cancellation)
@writes
@coordinator
def cancel_seats(reference: str) -> Answer:
    found, form = own_booking(reference), CancellationForm()
    if not form.validate():
        return _cancellation(reference, form), 422
    agreed = operations.Agreed(Yen(form.fee.data or 0), Yen(form.refund.data or 0))
    done = operations.cancel_seats(
        booking=found, positions=form.positions, agreed=agreed, by=current_actor(), now=clock.now()
    )
    flash(
        ngettext("%(num)d seat has been cancelled.", "%(num)d seats have been cancelled.", len(done.seats)), "success"
    )
    return see_other("bookings.booking", reference=reference)


@pages.get("/bookings/<reference>/seats/<int:position>/attendee")
@coordinator
def attendee(reference: str, position: int) -> Answer:
    return _attendee(reference, position, SubstituteForm(formdata=None))


def _attendee(reference: str, position: int, form: BaseForm) -> str:
    assert isinstance(form, SubstituteForm)
    found, refused = own_booking(reference), bool(form.errors)
    facts = queries.substituting(found, position, refused=refused, office=False, now=clock.now()) or abort(404)
    form.offer([(one.reference, one.full_name) for one in facts.people])
    return render_template("bookings/attendee.html", form=form, **vars(facts))


@pages.post("/bookings/<reference>/seats/<int:position>/attendee")
@refusals_on(SubstituteForm, _attendee)
@writes
@coordinator
def substitute(reference: str, position: int) -> Answer:
    found, form = own_booking(reference), SubstituteForm()
    queries.named_seat_of(found, position) or abort(404)
    if not form.validate():
        return _attendee(reference, position, form), 422
    operations.substitute(booking=found, position=position, attendee=form.facts(), by=current_actor(), now=clock.now())
    flash(_("Somebody else has been named. A new admission ticket will be issued."), "success")
    return see_other("bookings.booking", reference=reference)


@pages.get("/bookings/<reference>/seats/<int:position>/date")
@coordinator
def date(reference: str, position: int) -> Answer:
    return _date(reference, position, MoveForm(formdata=None))


def _date(reference: str, position: int, form: BaseForm) -> str:
    assert isinstance(form, MoveForm)
    found, refused, full = own_booking(reference), bool(form.errors), form.choice[0] if form.found_no_room else ""
    facts = queries.moving(found, position, refused=refused, office=False, full=full, now=clock.now()) or abort(404)
    return render_template("bookings/date.html", form=form, **vars(facts))


@pages.post("/bookings/<reference>/seats/<int:position>/date")
@refusals_on(MoveForm, _date)
@writes
@coordinator
def move_seat(reference: str, position: int) -> Answer:
    run, less, more = MoveForm().choice
    operations.move_seat(
        booking=own_booking(reference), position=position, run_reference=run, agreed=less, more=more,
        by=current_actor(), now=clock.now(),
    )  # fmt: skip
    flash(_("The seat has been moved to the other date."), "success")
    return see_other("bookings.booking", reference=reference)
