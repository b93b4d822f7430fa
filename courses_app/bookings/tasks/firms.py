"""What the clock and the webhook do about Stripe: its events, the pages where one pays, what was promised there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import current_app

from courses_app.bookings import gateways, operations, queries
from courses_app.bookings.operations import Unfitting
from courses_app.foundation import audit, matters
from courses_app.foundation.audit import STRIPE
from courses_app.foundation.db import transaction
from courses_app.payments import operations as payments
from courses_app.payments.gateways.stripe_answers import RefundState
from courses_app.payments.gateways.stripe_checkout import CheckoutState, GatewayRefused, GatewayUnreachable
from courses_app.payments.models import Checkout, CheckoutStatus, EventResult, StripeEvent
from courses_app.payments.queries import checkout_of, event_of
from courses_app.payments.rules import trouble_in

Clock = Callable[[], datetime]

SESSION_EVENTS = {
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
}
REFUND_EVENTS = {"refund.created", "refund.updated", "refund.failed", "charge.refund.updated"}
PART_ARRIVED = "payment_intent.partially_funded"
UNCLEAR_PAYMENT = "payment_unclear"  # the matter of a payment page that says something we can't act upon


def work_off(event_id: str, *, clock: Clock) -> bool:
    """Act upon a stored event, once; whether it is finished, else it is parked.

    Raises GatewayUnreachable, and a fault of ours until that has happened too often: then the event stays, and is
    worked off later (R-15).
    """
    event = event_of(event_id)
    if event is None or event.result in (EventResult.SETTLED, EventResult.IGNORED):
        return True
    try:
        return _worked_off(event, clock)
    except GatewayUnreachable:
        raise
    except Exception as fault:
        if not _note_fault(event, fault, now=clock()):
            raise
        current_app.logger.exception("stripe_event.parked", extra={"task": "stripe"})
        return False


def _worked_off(event: StripeEvent, clock: Clock) -> bool:
    try:
        if event.livemode is not gateways.stripe_settings().livemode:
            raise Unfitting("wrong_mode")
        if event.payload.get("account"):  # of an account connected to ours, or of a stranger
            raise Unfitting("other_account")
        page = _page_of(event)
        state = gateways.fetch(page) if page is not None else None
        _act(event, state, now=clock())
    except GatewayRefused:
        return _park(event, "unknown_checkout", now=clock())
    except Unfitting as unfitting:
        return _park(event, unfitting.reason, now=clock())
    return True


def _page_of(event: StripeEvent) -> str | None:
    """The payment page an event is about, if it is about one. Raises Unfitting."""
    if event.kind in SESSION_EVENTS:
        return event.object_id
    if event.kind != PART_ARRIVED:
        return None
    names = event.payload["data"]["object"].get("metadata") or {}
    checkout = checkout_of(str(names.get("request_id") or ""))
    if checkout is None or checkout.external_id is None:
        raise Unfitting("unknown_reference")
    return checkout.external_id


def settle_page(external_id: str, *, clock: Clock) -> bool:
    """Ask Stripe how a payment page stands and settle what was paid; whether it was.

    The address in a browser proves nothing, the answer of the API does. Raises GatewayUnreachable and GatewayRefused.
    """
    state = gateways.fetch(external_id)
    try:
        with transaction():
            return (
                operations.settle_checkout(state=state, livemode=gateways.stripe_settings().livemode, now=clock())
                is not None
            )
    except Unfitting as unfitting:
        _tell_office(state.id, unfitting.reason, now=clock())
        return False


def close_pages(booking_id: int, *, clock: Clock) -> bool:
    """Close the payment pages of a booking and settle what was paid there; False if Stripe can't be asked."""
    return all(close(checkout, clock) for checkout in queries.checkouts_of(booking_id))


def retry_event(event_id: str, clock: Clock) -> bool:
    try:
        work_off(event_id, clock=clock)
    except GatewayUnreachable:
        event = event_of(event_id)
        if event is not None:
            with transaction():
                payments.put_off_event(event=event, now=clock())
        return False
    return True


