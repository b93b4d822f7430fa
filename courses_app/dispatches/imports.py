"""The services of the data file, into an empty (or older) database."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path

from courses_app.dispatches import operations
from courses_app.foundation.audit import Actor

DATA = Path(__file__).parent / "data" / "services.toml"


def load(*, by: Actor, now: datetime) -> int:
    """Add services whose code is not there yet, each with the course of its runs; returns how many rows were added."""
    with DATA.open("rb") as source:
        return operations.add_missing_services(tomllib.load(source)["services"], by=by, now=now)
