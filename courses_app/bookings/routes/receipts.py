"""Receipts as an organization needs them: in parts, to whom it says, once more; every paper of a booking."""

from __future__ import annotations

from functools import partial

from flask import Response, abort, flash, render_template, request
from flask_babel import gettext as _

from courses_app.accounts.guards import current_account, current_actor, signed_in
from courses_app.bookings import documents, queries
from courses_app.bookings.forms import ReceiptsForm
from courses_app.bookings.models import Booking
from courses_app.bookings.routes.blueprint import Answer, pages
from courses_app.bookings.routes.papers import any_or_own
from courses_app.foundation import clock
from courses_app.foundation.references import new_token
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.web import paper as download
from courses_app.foundation.web import see_other, writes
from courses_app.foundation.yen import total
from courses_app.payments import queries as money
from courses_app.payments.models import Invoice, Paper, PaperKind
from courses_app.payments.operations import reprint_receipt, split_receipt


@pages.get("/bookings/<reference>/papers/<number>/<int:copy>.pdf")
@signed_in
def paper_of_booking(reference: str, number: str, copy: int) -> Response:
    return download(_paper(any_or_own(reference), number, copy).document)


@pages.post("/bookings/<reference>/papers/<number>/copies")
@writes
@signed_in
def print_again(reference: str, number: str) -> Answer:
    """Asked for again while the last is being printed, it is one."""
    booking = any_or_own(reference)
    found = _paper(booking, number, 1)
    if found.kind is not PaperKind.RECEIPT or found.invoice is None:
        abort(404)
    token = str(money.copies_of(number))
    reprint_receipt(paper=found, form_token=token, by=current_actor(), now=clock.now())
    flash(_("The receipt is being printed again, marked as such. It comes by e-mail and appears here."), "success")
    return see_other("bookings.receipts", reference=reference, invoice=found.invoice.reference)


@pages.get("/bookings/<reference>/receipts/<invoice>")
@signed_in
def receipts(reference: str, invoice: str) -> Answer:
    booking = any_or_own(reference)
    found = _invoice(booking, invoice)
    parts = documents.receipt_parts(booking, found, money.kept_by_category(found), how=request.args.get("split", ""))
    return _page(booking, found, ReceiptsForm.proposed(parts))


@pages.post("/bookings/<reference>/receipts/<invoice>")
@writes
@signed_in
def split(reference: str, invoice: str) -> Answer:
    booking, form = any_or_own(reference), ReceiptsForm()
    found = _invoice(booking, invoice)
    page = partial(_page, booking, found, form)
    form.offer(documents.addressees(booking, found))
    if not form.validate():
        return page(), 422
    token = form.form_token.data or new_token()
    try:
        split_receipt(invoice=found, parts=form.parts, form_token=token, by=current_actor(), now=clock.now())
    except Refusal as refusal:
        form.refuse(refusal)
        return page(), refusal.status
    flash(_("The new receipts are being printed. They come by e-mail and appear here."), "success")
    return see_other("bookings.receipts", reference=reference, invoice=invoice)


def _page(booking: Booking, found: Invoice, form: ReceiptsForm) -> str:
    form.offer(documents.addressees(booking, found))
    return render_template(
        "bookings/receipts.html", booking=booking, invoice=found, form=form, papers=money.papers_of(found),
        waiting=money.requests_waiting(found), paid=total(money.kept_by_category(found).values()),
        home="bookings_admin.booking" if current_account().has_role("staff") else "bookings.booking",
    )  # fmt: skip


def _paper(booking: Booking, number: str, copy: int) -> Paper:
    found = money.paper_of(number, copy)
    if found is None or found.order_reference != booking.reference:
        abort(404)
    return found


def _invoice(booking: Booking, reference: str) -> Invoice:
    """An invoice of the booking whose receipt was issued."""
    its = next((one for one in queries.invoices_of(booking) if one.reference == reference), None)
    return its if its is not None and its.receipt_number else abort(404)
