"""Addresses of private feeds: opened, replaced, closed."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from courses_app.accounts.models import Account
from courses_app.calendar_feeds import queries
from courses_app.calendar_feeds.models import FeedPurpose, FeedToken
from courses_app.foundation.audit import SYSTEM, Actor, record
from courses_app.foundation.db import session
from courses_app.foundation.references import digest, new_token
from courses_app.foundation.refusal import Refusal


class FeedNotGranted(Refusal):
    """The account's roles and memberships don't include this feed."""

    def __init__(self) -> None:
        super().__init__(_l("Your sign-in does not include this calendar."))


def open_feed(account: Account, purpose: FeedPurpose, *, language: str, by: Actor, now: datetime) -> str:
    """A new address of a feed; the one before stops at once. Returns its token, which is kept nowhere.

    Raises FeedNotGranted.
    """
    session.execute(select(Account.id).where(Account.id == account.id).with_for_update())  # two clicks, one address
    granted = dict(queries.granted_purposes(account))
    if purpose not in granted:
        raise FeedNotGranted()
    replaced = _revoke(account, purpose, now=now)
    organization, token = granted[purpose], new_token()
    session.add(
        FeedToken(
            digest=digest(token),
            purpose=purpose,
            account_id=account.id,
            organization_id=organization.id if organization else None,
            language=language,
            created_at=now,
        )
    )
    session.flush()
    record(
        by=by,
        now=now,
        action="feed.replaced" if replaced else "feed.opened",
        subject=_subject(account),
        detail=_detail(purpose),
    )
    return token


def close_feed(account: Account, purpose: FeedPurpose, *, by: Actor, now: datetime) -> None:
    """The address stops at once and never opens again."""
    if _revoke(account, purpose, now=now):
        record(by=by, now=now, action="feed.closed", subject=_subject(account), detail=_detail(purpose))


def close_groundless(*, now: datetime) -> int:
    """Close for good what a role, membership or account that ended has left behind; returns how many.

    Such an address opens nothing from the moment the right ends. This makes sure that it stays so when the right comes
    back (C-28).
    """
    tokens = queries.groundless_tokens()
    for token in tokens:
        token.revoked_at = now
        record(by=SYSTEM, now=now, action="feed.closed", subject=_subject(token.account), detail=_detail(token.purpose))
    session.flush()
    return len(tokens)


def _revoke(account: Account, purpose: FeedPurpose, *, now: datetime) -> bool:
    live = (FeedToken.account_id == account.id, FeedToken.purpose == purpose, FeedToken.revoked_at.is_(None))
    closed = session.scalars(update(FeedToken).where(*live).values(revoked_at=now).returning(FeedToken.id)).all()
    return bool(closed)


def _subject(account: Account) -> tuple[str, str]:
    return ("account", account.reference)


def _detail(purpose: FeedPurpose) -> dict[str, str]:
    return {"purpose": purpose.value}
