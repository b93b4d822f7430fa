"""Who did what, when: one row for every change of state, in the transaction of the change (INV-13)."""

from __future__ import annotations

import hashlib
import json
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, select
from sqlalchemy.orm import Mapped, mapped_column

from courses_app.foundation.db import Base, choice, session, streamed

request_id: ContextVar[str] = ContextVar("request_id", default="-")


class ActorKind(StrEnum):
    PERSON = "person"
    SYSTEM = "system"
    GATEWAY = "gateway"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True)
class Actor:
    """Who acts: a signed-in person, the worker, a payment firm, or a visitor."""

    kind: ActorKind
    person_id: int | None = None
    label: str = ""


SYSTEM = Actor(ActorKind.SYSTEM, label="system")
STRIPE = Actor(ActorKind.GATEWAY, label="stripe")
ANONYMOUS = Actor(ActorKind.ANONYMOUS, label="anonymous")


class AuditEntry(Base):
    """One change of state. Triggers refuse UPDATE of anything but the seal, and DELETE."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index(None, "subject_kind", "subject_reference"),
        Index(None, "at"),
        Index(None, "request_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_kind: Mapped[ActorKind] = mapped_column(choice(ActorKind, "actor_kind"))
    actor_person_id: Mapped[int | None]
    actor_label: Mapped[str]
    action: Mapped[str]
    subject_kind: Mapped[str]
    subject_reference: Mapped[str]
    before: Mapped[str | None]
    after: Mapped[str | None]
    detail: Mapped[dict[str, Any] | None]
    request_id: Mapped[str]
    position: Mapped[int | None] = mapped_column(unique=True)
    seal: Mapped[str | None]


def record(
    *,
    by: Actor,
    now: datetime,
    action: str,
    subject: tuple[str, str],
    before: str | None = None,
    after: str | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Note a change: `action` like `booking.held`, `subject` its kind and public reference. Flushed later."""
    session.add(
        AuditEntry(
            at=now,
            actor_kind=by.kind,
            actor_person_id=by.person_id,
            actor_label=by.label,
            action=action,
            subject_kind=subject[0],
            subject_reference=subject[1],
            before=before,
            after=after,
            detail=detail,
            request_id=request_id.get(),
        )
    )


def anything_unsealed() -> bool:
    """Whether a row waits for its seal (a cheap question, asked before the writers' queue is entered)."""
    return session.scalar(select(AuditEntry.id).where(AuditEntry.position.is_(None)).limit(1)) is not None


def seal_entries(*, limit: int = 500) -> int:
    """Chain the unsealed rows, oldest first, each seal over its row and the seal before; returns how many.

    A later step (the worker, one at a time) and not the change itself, or bookings would queue behind one hash.
    """
    last = session.scalar(
        select(AuditEntry).where(AuditEntry.position.is_not(None)).order_by(AuditEntry.position.desc()).limit(1)
    )
    position, previous = (last.position or 0, last.seal or "") if last else (0, "")
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.position.is_(None)).order_by(AuditEntry.id).limit(limit)
    ).all()
    for entry in entries:
        position += 1
        entry.position, entry.seal = position, seal_of(entry, previous)
        previous = entry.seal
    session.flush()
    return len(entries)


def broken_seals() -> list[str]:
    """INV-13: the chain, checked from its first row; the first row that was changed, removed or moved is named."""
    previous = ""
    sealed = select(AuditEntry).where(AuditEntry.position.is_not(None)).order_by(AuditEntry.position)
    for expected, entry in enumerate(streamed(sealed), start=1):
        if entry.position != expected:
            return [f"INV-13: the audit row at position {expected} is missing"]
        if entry.seal != seal_of(entry, previous):
            return [f"INV-13: the audit row at position {expected} does not carry its seal"]
        previous = entry.seal or ""
    return []


def seal_of(entry: AuditEntry, previous: str) -> str:
    """The seal an entry must carry behind `previous`."""
    facts = [
        entry.id,
        entry.at.isoformat(),
        entry.actor_kind.value,
        entry.actor_person_id,
        entry.actor_label,
        entry.action,
        entry.subject_kind,
        entry.subject_reference,
        entry.before,
        entry.after,
        entry.detail,
        entry.request_id,
    ]
    body = json.dumps([previous, facts], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(body.encode()).hexdigest()
