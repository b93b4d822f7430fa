"""The office does for an organization what it could do itself, and may ask for no fee."""

from __future__ import annotations

from flask import abort, flash, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from courses_app.accounts.guards import current_actor, staff
from courses_app.accounts.rules.facts import PersonFacts
from courses_app.bookings import operations, queries
from courses_app.bookings.admin_routes.blueprint import Answer, any_booking, pages
from courses_app.bookings.forms import OfficeCancellationForm, OfficeCorrectionForm, OfficeMoveForm, SubstituteForm
from courses_app.foundation import clock
from courses_app.foundation.doors import refusals_on
from courses_app.foundation.forms import BaseForm
from courses_app.foundation.web import see_other, writes
from courses_app.foundation.yen import Yen
from courses_app.payments.models import SecondLook


@pages.get("/office/bookings/<reference>/seats/cancellation")
@staff
def cancellation(reference: str) -> Answer:
    return _cancellation(reference, OfficeCancellationForm(formdata=request.args))


def _cancellation(reference: str, form: BaseForm) -> str:
    """The seats with what each costs now; below, the figures for those that were chosen."""
    assert isinstance(form, OfficeCancellationForm)
    facts = queries.cancelling(any_booking(reference), form.positions, office=True, now=clock.now())
    return render_template("bookings/office_cancellation.html", form=form, **vars(facts))


@pages.post("/office/bookings/<reference>/seats/cancellation")
@refusals_on(OfficeCancellationForm, _cancellation)
@writes
@staff
def cancel_seats(reference: str) -> Answer:
    found, form = any_booking(reference), OfficeCancellationForm()
    if not form.validate():
        return _cancellation(reference, form), 422
    asked = operations.cancel_seats_or_ask(
        booking=found, positions=form.positions,
        agreed=operations.Agreed(Yen(form.fee.data or 0), Yen(form.refund.data or 0)),
        waived=operations.waiver(form.reason.data, wanted=bool(form.waive.data)), by=current_actor(), now=clock.now(),
    )  # fmt: skip
    number = len(form.positions)
    done = ngettext("%(num)d seat has been cancelled.", "%(num)d seats have been cancelled.", number)
    return _done_or_asked(reference, asked, done)


def _done_or_asked(reference: str, asked: SecondLook | None, done: str) -> Answer:
    if asked is None:
        flash(done, "success")
    else:
        flash(_("A second member of staff has been asked to agree. Nothing has been changed yet."), "warning")
    return see_other("bookings_admin.booking", reference=reference)


@pages.get("/office/bookings/<reference>/seats/<int:position>/attendee")
@staff
def attendee(reference: str, position: int) -> Answer:
    return _attendee(reference, position, SubstituteForm(formdata=None))


def _attendee(reference: str, position: int, form: BaseForm) -> str:
    assert isinstance(form, SubstituteForm)
    found, refused = any_booking(reference), bool(form.errors)
    facts = queries.substituting(found, position, refused=refused, office=True, now=clock.now()) or abort(404)
    form.offer([(one.reference, one.full_name) for one in facts.people])
    return render_template("bookings/office_attendee.html", form=form, **vars(facts))


@pages.post("/office/bookings/<reference>/seats/<int:position>/attendee")
@refusals_on(SubstituteForm, _attendee)
@writes
@staff
def substitute(reference: str, position: int) -> Answer:
    found, form = any_booking(reference), SubstituteForm()
    queries.named_seat_of(found, position) or abort(404)
    if not form.validate():
        return _attendee(reference, position, form), 422
    operations.substitute(
        booking=found, position=position, attendee=form.facts(), office=True, by=current_actor(), now=clock.now()
    )
    flash(_("Somebody else has been named. A new admission ticket will be issued."), "success")
    return see_other("bookings_admin.booking", reference=reference)


@pages.get("/office/bookings/<reference>/seats/<int:position>/name")
@staff
def correction(reference: str, position: int) -> Answer:
    seat = queries.named_seat_of(any_booking(reference), position) or abort(404)
    return _correction(reference, position, OfficeCorrectionForm(formdata=None, obj=seat))


def _correction(reference: str, position: int, form: BaseForm) -> str:
    found = any_booking(reference)
    seat = queries.named_seat_of(found, position) or abort(404)
    return render_template("bookings/office_correction.html", booking=found, seat=seat, form=form)


@pages.post("/office/bookings/<reference>/seats/<int:position>/name")
@refusals_on(OfficeCorrectionForm, _correction)
@writes
@staff
def correct(reference: str, position: int) -> Answer:
    found, form = any_booking(reference), OfficeCorrectionForm()
    seat = queries.named_seat_of(found, position) or abort(404)
    if not form.validate():
        return _correction(reference, position, form), 422
    facts = PersonFacts(**form.spelling, email=seat.attendee.email)
    operations.correct_attendee(
        booking=found, position=position, facts=facts, reason=form.reason.data, by=current_actor(), now=clock.now()
    )
    flash(_("The attendee has been corrected. A new admission ticket will be issued."), "success")
    return see_other("bookings_admin.booking", reference=reference)


@pages.get("/office/bookings/<reference>/seats/<int:position>/date")
@staff
def date(reference: str, position: int) -> Answer:
    return _date(reference, position, OfficeMoveForm(formdata=None))


def _date(reference: str, position: int, form: BaseForm) -> str:
    assert isinstance(form, OfficeMoveForm)
    found, refused, waived = any_booking(reference), bool(form.errors), bool(form.waive.data)
    facts = queries.moving(found, position, refused=refused, office=True, waived=waived, now=clock.now()) or abort(404)
    return render_template("bookings/office_date.html", form=form, **vars(facts))


@pages.post("/office/bookings/<reference>/seats/<int:position>/date")
@refusals_on(OfficeMoveForm, _date)
@writes
@staff
def move_seat(reference: str, position: int) -> Answer:
    form = OfficeMoveForm()
    if not form.run.data:
        return _date(reference, position, form)
    run, less, more = form.choice
    asked = operations.move_seat_or_ask(
        booking=any_booking(reference), position=position, run_reference=run, less=less, more=more,
        waived=operations.waiver(form.reason.data, wanted=bool(form.waive.data)), by=current_actor(), now=clock.now(),
    )  # fmt: skip
    return _done_or_asked(reference, asked, _("The seat has been moved to the other date."))
