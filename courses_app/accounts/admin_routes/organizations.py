"""Organizations, as the office sees them."""

from __future__ import annotations

from flask import Response, abort, flash, render_template, request
from flask_babel import gettext as _

from courses_app.accounts import operations, queries
from courses_app.accounts.admin_routes.blueprint import Answer, pages
from courses_app.accounts.forms.fields import prefecture_name
from courses_app.accounts.forms.organizations import ChangeOrganizationForm, OrganizationFilterForm
from courses_app.accounts.guards import current_actor, staff
from courses_app.accounts.models import MemberStatus, Organization, OrganizationKind
from courses_app.accounts.queries import office
from courses_app.accounts.queries.office import OrganizationFilter
from courses_app.accounts.rules.labels import label
from courses_app.foundation import clock
from courses_app.foundation.paging import page_number
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.tables import csv_response
from courses_app.foundation.web import see_other, writes


@pages.get("/office/organizations")
@staff
def organizations() -> Answer:
    form = OrganizationFilterForm(request.args)
    page = office.organizations(_wanted(form), page=page_number(request.args.get("page")))
    return render_template("accounts/office/organizations.html", form=form, page=page)


@pages.get("/office/organizations.csv")
@staff
def organizations_file() -> Response:
    form = OrganizationFilterForm(request.args)
    header = [
        _("Organization reference"), _("Name of the organization"), _("Name in kana"), _("Kind of organization"),
        _("Corporate number"), _("Licence number"), _("Licence class"), _("Postal code"), _("Prefecture"), _("Address"),
        _("Telephone number"), _("Contact person"), _("E-mail address of the contact person"),
        _("Supporting-member number"), _("Supporting membership"), _("Registered on"),
    ]  # fmt: skip
    rows = (_cells(organization) for organization in office.all_organizations(_wanted(form)))
    return csv_response("organizations.csv", header, rows)


@pages.get("/office/organizations/<reference>")
@staff
def organization(reference: str) -> Answer:
    found = _organization(reference)
    return render_template(
        "accounts/office/organization.html",
        organization=found,
        coordinators=queries.coordinators_of(found),
        people=office.people_counted(found.id),
    )


@pages.get("/office/organizations/<reference>/edit")
@staff
def edit_organization(reference: str) -> Answer:
    found = _organization(reference)
    return _edit(ChangeOrganizationForm.of(found), found)


@pages.post("/office/organizations/<reference>/edit")
@writes
@staff
def change_organization(reference: str) -> Answer:
    form, found = ChangeOrganizationForm(), _organization(reference)
    if not form.validate() or form.doubts_number():
        return _edit(form, found), 422
    try:
        operations.change_organization(
            found, facts=form.facts(), version=form.seen_version, by=current_actor(), now=clock.now()
        )
    except Refusal as refusal:
        form.refuse(refusal)
        form.version.data = str(found.version)
        return _edit(form, found), 422
    flash(_("Your changes to %(name)s are saved.", name=found.name), "success")
    return see_other("accounts_admin.organization", reference=reference)


@pages.post("/office/organizations/<reference>/membership")
@writes
@staff
def decide_membership(reference: str) -> Answer:
    found, verified = _organization(reference), request.form.get("verified") == "yes"
    operations.decide_membership(found, verified=verified, by=current_actor(), now=clock.now())
    flash(
        _("The supporting membership is verified.") if verified else _("The supporting membership is refused."),
        "success",
    )
    return see_other("accounts_admin.organization", reference=reference)


def _organization(reference: str) -> Organization:
    return office.organization(reference) or abort(404)


def _edit(form: ChangeOrganizationForm, found: Organization) -> str:
    return render_template("accounts/office/organization_edit.html", form=form, organization=found)


def _wanted(form: OrganizationFilterForm) -> OrganizationFilter:
    """What was asked for; a value that isn't on the list is no wish."""
    form.validate()
    return OrganizationFilter(
        search=form.search.data or "",
        kind=OrganizationKind(form.kind.data) if form.kind.data and not form.kind.errors else None,
        member_status=MemberStatus(form.member_status.data)
        if form.member_status.data and not form.member_status.errors
        else None,
        prefecture=form.prefecture.data if not form.prefecture.errors else None,
    )


def _cells(organization: Organization) -> list[object]:
    return [
        organization.reference, organization.name, organization.name_kana, label(organization.kind),
        organization.corporate_number, organization.licence_number, label(organization.licence_class),
        organization.postal_code, prefecture_name(organization.prefecture), organization.address, organization.phone,
        organization.contact_name, organization.contact_email, organization.member_number,
        label(organization.member_status), clock.day_of(organization.created_at).isoformat(),
    ]  # fmt: skip
