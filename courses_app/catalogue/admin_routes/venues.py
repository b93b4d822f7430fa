"""Venues: the list, a new one, a changed one."""

from __future__ import annotations

from flask import abort, flash, render_template
from flask_babel import gettext as _

from courses_app.accounts.guards import current_actor, staff
from courses_app.catalogue import operations, queries
from courses_app.catalogue.admin_routes.blueprint import Answer, pages
from courses_app.catalogue.forms import VenueForm
from courses_app.catalogue.models import Venue
from courses_app.foundation import clock
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.web import see_other, writes


@pages.get("/office/venues")
@staff
def venues() -> Answer:
    return render_template("catalogue/office/venues.html", venues=queries.venues(), today=clock.today())


@pages.get("/office/venues/new")
@staff
def new_venue() -> Answer:
    return _page(VenueForm(formdata=None), None)


@pages.post("/office/venues/new")
@writes
@staff
def add_venue() -> Answer:
    form = _offered(VenueForm(), None)
    if not form.validate():
        return _page(form, None), 422
    try:
        venue = operations.add_venue(form.facts(), code=form.code.data or "", by=current_actor(), now=clock.now())
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(form, None), 409
    flash(_("The venue has been added."), "success")
    return see_other("catalogue_admin.venue", code=venue.code)


@pages.get("/office/venues/<code>")
@staff
def venue(code: str) -> Answer:
    found = _found(code)
    return _page(VenueForm.of(found), found)


@pages.post("/office/venues/<code>")
@writes
@staff
def change_venue(code: str) -> Answer:
    found = _found(code)
    form = _offered(VenueForm(), found)
    if not form.validate():
        return _page(form, found), 422
    try:
        operations.change_venue(found, form.facts(), version=form.seen_version, by=current_actor(), now=clock.now())
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(form, found), 409
    flash(_("The changes have been saved."), "success")
    return see_other("catalogue_admin.venue", code=code)


def _found(code: str) -> Venue:
    return queries.find_venue(code) or abort(404)


def _offered(form: VenueForm, venue: Venue | None) -> VenueForm:
    form.offer(queries.prefectures(), venue=venue)
    return form


def _page(form: VenueForm, venue: Venue | None) -> str:
    return render_template("catalogue/office/venue.html", form=_offered(form, venue), venue=venue)
