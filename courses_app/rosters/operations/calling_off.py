"""A run that does not take place."""

from __future__ import annotations

from datetime import datetime

from courses_app.bookings import operations as bookings
from courses_app.bookings.queries import consequences_of
from courses_app.catalogue.models import CourseRun, RunStatus
from courses_app.catalogue.queries import run_for_update
from courses_app.foundation.audit import Actor
from courses_app.rosters import queries
from courses_app.rosters.rules import ConsequencesChanged, RunTookPlace


def call_off(*, run: CourseRun, reason: str, agreed: str | None = None, by: Actor, now: datetime) -> int:
    """Call a run off, with all its bookings, unless its roster is closed: certificates rest on that (R-44).

    Looked at under the run's row lock, which closing a roster takes as well: whoever comes second is refused. `agreed`
    is the fingerprint of the consequences a person has seen: nothing happens if they are others now. Returns how many
    bookings it ended. Raises RunTookPlace, ConsequencesChanged, and what `bookings.operations.call_off` raises.
    """
    locked = run_for_update(run.reference)
    if queries.is_closed(run):
        raise RunTookPlace()
    on = locked is not None and locked.status is RunStatus.PUBLISHED and locked.ends_at > now
    if agreed is not None and on and agreed != consequences_of(run, now=now).fingerprint:
        raise ConsequencesChanged()
    return bookings.call_off(run=run, reason=reason, by=by, now=now)
