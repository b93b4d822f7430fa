"""Money, as staff see it: transfers to record, refunds to send, messages of Stripe that fit nothing."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, render_template, request
from flask_babel import gettext as _

from courses_app.accounts.guards import current_actor, staff
from courses_app.bookings import operations, queries, tasks
from courses_app.bookings.admin_routes.blueprint import Answer, pages
from courses_app.bookings.forms import EventForm, PaymentsFilter, ReceiptForm, SentForm
from courses_app.foundation import clock
from courses_app.foundation.db import in_transaction
from courses_app.foundation.doors import refusals_on
from courses_app.foundation.forms import BaseForm
from courses_app.foundation.paging import Page, page_number
from courses_app.foundation.references import new_token
from courses_app.foundation.web import see_other, writes
from courses_app.foundation.yen import Yen
from courses_app.payments import queries as money
from courses_app.payments.gateways.stripe_checkout import GatewayUnreachable
from courses_app.payments.models import EventResult, Invoice, PaymentMethod
from courses_app.payments.operations import finish_event, note_asked_again


@pages.get("/office/payments")
@staff
def payments() -> Answer:
    form = PaymentsFilter(request.args)
    view = form.wanted
    page = _list(view, form.q.data or "", page_number(request.args.get("page")))
    return render_template("bookings/office_payments.html", form=form, view=view, page=page, today=clock.today())


def _list(view: str, words: str, number: int) -> Page[Any]:
    """Words are looked for among all invoices, paid ones too; without words those are shown that wait for money."""
    if view == "refunds":
        return money.open_refunds(number)
    if view == "events":
        return money.parked_events(number)
    return money.invoices(number, words) if words.strip() else money.unpaid(number)


@pages.get("/office/payments/<reference>")
@staff
def payment(reference: str) -> Answer:
    invoice = _invoice(reference)
    form = ReceiptForm(formdata=None, form_token=new_token(), received_on=clock.today(), amount=invoice.total)
    return _shown(invoice, form)


def _page(reference: str, form: BaseForm) -> str:
    return _shown(_invoice(reference), form)


def _shown(invoice: Invoice, form: BaseForm) -> str:
    return render_template(
        "bookings/office_payment.html",
        invoice=invoice,
        booking=queries.booking_of_invoice(invoice),
        form=form,
        open=not invoice.payments and invoice.total > 0,
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
        provider=PaymentMethod.BANK_TRANSFER,
        external_id=f"form:{form.form_token.data or new_token()}",
        amount=Yen(form.amount.data or 0),
        received_on=form.received_on.data or clock.today(),
        payer=form.payer.data or "",
        by=current_actor(),
        now=clock.now(),
    )
    flash(_("The payment has been recorded."), "success")
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
