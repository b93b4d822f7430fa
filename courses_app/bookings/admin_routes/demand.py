"""Demand for seats that there are not: what to plan next."""

from __future__ import annotations

from flask import render_template
from flask_babel import gettext as _

from courses_app.accounts.guards import staff
from courses_app.bookings import queries
from courses_app.bookings.admin_routes.blueprint import Answer, pages
from courses_app.bookings.rules import ANY_PLACE, ONLINE
from courses_app.catalogue.queries import regions
from courses_app.foundation import clock
from courses_app.foundation.clock import day_of
from courses_app.foundation.tables import csv_response
from courses_app.foundation.templating import local


@pages.get("/office/demand")
@staff
def demand() -> Answer:
    now = clock.now()
    return render_template(
        "bookings/office_demand.html",
        demand=queries.demand_by_region(now=now),
        lines=queries.lines_of_runs(),
        regions=_region_names(),
    )


@pages.get("/office/demand.csv")
@staff
def demand_csv() -> Answer:
    names = _region_names()
    header = [
        _("Code"), _("Course"), _("Region"), _("Organizations asking"), _("Anywhere in the region"), _("Prefectures"),
        _("Asked since"),
        _("Open runs"),
    ]  # fmt: skip
    rows = (
        [
            one.course.code, local(one.course, "name"), names[one.region], one.organizations, one.whole,
            " ".join(f"{local(place, 'name')} {asking}" for place, asking in one.places),
            day_of(one.since).isoformat(), one.open_runs,
        ]
        for one in queries.demand_by_region(now=clock.now())
    )  # fmt: skip
    return csv_response("demand.csv", header, rows)


def _region_names() -> dict[str, str]:
    own = {ANY_PLACE: _("Anywhere"), ONLINE: _("Online")}
    return {one.code: local(one, "name") for one in regions()} | own
