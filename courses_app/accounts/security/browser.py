"""The browser at the other end: its cookie and its sign-in."""

from __future__ import annotations

from flask import g, request, session
from flask_security.utils import login_user, logout_user

from courses_app.accounts.guards.late_forms import LAST_ACCOUNT
from courses_app.accounts.models import Account
from courses_app.accounts.queries.sign_ins import signed_in_account
from courses_app.accounts.rules.throttling import address_key
from courses_app.foundation import clock
from courses_app.foundation.catalogues import LANGUAGES

SIGN_IN_TOKEN = "sign_in"  # noqa: S105 - the name of its place in the cookie


def account_of_cookie(uniquifier: str) -> Account | None:
    """The account this browser is signed in to, if its row is live; asked once a request, by Flask-Login."""
    token = session.get(SIGN_IN_TOKEN)
    if not isinstance(token, str):
        return None
    found = signed_in_account(token, now=clock.now())
    if found is None or found[0].fs_uniquifier != uniquifier:
        return None
    account, g.membership = found
    return account


def address() -> str:
    """Where the request comes from, as the throttles count it."""
    return address_key(request.remote_addr)


def chosen_language() -> str | None:
    """The language this browser has chosen with the switch, if it has."""
    chosen = session.get("language")
    return chosen if chosen in LANGUAGES else None


def enter(account: Account, token: str) -> None:
    """Give the browser a new cookie for a sign-in that has begun; of the old one only the language stays (S-11)."""
    language = chosen_language()
    _forget()
    if language:
        session["language"] = language
    session[SIGN_IN_TOKEN] = token
    session[LAST_ACCOUNT] = account.reference
    login_user(account, authn_via=["password"])


def leave() -> None:
    """Take the sign-in out of the browser's cookie; the language stays, and who it was (R-43)."""
    kept = {name: session[name] for name in ("language", LAST_ACCOUNT) if name in session}
    logout_user()
    _forget()
    session.update(kept)


def _forget() -> None:
    session.clear()
    g.pop("csrf_token", None)  # Flask-WTF keeps the one it made in this request
