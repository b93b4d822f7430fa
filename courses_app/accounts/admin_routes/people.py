"""People, as the office sees them."""

from __future__ import annotations

from flask import abort, render_template, request
from flask_babel import gettext as _

from courses_app.accounts.admin_routes.blueprint import Answer, pages
from courses_app.accounts.forms.office import EverybodyFilter
from courses_app.accounts.guards import staff
from courses_app.accounts.models import Person
from courses_app.accounts.queries import office
from courses_app.foundation.paging import page_number
from courses_app.foundation.tables import csv_response


@pages.get("/office/people")
@staff
def people() -> Answer:
    wanted = EverybodyFilter(request.args)
    page = office.people(wanted.wanted(), page=page_number(request.args.get("page")))
    return render_template("accounts/office/people.html", filter=wanted, page=page)


@pages.get("/office/people.csv")
@staff
def people_file() -> Answer:
    header = [
        _("Person reference"), _("Full name"), _("Full name in kana"), _("Organization"), _("Date of birth"),
        _("E-mail address"), _("Signs in as"),
    ]  # fmt: skip
    rows = (_cells(person) for person in office.all_people(EverybodyFilter(request.args).wanted()))
    return csv_response("people.csv", header, rows)


@pages.get("/office/people/<reference>")
@staff
def person(reference: str) -> Answer:
    return render_template("accounts/office/person.html", person=office.person(reference) or abort(404))


def _cells(person: Person) -> list[object]:
    belongs = [one.organization.name for one in person.memberships if one.until_on is None]
    signs_in_as = person.account.email if person.account else ""
    born_on = person.born_on.isoformat() if person.born_on else ""
    return [
        person.reference, person.full_name, person.full_name_kana, ", ".join(belongs), born_on, person.email,
        signs_in_as,
    ]  # fmt: skip
