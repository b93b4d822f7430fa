"""Signing a browser in: the attempt is counted, then the password proven, then the sign-in begun.

Two short transactions with the slow proof between them: nobody waits for somebody else's password, and guesses sent in
parallel are all counted before the first is looked at.
"""

from __future__ import annotations

from datetime import datetime

from flask import current_app, request
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import TooManyRequests

from courses_app.accounts import operations, queries
from courses_app.accounts.guards import current_account, current_actor
from courses_app.accounts.models import Account, TokenPurpose
from courses_app.accounts.rules.sign_in import NotConfirmed, SignInRefused, WrongPresentPassword
from courses_app.accounts.security import browser, passwords
from courses_app.foundation import clock
from courses_app.foundation.db import in_transaction


def sign_in(email: str, password: str) -> None:
    """Sign the present browser in. Raises SignInRefused, NotConfirmed, or TooManyRequests (429 with Retry-After)."""
    attempted_at = _counted_attempt(email)
    account = queries.account_of_email(email)
    if not passwords.proves(account, password) or account is None or not account.active:
        _note("sign_in.refused")
        raise SignInRefused
    if account.confirmed_at is None:
        raise NotConfirmed
    renewed = passwords.hashed(password) if passwords.outdated(account) else None
    browser.enter(*in_transaction(lambda: _begun(email, attempted_at, renewed)))
    _note("sign_in.begun")


def admit_mail_request(email: str) -> None:
    """Count a request that makes us mail a typed address, in the present transaction. Raises TooManyRequests."""
    wait = operations.count_mail_request(email=email, address=browser.address(), now=clock.now())
    if wait:
        raise TooManyRequests(retry_after=wait)


def register(email: str, password: str, language: str) -> None:
    """Open an account, or mail its owner that there is one. Raises TooManyRequests.

    When somebody presses the button twice, the second press finds the account of the first.
    """
    hashed, actor = passwords.hashed(password), current_actor()

    def work() -> None:
        admit_mail_request(email)
        operations.register(email=email, password=hashed, language=language, by=actor, now=clock.now())

    try:
        in_transaction(work)
    except IntegrityError:
        in_transaction(work)


def reset_password(token: str, password: str) -> bool:
    """Set the password chosen with a mailed link; False when the link has been used or has expired meanwhile."""
    hashed, actor = passwords.hashed(password), current_actor()

    def work() -> bool:
        now = clock.now()
        found = queries.live_token(token, TokenPurpose.RESET, now=now)
        if found is not None:
            operations.reset_password(found, password=hashed, address=browser.address(), by=actor, now=now)
        return found is not None

    return in_transaction(work)


def change_password(present: str, new: str) -> None:
    """Replace the password of whoever is signed in: all browsers are signed out, this one is signed in anew.

    Raises WrongPresentPassword or TooManyRequests.
    """
    email, actor = current_account().email, current_actor()
    attempted_at = _counted_attempt(email)
    if not passwords.proves(current_account(), present):
        raise WrongPresentPassword
    hashed = passwords.hashed(new)

    def work() -> tuple[Account, str]:
        operations.set_password(current_account(), password=hashed, by=actor, now=clock.now())
        return _begun(email, attempted_at)

    browser.enter(*in_transaction(work))


def _counted_attempt(email: str) -> datetime:
    """When the attempt was counted. Raises TooManyRequests."""
    now = clock.now()
    wait = in_transaction(lambda: operations.count_sign_in_attempt(email=email, address=browser.address(), now=now))
    if wait:
        _note("sign_in.throttled")
        raise TooManyRequests(retry_after=wait)
    return now


def _begun(email: str, attempted_at: datetime, renewed_password: str | None = None) -> tuple[Account, str]:
    return operations.begin_sign_in(
        email=email,
        address=browser.address(),
        browser=request.user_agent.string,
        language=browser.chosen_language(),
        renewed_password=renewed_password,
        attempted_at=attempted_at,
        now=clock.now(),
    )


def _note(event: str) -> None:
    """One line in the log: that it happened, not who (S-54, S-52)."""
    current_app.logger.info(event)
