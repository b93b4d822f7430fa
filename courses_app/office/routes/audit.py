"""The audit trail: who changed what, when."""

from __future__ import annotations

from flask import render_template, request
from flask_babel import gettext as _

from courses_app.accounts.guards import staff
from courses_app.foundation.clock import JST
from courses_app.foundation.paging import page_number
from courses_app.foundation.tables import csv_response
from courses_app.foundation.templating import to_json
from courses_app.office import queries
from courses_app.office.forms import AuditFilter
from courses_app.office.routes.blueprint import Answer, pages


@pages.get("/office/audit")
@staff
def audit() -> Answer:
    form = AuditFilter(request.args)
    entries = queries.entries(form.wanted(), number=page_number(request.args.get("page")))
    return render_template("office/audit.html", form=form, entries=entries)


@pages.get("/office/audit.csv")
@staff
def audit_csv() -> Answer:
    header = [
        _("When"),
        _("Who"),
        _("Action"),
        _("About"),
        _("Reference"),
        _("Before the change"),
        _("After the change"),
        _("Details"),
        _("Inquiry number"),
    ]
    rows = (
        (entry.at.astimezone(JST).isoformat(timespec="seconds"), entry.actor_label, entry.action, entry.subject_kind,
         entry.subject_reference, entry.before, entry.after, entry.detail and to_json(entry.detail), entry.request_id)
        for entry in queries.every_entry(AuditFilter(request.args).wanted())
    )  # fmt: skip
    return csv_response("audit.csv", header, rows)
