"""Who may do what: roles are granted and withdrawn, accounts closed and opened again, all on record."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from courses_app.accounts import emails
from courses_app.accounts.models import AccessRole, Account, TokenPurpose
from courses_app.accounts.operations.accounts import end_tokens, new_link, open_account
from courses_app.accounts.operations.sign_ins import end_sign_ins
from courses_app.accounts.queries.sign_ins import account_of_email
from courses_app.accounts.rules.people import OwnAccount
from courses_app.foundation import audit
from courses_app.foundation.db import session

STAFF, INSTRUCTOR = "staff", "instructor"


def grant_role(account: Account, name: str, *, by: audit.Actor, now: datetime) -> None:
    """Let an account do what `staff` or `instructor` may do, from its next request on."""
    if account.has_role(name):
        return
    account.roles.append(_role(name))
    session.flush()
    audit.record(by=by, now=now, action="account.role_granted", subject=_subject(account), after=name)


def withdraw_role(account: Account, name: str, *, own: Account | None, by: audit.Actor, now: datetime) -> None:
    """Take a role away, from the next request on. Raises OwnAccount: nobody locks themselves out of the office."""
    if own is not None and own.id == account.id:
        raise OwnAccount
    role = next((role for role in account.roles if role.name == name), None)
    if role is None:
        return
    account.roles.remove(role)
    session.flush()
    audit.record(by=by, now=now, action="account.role_withdrawn", subject=_subject(account), before=name)


def close_account(account: Account, *, own: Account | None, by: audit.Actor, now: datetime) -> None:
    """Nobody signs in with it any more; browsers that are signed in are signed out at once. Raises OwnAccount."""
    if own is not None and own.id == account.id:
        raise OwnAccount
    if not account.active:
        return
    account.active = False
    end_sign_ins(account, by=by, now=now)
    end_tokens(account, now=now)
    audit.record(by=by, now=now, action="account.closed", subject=_subject(account))


def reopen_account(account: Account, *, by: audit.Actor, now: datetime) -> None:
    """It can be signed in with again."""
    if account.active:
        return
    account.active = True
    audit.record(by=by, now=now, action="account.reopened", subject=_subject(account))


def invite_staff(*, email: str, by: audit.Actor, now: datetime) -> Account:
    """A staff account for an e-mail, opened if there is none, with a mailed link to choose a password (S-09)."""
    account = account_of_email(email)
    if account is None:
        account = open_account(email=email, password=None, person=None, confirmed=False, by=by, now=now)
    grant_role(account, STAFF, by=by, now=now)
    emails.invitation_of_staff(account, new_link(account, TokenPurpose.RESET, now=now), now=now)
    return account


def _role(name: str) -> AccessRole:
    role = session.scalar(select(AccessRole).where(AccessRole.name == name))
    if role is None:
        role = AccessRole(name=name)
        session.add(role)
    return role


def _subject(account: Account) -> tuple[str, str]:
    return ("account", account.reference)
