"""The application and the Stripe-shaped server, each with an address of its own, talking to each other over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from courses_app.config import Settings
from courses_app.payments.gateways.local_stripe.server import LocalStripe, local_stripe
from tests.payments.contract import Contract
from tests.payments.wire import Answer, send

NOWHERE = "http://127.0.0.1:9"  # nobody listens there


class Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@dataclass
class Firm:
    """Stripe, as the tests see it: its levers, and every request of ours checked against the SDK's own types."""

    app: Flask
    address: str
    server: LocalStripe
    contract: Contract

    def control(self, method: str, path: str, body: object = None) -> Answer:
        return send(method, f"{self.server.url}/_control/{path}", body=body)

    def moods(self, **wanted: object) -> None:
        assert self.control("PUT", "moods", wanted).status == 200

    def press(self, page: str, outcome: str = "pay") -> str:
        """Press a button of the hosted page; the path on our side that the payer comes back to."""
        answer = send("POST", page, form={"outcome": outcome})
        parts = urlsplit(answer.location)
        return f"{parts.path}?{parts.query}"

    def deliveries(self) -> list[dict[str, Any]]:
        """All events sent so far, once nothing is due or in flight."""
        answer = self.control("GET", "deliveries?wait=20").json()
        assert answer["quiet"]
        found: list[dict[str, Any]] = answer["deliveries"]
        return found

    def sessions(self) -> list[dict[str, Any]]:
        """The payment pages that exist there."""
        return [one for one in self.control("GET", "state").json() if one["object"] == "checkout.session"]

    def away(self) -> None:
        """Stripe can't be reached from now on."""
        self._settings(stripe_api_base=NOWHERE)

    def back(self) -> None:
        self._settings(stripe_api_base=self.server.url)

    def _settings(self, **changes: str) -> None:
        settings: Settings = self.app.config["SETTINGS"]
        self.app.config["SETTINGS"] = replace(settings, **changes)


@contextmanager
def open_firm(app: Flask) -> Iterator[Firm]:
    """Serve the application, start Stripe beside it, and let each know where the other is."""
    settings: Settings = app.config["SETTINGS"]
    ours = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    address = f"http://127.0.0.1:{ours.server_port}"
    threading.Thread(target=ours.serve_forever, daemon=True).start()
    contract = Contract()
    theirs = local_stripe(
        "127.0.0.1", 0, webhook_url=f"{address}/webhooks/stripe", webhook_secret=settings.stripe_webhook_secret,
        api_key=settings.stripe_secret_key, on_request=contract,
    )  # fmt: skip
    try:
        with theirs as server:
            app.config["SETTINGS"] = replace(settings, stripe_api_base=server.url, base_url=address)
            yield Firm(app, address, server, contract)
    finally:
        app.config["SETTINGS"] = settings
        ours.shutdown()
        ours.server_close()
