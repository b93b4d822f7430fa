"""The office books for an organization that is on the telephone, on the coordinator's own page."""

from __future__ import annotations

from flask import abort, flash, render_template, request
from flask_babel import gettext as _

from courses_app.accounts.guards import current_actor, staff
from courses_app.accounts.models import Organization
from courses_app.accounts.queries import coordinators_of, office, person_of
from courses_app.bookings import operations
from courses_app.bookings.forms import ORDER, CallerFilter, TelephoneForm
from courses_app.bookings.models import Booking
from courses_app.bookings.routes.blueprint import Answer, pages
from courses_app.bookings.routes.details import page_for
from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.queries import run_with_fees
from courses_app.foundation import clock
from courses_app.foundation.doors import refusals_on
from courses_app.foundation.forms import BaseForm
from courses_app.foundation.references import new_token
from courses_app.foundation.web import see_other, writes


@pages.get("/office/runs/<reference>/telephone")
@staff
def telephone(reference: str) -> Answer:
    """First who is calling, then who shall attend."""
    return _page(reference, TelephoneForm(formdata=None, form_token=new_token()))


def _page(reference: str, form: BaseForm) -> str:
    caller = _caller()
    if caller is None:
        return _who(reference)
    assert isinstance(form, TelephoneForm)
    _offer(form, caller)
    return page_for(caller, _run(reference), form, phone=caller, frame="layouts/office.html")


def _who(reference: str) -> str:
    form = CallerFilter(request.args)
    words = form.q.data or ""
    found = office.organizations(office.OrganizationFilter(search=words), page=1).rows if words else []
    return render_template("bookings/who_calls.html", run=_run(reference), form=form, found=found, asked=bool(words))


@pages.post("/office/runs/<reference>/telephone")
@refusals_on(TelephoneForm, _page)
@writes
@staff
def book_by_telephone(reference: str) -> Answer:
    caller, form = _caller(), TelephoneForm()
    if caller is None:
        return _who(reference), 422
    _offer(form, caller)
    if form.changed_rows():
        return _page(reference, form)
    if not form.validate():
        return _page(reference, form), 422
    made = _book(_run(reference), caller, form)
    flash(_("The seats are booked, and the coordinator is told by e-mail."), "success")
    return see_other("bookings_admin.booking", reference=made.reference)


def _book(run: CourseRun, caller: Organization, form: TelephoneForm) -> Booking:
    contact = person_of(caller, form.contact.data)
    assert contact is not None  # one of those the form offered
    call = operations.Call(
        form.caller.data or "", form.note.data or "", form.then.data == ORDER, form.beyond.data or ""
    )
    return operations.book_by_telephone(
        organization=caller, run=run, attendees=form.facts(), form_token=form.form_token.data or new_token(),
        contact=contact, call=call, by=current_actor(), now=clock.now(),
    )  # fmt: skip


def _caller() -> Organization | None:
    return office.organization_alone((request.args.get("organization") or "").upper())


def _run(reference: str) -> CourseRun:
    return run_with_fees(reference) or abort(404)


def _offer(form: TelephoneForm, caller: Organization) -> None:
    people = [one.person for one in coordinators_of(caller)]
    form.offer((one.reference, f"{one.full_name} {one.email or caller.contact_email}") for one in people)
