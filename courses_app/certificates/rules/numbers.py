"""Numbers of certificates and notices: a series without gaps per course and year, never used again."""

from __future__ import annotations

import re
from enum import StrEnum

NUMBER = re.compile(r"[A-Z][A-Z0-9]*-\d{4}-F?\d{6,}")


class Series(StrEnum):
    """The series of one kind of paper; each course and year has its own."""

    CERTIFICATE = "certificate"
    NOTICE = "notice_of_failure"

    def code(self, course: str, year: int) -> str:
        return f"{self.value}:{course}:{year}"


def certificate_number(course: str, year: int, count: int) -> str:
    """SUP-2026-000001: the course's code, the year of issue in Tokyo, the count."""
    return f"{course}-{year}-{count:06}"


def notice_number(course: str, year: int, count: int) -> str:
    """SUP-2026-F000001"""
    return f"{course}-{year}-F{count:06}"


def is_number(text: str) -> bool:
    """Whether a (folded) text looks like a number at all."""
    return NUMBER.fullmatch(text) is not None
