"""Who is this? Questions about accounts, their sign-ins and their mailed links."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import joinedload

from courses_app.accounts.models import Account, AccountToken, Membership, SignIn, TokenPurpose
from courses_app.accounts.rules.landing import first_page
from courses_app.accounts.rules.throttling import KNOWN_FOR
from courses_app.foundation.db import session
from courses_app.foundation.references import digest

SIGN_IN_LASTS = timedelta(hours=12)


def account_of_email(email: str) -> Account | None:
    """The account of an e-mail (already folded to lower case), whatever its state."""
    return session.scalar(select(Account).where(Account.email == email))


_COORDINATED = (Membership.is_coordinator, Membership.until_on.is_(None))
_SIGNED_IN = (
    select(Account, Membership)
    .join(SignIn, SignIn.account_id == Account.id)
    .outerjoin(Membership, and_(Membership.person_id == Account.person_id, *_COORDINATED))
    .options(joinedload(Account.person), joinedload(Account.roles), joinedload(Membership.organization))
    .where(
        SignIn.token_digest == bindparam("digest"),
        SignIn.ended_at.is_(None),
        SignIn.started_at > bindparam("since"),
        Account.active,
    )
    .order_by(Membership.id)
)


def signed_in_account(token: str, *, now: datetime) -> tuple[Account, Membership | None] | None:
    """The active account a browser is signed in to, and the membership it coordinates; asked at each of its requests.

    One statement, with the account's roles and person and the membership's organization; nothing is written.
    """
    row = session.execute(_SIGNED_IN, {"digest": digest(token), "since": now - SIGN_IN_LASTS}).unique().first()
    return None if row is None else (row.Account, row.Membership)


def live_token(token: str, purpose: TokenPurpose, *, now: datetime) -> AccountToken | None:
    """A mailed link that may still be used, with its account."""
    return session.scalar(
        select(AccountToken)
        .options(joinedload(AccountToken.account))
        .where(
            AccountToken.token_digest == digest(token),
            AccountToken.purpose == purpose,
            AccountToken.ended_at.is_(None),
            AccountToken.expires_at > now,
        )
    )


def is_known_address(email: str, address: str, *, now: datetime) -> bool:
    """Whether this account was opened, or its password reset, from this address not long ago (S-03)."""
    seen, since = digest(address), now - KNOWN_FOR
    signed_in = select(SignIn.id).where(
        SignIn.account_id == Account.id, SignIn.address_digest == seen, SignIn.started_at > since
    )
    reset = select(AccountToken.id).where(
        AccountToken.account_id == Account.id,
        AccountToken.used_address_digest == seen,
        AccountToken.ended_at > since,
    )
    known = select(Account.id).where(Account.email == email, or_(signed_in.exists(), reset.exists()))
    return session.scalar(known) is not None


def coordinated_membership(person_id: int) -> Membership | None:
    """The live membership in which a person is a coordinator, with its organization."""
    return session.scalar(
        select(Membership)
        .options(joinedload(Membership.organization))
        .where(Membership.person_id == person_id, *_COORDINATED)
        .order_by(Membership.id)
        .limit(1)
    )


def coordinates(account: Account) -> bool:
    """Whether they book for an organization."""
    return account.person_id is not None and coordinated_membership(account.person_id) is not None


def first_page_of(account: Account) -> str:
    """The path where somebody who has signed in most likely wants to be."""
    roles = {role.name for role in account.roles}
    return first_page(roles=roles, coordinates=coordinates(account), has_person=account.person_id is not None)
