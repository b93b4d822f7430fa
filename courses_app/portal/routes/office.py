"""The office's runs, with their seats: the catalogue's addresses, opened here because bookings know the seats."""

from __future__ import annotations

from flask import Response, abort, current_app, render_template, request
from flask_babel import gettext as _

from courses_app.accounts.guards import staff
from courses_app.bookings import queries as bookings
from courses_app.catalogue import queries as catalogue
from courses_app.foundation import clock
from courses_app.foundation.paging import page_number
from courses_app.foundation.tables import csv_response
from courses_app.portal import queries
from courses_app.portal.forms import RunsFilter
from courses_app.portal.routes.blueprint import on_behalf


@on_behalf("/office/runs", "catalogue_admin.runs")
@staff
def runs() -> str:
    form = RunsFilter(request.args)
    form.offer(courses=catalogue.course_lines(), regions=catalogue.regions(), today=clock.today())
    page = queries.office_page(form.wanted(), number=page_number(request.args.get("page")), now=clock.now())
    return render_template("portal/office/runs.html", page=page, form=form)


@on_behalf("/office/runs.csv", "catalogue_admin.runs_file")
@staff
def runs_file() -> Response:
    header = [
        _("Number of the run"),
        _("Course"),
        _("State"),
        _("Begins"),
        _("Ends"),
        _("Venue"),
        _("Seats"),
        _("Taken"),
        _("Of these, kept for a purpose"),
    ]
    rows = queries.office_table(RunsFilter(request.args).wanted(), now=clock.now())
    return csv_response(f"runs-{clock.today().isoformat()}.csv", header, rows)


@on_behalf("/office/runs/<reference>", "catalogue_admin.run")
@staff
def run(reference: str) -> str:
    found = catalogue.run_by_reference(reference) or abort(404)
    now = clock.now()
    room = bookings.room_of(found, now=now)
    return render_template(
        "portal/office/run.html",
        run=found,
        seats=queries.seats_of(found, now=now),
        link=current_app.config["SETTINGS"].base_url + found.path,
        room=room,
        overbookings=bookings.overbookings_of(found) if room.over else (),
        answers=bookings.answers_of_run(found),
    )
