"""Letters about an account: what its owner must do or know."""

from __future__ import annotations

from datetime import datetime

from flask import current_app

from courses_app.accounts.models import Account, TokenPurpose
from courses_app.foundation.outbox import queue_mail

# The paths stand here, not in url_for: mails are also written by commands and the worker, and their links rest on
# BASE_URL alone, never on a request (S-06).
LINKS = {TokenPurpose.CONFIRM: "/confirm/", TokenPurpose.RESET: "/password/reset/"}


def confirmation(account: Account, token: str, *, now: datetime) -> None:
    """The link that shows whose mailbox it is."""
    _send("confirm", account, now, personal=True, link=link(TokenPurpose.CONFIRM, token))


def already_registered(account: Account, *, now: datetime) -> None:
    """Somebody registered again with this address: how to go on, if it was the owner."""
    _send("already_registered", account, now, link=address("/sign-in"), reset_link=address("/password/reset"))


def reset(account: Account, token: str, *, now: datetime) -> None:
    """The link that lets them choose a new password."""
    _send("reset", account, now, personal=True, link=link(TokenPurpose.RESET, token))


def invitation_of_staff(account: Account, token: str, *, now: datetime) -> None:
    """The link with which somebody of the institution chooses their first password."""
    _send("staff", account, now, personal=True, link=link(TokenPurpose.RESET, token))


def password_changed(account: Account, *, now: datetime) -> None:
    """Their password is another one now; if it was not they who did it, what to do."""
    _send("password_changed", account, now, reset_link=address("/password/reset"))


def welcome(account: Account, *, now: datetime) -> None:
    """The address is confirmed: what they can do next."""
    _send("welcome", account, now, link=address("/sign-in"))


def link(purpose: TokenPurpose, token: str) -> str:
    """The address in the mail that carries a token."""
    return address(LINKS[purpose] + token)


def address(path: str) -> str:
    """A page of ours as people outside reach it."""
    return str(current_app.config["SETTINGS"].base_url) + path


def _send(name: str, account: Account, now: datetime, *, personal: bool = False, **facts: str) -> None:
    queue_mail(
        f"accounts/{name}",
        to=account.email,
        language=account.language,
        subject=("account", account.reference),
        facts={"account": account, **facts},
        now=now,
        personal_link=personal,
    )
