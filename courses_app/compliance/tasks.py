"""Reminders before the last day, once a day: organization by organization, each in its own transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from flask import current_app

from courses_app.compliance import operations, queries
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import transaction

BATCH = 50  # the worker sends mail between two batches


def run_due(*, clock: Callable[[], datetime]) -> int:
    """The next organizations of today's round; returns how many were looked at, 0 once the day is done."""
    today = day_of(clock())
    present = queries.round_of(today)
    if present is not None and present.finished_at is not None:
        return 0
    batch = queries.next_organizations(after=present.reached if present else 0, today=today, limit=BATCH)
    for number in batch:
        _remind(number, today=today, now=clock())
    if len(batch) < BATCH:
        with transaction():
            operations.finish_round(today, now=clock())
    return len(batch)


def _remind(number: int, *, today: date, now: datetime) -> None:
    """One organization; if its reminders fail, the others still get theirs and it is tried again tomorrow."""
    try:
        with transaction():
            organization = queries.organization_by_id(number)
            if organization is not None:
                count = operations.remind_organization(organization, today=today, now=now)
                operations.move_round(today, reached=number, reminders=count)
    except Exception:
        current_app.logger.exception("reminder.failed", extra={"task": f"reminders, organization {number}"})
        with transaction():
            operations.move_round(today, reached=number, reminders=0)
