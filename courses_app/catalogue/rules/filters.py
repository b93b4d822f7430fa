"""What a reader of the timetable (page or calendar feed) asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from courses_app.catalogue.rules.words import Audience, CourseKind, Delivery, Language, Programme
from courses_app.foundation.text import folded

Choice = TypeVar("Choice", bound=StrEnum)
LONGEST_SEARCH = 100


@dataclass(frozen=True)
class RunFilter:
    """Only what is set narrows the list. `month` is its first day; `region` is a code, `course` a slug."""

    q: str = ""
    course: str = ""
    kind: CourseKind | None = None
    audience: Audience | None = None
    programme: Programme | None = None
    region: str = ""
    delivery: Delivery | None = None
    language: Language | None = None
    month: date | None = None
    open: bool = False

    @property
    def words(self) -> list[str]:
        return self.q.split()


def run_filter(args: Mapping[str, str]) -> RunFilter:
    """The filter in a query string (`q, course, kind, audience, programme, region, online, language, month, open`).

    What can't be understood is left out, so that an old bookmark still shows a timetable.
    """
    return RunFilter(
        q=(folded(args.get("q")) or "")[:LONGEST_SEARCH],
        course=args.get("course", ""),
        kind=_one_of(CourseKind, args.get("kind")),
        audience=_one_of(Audience, args.get("audience")),
        programme=_one_of(Programme, args.get("programme")),
        region=args.get("region", ""),
        delivery={"1": Delivery.ONLINE, "0": Delivery.VENUE}.get(args.get("online", "")),
        language=_one_of(Language, args.get("language")),
        month=month_of(args.get("month", "")),
        open=args.get("open", "") in {"1", "y", "on", "true"},
    )


def _one_of(choices: type[Choice], value: str | None) -> Choice | None:
    return choices(value) if value in set(choices) else None


def month_of(value: str) -> date | None:
    """The first day of a month written as 2026-12; None for anything else."""
    try:
        return date.fromisoformat(f"{value}-01")
    except ValueError:
        return None
