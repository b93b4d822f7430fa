"""Quotes: what is asked for, what they say, what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from courses_app.foundation.refusal import Refusal
from courses_app.foundation.yen import Yen


@dataclass(frozen=True)
class QuotedSeats:
    """So many people in a run, by its reference."""

    run: str
    people: int


@dataclass(frozen=True)
class EstimateFacts:
    """The lines of a quote with their sum, and the last day on which its prices hold."""

    lines: Sequence[Any]
    total: Yen
    valid_until_on: date


class NothingToQuote(Refusal):
    """No date was chosen."""

    def __init__(self) -> None:
        super().__init__(_l("Choose at least one date, and for how many people."))


class LineNotOffered(Refusal):
    """A date that can't be booked can't be quoted."""

    def __init__(self) -> None:
        super().__init__(_l("One of the dates can no longer be booked. Please choose another one."))
