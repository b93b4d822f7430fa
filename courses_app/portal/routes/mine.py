"""My organization, and my own page."""

from __future__ import annotations

from flask import render_template

from courses_app.accounts.guards import coordinator, current_organization, current_person, signed_in
from courses_app.foundation import clock
from courses_app.portal import queries
from courses_app.portal.routes.blueprint import pages


@pages.get("/organization")
@coordinator
def organization() -> str:
    ours = current_organization()
    return render_template(
        "portal/organization.html", organization=ours, glance=queries.at_a_glance(ours, now=clock.now())
    )


@pages.get("/me")
@signed_in
def me() -> str:
    person = current_person()
    return render_template("portal/me.html", person=person, mine=queries.mine(person, now=clock.now()))
