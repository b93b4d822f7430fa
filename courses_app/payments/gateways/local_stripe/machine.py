"""The parts of one running server, and how its pages find them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app

from .store import Store
from .webhooks import Postman

OnRequest = Callable[[str, str, str], None]
EXTENSION = "local_stripe"


@dataclass(frozen=True)
class Machine:
    """`on_request(method, path, form)` sees every API request first; a ValueError from it refuses the request."""

    store: Store
    postman: Postman
    origin: str
    api_key: str
    on_request: OnRequest | None = None


def machine() -> Machine:
    """The server that is answering."""
    found = current_app.extensions[EXTENSION]
    assert isinstance(found, Machine)  # put there by application()
    return found
