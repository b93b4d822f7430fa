"""Money, as staff see it: transfers to record, refunds to send, messages of Stripe that fit nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import abort, current_app, flash, render_template, request
from flask_babel import gettext as _

from courses_app.accounts.guards import current_actor, staff
from courses_app.bookings import operations, queries, tasks
from courses_app.bookings.admin_routes.blueprint import Answer, pages
from courses_app.bookings.forms import METHOD_LABELS, REFUND_FAILURES, EventForm, PaymentsFilter, ReceiptForm, SentForm
from courses_app.foundation import clock
from courses_app.foundation.db import in_transaction
from courses_app.foundation.doors import refusals_on
from courses_app.foundation.forms import BaseForm
from courses_app.foundation.paging import Page, page_number
from courses_app.foundation.references import new_token
from courses_app.foundation.tables import csv_response
from courses_app.foundation.web import see_other, writes
from courses_app.foundation.yen import Yen
from courses_app.payments import queries as money
from courses_app.payments.gateways.stripe_checkout import GatewayUnreachable
from courses_app.payments.models import EventResult, Invoice, Provider, RefundStatus
from courses_app.payments.operations import finish_event, give_back_by_bank, note_asked_again


@pages.get("/office/payments")
@staff
def payments() -> Answer:
    form = PaymentsFilter(request.args)
    view = form.wanted
    page = _list(view, form, page_number(request.args.get("page")))
    to_look_at = money.refunds_to_look_at(page.rows, clock.today()) if view == "refunds" else set()
    return render_template(
        "bookings/office_payments.html",
        form=form,
        view=view,
        page=page,
        today=clock.today(),
        state_of=_state_of,
        by_stripe=current_app.config["SETTINGS"].stripe_enabled,
        refund_failures=REFUND_FAILURES,
        to_look_at=to_look_at,
    )


def _list(view: str, form: PaymentsFilter, number: int) -> Page[Any]:
    if view == "refunds":
        return money.open_refunds(number)
    if view == "events":
        return money.parked_events(number)
    return money.listed(form.invoices(), number, today=clock.today())


@pages.get("/office/payments.csv")
@staff
def payments_csv() -> Answer:
    header = [
        _("Invoice"), _("Booking"), _("Organization"), _("Amount"), _("Pay by"), _("State"), _("Arrived on"),
        _("Method of payment"), _("Payer's name on the statement"), _("Refund due"),
    ]  # fmt: skip
    found = money.every_listed(PaymentsFilter(request.args).invoices(), today=clock.today())
    return csv_response("payments.csv", header, (_cells(invoice) for invoice in found))


def _cells(invoice: Invoice) -> list[object]:
    paid = invoice.payments
    return [
        invoice.number or invoice.reference,
        invoice.order_reference,
        invoice.organization.name,
        int(invoice.total),
        invoice.due_on.isoformat() if invoice.due_on else "",
        _state_of(invoice, clock.today())[0],
        ", ".join(one.received_on.isoformat() for one in paid),
        ", ".join(str(METHOD_LABELS[one.method]) for one in paid),
        ", ".join(one.payer for one in paid if one.payer),
        sum(one.amount for one in invoice.refunds if one.is_owed) or "",
    ]


def _state_of(invoice: Invoice, today: date) -> tuple[str, str]:
    """What happens with the money of an invoice, in a word, and how it is coloured."""
    if any(one.is_owed for one in invoice.refunds):
        return _("Refund due"), "error"
    if invoice.is_paid:
        return (_("Paid"), "success") if invoice.total else (_("Free of charge"), "neutral")
    if invoice.cancelled_at:
        return _("Cancelled"), "neutral"
    if invoice.due_on and invoice.due_on < today:
        return _("Overdue"), "error"
    return _("Paid in part") if invoice.is_part_paid else _("Waiting for payment"), "warning"


@pages.get("/office/payments/<reference>")
@staff
def payment(reference: str) -> Answer:
    invoice = _invoice(reference)
    form = ReceiptForm(formdata=None, form_token=new_token(), received_on=clock.today(), amount=invoice.unsettled)
    return _shown(invoice, form)


def _page(reference: str, form: BaseForm) -> str:
    return _shown(_invoice(reference), form)


def _shown(invoice: Invoice, form: BaseForm) -> str:
    return render_template(
        "bookings/office_payment.html",
        invoice=invoice,
        booking=queries.booking_of_invoice(invoice),
        form=form,
        open=not invoice.is_paid,
    )


@pages.post("/office/payments/<reference>/receipt")
@refusals_on(ReceiptForm, _page)
@writes
@staff
def record(reference: str) -> Answer:
    """Two staff at once: one records, the other reads who was faster (R-16)."""
    form, invoice = ReceiptForm(), _invoice(reference)
    if not form.validate():
        return _page(reference, form), 422
    booking = operations.settle(
        invoice=invoice,
        provider=Provider.BANK_TRANSFER,
        external_id=f"form:{form.form_token.data or new_token()}",
        amount=Yen(form.amount.data or 0),
        received_on=form.received_on.data or clock.today(),
        payer=form.payer.data or "",
        by=current_actor(),
        now=clock.now(),
    )
    flash(_("The payment has been recorded."), "success")
    if booking is None:
        return see_other("bookings_admin.payment", reference=reference)
    return see_other("bookings_admin.booking", reference=booking.reference)


@pages.post("/office/payments/refunds")
@writes
@staff
def refund_sent() -> Answer:
    form = SentForm()
    refund = money.refund_of(form.key.data or "") or abort(404)
    if not form.validate():
        flash(_("Write the day as year-month-day, for example 1985-04-09."), "error")
        return see_other("bookings_admin.payments", view="refunds")
    sent_on = form.sent_on.data or clock.today()
    operations.note_refund_sent(refund=refund, sent_on=sent_on, by=current_actor(), now=clock.now())
    flash(_("The refund is marked as sent, and the organization is told by e-mail."), "success")
    return see_other("bookings_admin.payments", view="refunds")


@pages.post("/office/payments/refunds/tries")
@staff
def refund_again() -> Answer:
    """Ask Stripe once more for a refund that failed; Stripe is asked outside any transaction."""
    key, by = request.form.get("key", ""), current_actor()
    refund = money.refund_of(key) or abort(404)
    if refund.status is not RefundStatus.FAILED:
        flash(_("This refund has not failed: nothing was sent."), "warning")
    elif tasks.send_refund(key, clock.now, by=by):
        flash(_("Stripe has been asked again; the state of the refund is below."), "success")
    else:
        flash(_("Stripe could not be reached. Please try again a little later."), "error")
    return see_other("bookings_admin.payments", view="refunds")


@pages.post("/office/payments/refunds/transfers")
@writes
@staff
def refund_by_bank() -> Answer:
    """What Stripe can't give back is sent by hand."""
    refund = money.refund_of(request.form.get("key", "")) or abort(404)
    give_back_by_bank(refund=refund, by=current_actor(), now=clock.now())
    flash(_("Please send it by bank transfer, then mark it as sent."), "success")
    return see_other("bookings_admin.payments", view="refunds")


