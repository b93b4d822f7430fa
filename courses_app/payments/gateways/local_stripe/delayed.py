"""Paying elsewhere and later: promised on the page, then paid at a till or by transfer, or never."""

from __future__ import annotations

import math

from . import instructions
from .deeds import NOBODY, begin, complete, take, tell
from .faults import Fault
from .objects import Json, new_charge
from .store import Store

CANCELLABLE = ("requires_payment_method", "requires_action", "requires_confirmation", "processing")


def promise_konbini(store: Store, session: Json, origin: str) -> None:
    """The payer takes numbers to a convenience store. Raises Fault if the session is not open for that."""
    intent, begun = begin(store, session, "konbini")
    _promise(store, session, intent, instructions.konbini(session, intent, now=store.now(), origin=origin), begun)


def promise_transfer(store: Store, session: Json, origin: str) -> None:
    """The payer takes the account to a bank. Raises Fault if the session is not open for that."""
    intent, begun = begin(store, session, "customer_balance")
    customer = store.objects[session["customer"]]
    _promise(store, session, intent, instructions.bank_transfer(intent, customer, origin=origin), begun)


def collect(store: Store, intent: Json, amount: int) -> None:
    """Money arrives. A till takes the exact amount; a transfer may be less (more is awaited) or more (it is kept)."""
    _check_awaited(intent)
    told = intent["next_action"].get("display_bank_transfer_instructions")
    remaining = told["amount_remaining"] if told else intent["amount"]
    if told is None and amount != remaining:
        raise Fault("A convenience store takes the exact amount.")
    if amount < remaining:
        told["amount_remaining"] = remaining - amount
        store.put(intent)
        tell(store, ("payment_intent.partially_funded", intent))
        return
    if amount > remaining:
        _keep(store, intent, amount - remaining)
    _succeed(store, intent, "customer_balance" if told else "konbini")


def fail(store: Store, intent: Json) -> None:
    """Nobody paid in time. Raises Fault if no money is awaited."""
    _check_awaited(intent)
    intent.update(
        status="requires_payment_method",
        next_action=None,
        last_payment_error={
            "type": "invalid_request_error",
            "code": "payment_intent_payment_attempt_expired",
            "message": "The payment was not made in time.",
        },
    )
    session = session_of(store, intent)
    store.put(intent)
    tell(store, ("payment_intent.payment_failed", intent), ("checkout.session.async_payment_failed", session))


def cancel(store: Store, intent: Json, reason: str | None, request: Json = NOBODY) -> None:
    """Nobody can pay any more; what came so far is the customer's. Raises Fault if that is too late."""
    if session_of(store, intent)["status"] == "open":
        raise Fault("You cannot cancel the PaymentIntent of an open Checkout Session: expire the session.")
    if intent["status"] not in CANCELLABLE:
        raise Fault(
            f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}.",
            code="payment_intent_unexpected_state",
        )
    told = (intent["next_action"] or {}).get("display_bank_transfer_instructions")
    if told and told["amount_remaining"] < intent["amount"]:
        _keep(store, intent, intent["amount"] - told["amount_remaining"])
    intent.update(status="canceled", cancellation_reason=reason, canceled_at=int(store.now()), next_action=None)
    store.put(intent)
    tell(store, ("payment_intent.canceled", intent), request=request)


def pays_until(intent: Json) -> float:
    """When the numbers of a convenience store run out; never, if it is not about such."""
    if intent["status"] != "requires_action":
        return math.inf
    told = (intent["next_action"] or {}).get("konbini_display_details")
    return float(told["expires_at"]) if told else math.inf


def session_of(store: Store, intent: Json) -> Json:
    """The session whose payment it is."""
    return next(one for one in store.kind("checkout.session") if one["payment_intent"] == intent["id"])


def _promise(store: Store, session: Json, intent: Json, action: Json, begun: list[tuple[str, Json]]) -> None:
    intent.update(status="requires_action", next_action=action)
    complete(session, paid=False)
    store.put(intent, session)
    store.next_expiry = min(store.next_expiry, pays_until(intent))
    tell(store, *begun, ("payment_intent.requires_action", intent), ("checkout.session.completed", session))


def _succeed(store: Store, intent: Json, method: str) -> None:
    session = session_of(store, intent)
    charge = new_charge(intent, method, paid=True, email=session["customer_email"], now=int(store.now()))
    take(intent, charge)
    session["payment_status"] = "paid"
    store.put(charge, intent, session)
    done = ("charge.succeeded", charge), ("payment_intent.succeeded", intent)
    tell(store, *done, ("checkout.session.async_payment_succeeded", session))


def _keep(store: Store, intent: Json, amount: int) -> None:
    """Too much, or too little and given up: it stays in the customer's balance."""
    customer = store.objects[intent["customer"]]
    available = (customer["cash_balance"] or {}).get("available") or {}
    customer["cash_balance"] = {
        "object": "cash_balance",
        "available": {"jpy": available.get("jpy", 0) + amount},
        "customer": customer["id"],
        "livemode": customer["livemode"],
        "settings": {"reconciliation_mode": "automatic", "using_merchant_default": True},
    }
    store.put(customer)


def _check_awaited(intent: Json) -> None:
    if intent["status"] != "requires_action" or not intent["next_action"]:
        raise Fault(f"No money is awaited: the PaymentIntent is {intent['status']}.")
