"""Where something is held, and at which time of the day, each with its `label` for people."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l


class Place(StrEnum):
    PREMISES = "premises"  # of whoever asks
    ONLINE = "online"

    @property
    def label(self) -> LazyString:
        return _PLACES[self]


class TimeOfDay(StrEnum):
    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    WHOLE_DAY = "whole_day"
    ANY = "any"

    @property
    def label(self) -> LazyString:
        return _TIMES[self]


_PLACES = {Place.PREMISES: _l("At our own premises"), Place.ONLINE: _l("Online")}
_TIMES = {
    TimeOfDay.MORNING: _l("Morning"),
    TimeOfDay.AFTERNOON: _l("Afternoon"),
    TimeOfDay.EVENING: _l("Evening"),
    TimeOfDay.WHOLE_DAY: _l("The whole day"),
    TimeOfDay.ANY: _l("Any time"),
}
