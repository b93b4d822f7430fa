"""What Stripe says of a payment page, turned into settled bookings, or into a reason for a person to look (R-12)."""

from __future__ import annotations

from datetime import datetime

from courses_app.bookings.models import Booking
from courses_app.bookings.operations.promises import give_up_promise, settle_part, wait_for_promise
from courses_app.bookings.operations.settle import settle
from courses_app.bookings.operations.unfitting import Unfitting
from courses_app.foundation.audit import STRIPE
from courses_app.foundation.clock import day_of
from courses_app.foundation.yen import Yen
from courses_app.payments import queries as payments
from courses_app.payments.gateways.stripe_checkout import CheckoutState
from courses_app.payments.models import Checkout, CheckoutStatus, Provider
from courses_app.payments.operations import note_checkout_ended
from courses_app.payments.rules import AlreadyPaid, AmountDiffers, RecordedElsewhere


def settle_checkout(*, state: CheckoutState, livemode: bool, now: datetime) -> Booking | None:
    """Settle what a payment page says was paid; None while it was not. Safe to repeat.

    The return page, the webhook and the worker all end here. Raises Unfitting before anything is written.
    """
    checkout = _ours(state)
    if not state.paid:
        _note_unpaid(checkout, state, livemode=livemode, now=now)
        return None
    _check(state, checkout, livemode=livemode)
    try:
        booking = settle(
            invoice=checkout.invoice,
            provider=Provider.STRIPE,
            method=checkout.method,
            external_id=state.payment_intent or state.id,
            amount=Yen(state.amount_total or 0),
            received_on=day_of(now),
            by=STRIPE,
            now=now,
        )
    except (AlreadyPaid, AmountDiffers, RecordedElsewhere) as refusal:
        raise Unfitting(REASONS[type(refusal)]) from refusal
    note_checkout_ended(checkout=checkout, status=CheckoutStatus.COMPLETE, external_id=state.id, now=now)
    settle_part(checkout, now=now)
    return booking


def _note_unpaid(checkout: Checkout, state: CheckoutState, *, livemode: bool, now: datetime) -> None:
    if state.awaited is not None:
        _check(state, checkout, livemode=livemode)
        wait_for_promise(checkout=checkout, state=state, awaited=state.awaited, now=now)
    elif state.cancelled or state.status == "expired":
        note_checkout_ended(checkout=checkout, status=CheckoutStatus.EXPIRED, external_id=state.id, now=now)
    elif state.failed:
        give_up_promise(checkout=checkout, now=now)


REASONS = {AlreadyPaid: "paid_twice", AmountDiffers: "wrong_amount", RecordedElsewhere: "recorded_elsewhere"}


def _ours(state: CheckoutState) -> Checkout:
    checkout = payments.checkout_of(state.request_id or "") or payments.checkout_at(state.id)
    if checkout is None or checkout.invoice.reference != state.reference:
        raise Unfitting("unknown_reference")
    return checkout


def _check(state: CheckoutState, checkout: Checkout, *, livemode: bool) -> None:
    if state.livemode is not livemode:
        raise Unfitting("wrong_mode")
    if state.currency != "jpy":
        raise Unfitting("wrong_currency")
    if state.amount_total != checkout.amount:
        raise Unfitting("wrong_amount")
