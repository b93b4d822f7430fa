"""Paying for a booking: how and how much, the way to Stripe's page, and the way back."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses_app.accounts.guards import coordinator, current_actor, current_organization
from courses_app.bookings import gateways, operations, queries, tasks
from courses_app.bookings.models import Booking
from courses_app.bookings.rules import BookingStatus, Payable, TransferTooLate
from courses_app.foundation import clock
from courses_app.foundation.db import in_transaction
from courses_app.foundation.templating import locale
from courses_app.foundation.web import allow_form_action, see_other
from courses_app.payments.gateways.stripe_checkout import GatewayRefused, GatewayUnreachable
from courses_app.payments.models import Checkout, CheckoutStatus
from courses_app.payments.operations import note_checkout_ended, note_checkout_opened
from courses_app.payments.queries import checkout_at, issuer_on

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
    checkout = in_transaction(lambda: _intention(booking))
    if checkout.url:
        return redirect(checkout.url, code=303)
    try:
        opened = gateways.ask(checkout, booking=reference)
    except (GatewayUnreachable, GatewayRefused) as trouble:
        _note_failure(checkout, trouble)
        return _page(booking, trouble=True), 503
    in_transaction(lambda: note_checkout_opened(checkout=checkout, opened=opened, now=clock.now()))
    return redirect(opened.url, code=303)


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
    if not paid:
        flash(_("The payment is not complete yet. You can pay here, or look again a little later."), "warning")
    return see_other("bookings.booking" if paid else "booking_payments.choose", reference=reference)


def _own(reference: str) -> Booking:
    return queries.booking_of(current_organization(), reference) or abort(404)


def _intention(booking: Booking) -> Checkout:
    checkout = operations.begin_checkout(booking=booking, language=locale(), by=current_actor(), now=clock.now())
    _loaded = checkout.invoice.lines  # read now: nothing is read while Stripe is asked
    return checkout


def _note_failure(checkout: Checkout, trouble: Exception) -> None:
    """A lost answer is asked for again under the same key; a stored failure or a refusal needs a new one."""
    current_app.logger.warning("checkout.failed", extra={"task": type(trouble).__name__})
    if isinstance(trouble, GatewayRefused) or getattr(trouble, "replayed", False):
        in_transaction(lambda: note_checkout_ended(checkout=checkout, status=CheckoutStatus.FAILED, now=clock.now()))


def _check_belongs(booking: Booking, external_id: str) -> None:
    """Nobody settles another's payment; an id we have not heard of yet is for the answer of the API to place."""
    known = checkout_at(external_id)
    if known is not None and known.invoice.order_reference != booking.reference:
        abort(404)


def _page(booking: Booking, *, trouble: bool = False) -> str:
    settings, now = current_app.config["SETTINGS"], clock.now()
    allow_form_action(settings.stripe_api_base or STRIPE_PAGES)
    return render_template(
        "bookings/payment.html",
        booking=booking,
        invoice=queries.to_pay(booking) or booking.invoice,
        issuer=issuer_on(clock.today()),
        by_card=settings.stripe_enabled,
        transfer=_transfer(booking, now=now) if booking.status is BookingStatus.ORDERED else None,
        trouble=trouble,
        now=now,
    )


def _transfer(booking: Booking, *, now: datetime) -> Payable | None:
    """How it could be transferred instead of paid by card, if there is time for it."""
    try:
        return operations.transfer_for(booking, now=now)
    except TransferTooLate:
        return None
