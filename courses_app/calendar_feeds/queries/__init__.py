"""What feeds tell, and whose they are."""

from courses_app.calendar_feeds.queries.runs import (
    ListedRun,
    Stretch,
    all_runs,
    one_run,
    runs_of_instructor,
    seats_of_organization,
    seats_of_person,
    timetable,
)
from courses_app.calendar_feeds.queries.tokens import granted_purposes, groundless_tokens, live_token, own_tokens

__all__ = [
    "ListedRun", "Stretch", "all_runs", "granted_purposes", "groundless_tokens", "live_token", "one_run", "own_tokens",
    "runs_of_instructor", "seats_of_organization", "seats_of_person", "timetable",
]  # fmt: skip
