"""Signed-in clients of the measured application, and the forms they send."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from urllib.parse import urlencode

from bench.load import Connection, get, post
from tests.accounts.making import PASSWORD

TOKEN = re.compile(rb'name="csrf_token" value="([^"]+)"')


@dataclass(frozen=True)
class Coordinator:
    """A signed-in browser: its cookie and the token its forms carry."""

    cookie: str
    token: str


def sign_in(address: str, email: str, *, page: str = "/courses") -> Coordinator:
    """Sign in as a browser does, and open a page; raises RuntimeError when that fails."""
    connection = Connection(address)
    token, cookie = _page(connection, "/sign-in", "")
    form = urlencode({"email": email, "password": PASSWORD, "csrf_token": token}).encode()
    answer, _ = connection.ask(post("/sign-in", form, cookie))
    if answer.status != 303:
        raise RuntimeError(f"sign-in answered {answer.status}")
    cookie = answer.cookie or cookie
    token, fresh = _page(connection, page, cookie)
    return Coordinator(fresh or cookie, token)


def _page(connection: Connection, path: str, cookie: str) -> tuple[str, str]:
    answer, body = connection.ask(get(path, cookie))
    found = TOKEN.search(body)
    if found is None:
        raise RuntimeError(f"{path} answered {answer.status} without a form")
    return found[1].decode(), answer.cookie or cookie


def booking(
    coordinator: Coordinator, run: str, *, people: int = 3, form_token: str = "", path: str = "bookings"
) -> bytes:
    """The request that books so many new attendees into a run, or has them wait for it."""
    fields = {"csrf_token": coordinator.token, "form_token": form_token or secrets.token_urlsafe(16)}
    for index in range(people):
        fields |= {
            f"attendees-{index}-family_name": "髙﨑",
            f"attendees-{index}-given_name": secrets.token_hex(5),
            f"attendees-{index}-family_name_kana": "タカサキ",
            f"attendees-{index}-given_name_kana": "ケンイチ",
            f"attendees-{index}-born_on": "1985-04-09",
        }
    return post(f"/runs/{run}/{path}", urlencode(fields).encode(), coordinator.cookie)


def bare_booking(run: int, *, people: int = 3) -> bytes:
    """The same to the bare application."""
    fields = {f"attendees-{index}-family_name": secrets.token_hex(5) for index in range(people)}
    return post(f"/book/{run}", urlencode(fields).encode())
