"""Roles, requirements and reminder steps from the data files into an empty (or older) database."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

from courses_app.compliance import operations
from courses_app.foundation.audit import Actor

DATA = Path(__file__).parent / "data"


def load(*, by: Actor, now: datetime) -> int:
    """Add what is missing; rows that are there stay as staff have left them. Returns how many rows were added."""
    added = operations.add_missing_roles(_read("roles")["roles"], by=by, now=now)
    added += operations.add_missing_requirements(_read("requirements")["requirements"], by=by, now=now)
    return added + operations.begin_reminder_steps(_read("reminders")["months_before"])


def _read(name: str) -> dict[str, Any]:
    with (DATA / f"{name}.toml").open("rb") as source:
        return tomllib.load(source)
