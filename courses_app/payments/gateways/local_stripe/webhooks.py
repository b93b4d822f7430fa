"""Events on their way: signed, posted, tried again with growing pauses, until the endpoint answers 2xx."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import math
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from urllib.parse import urlsplit

from .objects import Json
from .overdue import end_overdue
from .store import Delivery, Store

PAUSES = (1, 2, 5, 10, 30, 60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600, 24 * 3600)  # three days
AT_ONCE = 5  # copies of one event in flight together
ENDPOINT_SECONDS = 10
LONGEST_WAIT = 60.0


def signature(body: bytes, secret: str, at: int) -> str:
    """The `Stripe-Signature` header of a body signed at `at` (epoch seconds)."""
    mac = hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


def body_of(event: Json) -> bytes:
    """The bytes that are posted and signed; the same for every copy and every attempt."""
    return json.dumps(event, ensure_ascii=False, indent=2).encode()


class Postman(threading.Thread):
    """The thread that delivers what is due, and closes sessions that ran out."""

    def __init__(self, store: Store, *, url: str, secret: str) -> None:
        super().__init__(name="local-stripe-postman", daemon=True)
        self.store = store
        self.url = url
        self.secret = secret
        self.stopped = False

    def run(self) -> None:
        while not self.stopped:
            for _, copies in groupby(self._take_due(), key=lambda delivery: delivery.event):
                self._send_together(list(copies))

    def stop(self) -> None:
        with self.store.changed:
            self.stopped = True
            self.store.changed.notify_all()
        self.join(timeout=ENDPOINT_SECONDS)

    def wait_until_quiet(self, seconds: float) -> bool:
        """Wait until nothing is due or in flight; false if that did not happen in time."""
        with self.store.changed:
            return self.store.changed.wait_for(lambda: not self._busy(), timeout=seconds)

    def _busy(self) -> bool:
        now = self.store.now()
        return any(
            one.state == "sending" or (one.state == "waiting" and one.due_at <= now) for one in self.store.deliveries
        )

    def _take_due(self) -> list[Delivery]:
        """What is due now, marked as being sent; sleeps until the next is due if there is none."""
        with self.store.turn():
            end_overdue(self.store)
            waiting = [one for one in self.store.deliveries if one.state == "waiting"]
            due = sorted((one for one in waiting if one.due_at <= self.store.now()), key=lambda one: one.due_at)
            for one in due:
                one.state, self.store.dirty = "sending", True
            if not due and not self.stopped:
                self.store.changed.wait(self._idle_seconds(waiting))
        return due[::-1] if self.store.moods.webhooks_reversed else due

    def _idle_seconds(self, waiting: list[Delivery]) -> float:
        next_due = min((one.due_at for one in waiting), default=math.inf)
        return max(0.0, min(next_due - self.store.now(), self.store.next_expiry - self.store.now(), LONGEST_WAIT))

    def _send_together(self, copies: list[Delivery]) -> None:
        if len(copies) == 1:
            self._send(copies[0])
            return
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(self._send, copies))

    def _send(self, delivery: Delivery) -> None:
        with self.store.changed:
            event, moods = self.store.objects.get(delivery.event), self.store.moods
        if event is None:  # the server was reset meanwhile
            return
        body = body_of(event)
        secret = "whsec_of_somebody_else" if moods.webhook_wrong_secret else self.secret
        outcome = self._post(body, signature(body, secret, int(time.time()) - moods.webhook_signed_ago))
        with self.store.turn():
            self._record(delivery, outcome)

    def _post(self, body: bytes, signed: str) -> Json:
        """One attempt over the network, outside the lock: the endpoint may well call us back."""
        target = urlsplit(self.url)
        connection = http.client.HTTPConnection(target.hostname or "", target.port or 80, timeout=ENDPOINT_SECONDS)
        headers = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": signed}
        headers["User-Agent"] = "Stripe/1.0 (local demonstration)"
        try:
            connection.request("POST", target.path or "/", body, headers)
            return {"status": connection.getresponse().status, "error": None}
        except (OSError, http.client.HTTPException) as error:
            return {"status": None, "error": f"{type(error).__name__}: {error}"}
        finally:
            connection.close()

    def _record(self, delivery: Delivery, outcome: Json) -> None:
        delivery.attempts.append({"at": int(self.store.now()), **outcome})
        self.store.dirty = True
        if outcome["status"] is not None and 200 <= outcome["status"] < 300:
            delivery.state = "delivered"
        elif len(delivery.attempts) > len(PAUSES):
            delivery.state = "given_up"
        else:
            delivery.state = "waiting"
            delivery.due_at = self.store.now() + PAUSES[len(delivery.attempts) - 1]
