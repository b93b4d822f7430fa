"""A run that does not take place."""

from __future__ import annotations

from datetime import datetime

from courses_app.bookings import operations as bookings
from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.queries import run_for_update
from courses_app.foundation.audit import Actor
from courses_app.rosters import queries
from courses_app.rosters.rules import RunTookPlace


def call_off(*, run: CourseRun, reason: str, by: Actor, now: datetime) -> int:
    """Call a run off, with all its bookings, unless its roster is closed: certificates rest on that (R-44).

    Looked at under the run's row lock, which closing a roster takes as well: whoever comes second is refused. Returns
    how many bookings it ended. Raises RunTookPlace, and what `bookings.operations.call_off` raises.
    """
    run_for_update(run.reference)
    if queries.is_closed(run):
        raise RunTookPlace()
    return bookings.call_off(run=run, reason=reason, by=by, now=now)
