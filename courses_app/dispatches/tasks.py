"""What the clock does for requests: quotes end, runs that were called off or held end theirs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from courses_app.dispatches import operations, queries
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import transaction

Clock = Callable[[], datetime]


def run_due(*, clock: Clock) -> int:
    """Everything that is due now, each in its own transaction; returns how much that was."""
    return (
        _each(queries.quotes_to_expire(today=day_of(clock())), operations.expire, clock)
        + _each(queries.runs_called_off(), operations.follow_run, clock)
        + _each(queries.runs_finished(now=clock()), operations.close, clock)
    )


def _each(found: Sequence[int], deed: Callable[..., bool], clock: Clock) -> int:
    done = 0
    for dispatch_id in found:
        with transaction():
            done += deed(dispatch_id, now=clock())
    return done
