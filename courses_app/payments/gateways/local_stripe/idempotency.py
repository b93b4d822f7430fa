"""POST once: the same key gives the same answer, and never the same work twice."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Callable
from functools import wraps
from urllib.parse import parse_qsl

from flask import Response, g, jsonify, request
from flask.typing import ResponseReturnValue

from .faults import Fault
from .machine import machine
from .objects import Json
from .parameters import nested
from .store import Answer, Store

LONGEST_KEY = 255
BROKEN: Json = {"error": {"message": "An error occurred on this server's side, on purpose.", "type": "api_error"}}


def once(view: Callable[..., Json]) -> Callable[..., ResponseReturnValue]:
    """Do the work of `view(form, **path)` inside the store's turn, remember its answer under the key, or replay it.

    What fails validation is not remembered, as at Stripe: the key may be used again with better parameters.
    """

    @wraps(view)
    def answer(**path: str) -> ResponseReturnValue:
        form = request.get_data(as_text=True)
        key = request.headers.get("Idempotency-Key", "")
        with machine().store.turn() as store:
            known = _known(store, key, form)
            if known is not None:
                return _response(known, replayed=True)
            made = Answer(request.path, _fingerprint(form), 200, view(nested(form), **path), g.request_id, store.now())
            if store.spend("stored_failures"):
                made.status, made.body = 500, BROKEN
            if key:
                store.remember(key, made)
            return _moody(store, made)

    return answer


def _known(store: Store, key: str, form: str) -> Answer | None:
    """The answer kept for the key. Raises Fault if the key belongs to another request."""
    if len(key) > LONGEST_KEY:
        raise Fault("Idempotency keys are up to 255 characters long.", kind="idempotency_error")
    known = store.recall(key)
    if known is None:
        return None
    if (known.path, known.fingerprint) != (request.path, _fingerprint(form)):
        what = "parameters" if known.path == request.path else "endpoint"
        raise Fault(
            f"Keys for idempotent requests can only be used with the same {what} they were first used with. "
            f"Try using a key other than '{key}' if you meant to execute a different request.",
            kind="idempotency_error",
        )
    return known


def _moody(store: Store, made: Answer) -> ResponseReturnValue:
    """The answer, or what becomes of it on a bad day: the work is done in any case."""
    if store.spend("lost_responses"):
        _hang_up()
    if store.spend("failed_responses"):
        return jsonify(BROKEN), 500
    return _response(made, replayed=False)


def _hang_up() -> None:
    """Close the connection under the server's feet: the client sees it end without an answer."""
    connection = request.environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        connection.shutdown(socket.SHUT_RDWR)


def _response(answer: Answer, *, replayed: bool) -> Response:
    response = jsonify(answer.body)
    response.status_code = answer.status
    if replayed:
        response.headers["Idempotent-Replayed"] = "true"
        response.headers["Original-Request"] = answer.request_id
    return response


def _fingerprint(form: str) -> str:
    sent = sorted(parse_qsl(form, keep_blank_values=True))
    return hashlib.sha256(repr(sent).encode()).hexdigest()
