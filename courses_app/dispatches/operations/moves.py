"""The only place that assigns the state of a request; each move leaves its audit row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from courses_app.dispatches.models import Dispatch, DispatchNote
from courses_app.dispatches.rules import DISPATCH, DispatchMove, WordsMissing
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session


def locked(dispatch_id: int) -> Dispatch:
    """The request, ours until the transaction ends, freshly read."""
    query = select(Dispatch).where(Dispatch.id == dispatch_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def move(
    dispatch: Dispatch, how: DispatchMove, *, by: Actor, now: datetime, detail: dict[str, Any] | None = None
) -> None:
    """One step of a request's life. Raises MoveNotAllowed."""
    before = dispatch.state
    dispatch.state, dispatch.changed_at = DISPATCH.after(before, how), now
    session.flush()
    audit.record(
        by=by, now=now, action=f"dispatch.{how.value}", subject=("dispatch", dispatch.reference),
        before=before.value, after=dispatch.state.value, detail=detail,
    )  # fmt: skip


def note(dispatch: Dispatch, words: str, *, by_office: bool, field: str, by: Actor, now: datetime) -> str:
    """What one side tells the other, kept with the request. Raises WordsMissing, for the field it was to stand in."""
    if not words.strip():
        raise WordsMissing(field)
    dispatch.notes.append(DispatchNote(at=now, by_office=by_office, actor_label=by.label, words=words.strip()))
    session.flush()
    return words.strip()
