"""The coordinator's organization: its details, coordinators and establishments."""

from __future__ import annotations

from flask import abort, flash, render_template
from flask_babel import gettext as _

from courses_app.accounts import operations, queries
from courses_app.accounts.forms.organizations import ChangeOrganizationForm
from courses_app.accounts.forms.people import EstablishmentForm
from courses_app.accounts.guards import coordinator, current_actor, current_organization
from courses_app.accounts.models import Establishment
from courses_app.accounts.routes.blueprint import Answer, pages
from courses_app.foundation import clock
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.web import see_other, writes


@pages.get("/organization/details")
@coordinator
def organization_details() -> Answer:
    organization = current_organization()
    return render_template("accounts/organization.html", organization=organization)


@pages.get("/organization/details/edit")
@coordinator
def edit_organization() -> Answer:
    return _edit(ChangeOrganizationForm.of(current_organization()))


@pages.post("/organization/details/edit")
@writes
@coordinator
def change_organization() -> Answer:
    form, organization = ChangeOrganizationForm(), current_organization()
    if not form.validate() or form.doubts_number():
        return _edit(form), 422
    try:
        operations.change_organization(
            organization, facts=form.facts(), version=form.seen_version, by=current_actor(), now=clock.now()
        )
    except Refusal as refusal:
        form.refuse(refusal)
        form.version.data = str(organization.version)
        return _edit(form), 422
    flash(_("The details of your organization are saved."), "success")
    return see_other("accounts.organization_details")


@pages.get("/organization/members")
@coordinator
def members() -> Answer:
    return render_template("accounts/members.html", coordinators=queries.coordinators_of(current_organization()))


@pages.get("/organization/establishments")
@coordinator
def establishments() -> Answer:
    found = queries.establishments_of(current_organization())
    return render_template("accounts/establishments.html", establishments=found)


@pages.get("/organization/establishments/new")
@coordinator
def new_establishment() -> Answer:
    return render_template("accounts/establishment.html", form=EstablishmentForm(formdata=None), establishment=None)


@pages.post("/organization/establishments/new")
@writes
@coordinator
def add_establishment() -> Answer:
    form = EstablishmentForm()
    if not form.validate():
        return render_template("accounts/establishment.html", form=form, establishment=None), 422
    organization, facts = current_organization(), form.facts()
    operations.add_establishment(organization, facts=facts, by=current_actor(), now=clock.now())
    flash(_("%(name)s has been added.", name=facts.name), "success")
    return see_other("accounts.establishments")


@pages.get("/organization/establishments/<reference>")
@coordinator
def establishment(reference: str) -> Answer:
    found = _establishment(reference)
    form = EstablishmentForm(formdata=None, obj=found)
    return render_template("accounts/establishment.html", form=form, establishment=found)


@pages.post("/organization/establishments/<reference>")
@writes
@coordinator
def change_establishment(reference: str) -> Answer:
    form, found = EstablishmentForm(), _establishment(reference)
    if not form.validate():
        return render_template("accounts/establishment.html", form=form, establishment=found), 422
    operations.change_establishment(found, facts=form.facts(), by=current_actor(), now=clock.now())
    flash(_("Your changes to %(name)s are saved.", name=found.name), "success")
    return see_other("accounts.establishments")


@pages.post("/organization/establishments/<reference>/closing")
@writes
@coordinator
def close_establishment(reference: str) -> Answer:
    found = _establishment(reference)
    operations.close_establishment(found, closed_on=clock.today(), by=current_actor(), now=clock.now())
    flash(_("%(name)s is closed.", name=found.name), "success")
    return see_other("accounts.establishments")


def _establishment(reference: str) -> Establishment:
    return queries.establishment_of(current_organization(), reference) or abort(404)


def _edit(form: ChangeOrganizationForm) -> str:
    return render_template("accounts/organization_edit.html", form=form, organization=current_organization())
