"""Hashing and proving passwords: slow on purpose, so it happens before a transaction is opened."""

from __future__ import annotations

from flask_security.proxies import _security
from flask_security.utils import hash_password, verify_password

from courses_app.accounts.models import Account
from courses_app.accounts.rules.passwords import LONGEST, normalized


def hashed(password: str) -> str:
    """The argon2id hash of a password, whatever its length in bytes."""
    return str(hash_password(normalized(password)))


def proves(account: Account | None, password: str) -> bool:
    """Whether this is the account's password; the answer for nobody's account costs as much time (S-04)."""
    if account is None or account.password is None:
        hashed(password[:LONGEST])
        return False
    return bool(verify_password(normalized(password[:LONGEST]), account.password))


def outdated(account: Account) -> bool:
    """Whether the account's hash was made with cheaper settings than today's."""
    return account.password is not None and bool(_security.pwd_context.needs_update(account.password))
