"""One instructor in two rooms, or two runs in one room."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from courses_app.foundation.refusal import Refusal


class ClashKind(StrEnum):
    VENUE = "venue"
    INSTRUCTOR = "instructor"


@dataclass(frozen=True)
class Occupied:
    """A time in which a venue or an instructor is taken; `run` is the reference of the run that takes it."""

    kind: ClashKind
    who: str  # the venue's code or the person's reference
    starts_at: datetime
    ends_at: datetime
    run: str = ""
    name_ja: str = ""
    name_en: str = ""
    course_ja: str = ""
    course_en: str = ""


@dataclass(frozen=True)
class Clash:
    """A wanted time and what stands in its way."""

    wanted: Occupied
    taken: Occupied


class ClashFound(Refusal):
    """The plan collides with other runs; it is saved only when staff say that they have seen it."""

    def __init__(self, clashes: list[Clash]) -> None:
        super().__init__(_l("The plan collides with another run."))
        self.clashes = clashes


def clashes_between(wanted: Iterable[Occupied], taken: Iterable[Occupied]) -> list[Clash]:
    """Every pair that overlaps; parts that only touch don't."""
    taken = list(taken)
    return [
        Clash(new, old)
        for new in wanted
        for old in taken
        if (new.kind, new.who) == (old.kind, old.who) and new.starts_at < old.ends_at and old.starts_at < new.ends_at
    ]


def fingerprint(clashes: Iterable[Clash]) -> str:
    """A short name of exactly these clashes: what was seen and accepted is what is saved."""
    lines = sorted(
        f"{clash.taken.run} {clash.taken.who} {clash.taken.starts_at.isoformat()} {clash.wanted.starts_at.isoformat()}"
        for clash in clashes
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:32] if lines else ""
