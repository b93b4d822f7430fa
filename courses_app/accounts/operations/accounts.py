"""Accounts: opened, confirmed, given a password.

Passwords arrive here already hashed: hashing takes a tenth of a second on purpose, which no transaction should hold.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from flask_security.proxies import _datastore
from sqlalchemy import update

from courses_app.accounts import emails
from courses_app.accounts.models import Account, AccountToken, Person, TokenPurpose
from courses_app.accounts.operations.sign_ins import end_sign_ins
from courses_app.accounts.queries.sign_ins import account_of_email
from courses_app.accounts.rules import throttling
from courses_app.accounts.rules.sign_in import LinkUsed
from courses_app.foundation import audit, throttle
from courses_app.foundation.db import session
from courses_app.foundation.references import digest, new_token

LASTS = {TokenPurpose.CONFIRM: timedelta(days=2), TokenPurpose.RESET: timedelta(hours=1)}


def open_account(
    *,
    email: str,
    password: str | None,
    person: Person | None,
    confirmed: bool,
    language: str = "ja",
    by: audit.Actor,
    now: datetime,
) -> Account:
    """An account for an e-mail (lower case) that has none yet; `password` is a hash."""
    account = Account(
        email=email,
        password=password,
        fs_uniquifier=uuid.uuid4().hex,
        confirmed_at=now if confirmed else None,
        language=language,
        person=person,
        created_at=now,
    )
    session.add(account)
    session.flush()
    audit.record(by=by, now=now, action="account.opened", subject=_subject(account))
    return account


def register(*, email: str, password: str, language: str, by: audit.Actor, now: datetime) -> None:
    """Somebody asks for an account; only the mail they receive tells whether there was one already (S-04).

    An account nobody has confirmed yet takes the newest password, and the links of earlier registrations end: who
    registered first with a stranger's address gains nothing.
    """
    account = account_of_email(email)
    if account is None:
        account = open_account(
            email=email, password=password, person=None, confirmed=False, language=language, by=by, now=now
        )
    elif account.confirmed_at is None and account.active:
        end_tokens(account, now=now)
        account.password, account.language = password, language
    else:
        if _may_be_mailed(account, now):
            emails.already_registered(account, now=now)
        return
    send_confirmation(account, now=now)


def send_confirmation(account: Account, *, now: datetime) -> None:
    """Mail the link that confirms the address, unless it is confirmed or was mailed too often."""
    if account.active and account.confirmed_at is None and _may_be_mailed(account, now):
        emails.confirmation(account, new_link(account, TokenPurpose.CONFIRM, now=now), now=now)


def send_confirmation_to(*, email: str, now: datetime) -> None:
    """The same for whoever has this address; nothing happens, and nothing is said, when nobody has."""
    account = account_of_email(email)
    if account is not None:
        send_confirmation(account, now=now)


def confirm(token: AccountToken, *, by: audit.Actor, now: datetime) -> None:
    """The mailbox is theirs. Raises LinkUsed."""
    account = token.account
    _use(token, now=now)
    end_tokens(account, now=now, purpose=TokenPurpose.CONFIRM)
    if account.confirmed_at is None:
        account.confirmed_at = now
        audit.record(by=by, now=now, action="account.confirmed", subject=_subject(account))
        emails.welcome(account, now=now)


def send_reset(*, email: str, now: datetime) -> None:
    """Mail the link with which a new password is chosen. Earlier links stay good, so nobody can spoil them."""
    account = account_of_email(email)
    if account is not None and account.active and _may_be_mailed(account, now):
        emails.reset(account, new_link(account, TokenPurpose.RESET, now=now), now=now)


def reset_password(token: AccountToken, *, password: str, address: str, by: audit.Actor, now: datetime) -> None:
    """A new password (its hash) chosen with a mailed link; whoever opened the mail also has confirmed the address.

    `address` is from now on one the account is known at, so that throttles can't keep its owner out (S-03).
    Raises LinkUsed.
    """
    account = token.account
    _use(token, address=address, now=now)
    if account.confirmed_at is None:
        account.confirmed_at = now
        audit.record(by=by, now=now, action="account.confirmed", subject=_subject(account))
    set_password(account, password=password, by=by, now=now)


def set_password(account: Account, *, password: str, by: audit.Actor, now: datetime) -> None:
    """A new password (its hash): every browser is signed out, every mailed link ends, the owner is told."""
    account.password = password
    _datastore.set_uniquifier(account)
    end_sign_ins(account, by=by, now=now)
    end_tokens(account, now=now)
    audit.record(by=by, now=now, action="account.password_set", subject=_subject(account))
    emails.password_changed(account, now=now)


def new_link(account: Account, purpose: TokenPurpose, *, now: datetime) -> str:
    """A new token for a mailed link; only its digest is kept."""
    token = new_token()
    session.add(
        AccountToken(
            token_digest=digest(token),
            account_id=account.id,
            purpose=purpose,
            created_at=now,
            expires_at=now + LASTS[purpose],
        )
    )
    session.flush()
    return token


def end_tokens(account: Account, *, now: datetime, purpose: TokenPurpose | None = None) -> None:
    """The account's open links (of one purpose, or all) open nothing any more."""
    open_ones = update(AccountToken).where(AccountToken.account_id == account.id, AccountToken.ended_at.is_(None))
    if purpose is not None:
        open_ones = open_ones.where(AccountToken.purpose == purpose)
    session.execute(open_ones.values(ended_at=now))


def _use(token: AccountToken, *, now: datetime, address: str = "") -> None:
    """Use a link, once: of two presses at the same moment the database lets one through."""
    unused = update(AccountToken).where(AccountToken.id == token.id, AccountToken.ended_at.is_(None))
    used = unused.values(ended_at=now, used_address_digest=digest(address) if address else "")
    if session.scalar(used.returning(AccountToken.id)) is None:
        raise LinkUsed


def _may_be_mailed(account: Account, now: datetime) -> bool:
    """Whether a stranger's request may still cause a mail to this account; counts it, if so."""
    limit = throttling.MAIL_ACCOUNT
    if throttle.seconds_to_wait(limit.scope, account.email, limit=limit.most, within=limit.within, now=now):
        return False
    throttle.count_attempt(limit.scope, account.email, now=now)
    return True


def _subject(account: Account) -> tuple[str, str]:
    return ("account", account.reference)
