"""The people of the coordinator's organization: kept once, picked again at each booking."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses_app.accounts import operations, queries
from courses_app.accounts.forms.people import DepartureForm, PeopleFilter, PersonForm
from courses_app.accounts.guards import coordinator, current_actor, current_organization
from courses_app.accounts.models import Establishment, Membership
from courses_app.accounts.routes.blueprint import Answer, pages
from courses_app.foundation import clock
from courses_app.foundation.paging import page_number
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.web import see_other, writes


@pages.get("/organization/people")
@coordinator
def people() -> Answer:
    wanted = PeopleFilter(request.args)
    page = queries.memberships_of(
        current_organization(), search=wanted.search.data or "", page=page_number(request.args.get("page"))
    )
    return render_template("accounts/people.html", filter=wanted, page=page)


@pages.get("/organization/people/new")
@coordinator
def new_person() -> Answer:
    return _new(_form())


@pages.post("/organization/people/new")
@writes
@coordinator
def add_person() -> Answer:
    form, organization = _form(), current_organization()
    if not form.validate() or _has_namesakes(form):
        return _new(form), 422
    told = vars(form.facts())
    try:
        person = operations.add_person(
            organization=organization, establishment=_place(form), by=current_actor(), now=clock.now(), **told
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _new(form), 422
    return _saved(_("%(name)s has been added.", name=person.full_name))


@pages.get("/organization/people/<reference>")
@coordinator
def person(reference: str) -> Answer:
    return render_template(
        "accounts/person.html",
        membership=_membership(reference),
        form=DepartureForm(formdata=None, today=clock.today()),
    )


@pages.get("/organization/people/<reference>/edit")
@coordinator
def edit_person(reference: str) -> Answer:
    membership = _membership(reference)
    return _edit(PersonForm.of(membership, **_choices()), membership)


@pages.post("/organization/people/<reference>/edit")
@writes
@coordinator
def change_person(reference: str) -> Answer:
    form, membership = _form(), _membership(reference)
    if not form.validate():
        return _edit(form, membership), 422
    facts, place, version = form.facts(), _place(form), form.seen_version
    try:
        operations.change_person(
            membership, facts=facts, establishment=place, version=version, by=current_actor(), now=clock.now()
        )
    except Refusal as refusal:
        form.refuse(refusal)
        form.version.data = str(membership.person.version)
        return _edit(form, membership), 422
    return _saved(_("Your changes to %(name)s are saved.", name=membership.person.full_name))


@pages.post("/organization/people/<reference>/departure")
@writes
@coordinator
def end_membership(reference: str) -> Answer:
    form, membership = DepartureForm(today=clock.today()), _membership(reference)
    if not form.validate():
        return render_template("accounts/person.html", membership=membership, form=form), 422
    try:
        operations.end_membership(membership, until_on=form.last_day, by=current_actor(), now=clock.now())
    except Refusal as refusal:
        form.refuse(refusal)
        return render_template("accounts/person.html", membership=membership, form=form), 422
    return _saved(_("%(name)s no longer belongs to your organization.", name=membership.person.full_name))


def _membership(reference: str) -> Membership:
    return queries.membership_of(current_organization(), reference) or abort(404)


def _choices() -> dict[str, Any]:
    return {"establishments": queries.establishments_of(current_organization()), "today": clock.today()}


def _form() -> PersonForm:
    return PersonForm(formdata=request.form if request.method == "POST" else None, **_choices())


def _place(form: PersonForm) -> Establishment | None:
    reference = form.establishment.data
    return queries.establishment_of(current_organization(), reference) if reference else None


def _has_namesakes(form: PersonForm) -> bool:
    """Whether the same person may be kept already, and nobody has looked at that yet."""
    facts = form.facts()
    form.namesakes = queries.namesakes(current_organization(), facts)
    return bool(form.namesakes) and form.needs_second_look(facts.identity)


def _new(form: PersonForm) -> str:
    return render_template("accounts/person_new.html", form=form)


def _edit(form: PersonForm, membership: Membership) -> str:
    return render_template("accounts/person_edit.html", form=form, membership=membership)


def _saved(message: str) -> Response:
    flash(message, "success")
    return see_other("accounts.people")
