"""The house's clock, moved: what takes three years takes a moment here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest

from courses_app.foundation import clock
from courses_app.foundation.clock import JST

MORNING = time(10, 0)


class Calendar:
    """The doors read `foundation.clock`; here that clock runs on as always, only from another day."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.ahead = timedelta()
        self.followers: list[Callable[[timedelta], None]] = []  # told how far ahead it is now
        patch.setattr(clock, "now", self.now)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    @property
    def today(self) -> date:
        return clock.day_of(self.now())

    def move_to(self, day: date, at: time = MORNING) -> None:
        """It is now this time of this day, in Tokyo; only forward."""
        self.let_pass(datetime.combine(day, at, tzinfo=JST) - self.now())

    def let_pass(self, some_time: timedelta) -> None:
        assert some_time >= timedelta(), "time does not run backwards here"
        self.ahead += some_time
        for follow in self.followers:
            follow(self.ahead)
