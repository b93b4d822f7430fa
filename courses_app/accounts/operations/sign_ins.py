"""Sign-ins begin, end, and are counted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, update

from courses_app.accounts.models import Account, SignIn
from courses_app.accounts.queries.sign_ins import account_of_email, is_known_address
from courses_app.accounts.rules import throttling
from courses_app.accounts.rules.sign_in import SignInRefused
from courses_app.accounts.rules.throttling import Limit
from courses_app.foundation import audit, throttle
from courses_app.foundation.db import session
from courses_app.foundation.references import digest, new_token

LONGEST_BROWSER = 200


def count_sign_in_attempt(*, email: str, address: str, now: datetime) -> int:
    """Count one attempt and return 0, or return how many seconds must pass before the next may be made (S-03)."""
    limits = [
        (throttling.SIGN_IN_PAIR, throttling.pair_key(email, address)),
        (throttling.SIGN_IN_ADDRESS, address),
        (throttling.SIGN_IN_ACCOUNT, email),
    ]
    known = is_known_address(email, address, now=now)
    heeded = [(limit, key) for limit, key in limits if not (known and limit is throttling.SIGN_IN_ACCOUNT)]
    if wait := max(_wait(limit, key, now) for limit, key in heeded):
        return wait
    for limit, key in limits:
        throttle.count_attempt(limit.scope, key, now=now)
    return 0


def count_mail_request(*, email: str, address: str, now: datetime) -> int:
    """The same for requests that make us send a mail to an address somebody typed."""
    limits = [
        (throttling.MAIL_PAIR, throttling.pair_key(email, address)),
        (throttling.MAIL_ADDRESS, address),
    ]
    if wait := max(_wait(limit, key, now) for limit, key in limits):
        return wait
    for limit, key in limits:
        throttle.count_attempt(limit.scope, key, now=now)
    return 0


def begin_sign_in(
    *,
    email: str,
    address: str,
    browser: str,
    language: str | None,
    renewed_password: str | None,
    attempted_at: datetime,
    now: datetime,
) -> tuple[Account, str]:
    """Sign a browser in: returns the account and the token its cookie carries. The attempt is counted no longer.

    `renewed_password` is a hash made with today's settings, where the kept one is older. Raises SignInRefused when the
    account has been closed in the meantime.
    """
    account = account_of_email(email)
    if account is None or not account.active:
        raise SignInRefused
    account.language = language or account.language
    account.password = renewed_password or account.password
    token = new_token()
    session.add(
        SignIn(
            token_digest=digest(token),
            account_id=account.id,
            address_digest=digest(address),
            browser=browser[:LONGEST_BROWSER],
            started_at=now,
        )
    )
    throttle.forget(throttling.SIGN_IN_PAIR.scope, throttling.pair_key(email, address))
    _take_back(throttling.SIGN_IN_ADDRESS, address, attempted_at)
    _take_back(throttling.SIGN_IN_ACCOUNT, email, attempted_at)
    session.flush()
    return account, token


def end_sign_in(*, token: str, now: datetime) -> None:
    """This browser is signed out; a copy of its cookie opens nothing any more (S-12)."""
    session.execute(
        update(SignIn).where(SignIn.token_digest == digest(token), SignIn.ended_at.is_(None)).values(ended_at=now)
    )


def end_sign_ins(account: Account, *, by: audit.Actor, now: datetime) -> None:
    """Every browser of the account is signed out."""
    live = update(SignIn).where(SignIn.account_id == account.id, SignIn.ended_at.is_(None))
    ended = session.scalars(live.values(ended_at=now).returning(SignIn.id)).all()
    if ended:
        audit.record(
            by=by,
            now=now,
            action="account.signed_out_everywhere",
            subject=("account", account.reference),
            detail={"browsers": len(ended)},
        )


def _wait(limit: Limit, key: str, now: datetime) -> int:
    return throttle.seconds_to_wait(limit.scope, key, limit=limit.most, within=limit.within, now=now)


def _take_back(limit: Limit, key: str, at: datetime) -> None:
    attempt = throttle.Attempt
    session.execute(
        delete(attempt).where(attempt.scope == limit.scope, attempt.key_digest == digest(key), attempt.at == at)
    )
