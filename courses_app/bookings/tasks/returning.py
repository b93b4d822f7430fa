"""Refunds through Stripe: the key is stored, Stripe is asked outside any transaction, its answer is stored."""

from __future__ import annotations

from flask import current_app

from courses_app.bookings import gateways, operations
from courses_app.bookings.tasks.firms import Clock
from courses_app.foundation.audit import STRIPE, SYSTEM, Actor
from courses_app.foundation.db import in_transaction
from courses_app.payments.gateways.stripe_answers import RefundState
from courses_app.payments.gateways.stripe_checkout import GatewayRefused, GatewayUnreachable
from courses_app.payments.models import Refund, RefundStatus
from courses_app.payments.operations import fail_refund, intend_refund
from courses_app.payments.queries import refund_of


def send_refund(key: str, clock: Clock, *, by: Actor = SYSTEM) -> bool:
    """Ask Stripe for a refund that is owed; whether it answered. A lost answer is looked for before it is asked again:

    Stripe forgets keys after a day, and never gives money back twice for us.
    """
    refund = refund_of(key)
    if refund is None or not gateways.can_ask():
        return False
    asked_before = refund.status is RefundStatus.ASKED
    if not in_transaction(lambda: intend_refund(refund=refund, by=by, now=clock())):
        return False
    try:
        state = _asked(refund, look_first=asked_before)
    except GatewayUnreachable as trouble:
        current_app.logger.warning("refund.unanswered", extra={"task": type(trouble).__name__})
        return False
    except GatewayRefused as no:
        why = no.code or "refused"
        in_transaction(lambda: fail_refund(refund=refund, why=why, by=STRIPE, now=clock()))
        return True
    in_transaction(lambda: operations.note_refund_answer(refund=refund, state=state, now=clock()))
    return True


def _asked(refund: Refund, *, look_first: bool) -> RefundState:
    known = gateways.given_back(refund) if look_first else None
    return known or gateways.give_back(refund)
