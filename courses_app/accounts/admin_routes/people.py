"""People, as the office sees them."""

from __future__ import annotations

from flask import abort, render_template, request

from courses_app.accounts.admin_routes.blueprint import Answer, pages
from courses_app.accounts.forms.office import EverybodyFilter
from courses_app.accounts.guards import staff
from courses_app.accounts.queries import office
from courses_app.foundation.paging import page_number


@pages.get("/office/people")
@staff
def people() -> Answer:
    wanted = EverybodyFilter(request.args)
    page = office.people(search=wanted.search.data or "", page=page_number(request.args.get("page")))
    return render_template("accounts/office/people.html", filter=wanted, page=page)


@pages.get("/office/people/<reference>")
@staff
def person(reference: str) -> Answer:
    return render_template("accounts/office/person.html", person=office.person(reference) or abort(404))
