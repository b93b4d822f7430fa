"""The part of Stripe's API that our product calls, and the lists one needs to look around."""

from __future__ import annotations

import base64
import binascii
import copy
import hmac
from typing import Any

from flask import Blueprint, g, jsonify, request
from flask.typing import ResponseReturnValue

from . import customers, deeds, delayed, refunds
from .faults import Fault, not_there
from .idempotency import once
from .machine import Machine, machine
from .objects import API_VERSION, Json, list_of, new_id
from .overdue import end_overdue
from .parameters import nested, table
from .shapes import CANCEL_INTENT, CREATE_CUSTOMER, CREATE_REFUND, CREATE_SESSION, KINDS, ONLY_EXPAND, PAGE, listing_of

api = Blueprint("api", __name__, url_prefix="/v1")


@api.before_request
def admit() -> None:
    """Who asks, in which version, and whether the test's hook has something against it."""
    g.request_id = new_id("req")
    server = machine()
    _check_key(server)
    _check_version()
    if server.on_request is not None:
        sent = request.get_data(as_text=True) if request.method == "POST" else request.query_string.decode()
        try:
            server.on_request(request.method, request.path, sent)
        except ValueError as error:
            raise Fault(f"The hook refused this request: {error}") from error


@api.post("/checkout/sessions")
@once
def create_session(form: Json) -> Json:
    server = machine()
    params = CREATE_SESSION(form, "")
    return _expanded(deeds.open_session(server.store, params, server.origin), params)


@api.post("/checkout/sessions/<session_id>/expire")
@once
def expire_session(form: Json, session_id: str) -> Json:
    params = ONLY_EXPAND(form, "")
    session = _found("checkout.session", session_id)
    deeds.expire(machine().store, session, _cause())
    return _expanded(session, params)


@api.post("/refunds")
@once
def create_refund(form: Json) -> Json:
    params = CREATE_REFUND(form, "")
    return _expanded(refunds.give_back(machine().store, params, _cause()), params)


@api.post("/refunds/<refund_id>/cancel")
@once
def cancel_refund(form: Json, refund_id: str) -> Json:
    params = ONLY_EXPAND(form, "")
    refund = _found("refund", refund_id)
    refunds.cancel(machine().store, refund, _cause())
    return _expanded(refund, params)


@api.post("/customers")
@once
def create_customer(form: Json) -> Json:
    params = CREATE_CUSTOMER(form, "")
    return _expanded(customers.add(machine().store, params, _cause()), params)


@api.post("/payment_intents/<intent_id>/cancel")
@once
def cancel_intent(form: Json, intent_id: str) -> Json:
    params = CANCEL_INTENT(form, "")
    intent = _found("payment_intent", intent_id)
    delayed.cancel(machine().store, intent, params.get("cancellation_reason"), _cause())
    return _expanded(intent, params)


@api.get("/checkout/sessions/<session_id>/line_items")
def line_items(session_id: str) -> ResponseReturnValue:
    table({}, PAGE)(nested(request.query_string.decode()), "")
    with machine().store.turn() as store:
        _found("checkout.session", session_id)
        return jsonify(list_of(store.details[session_id]["lines"], request.path))


def retrieve(kind: str, object_id: str) -> ResponseReturnValue:
    params = ONLY_EXPAND(nested(request.query_string.decode()), "")
    with machine().store.turn():
        return jsonify(_expanded(_found(KINDS[kind][0], object_id), params))


def listing(kind: str) -> ResponseReturnValue:
    """Newest first, `limit` at a time."""
    name, filters = KINDS[kind]
    params = listing_of(*filters)(nested(request.query_string.decode()), "")
    with machine().store.turn() as store:
        end_overdue(store)
        wanted = [one for one in store.kind(name) if _fits(one, params, filters)]
        found, more = _page(wanted, params)
        return jsonify(_expanded(list_of(found, request.path, more=more), params))


