"""The institution's courses and venues, read from `data/`."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

from courses_app.catalogue import operations
from courses_app.foundation.audit import Actor

DATA = Path(__file__).resolve().parent / "data"


def load_catalogue(*, by: Actor, now: datetime) -> int:
    """Add courses, venues and prefectures whose code is not there yet, and rules of change; returns how many.

    What is there already stays as it is: staff may have changed it. Safe to repeat.
    """
    regions = {region["code"]: region for region in _read("regions.toml")["regions"]}
    added = operations.add_prefectures(_read("prefectures.toml")["prefectures"], regions=regions)
    added += operations.add_missing_venues(_read("venues.toml")["venues"], by=by, now=now)
    courses = [_read(f"courses/{path.name}") for path in sorted((DATA / "courses").glob("*.toml"))]
    added += operations.add_missing_courses(courses, by=by, now=now)
    return added + operations.add_missing_policies(_read("change_policies.toml")["policies"], by=by, now=now)


def _read(name: str) -> dict[str, Any]:
    with (DATA / name).open("rb") as source:
        return tomllib.load(source)
