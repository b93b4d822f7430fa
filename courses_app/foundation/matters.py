"""Matters: what the machine can't settle by itself and a person must look at; shown on the office's first page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Select, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from courses_app.foundation import audit
from courses_app.foundation.db import Base, session

OPEN = text("settled_at IS NULL")


class Matter(Base):
    """One open or settled matter. The same matter is open only once (`key`)."""

    __tablename__ = "matters"
    __table_args__ = (Index("uq_matters_open_key", "key", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    kind: Mapped[str]
    subject_kind: Mapped[str]
    subject_reference: Mapped[str]
    detail: Mapped[dict[str, Any] | None]
    opened_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by_person_id: Mapped[int | None]
    note: Mapped[str] = mapped_column(default="")


def open_matter(
    *, kind: str, subject: tuple[str, str], now: datetime, by: audit.Actor, detail: dict[str, Any] | None = None
) -> Matter:
    """Put a matter before the office; an open one of the same kind and subject is returned instead."""
    key = f"{kind}:{subject[0]}:{subject[1]}"
    known = session.scalar(_open(key))
    if known is not None:
        return known
    matter = Matter(
        key=key, kind=kind, subject_kind=subject[0], subject_reference=subject[1], detail=detail, opened_at=now
    )
    try:
        with session.begin_nested():
            session.add(matter)
    except IntegrityError:
        return session.scalars(_open(key)).one()  # somebody was faster
    audit.record(by=by, now=now, action="matter.opened", subject=subject, after=kind, detail=detail)
    return matter


def _open(key: str) -> Select[Matter]:
    return select(Matter).where(Matter.key == key, Matter.settled_at.is_(None))


def settle(matter: Matter, *, by: audit.Actor, now: datetime, note: str) -> None:
    """Close a matter with a note of what was done."""
    matter.settled_at = now
    matter.settled_by_person_id = by.person_id
    matter.note = note
    audit.record(
        by=by,
        now=now,
        action="matter.settled",
        subject=(matter.subject_kind, matter.subject_reference),
        before=matter.kind,
        detail={"note": note},
    )
