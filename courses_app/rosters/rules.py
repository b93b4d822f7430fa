"""Who completed a course: identity ∧ minutes ∧ pass mark, decided from plain values."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    COMPLETED = "completed"
    FAILED = "failed"
    ABSENT = "absent"
