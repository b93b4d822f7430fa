"""Figures of a period."""

from __future__ import annotations

from itertools import groupby

from flask import render_template, request
from flask_babel import gettext as _

from courses_app.accounts.guards import staff
from courses_app.foundation import clock
from courses_app.foundation.tables import csv_response
from courses_app.foundation.templating import local
from courses_app.office import queries
from courses_app.office.forms import ReportFilter
from courses_app.office.routes.blueprint import Answer, pages


@pages.get("/office/reports")
@staff
def reports() -> Answer:
    form = ReportFilter.asked(request.args, today=clock.today())
    lines = queries.figures(**form.days())
    months = [(month, list(of_month)) for month, of_month in groupby(lines, key=lambda line: line.month)]
    return render_template(
        "office/reports.html", form=form, months=months, together=queries.together, whole=queries.together(lines)
    )


@pages.get("/office/reports.csv")
@staff
def reports_csv() -> Answer:
    form = ReportFilter.asked(request.args, today=clock.today())
    header = [
        _("Month"),
        _("Code"),
        _("Course"),
        _("Number of runs"),
        _("Confirmed seats"),
        _("Capacity"),
        _("Revenue (tax included)"),
    ]
    rows = (
        (
            f"{line.month:%Y-%m}",
            line.course.code,
            local(line.course, "name"),
            line.runs,
            line.seats,
            line.capacity,
            line.revenue,
        )
        for line in queries.figures(**form.days())
    )
    return csv_response("reports.csv", header, rows)
