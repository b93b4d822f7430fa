"""What happens to a payment, with its events. Every deed is done inside the store's turn."""

from __future__ import annotations

import copy
import math

from .faults import Fault, not_there
from .objects import Json, new_charge, new_event, new_id, new_intent, new_line, new_refund, new_session, payment_error
from .store import Delivery, Store

DELIVERED = {  # the events our webhook endpoint is registered for
    "checkout.session.completed",
    "checkout.session.expired",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "charge.refunded",
    "refund.created",
}
SMALLEST_TOTAL = 50
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
    lines = [new_line(line) for line in params["line_items"]]
    store.details[session["id"]] = {"lines": lines, "intent": params.get("payment_intent_data", {})}
    store.next_expiry = min(store.next_expiry, session["expires_at"])
    store.put(session)
    return session


def pay(store: Store, session: Json) -> None:
    """The card is charged and the session complete. Raises Fault if the session is not open."""
    _check_open(session)
    _be_moody(store, session)
    intent, begun = _intent(store, session)
    charge = new_charge(intent, paid=True, email=session["customer_email"], now=int(store.now()))
    _complete(session, intent, charge)
    store.put(charge, intent, session)
    done = (("charge.succeeded", charge), ("payment_intent.succeeded", intent), ("checkout.session.completed", session))
    tell(store, *begun, *done)


def decline(store: Store, session: Json) -> None:
    """The card is refused; the session stays open for another try. Raises Fault if the session is not open."""
    _check_open(session)
    intent, begun = _intent(store, session)
    charge = new_charge(intent, paid=False, email=session["customer_email"], now=int(store.now()))
    intent.update(latest_charge=charge["id"], last_payment_error=payment_error(charge))
    store.put(charge, intent, session)
    tell(store, *begun, ("charge.failed", charge), ("payment_intent.payment_failed", intent))


def expire(store: Store, session: Json, request: Json = NOBODY) -> None:
    """The session takes no payment any more. Raises Fault if it is not open."""
    if session["status"] != "open":
        message = 'Only Checkout Sessions with a status in ["open"] can be expired.'
        raise Fault(f"{message} This Checkout Session has a status of `{session['status']}`.")
    session.update(status="expired", url=None)
    store.put(session)
    tell(store, ("checkout.session.expired", session), request=request)


def expire_overdue(store: Store) -> None:
    """Expire what has run out by now."""
    now = store.now()
    if now < store.next_expiry:
        return
    still_open = [one for one in store.kind("checkout.session") if one["status"] == "open"]
    for session in still_open:
        if session["expires_at"] <= now:
            expire(store, session)
    store.next_expiry = min((one["expires_at"] for one in still_open if one["status"] == "open"), default=math.inf)


def give_back(store: Store, params: Json, request: Json) -> Json:
    """A refund of all that is left, or of `amount`. Raises Fault if there is not that much."""
    charge = _charge(store, params)
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = params.get("amount", left)
    if charge["refunded"]:
        raise Fault(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if amount > left:
        message = f"Refund amount (¥{amount:,}) is greater than unrefunded amount on charge (¥{left:,})"
        raise Fault(message, param="amount")
    refund = new_refund(charge, amount, params, now=int(store.now()))
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    store.put(refund, charge)
    tell(store, ("refund.created", refund), ("charge.refunded", charge), request=request)
    return refund


def tell(store: Store, *happened: tuple[str, Json], request: Json = NOBODY) -> list[Json]:
    """Write events, and queue those the endpoint is registered for."""
    copies = store.moods.webhook_copies
    events = []
    for kind, about in happened:
        wanted = copies if kind in DELIVERED else 0
        livemode = store.moods.livemode or bool(about.get("livemode"))
        frozen = copy.deepcopy(about)
        event = new_event(kind, frozen, livemode=livemode, copies=wanted, request=request, now=int(store.now()))
        store.put(event)
        events.append(event)
        for _ in range(wanted):
            queue(store, event, delay=store.moods.webhook_delay)
    return events


def queue(store: Store, event: Json, *, delay: float = 0) -> Delivery:
    """Put one copy of the event on its way."""
    delivery = Delivery(new_id("dlv"), event["id"], event["type"], due_at=store.now() + delay)
    store.deliveries.append(delivery)
    store.dirty = True
    return delivery


def _check_open(session: Json) -> None:
    if session["status"] != "open":
        raise Fault(f"This Checkout Session is {session['status']}.")


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


def _complete(session: Json, intent: Json, charge: Json) -> None:
    intent.update(
        status="succeeded", amount_received=intent["amount"], latest_charge=charge["id"], last_payment_error=None
    )
    session.update(
        status="complete",
        payment_status="paid",
        url=None,
        customer_details={"email": session["customer_email"], "name": None, "phone": None, "tax_ids": []},
    )


def _charge(store: Store, params: Json) -> Json:
    """The successful charge that a refund names, itself or by its payment intent."""
    if ("charge" in params) == ("payment_intent" in params):
        raise Fault("One of the following params should be provided for this request: payment_intent or charge.")
    if "charge" in params:
        charge = store.objects.get(params["charge"])
        if charge is None or charge["object"] != "charge":
            raise not_there("charge", params["charge"], "charge")
    else:
        intent = store.objects.get(params["payment_intent"])
        if intent is None or intent["object"] != "payment_intent":
            raise not_there("payment_intent", params["payment_intent"], "payment_intent")
        charge = store.objects.get(intent["latest_charge"])
    if charge is None or charge["status"] != "succeeded":
        raise Fault("This payment does not have a successful charge to refund.")
    return charge
