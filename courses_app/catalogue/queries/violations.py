"""What must always be true of runs, asked in SQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select

from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.rules import RunMove
from courses_app.foundation.audit import AuditEntry
from courses_app.foundation.db import session

TELLING = ("run.planned", *(f"run.{move.value}" for move in RunMove))


def violations(*, now: datetime) -> Iterator[str]:
    """INV-13: the last move of a run in the audit trail leads to the state it is in."""
    last = (
        select(func.max(AuditEntry.id))
        .where(
            AuditEntry.subject_kind == "run",
            AuditEntry.subject_reference == CourseRun.reference,
            AuditEntry.action.in_(TELLING),
        )
        .correlate(CourseRun)
        .scalar_subquery()
    )
    query = (
        select(CourseRun.reference)
        .outerjoin(AuditEntry, AuditEntry.id == last)
        .where(func.coalesce(AuditEntry.after, "") != CourseRun.status)
    )
    for reference in session.scalars(query):
        yield f"INV-13: the audit trail of run {reference} does not tell its state"
