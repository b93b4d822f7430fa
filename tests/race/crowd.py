"""Many browsers at once: signed in through the real page, each request on a connection of its own, started together."""

from __future__ import annotations

import http.client
import re
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from secrets import token_hex
from urllib.parse import urlencode, urlsplit

from tests.accounts.making import PASSWORD

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
PATIENCE_SECONDS = 120
Fields = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class Answer:
    """What a browser got; redirects are shown, not followed."""

    status: int
    location: str
    text: str


@dataclass
class Browser:
    """A signed-in browser; its requests may be sent from many threads."""

    address: str
    cookie: str = ""

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def post(self, path: str, fields: Fields) -> Answer:
        return self._ask("POST", path, urlencode(fields, doseq=True))

    def token(self, page: str) -> str:
        """The token that a form on the page carries."""
        answer = self.get(page)
        found = TOKEN.search(answer.text)
        assert found, (answer.status, answer.text[:500])
        return found[1]

    def _ask(self, method: str, path: str, body: str | None = None) -> Answer:
        parts = urlsplit(self.address)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE_SECONDS)
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded", "Connection": "close"}
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            text = response.read().decode()
            for cookie in response.headers.get_all("Set-Cookie") or []:
                if cookie.startswith("session="):
                    self.cookie = cookie.partition(";")[0]
            return Answer(response.status, response.headers.get("Location") or "", text)
        finally:
            connection.close()


def signed_in(address: str, email: str) -> Browser:
    """A browser whose user has signed in."""
    browser = Browser(address)
    fields = {"email": email, "password": PASSWORD, "csrf_token": browser.token("/sign-in")}
    answer = browser.post("/sign-in", fields)
    assert answer.status == 303, answer.text[:500]
    return browser


def attendee(number: int = 0, **changes: str) -> dict[str, str]:
    """One row of the form: somebody nobody knows yet."""
    facts = {
        "family_name": "髙﨑", "given_name": token_hex(5),
        "family_name_kana": "タカサキ", "given_name_kana": "ケンイチ", "born_on": "1985-04-09", **changes,
    }  # fmt: skip
    return {f"attendees-{number}-{name}": value for name, value in facts.items()}


def all_at_once(requests: Sequence[tuple[Browser, str, Fields]]) -> list[Answer]:
    """Send all forms at the same moment; the answers in the same order."""
    answers: list[Answer | None] = [None] * len(requests)
    barrier = threading.Barrier(len(requests))

    def send(number: int) -> None:
        browser, path, fields = requests[number]
        barrier.wait()
        answers[number] = browser.post(path, fields)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(len(requests))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(answers), "a request got no answer"
    return [answer for answer in answers if answer]


def counted(answers: Sequence[Answer]) -> Counter[int]:
    """How often each status came."""
    return Counter(answer.status for answer in answers)
