"""The office enters a name for a seat that has none, until the run begins: somebody telephoned."""

from __future__ import annotations

from flask import flash, render_template, request
from flask_babel import gettext as _

from courses_app.accounts.guards import current_actor, staff
from courses_app.bookings import operations, queries
from courses_app.bookings.admin_routes.blueprint import Answer, any_booking, pages
from courses_app.bookings.forms import SubstituteForm
from courses_app.bookings.queries import Waiting
from courses_app.bookings.rules import SeatHasName
from courses_app.foundation import clock
from courses_app.foundation.doors import refusals_on
from courses_app.foundation.forms import BaseForm
from courses_app.foundation.web import see_other, writes


@pages.get("/office/bookings/<reference>/names")
@staff
def name(reference: str) -> Answer:
    return _page(reference, SubstituteForm(formdata=None))


def _page(reference: str, form: BaseForm) -> str:
    waiting = _waiting(reference)
    if refusal := waiting.against(now=clock.now(), office=True):
        raise refusal
    assert isinstance(form, SubstituteForm)
    form.offer([(one.reference, one.full_name) for one in queries.people_to_choose(waiting.booking.organization)])
    return render_template("bookings/office_name.html", booking=waiting.booking, waiting=waiting, form=form)


@pages.post("/office/bookings/<reference>/names")
@refusals_on(SubstituteForm, _page)
@writes
@staff
def enter_name(reference: str) -> Answer:
    waiting, form = _waiting(reference), SubstituteForm()
    if not form.validate():
        return _page(reference, form), 422
    operations.name_seats(
        booking=waiting.booking, run=waiting.run, attendees=[form.facts()], office=True, by=current_actor(),
        now=clock.now(),
    )  # fmt: skip
    flash(_("The name has been entered. The admission ticket follows once the seat is paid."), "success")
    return see_other("bookings_admin.booking", reference=reference)


def _waiting(reference: str) -> Waiting:
    """The seats of the run that the address names, else of the first that has any. Raises SeatHasName."""
    waiting = queries.waiting_in(any_booking(reference))
    wanted = request.values.get("run")
    found = next((one for one in waiting if one.run.reference == wanted), waiting[0] if waiting else None)
    if found is None:
        raise SeatHasName()
    return found
