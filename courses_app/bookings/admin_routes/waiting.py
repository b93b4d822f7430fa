"""The line of a run: who waits, offering seats by hand, taking a party off."""

from __future__ import annotations

from flask import abort, flash, render_template, request
from flask_babel import gettext as _

from courses_app.accounts.guards import current_actor, staff
from courses_app.bookings import operations, queries
from courses_app.bookings.admin_routes.blueprint import Answer, any_run, pages
from courses_app.bookings.forms import PassingForm, RemovalForm
from courses_app.bookings.models import WaitingParty
from courses_app.foundation import clock
from courses_app.foundation.doors import refusals_on
from courses_app.foundation.forms import BaseForm
from courses_app.foundation.paging import page_number
from courses_app.foundation.web import see_other, writes


@pages.get("/office/runs/<reference>/waiting")
@staff
def waiting(reference: str) -> Answer:
    run, now = any_run(reference), clock.now()
    page = queries.page_of_line(run, number=page_number(request.args.get("page")))
    return render_template(
        "bookings/office_waiting.html",
        run=run,
        page=page,
        places=queries.places_of(page.rows),
        line=queries.line_of(run, now=now),
        left=queries.seats_left(run, now=now),
    )


@pages.get("/office/waiting/<reference>")
@staff
def party(reference: str) -> Answer:
    return _page(reference, BaseForm(formdata=None))


def _page(reference: str, form: BaseForm) -> str:
    found, now = _any_party(reference), clock.now()
    return render_template(
        "bookings/office_party.html",
        party=found,
        place=queries.places_of([found]).get(found.id),
        left=queries.seats_left(found.run, now=now),
        line=queries.line_of(found.run, now=now),
        form=form,
        passing=form if isinstance(form, PassingForm) else PassingForm(formdata=None),
        removal=form if isinstance(form, RemovalForm) else RemovalForm(formdata=None),
        trail=queries.trail_of_party(found),
    )


@pages.post("/office/waiting/<reference>/offer")
@refusals_on(PassingForm, _page)
@writes
@staff
def offer(reference: str) -> Answer:
    form, found = PassingForm(), _any_party(reference)
    if not form.validate():
        return _page(reference, form), 422
    operations.offer_by_hand(party=found, reason=form.reason.data or "", by=current_actor(), now=clock.now())
    flash(_("The seats are offered, and the party is told by e-mail."), "success")
    return see_other("bookings_admin.party", reference=reference)


@pages.post("/office/waiting/<reference>/removal")
@refusals_on(RemovalForm, _page)
@writes
@staff
def remove(reference: str) -> Answer:
    form, found = RemovalForm(), _any_party(reference)
    if not form.validate():
        return _page(reference, form), 422
    operations.remove_from_line(party=found, reason=form.reason.data or "", by=current_actor(), now=clock.now())
    flash(_("The party is off the list and is told by e-mail."), "success")
    return see_other("bookings_admin.party", reference=reference)


def _any_party(reference: str) -> WaitingParty:
    return queries.party_for_office(reference) or abort(404)