@pages.post("/office/payments/events")
@writes
@staff
def event_dealt_with() -> Answer:
    form = EventForm()
    event = money.event_of(form.event_id.data or "") or abort(404)
    if not form.validate():
        flash(_("Say what was done about this message."), "error")
        return see_other("bookings_admin.payments", view="events")
    note, by = form.note.data or "", current_actor()
    finish_event(event=event, result=EventResult.IGNORED, reason=note, by=by, now=clock.now())
    flash(_("The message is marked as dealt with."), "success")
    return see_other("bookings_admin.payments", view="events")


@pages.post("/office/payments/events/tries")
@staff
def event_again() -> Answer:
    """Work a parked message off once more, now; Stripe is asked outside any transaction."""
    event, by = money.event_of(request.form.get("event_id", "")) or abort(404), current_actor()
    in_transaction(lambda: note_asked_again(event=event, by=by, now=clock.now()))
    try:
        if tasks.work_off(event.event_id, clock=clock.now):
            flash(_("The message has been worked off."), "success")
        else:
            flash(_("It did not work this time either; the reason is below."), "error")
    except GatewayUnreachable:
        flash(_("Stripe could not be reached. Please try again a little later."), "error")
    return see_other("bookings_admin.payments", view="events")


def _invoice(reference: str) -> Invoice:
    return money.invoice_of(reference) or abort(404)
