"""The register of papers about money: found by day, amount and party, downloaded as the very bytes that were issued."""

from __future__ import annotations

import hashlib

from flask import abort, flash, render_template, request
from flask_babel import gettext as _

from courses_app.accounts.guards import current_actor, staff
from courses_app.bookings.admin_routes.blueprint import Answer, pages
from courses_app.bookings.forms import PAPER_KINDS, InvoiceWordingForm, PapersFilter
from courses_app.foundation import clock
from courses_app.foundation.paging import page_number
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.tables import csv_response
from courses_app.foundation.web import paper as download
from courses_app.foundation.web import see_other, writes
from courses_app.payments import operations
from courses_app.payments import queries as money
from courses_app.payments.documents import wording_of
from courses_app.payments.models import Invoice, Paper, Series
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


@pages.get("/office/payments/<reference>/correction")
@staff
def invoice_correction(reference: str) -> Answer:
    invoice = money.invoice_of(reference) or abort(404)
    return _correction(invoice, InvoiceWordingForm.of(wording_of(_standing(invoice))))


@pages.post("/office/payments/<reference>/correction")
@writes
@staff
def correct_invoice(reference: str) -> Answer:
    invoice, form = money.invoice_of(reference) or abort(404), InvoiceWordingForm()
    if not form.validate() or len(form.lines) != len(invoice.lines):
        return _correction(invoice, form), 422
    try:
        operations.correct_invoice(invoice=invoice, **form.wording, by=current_actor(), now=clock.now())
    except Refusal as refusal:
        form.refuse(refusal)
        return _correction(invoice, form), refusal.status
    flash(_("The corrected invoice is being printed and goes to the organization by e-mail."), "success")
    return see_other("bookings_admin.payment", reference=reference)


def _correction(invoice: Invoice, form: InvoiceWordingForm) -> str:
    return render_template("bookings/office_wording.html", invoice=invoice, form=form, standing=_standing(invoice))


def _standing(invoice: Invoice) -> Paper:
    """The invoice as it stands, or its latest correction; 404 before it was issued."""
    return next(iter(money.standing_papers(invoice, Series.INVOICE)), None) or abort(404)


def _cells(one: Paper) -> list[object]:
    return [
        one.number, one.copy, PAPER_KINDS[one.kind], one.issued_on.isoformat(), one.counterparty, int(one.amount),
        one.subject, one.order_reference, one.organization.reference, one.kept_until_on.isoformat(),
        one.document.sha256,
    ]  # fmt: skip