for path in KINDS:
    api.add_url_rule(f"/{path}", view_func=listing, defaults={"kind": path})
    api.add_url_rule(f"/{path}/<object_id>", view_func=retrieve, defaults={"kind": path})


@api.route("/<path:rest>", methods=["GET", "POST", "DELETE"])
def unknown(rest: str) -> ResponseReturnValue:
    raise Fault(f"Unrecognized request URL ({request.method}: /v1/{rest}).", status=404)


@api.app_errorhandler(Fault)
def refuse(fault: Fault) -> ResponseReturnValue:
    return fault.body, fault.status, {"Request-Id": g.get("request_id", "")}


@api.after_request
def sign_off(response: Any) -> Any:
    response.headers.setdefault("Request-Id", g.get("request_id", ""))
    response.headers["Stripe-Version"] = API_VERSION
    return response


def _check_key(server: Machine) -> None:
    scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            sent = base64.b64decode(sent).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            sent = ""
    if not sent:
        raise Fault("You did not provide an API key.", status=401)
    if not hmac.compare_digest(sent.encode(), server.api_key.encode()):
        raise Fault(f"Invalid API Key provided: {sent[:7]}****", status=401)


def _check_version() -> None:
    version = request.headers.get("Stripe-Version")
    if version != API_VERSION:
        raise Fault(f"Invalid Stripe API version: {version}; this server speaks {API_VERSION} only.")


def _cause() -> Json:
    return {"id": g.request_id, "idempotency_key": request.headers.get("Idempotency-Key")}


def _found(name: str, object_id: str) -> Json:
    store = machine().store
    end_overdue(store)
    found = store.objects.get(object_id)
    if found is None or found["object"] != name:
        raise not_there(name, object_id)
    return found


def _fits(one: Json, params: Json, filters: tuple[str, ...]) -> bool:
    span = params.get("created", {})
    inside = {
        "gt": lambda limit: one["created"] > limit,
        "gte": lambda limit: one["created"] >= limit,
        "lt": lambda limit: one["created"] < limit,
        "lte": lambda limit: one["created"] <= limit,
    }
    return (
        all(inside[name](limit) for name, limit in span.items())
        and all(one[name] == params[name] for name in filters if name in params and name != "types")
        and one.get("type") in params.get("types", [one.get("type")])
    )


def _page(wanted: list[Json], params: Json) -> tuple[list[Json], bool]:
    ids = [one["id"] for one in wanted]
    limit = params.get("limit", 10)
    for name in ("starting_after", "ending_before"):
        if name in params and params[name] not in ids:
            raise not_there("object", params[name], name)
    if "ending_before" in params:
        before = wanted[: ids.index(params["ending_before"])]
        return before[-limit:], len(before) > limit
    rest = wanted[ids.index(params["starting_after"]) + 1 :] if "starting_after" in params else wanted
    return rest[:limit], len(rest) > limit


def _expanded(shown: Json, params: Json) -> Json:
    """A copy in which the asked-for ids are replaced by their objects, and a session's lines are added."""
    shown = copy.deepcopy(shown)
    for path in params.get("expand", []):
        _expand(shown, path.split("."), path)
    return shown


def _expand(place: Json, steps: list[str], path: str) -> None:
    step, *rest = steps
    if place["object"] == "list" and step == "data" and rest:
        for one in place["data"]:
            _expand(one, rest, path)
        return
    if place["object"] == "checkout.session" and step == "line_items":
        lines = machine().store.details[place["id"]]["lines"]
        place[step] = list_of(lines, f"/v1/checkout/sessions/{place['id']}/line_items")
        return
    if step not in {"payment_intent", "latest_charge", "charge", "customer"} or step not in place:
        raise Fault(f"This property cannot be expanded ({path}).", param="expand")
    if isinstance(place[step], str):
        place[step] = copy.deepcopy(machine().store.objects[place[step]])
    if rest and place[step] is not None:
        _expand(place[step], rest, path)
