"""The other ends of the wire: a browser without JavaScript, the local server and its levers, a webhook that listens."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from courses_app.payments.gateways.local_stripe.server import LocalStripe, local_stripe
from courses_app.payments.gateways.stripe_checkout import API_VERSION

KEY, SECRET = "sk_test_of_the_server_tests", "whsec_of_the_server_tests"
BACK = "http://127.0.0.1:8000/bookings/K7Q2-9XWM"
SESSION = {
    "mode": "payment",
    "allowed_payment_method_types[0]": "card",
    "line_items[0][quantity]": 3,
    "line_items[0][price_data][currency]": "jpy",
    "line_items[0][price_data][unit_amount]": 11_500,
    "line_items[0][price_data][product_data][name]": "技能実習責任者講習",
    "client_reference_id": "K7Q2-9XWM",
    "customer_email": "coordinator@example.jp",
    "locale": "ja",
    "success_url": f"{BACK}/payment?session={{CHECKOUT_SESSION_ID}}",
    "cancel_url": BACK,
    "metadata[reference]": "K7Q2-9XWM",
}


@dataclass(frozen=True)
class Answer:
    """What came back; redirects are shown, not followed."""

    status: int
    headers: Message
    text: str

    @property
    def location(self) -> str:
        return self.headers.get("Location") or ""

    def json(self) -> Any:
        return json.loads(self.text)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay)


def send(
    method: str, url: str, *, form: Mapping[str, Any] | None = None, body: object = None, **headers: str
) -> Answer:
    """One request with a form or a JSON body; `Stripe_Version="x"` becomes the header Stripe-Version."""
    data = None
    if form is not None:
        data = urllib.parse.urlencode(form).encode()
    elif body is not None:
        data, headers = json.dumps(body).encode(), {"Content-Type": "application/json"} | headers
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, data, named, method=method)
    try:
        with _OPENER.open(request, timeout=20) as response:
            return Answer(response.status, response.headers, response.read().decode())
    except urllib.error.HTTPError as answer:
        with answer:
            return Answer(answer.code, answer.headers, answer.read().decode())


def patiently(method: str, url: str) -> Answer:
    """`send` to a server that is still starting: tried again for half a minute."""
    for _ in range(300):
        try:
            return send(method, url)
        except urllib.error.URLError:
            time.sleep(0.1)
    return send(method, url)


@dataclass(frozen=True)
class Received:
    """One delivery as it came over the wire."""

    body: bytes
    signature: str

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class Endpoint:
    """A webhook endpoint that keeps what it gets; it answers with `statuses` one after the other, then with 200."""

    received: list[Received] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    def __enter__(self) -> Endpoint:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                endpoint.received.append(Received(body, self.headers["Stripe-Signature"]))
                self.send_response(endpoint.statuses.pop(0) if endpoint.statuses else 200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhooks/stripe"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def types(self) -> list[str]:
        return [one.event["type"] for one in self.received]


class Stand:
    """A local server with a webhook beside it, for the tests of one file."""

    def __init__(self, **options: Any) -> None:
        self._options: dict[str, Any] = {"webhook_secret": SECRET, "api_key": KEY} | options

    def __enter__(self) -> Stand:
        with ExitStack() as stack:
            self.endpoint = stack.enter_context(Endpoint())
            self.server: LocalStripe = stack.enter_context(
                local_stripe("127.0.0.1", 0, webhook_url=self.endpoint.url, **self._options)
            )
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def anew(self) -> Stand:
        """Everything as at the beginning; nothing old can still arrive."""
        self.deliveries()
        assert self.control("DELETE", "state").status == 204
        self.endpoint.received.clear()
        self.endpoint.statuses.clear()
        return self

    def api(self, method: str, path: str, form: Mapping[str, Any] | None = None, **headers: str) -> Answer:
        """One API request with everything a good one needs."""
        good = {"Authorization": f"Bearer {KEY}", "Stripe_Version": API_VERSION}
        return send(method, f"{self.server.url}/v1/{path}", form=form, **good | headers)

    def control(self, method: str, path: str, body: object = None) -> Answer:
        return send(method, f"{self.server.url}/_control/{path}", body=body)

    def moods(self, **wanted: object) -> None:
        assert self.control("PUT", "moods", wanted).status == 200

    def advance(self, seconds: int) -> None:
        assert self.control("POST", "clock", {"advance": seconds}).status == 200

    def deliveries(self) -> list[dict[str, Any]]:
        """All deliveries, once nothing is due or in flight."""
        answer = self.control("GET", "deliveries?wait=10").json()
        assert answer["quiet"]
        found: list[dict[str, Any]] = answer["deliveries"]
        return found

    def session(self, **changes: Any) -> dict[str, Any]:
        """A new open session."""
        form = SESSION | changes
        if "customer" in changes:
            form = {name: value for name, value in form.items() if name != "customer_email"}
        answer = self.api("POST", "checkout/sessions", form)
        assert answer.status == 200, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def press(self, session: Mapping[str, Any], outcome: str = "pay") -> Answer:
        """Press a button of the hosted page."""
        return send("POST", f"{self.server.url}/c/pay/{session['id']}", form={"outcome": outcome})

    def paid(self, **changes: Any) -> dict[str, Any]:
        """A session that was just paid."""
        session = self.session(**changes)
        assert self.press(session).location.startswith(BACK)
        return session

    def now(self, session: Mapping[str, Any]) -> dict[str, Any]:
        """The session as it stands now."""
        found: dict[str, Any] = self.api("GET", f"checkout/sessions/{session['id']}").json()
        return found
