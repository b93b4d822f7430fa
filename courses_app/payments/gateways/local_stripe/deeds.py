"""What happens to a payment, with its events. Every deed is done inside the store's turn."""

from __future__ import annotations

import copy

from .faults import Fault
from .objects import Json, new_charge, new_event, new_id, new_intent, new_line, new_session, payment_error
from .store import Delivery, Store

DELIVERED = {  # the events our webhook endpoint is registered for
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.partially_funded",
    "payment_intent.canceled",
    "charge.refunded",
    "charge.dispute.created",
    "charge.dispute.closed",
    "refund.created",
    "refund.updated",
    "refund.failed",
}
SMALLEST_TOTAL = 50
KONBINI_LEAST, KONBINI_MOST = 120, 300_000
SHORTEST, LONGEST = 30 * 60, 24 * 3600
NOBODY: Json = {"id": None, "idempotency_key": None}  # the cause of an event that no API request caused


def open_session(store: Store, params: Json, origin: str) -> Json:
    """A new session. Raises Fault where Stripe's rules for amount and time are broken."""
    now = int(store.now())
    session = new_session(params, now=now, origin=origin)
    if session["amount_total"] < SMALLEST_TOTAL:
        message = f"The Checkout Session's total amount due must add up to at least ¥{SMALLEST_TOTAL} jpy"
        raise Fault(message, code="amount_too_small")
    if not now + SHORTEST <= session["expires_at"] <= now + LONGEST:
        message = "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation."
        raise Fault(message, param="expires_at")
    _check_methods(store, session)
    lines = [new_line(line) for line in params["line_items"]]
    store.details[session["id"]] = {"lines": lines, "intent": params.get("payment_intent_data", {})}
    store.next_expiry = min(store.next_expiry, session["expires_at"])
    store.put(session)
    return session


def pay(store: Store, session: Json) -> None:
    """The card is charged and the session complete. Raises Fault if the session is not open."""
    intent, begun = begin(store, session, "card")
    charge = new_charge(intent, "card", paid=True, email=session["customer_email"], now=int(store.now()))
    take(intent, charge)
    complete(session, paid=True)
    store.put(charge, intent, session)
    done = (("charge.succeeded", charge), ("payment_intent.succeeded", intent), ("checkout.session.completed", session))
    tell(store, *begun, *done)


def decline(store: Store, session: Json, code: str = "card_declined") -> None:
    """The card is refused; the session stays open for another try. Raises Fault if the session is not open."""
    check_open(session, "card")
    intent, begun = _intent(store, session)
    charge = new_charge(intent, "card", paid=False, email=session["customer_email"], now=int(store.now()))
    intent.update(latest_charge=charge["id"], last_payment_error=payment_error(charge, code))
    store.put(charge, intent, session)
    tell(store, *begun, ("charge.failed", charge), ("payment_intent.payment_failed", intent))


def fail_authentication(store: Store, session: Json) -> None:
    """The payer's bank does not recognise the payer (3-D Secure); the session stays open for another try."""
    decline(store, session, "payment_intent_authentication_failure")


def expire(store: Store, session: Json, request: Json = NOBODY) -> None:
    """The session takes no payment any more. Raises Fault if it is not open."""
    if session["status"] != "open":
        message = 'Only Checkout Sessions with a status in ["open"] can be expired.'
        raise Fault(f"{message} This Checkout Session has a status of `{session['status']}`.")
    session.update(status="expired", url=None)
    store.put(session)
    tell(store, ("checkout.session.expired", session), request=request)


def tell(store: Store, *happened: tuple[str, Json], request: Json = NOBODY) -> list[Json]:
    """Write events, and queue those the endpoint is registered for."""
    copies = store.moods.webhook_copies
    events = []
    for kind, about in happened:
        wanted = copies if kind in DELIVERED else 0
        livemode = store.moods.livemode or bool(about.get("livemode"))
        frozen = copy.deepcopy(about)
        event = new_event(kind, frozen, livemode=livemode, copies=wanted, request=request, now=int(store.now()))
        if store.moods.other_account:
            event["account"] = "acct_of_somebody_else"
        store.put(event)
        events.append(event)
        for _ in range(wanted):
            queue(store, event, delay=store.moods.webhook_delay)
    return events


def begin(store: Store, session: Json, method: str) -> tuple[Json, list[tuple[str, Json]]]:
    """The payment intent of a payer who chose a method, and the event of beginning it if it is new."""
    check_open(session, method)
    _be_moody(store, session)
    return _intent(store, session)


def take(intent: Json, charge: Json) -> None:
    """The money of the charge is the intent's."""
    intent.update(
        status="succeeded",
        amount_received=intent["amount"],
        latest_charge=charge["id"],
        last_payment_error=None,
        next_action=None,
    )


def complete(session: Json, *, paid: bool) -> None:
    """The payer has done all there is to do on the page."""
    session.update(
        status="complete",
        payment_status="paid" if paid else "unpaid",
        url=None,
        customer_details={"email": session["customer_email"], "name": None, "phone": None, "tax_ids": []},
    )


def queue(store: Store, event: Json, *, delay: float = 0) -> Delivery:
    """Put one copy of the event on its way."""
    delivery = Delivery(new_id("dlv"), event["id"], event["type"], due_at=store.now() + delay)
    store.deliveries.append(delivery)
    store.dirty = True
    return delivery


def check_open(session: Json, method: str) -> None:
    """Raises Fault unless the page can be paid by this method now."""
    if session["status"] != "open":
        raise Fault(f"This Checkout Session is {session['status']}.")
    if method not in session["payment_method_types"]:
        raise Fault(f"The payment method type {method} is not offered here.")


def _check_methods(store: Store, session: Json) -> None:
    """Stripe's rules for what konbini and bank transfers need."""
    methods, customer = session["payment_method_types"], session["customer"]
    if customer is not None and customer not in store.objects:
        raise Fault(f"No such customer: '{customer}'", code="resource_missing", param="customer")
    if customer is not None and session["customer_email"] is not None:
        raise Fault("You may only specify one of these parameters: customer, customer_email.")
    if "customer_balance" in methods and customer is None:
        raise Fault("A customer is needed for the payment method type customer_balance.", param="customer")
    if "customer_balance" in methods and "customer_balance" not in session["payment_method_options"]:
        raise Fault("customer_balance needs `payment_method_options[customer_balance][funding_type]`.")
    if methods == ["konbini"] and not KONBINI_LEAST <= session["amount_total"] <= KONBINI_MOST:
        raise Fault("The amount is not between ¥120 and ¥300,000.", code="amount_too_large")


def _be_moody(store: Store, session: Json) -> None:
    moods = store.moods
    session["amount_total"] += moods.amount_off
    session["currency"] = moods.currency
    session["livemode"] = moods.livemode
    if moods.unknown_reference:
        stranger = {"reference": new_id("stranger"), "request_id": new_id("stranger")}
        session.update(client_reference_id=stranger["reference"], metadata=stranger)
        store.details[session["id"]]["intent"] = {"metadata": stranger}


def _intent(store: Store, session: Json) -> tuple[Json, list[tuple[str, Json]]]:
    """The session's payment intent, begun if it has none; and the event of beginning."""
    if session["payment_intent"] is not None:
        intent = store.objects[session["payment_intent"]]
        intent.update(amount=session["amount_total"], currency=session["currency"], livemode=session["livemode"])
        return intent, []
    intent = new_intent(session, store.details[session["id"]]["intent"], now=int(store.now()))
    session["payment_intent"] = intent["id"]
    return intent, [("payment_intent.created", copy.deepcopy(intent))]
