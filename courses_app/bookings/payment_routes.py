"""Paying for a booking: how and how much, the way to Stripe's page, and the way back."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses_app.accounts.guards import coordinator, current_actor, current_organization
from courses_app.bookings import gateways, operations, queries, tasks
from courses_app.bookings.models import Booking
from courses_app.bookings.rules import BookingStatus, MethodNotOffered, Payable, TransferTooLate
from courses_app.foundation import clock
from courses_app.foundation.db import in_transaction
from courses_app.foundation.templating import locale
from courses_app.foundation.web import allow_form_action, see_other
from courses_app.payments.gateways.stripe_checkout import GatewayRefused, GatewayUnreachable
from courses_app.payments.models import AT_STRIPE, Checkout, CheckoutStatus, Invoice, PaymentMethod
from courses_app.payments.queries import checkout_at, issuer_on, taking_money

pages = Blueprint("booking_payments", __name__)

STRIPE_PAGES = "https://checkout.stripe.com"  # where Stripe's payment pages live

Answer = str | Response | tuple[str, int]


@pages.get("/bookings/<reference>/payment")
@coordinator
def choose(reference: str) -> Answer:
    booking = _own(reference)
    if queries.to_pay(booking) is None:
        return see_other("bookings.booking", reference=reference)
    return _page(booking)


@pages.post("/bookings/<reference>/payment")
@coordinator
def pay(reference: str) -> Answer:
    """Store the intention, ask Stripe outside any transaction, store the answer, send the payer on (R-09)."""
    booking = _own(reference)
    gateways.check_connected()
    try:
        url = tasks.open_page(booking, _wanted(booking), language=locale(), by=current_actor(), clock=clock.now)
    except (GatewayUnreachable, GatewayRefused) as trouble:
        current_app.logger.warning("checkout.failed", extra={"task": type(trouble).__name__})
        return _page(_own(reference), trouble=True), 503
    return redirect(url, code=303) if url else see_other("booking_payments.choose", reference=reference)


@pages.post("/bookings/<reference>/payment/transfer")
@coordinator
def transfer(reference: str) -> Answer:
    """By transfer after all: the card's page is closed first; if it turns out to be paid, that stands (R-13)."""
    booking = _own(reference)
    if booking.status is BookingStatus.ORDERED:
        operations.transfer_for(booking, now=clock.now())  # known before a page is closed in vain
    if not tasks.close_pages(booking.id, clock=clock.now):
        return _page(_own(reference), trouble=True), 503
    changed = in_transaction(
        lambda: operations.change_to_transfer(booking=booking, by=current_actor(), now=clock.now())
    )
    if changed.status is BookingStatus.PAID:
        flash(_("Your payment by card has arrived already, so nothing was changed."), "success")
        return see_other("bookings.booking", reference=reference)
    flash(_("You pay by bank transfer now. We send the invoice by e-mail."), "success")
    return see_other("booking_payments.choose", reference=reference)


@pages.get("/bookings/<reference>/payment/return")
@coordinator
def back(reference: str) -> Answer:
    """Where Stripe sends the payer: a page that asks at once how the payment stands (GET itself writes nothing)."""
    booking = _own(reference)
    if booking.status is BookingStatus.PAID and queries.to_pay(booking) is None:
        return see_other("bookings.booking", reference=reference)
    return render_template("bookings/returned.html", booking=booking, checkout=request.args.get("checkout", ""))


@pages.post("/bookings/<reference>/payment/return")
@coordinator
def finish(reference: str) -> Answer:
    booking = _own(reference)
    external_id = request.form.get("checkout", "")
    _check_belongs(booking, external_id)
    try:
        paid = tasks.settle_page(external_id, clock=clock.now)
    except (GatewayUnreachable, GatewayRefused):
        return render_template("bookings/returned.html", booking=booking, checkout=external_id, trouble=True), 503
    if not paid and not _promised(booking.invoice):
        flash(_("The payment is not complete yet. You can pay here, or look again a little later."), "warning")
    return see_other("bookings.booking" if paid else "booking_payments.choose", reference=reference)


def _own(reference: str) -> Booking:
    return queries.booking_of(current_organization(), reference) or abort(404)


def _wanted(booking: Booking) -> PaymentMethod:
    """By what the payer wants to pay: as the button says, else as ordered, else by card."""
    ordered = booking.payment_method if booking.payment_method in AT_STRIPE else PaymentMethod.STRIPE
    sent = request.form.get("method")
    return next((method for method in AT_STRIPE if method.value == sent), ordered)


def _check_belongs(booking: Booking, external_id: str) -> None:
    """Nobody settles another's payment; an id we have not heard of yet is for the answer of the API to place."""
    known = checkout_at(external_id)
    if known is not None and known.invoice.order_reference != booking.reference:
        abort(404)


def _page(booking: Booking, *, trouble: bool = False) -> str:
    settings, now = current_app.config["SETTINGS"], clock.now()
    allow_form_action(settings.stripe_api_base or STRIPE_PAGES)
    invoice = queries.to_pay(booking) or booking.invoice
    return render_template(
        "bookings/payment.html",
        booking=booking,
        invoice=invoice,
        issuer=issuer_on(clock.today()),
        pages=operations.pages_for(booking, now=now) if settings.stripe_enabled else [],
        promised=_promised(invoice),
        transfer=_transfer(booking, now=now) if booking.status is BookingStatus.ORDERED else None,
        trouble=trouble,
        now=now,
    )


def _promised(invoice: Invoice | None) -> Checkout | None:
    """What is to be paid at a convenience store or into an account, and where that stands written."""
    found = taking_money(invoice) if invoice else ()
    return next((one for one in found if one.status is CheckoutStatus.PROMISED), None)


def _transfer(booking: Booking, *, now: datetime) -> Payable | None:
    """How it could be transferred instead of paid by card, if there is time for it."""
    try:
        return operations.transfer_for(booking, now=now)
    except (TransferTooLate, MethodNotOffered):
        return None
