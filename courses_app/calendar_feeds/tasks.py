"""Private addresses whose right has ended are closed for good."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from courses_app.calendar_feeds import operations, queries
from courses_app.foundation.db import transaction


def run_due(*, clock: Callable[[], datetime]) -> int:
    """Close them; returns how many there were."""
    if not queries.groundless_tokens():
        return 0
    with transaction():
        return operations.close_groundless(now=clock())
