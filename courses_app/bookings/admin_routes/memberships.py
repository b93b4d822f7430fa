"""A claimed supporting membership: what verifying it means for the bookings made meanwhile, before it is decided."""

from __future__ import annotations

from flask import abort, render_template

from courses_app.accounts.guards import staff
from courses_app.accounts.queries.office import organization
from courses_app.bookings import queries
from courses_app.bookings.admin_routes.blueprint import Answer, pages


@pages.get("/office/organizations/<reference>/membership")
@staff
def membership(reference: str) -> Answer:
    found = organization(reference) or abort(404)
    return render_template("bookings/office_membership.html", organization=found, lines=queries.decidable_of(found))
