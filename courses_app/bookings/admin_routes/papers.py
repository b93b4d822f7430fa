"""The register of papers about money: found by day, amount and party, downloaded as the very bytes that were issued."""

from __future__ import annotations

import hashlib

from flask import abort, render_template, request
from flask_babel import gettext as _

from courses_app.accounts.guards import staff
from courses_app.bookings.admin_routes.blueprint import Answer, pages
from courses_app.bookings.forms import PAPER_KINDS, PapersFilter
from courses_app.foundation.paging import page_number
from courses_app.foundation.tables import csv_response
from courses_app.foundation.web import paper as download
from courses_app.payments import queries as money
from courses_app.payments.models import Paper
from courses_app.payments.rules.papers import PaperDamaged


@pages.get("/office/papers")
@staff
def papers() -> Answer:
    form = PapersFilter(request.args)
    page = money.papers(form.wanted(), page_number(request.args.get("page")))
    return render_template("bookings/office_papers.html", form=form, page=page, kinds=PAPER_KINDS)


@pages.get("/office/papers.csv")
@staff
def papers_csv() -> Answer:
    header = [
        _("Number"), _("Print number"), _("Kind"), _("Issued on"), _("Counterparty"), _("Amount"),
        _("Subject of the paper"), _("Booking"), _("Organization"), _("Kept until"), "SHA-256",
    ]  # fmt: skip
    found = money.every_paper(PapersFilter(request.args).wanted())
    return csv_response("papers.csv", header, (_cells(one) for one in found))


@pages.get("/office/papers/<number>/<int:copy>.pdf")
@staff
def paper(number: str, copy: int) -> Answer:
    """The bytes as they were issued; if they are not any more, nobody gets them as the paper."""
    found = money.paper_of(number, copy) or abort(404)
    if hashlib.sha256(found.document.content).hexdigest() != found.document.sha256:
        raise PaperDamaged(number)
    return download(found.document)


def _cells(one: Paper) -> list[object]:
    return [
        one.number, one.copy, PAPER_KINDS[one.kind], one.issued_on.isoformat(), one.counterparty, int(one.amount),
        one.subject, one.order_reference, one.organization.reference, one.kept_until_on.isoformat(),
        one.document.sha256,
    ]  # fmt: skip
