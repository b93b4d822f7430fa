"""Throttles kept in the database: they survive a restart and hold across all processes (S-03).

Whoever asks about a key holds it until the transaction ends, so that of attempts made at the same moment none passes
uncounted. Keys of one transaction are asked for in the same order everywhere: the pair, the address, the account.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Index, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from courses_app.foundation.db import Base, session
from courses_app.foundation.references import digest


class Attempt(Base):
    """One counted attempt. The key (an address, an e-mail) is kept only as a digest."""

    __tablename__ = "attempts"
    __table_args__ = (Index(None, "scope", "key_digest", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scope: Mapped[str]
    key_digest: Mapped[str]
    at: Mapped[datetime]


def seconds_to_wait(scope: str, key: str, *, limit: int, within: timedelta, now: datetime) -> int:
    """How long `key` must wait in `scope`: 0 while fewer than `limit` attempts were counted in the last `within`.

    Ask in the transaction that counts: the key is held until it ends.
    """
    _hold(scope, key)
    count, oldest = session.execute(
        select(func.count(), func.min(Attempt.at)).where(
            Attempt.scope == scope, Attempt.key_digest == digest(key), Attempt.at > now - within
        )
    ).one()
    if count < limit:
        return 0
    return max(1, int((oldest + within - now).total_seconds()) + 1)


def _hold(scope: str, key: str) -> None:
    """Only PostgreSQL lets others write meanwhile."""
    if session.get_bind().dialect.name == "postgresql":
        number = int(digest(f"{scope}:{key}")[:16], 16) - 2**63  # a signed number of 64 bits
        session.execute(select(func.pg_advisory_xact_lock(number)))


def count_attempt(scope: str, key: str, *, now: datetime) -> None:
    """Count one attempt."""
    session.add(Attempt(scope=scope, key_digest=digest(key), at=now))


def forget(scope: str, key: str) -> None:
    """Forget the attempts of a key, after it succeeded."""
    session.execute(delete(Attempt).where(Attempt.scope == scope, Attempt.key_digest == digest(key)))


def sweep(*, before: datetime) -> None:
    """Remove attempts too old to matter."""
    session.execute(delete(Attempt).where(Attempt.at < before))


def anything_before(before: datetime) -> bool:
    """Whether there is anything to sweep."""
    return session.scalar(select(Attempt.id).where(Attempt.at < before).limit(1)) is not None
