"""Levers for tests, in JSON: misbehave, let time pass, send again, look at what was sent. Stripe has none of these."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from . import deeds, delayed, disputes, refunds
from .faults import Fault, not_there
from .machine import machine
from .moods import parsed
from .objects import Json
from .overdue import end_overdue

control = Blueprint("control", __name__, url_prefix="/_control")

LONGEST_LOOK = 30.0  # seconds


@control.get("/moods")
def moods() -> ResponseReturnValue:
    with machine().store.turn() as store:
        return store.moods.to_dict()


@control.put("/moods")
def set_moods() -> ResponseReturnValue:
    """All moods at once: those not named behave."""
    try:
        wanted = parsed(request.get_json())
    except ValueError as error:
        raise Fault(str(error)) from error
    with machine().store.turn() as store:
        store.moods = wanted
        return wanted.to_dict()


@control.get("/deliveries")
def deliveries() -> ResponseReturnValue:
    """Every copy sent or on its way. With `?wait=5`, first wait (up to so long) until nothing is due or in flight."""
    server = machine()
    quiet = server.postman.wait_until_quiet(min(request.args.get("wait", 0.0, float), LONGEST_LOOK))
    with server.store.turn() as store:
        return {"quiet": quiet, "deliveries": [asdict(one) for one in store.deliveries]}


@control.post("/events")
def tell() -> ResponseReturnValue:
    """Send a signed event of any `type` about any `object`, true or not."""
    wanted = _body(type=str, object=dict)
    with machine().store.turn() as store:
        event = deeds.tell(store, (wanted["type"], wanted["object"]))[0]
        if wanted["type"] not in deeds.DELIVERED:
            deeds.queue(store, event)
        return event, 201


@control.post("/events/<event_id>/redelivery")
def redeliver(event_id: str) -> ResponseReturnValue:
    """Send the event again, `copies` times."""
    wanted = _body(copies=int)
    with machine().store.turn() as store:
        event = store.objects.get(event_id)
        if event is None or event["object"] != "event":
            raise not_there("event", event_id)
        return jsonify([asdict(deeds.queue(store, event)) for _ in range(wanted["copies"])]), 201


@control.post("/refunds/<refund_id>")
def decide_refund(refund_id: str) -> ResponseReturnValue:
    """What becomes of a refund that was pending, weeks later if wanted: `status` succeeded or failed."""
    wanted = _body(status=str)
    with machine().store.turn() as store:
        refunds.decide(store, _object("refund", refund_id), wanted["status"])
        return _object("refund", refund_id)


@control.post("/payment_intents/<intent_id>/refunds")
def refund_by_hand(intent_id: str) -> ResponseReturnValue:
    """A refund that somebody makes in the dashboard, not by our key."""
    wanted = _body(amount=int)
    with machine().store.turn() as store:
        params = {"payment_intent": _object("payment_intent", intent_id)["id"], "amount": wanted["amount"]}
        return refunds.give_back(store, params, deeds.NOBODY), 201


@control.post("/payment_intents/<intent_id>/money")
def bring_money(intent_id: str) -> ResponseReturnValue:
    """`amount` yen arrive from the shop's till or by transfer; `amount` 0 is the failure of the payment."""
    wanted = _body(amount=int)
    with machine().store.turn() as store:
        intent = _object("payment_intent", intent_id)
        if wanted["amount"]:
            delayed.collect(store, intent, wanted["amount"])
        else:
            delayed.fail(store, intent)
        return intent


@control.post("/payment_intents/<intent_id>/disputes")
def dispute(intent_id: str) -> ResponseReturnValue:
    """The payer's bank takes the money back for now."""
    with machine().store.turn() as store:
        return disputes.begin(store, _object("payment_intent", intent_id)), 201


@control.post("/disputes/<dispute_id>/closing")
def close_dispute(dispute_id: str) -> ResponseReturnValue:
    """`won`: the money is ours again, or not."""
    wanted = _body(won=bool)
    with machine().store.turn() as store:
        found = _object("dispute", dispute_id)
        disputes.close(store, found, won=wanted["won"])
        return found


@control.get("/clock")
def clock() -> ResponseReturnValue:
    with machine().store.turn() as store:
        return {"now": store.now(), "offset": store.clock_offset}


@control.post("/clock")
def advance() -> ResponseReturnValue:
    """Let `advance` seconds pass at once: sessions expire, pauses end. Signatures keep the real time."""
    wanted = _body(advance=int)
    with machine().store.turn() as store:
        store.clock_offset += wanted["advance"]
        store.dirty = True
        end_overdue(store)
        return {"now": store.now(), "offset": store.clock_offset}


@control.get("/state")
def state() -> ResponseReturnValue:
    """All objects, oldest first, without asking for a key."""
    with machine().store.turn() as store:
        end_overdue(store)
        return jsonify(list(store.objects.values()))


@control.delete("/state")
def forget() -> ResponseReturnValue:
    """Begin anew: no objects, no deliveries, no moods, the right time."""
    with machine().store.turn() as store:
        store.clear()
        return "", 204


def _object(kind: str, object_id: str) -> Json:
    found = machine().store.objects.get(object_id)
    if found is None or found["object"] != kind:
        raise not_there(kind, object_id)
    return found


def _body(**kinds: type) -> dict[str, Any]:
    """The JSON body, which must have exactly these fields. Raises Fault."""
    sent = request.get_json()
    if not isinstance(sent, dict) or {name: type(value) for name, value in sent.items()} != kinds:
        wanted = ", ".join(f"{name} ({kind.__name__})" for name, kind in kinds.items())
        raise Fault(f"The body must be a JSON object of: {wanted}")
    return sent
