"""Stripe's events: believed only with their signature, answered with 200 only once they are stored (S-43)."""

from __future__ import annotations

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue

from courses_app.bookings import gateways, tasks
from courses_app.foundation import clock
from courses_app.foundation.db import in_transaction
from courses_app.foundation.web import csrf, public
from courses_app.payments.gateways.stripe_checkout import GatewayUnreachable, SignatureRefused
from courses_app.payments.gateways.stripe_events import LARGEST_EVENT
from courses_app.payments.operations import store_event

pages = Blueprint("stripe_webhook", __name__)


@pages.post("/webhooks/stripe")
@csrf.exempt  # type: ignore[untyped-decorator]
@public
def receive() -> ResponseReturnValue:
    """400 for what Stripe did not sign, 5xx for what it must send again, 200 once stored; repeats are welcome."""
    if (request.content_length or 0) > LARGEST_EVENT:
        return "too large", 413
    try:
        event = gateways.read_event(request.get_data(), request.headers.get("Stripe-Signature", ""), now=clock.now())
    except SignatureRefused:
        current_app.logger.warning("webhook.refused", extra={"task": "stripe"})
        return "signature refused", 400
    in_transaction(lambda: store_event(event=event, now=clock.now()))
    try:
        tasks.work_off(event.id, clock=clock.now)
    except GatewayUnreachable:
        return "stored, to be worked off", 503
    return "stored", 200
