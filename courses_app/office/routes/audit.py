"""The audit trail: who changed what, when."""

from __future__ import annotations

from flask import render_template, request
from flask_babel import gettext as _

from courses_app.accounts.guards import staff
from courses_app.foundation.audit import AuditEntry
from courses_app.foundation.clock import JST
from courses_app.foundation.paging import page_number
from courses_app.foundation.tables import csv_response
from courses_app.office import queries
from courses_app.office.forms import AuditFilter
from courses_app.office.routes.blueprint import Answer, pages
from courses_app.office.routes.places import subject_word
from courses_app.office.rules import WORDS


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
        _("Code of the action"),
    ]
    rows = (_cells(entry) for entry in queries.every_entry(AuditFilter(request.args).wanted()))
    return csv_response("audit.csv", header, rows)


def _cells(entry: AuditEntry) -> list[object]:
    return [
        entry.at.astimezone(JST).isoformat(timespec="seconds"),
        WORDS.actor(entry.actor_kind, entry.actor_label),
        WORDS.action(entry.action),
        subject_word(entry.subject_kind),
        entry.subject_reference,
        entry.before and WORDS.state(entry.action, entry.before),
        entry.after and WORDS.state(entry.action, entry.after),
        " · ".join(f"{label}: {value}" for label, value in WORDS.detail(entry.detail)),
        "" if entry.request_id == "-" else entry.request_id,
        entry.action,
    ]
