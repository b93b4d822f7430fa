"""Whose feed an address opens: looked at anew at each request (S-25, S-45)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, not_, or_, select
from sqlalchemy.orm import joinedload

from courses_app.accounts.models import AccessRole, Account, Membership, Organization
from courses_app.accounts.queries import coordinated_membership
from courses_app.calendar_feeds.models import FeedPurpose, FeedToken
from courses_app.foundation.db import session
from courses_app.foundation.references import digest


def live_token(token: str) -> FeedToken | None:
    """The feed this token opens; None when it is unknown or revoked, or when its owner no longer has the right."""
    return session.scalar(
        select(FeedToken)
        .join(FeedToken.account)
        .options(joinedload(FeedToken.account).joinedload(Account.person), joinedload(FeedToken.organization))
        .where(FeedToken.digest == digest(token), FeedToken.revoked_at.is_(None), _stands())
    )


def groundless_tokens() -> Sequence[FeedToken]:
    """Live tokens whose owner's account, role or membership has ended."""
    return session.scalars(
        select(FeedToken)
        .join(FeedToken.account)
        .options(joinedload(FeedToken.account))
        .where(FeedToken.revoked_at.is_(None), not_(_stands()))
        .order_by(FeedToken.id)
    ).all()


def _stands() -> ColumnElement[bool]:
    """The ground of each purpose, as it is now."""
    coordinates = select(Membership.id).where(
        Membership.person_id == Account.person_id,
        Membership.organization_id == FeedToken.organization_id,
        Membership.is_coordinator,
        Membership.until_on.is_(None),
    )
    return and_(
        Account.active,
        Account.person_id.is_not(None),
        or_(
            FeedToken.purpose == FeedPurpose.PERSON,
            and_(FeedToken.purpose == FeedPurpose.ORGANIZATION, coordinates.exists()),
            *(
                and_(FeedToken.purpose == purpose, Account.roles.any(AccessRole.name == purpose.value))
                for purpose in (FeedPurpose.INSTRUCTOR, FeedPurpose.STAFF)
            ),
        ),
    )


def granted_purposes(account: Account) -> list[tuple[FeedPurpose, Organization | None]]:
    """Which feeds an account may have, and of which organization."""
    if account.person_id is None:
        return []
    membership = coordinated_membership(account.person_id)
    granted: list[tuple[FeedPurpose, Organization | None]] = []
    if membership is not None:
        granted.append((FeedPurpose.ORGANIZATION, membership.organization))
    names = {role.name for role in account.roles}
    granted += [(one, None) for one in (FeedPurpose.INSTRUCTOR, FeedPurpose.STAFF) if one.value in names]
    return [*granted, (FeedPurpose.PERSON, None)]


def own_tokens(account: Account) -> dict[FeedPurpose, FeedToken]:
    """The account's live tokens by purpose."""
    tokens = session.scalars(
        select(FeedToken).where(FeedToken.account_id == account.id, FeedToken.revoked_at.is_(None))
    )
    return {token.purpose: token for token in tokens}
