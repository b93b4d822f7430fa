"""Tokens of private feeds."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses_app.accounts.models import Account, Organization
from courses_app.foundation.db import Base, choice

LIVE = text("revoked_at IS NULL")


class FeedPurpose(StrEnum):
    ORGANIZATION = "organization"
    INSTRUCTOR = "instructor"
    STAFF = "staff"
    PERSON = "person"


class FeedToken(Base):
    """A private feed's key: its digest, whose it is and for what. Shown once, revoked by its owner or with the role.

    An account has one live key for each purpose.
    """

    __tablename__ = "feed_tokens"
    __table_args__ = (
        CheckConstraint("(purpose = 'organization') = (organization_id IS NOT NULL)", name="organization"),
        Index(
            "uq_feed_tokens_live", "account_id", "purpose", unique=True, sqlite_where=LIVE, postgresql_where=LIVE
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[FeedPurpose] = mapped_column(choice(FeedPurpose, "purpose"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"))
    language: Mapped[str] = mapped_column(default="ja")
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()
    organization: Mapped[Organization | None] = relationship()
