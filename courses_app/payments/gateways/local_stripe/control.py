"""Levers for tests, in JSON: misbehave, let time pass, send again, look at what was sent. Stripe has none of these."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from . import deeds
from .faults import Fault, not_there
from .machine import machine
from .moods import parsed

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
        deeds.expire_overdue(store)
        return {"now": store.now(), "offset": store.clock_offset}


@control.get("/state")
def state() -> ResponseReturnValue:
    """All objects, oldest first, without asking for a key."""
    with machine().store.turn() as store:
        deeds.expire_overdue(store)
        return jsonify(list(store.objects.values()))


@control.delete("/state")
def forget() -> ResponseReturnValue:
    """Begin anew: no objects, no deliveries, no moods, the right time."""
    with machine().store.turn() as store:
        store.clear()
        return "", 204


def _body(**kinds: type) -> dict[str, Any]:
    """The JSON body, which must have exactly these fields. Raises Fault."""
    sent = request.get_json()
    if not isinstance(sent, dict) or {name: type(value) for name, value in sent.items()} != kinds:
        wanted = ", ".join(f"{name} ({kind.__name__})" for name, kind in kinds.items())
        raise Fault(f"The body must be a JSON object of: {wanted}")
    return sent