def give_up_order(booking_id: int, clock: Clock) -> bool:
    """First nobody can pay any more, then the seats go: so money and seats can't part company (R-13, R-19)."""
    if not close_pages(booking_id, clock=clock):
        return False
    with transaction():
        return operations.lapse_order(booking_id, now=clock())


def close_left_open(checkout_id: int, clock: Clock) -> bool:
    checkout = next((one for one in queries.checkouts_to_close() if one.id == checkout_id), None)
    return checkout is not None and close(checkout, clock)


def close(checkout: Checkout, clock: Clock) -> bool:
    """Close a payment page and note how it ended, paid in the last moment included; False if Stripe can't be asked."""
    try:
        state = gateways.close(checkout.external_id or "")
    except (GatewayUnreachable, GatewayRefused) as trouble:
        current_app.logger.warning("checkout.not_closed", extra={"task": "bookings"})
        if isinstance(trouble, GatewayRefused):
            _tell_office(checkout.external_id or "", "not_closed", now=clock())
        return False
    try:
        _note_closed(checkout, state, now=clock())
    except Unfitting as unfitting:  # paid twice: a page that is complete is closed, and its money is for a person
        _tell_office(state.id, unfitting.reason, now=clock(), complete=checkout)
    return True


def _note_closed(checkout: Checkout, state: CheckoutState, *, now: datetime) -> None:
    with transaction():
        if state.paid:
            operations.settle_checkout(state=state, livemode=gateways.stripe_settings().livemode, now=now)
        else:
            payments.note_checkout_ended(checkout=checkout, status=CheckoutStatus.EXPIRED, now=now)


def _act(event: StripeEvent, state: CheckoutState | None, *, now: datetime) -> None:
    result = EventResult.IGNORED
    with transaction():
        if state is not None:
            livemode = gateways.stripe_settings().livemode
            settled = operations.settle_checkout(state=state, livemode=livemode, now=now)
            result = EventResult.IGNORED if settled is None else EventResult.SETTLED
        elif event.kind in REFUND_EVENTS and operations.hear_of_refund(state=_refund_in(event), now=now):
            result = EventResult.SETTLED
        elif event.kind == "refund.created":
            raise Unfitting("unknown_payment")
        elif trouble := trouble_in(event.kind, str(event.payload["data"]["object"].get("status"))):
            payments.tell_of_trouble(event=event, trouble=trouble, now=now)
            result = EventResult.SETTLED
        payments.finish_event(event=event, result=result, now=now)


def _refund_in(event: StripeEvent) -> RefundState:
    """What an event says of a refund; its states only ever go one way, so that an older one can be told."""
    told = event.payload["data"]["object"]
    names = told.get("metadata") or {}
    return RefundState(
        id=event.object_id,
        status=told.get("status") or ("failed" if event.kind == "refund.failed" else "succeeded"),
        amount=told["amount"] if event.kind == "refund.created" else told.get("amount") or 0,
        currency=told.get("currency") or "",
        payment_intent=told.get("payment_intent"),
        failure_reason=told.get("failure_reason"),
        ours=names.get("refund"),
    )


def _park(event: StripeEvent, reason: str, *, now: datetime) -> bool:
    current_app.logger.warning("stripe_event.parked", extra={"task": reason})
    with transaction():
        payments.park_event(event=event, reason=reason, now=now)
    return False


def _note_fault(event: StripeEvent, fault: Exception, *, now: datetime) -> bool:
    """What it was, and under which number it stands in the log; what it said may name people."""
    told = f"{type(fault).__name__} ({audit.request_id.get()})"
    with transaction():
        return payments.note_fault(event=event, fault=told, now=now)


def _tell_office(page: str, reason: str, *, now: datetime, complete: Checkout | None = None) -> None:
    with transaction():
        matters.open_matter(
            kind=UNCLEAR_PAYMENT, subject=("checkout", page), now=now, by=STRIPE, detail={"reason": reason}
        )
        if complete is not None:
            payments.note_checkout_ended(checkout=complete, status=CheckoutStatus.COMPLETE, now=now)
