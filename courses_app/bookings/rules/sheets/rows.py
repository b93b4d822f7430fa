"""One row of a list as it is kept in a draft: texts, made plain where width and kana must not matter."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from courses_app.bookings.rules.sheets.days import typed_day
from courses_app.foundation import text

# The code of each role of the course, with the words for it in both languages.
Roles = Mapping[str, Sequence[str]]

NAMES = ("family_name", "given_name")
READINGS = ("family_name_kana", "given_name_kana")
TYPED = (*NAMES, *READINGS, "born_on", "role", "email", "person", "run")
EXAMPLE = re.compile(r"[\s　]*[(（〔\[]?\s*(例|記入例|example)\s*[)）〕\]:：]", re.IGNORECASE)
LONGEST = 500


@dataclass(frozen=True)
class DraftRow:
    """A row with the number it has in the file. `born_on` is ISO where the day could be read, else as typed.

    `formulas` names the fields whose cell held a formula; `unsplit` says that a name came in one piece.
    """

    number: int
    family_name: str = ""
    given_name: str = ""
    family_name_kana: str = ""
    given_name_kana: str = ""
    born_on: str = ""
    role: str = ""
    email: str = ""
    person: str = ""
    run: str = ""  # as typed: what it means depends on the dates of the day it is looked at
    formulas: Sequence[str] = field(default_factory=tuple)
    unsplit: bool = False

    @classmethod
    def kept(cls, stored: Mapping[str, Any]) -> DraftRow:
        """The row as a draft keeps it."""
        return cls(**stored)

    @classmethod
    def typed(cls, number: int, values: Mapping[str, str], roles: Roles, **more: Any) -> DraftRow:
        """The row as it came, made plain."""
        made: dict[str, Any] = plain(values, roles)
        return cls(number=number, **made, **more)

    @property
    def stored(self) -> dict[str, Any]:
        """What a draft keeps: only what isn't empty."""
        return {name: value for name, value in asdict(self).items() if value or name == "number"}

    @property
    def full_name(self) -> str:
        return f"{self.family_name} {self.given_name}".strip()

    @property
    def is_example(self) -> bool:
        """The row our template shows how to fill in."""
        return EXAMPLE.match(self.family_name) is not None


def mended(row: DraftRow, values: Mapping[str, str], roles: Roles) -> DraftRow:
    """The row with what was typed in its place; a name that was looked at is no longer taken for unsplit."""
    given = {name: value[:LONGEST] for name, value in values.items() if name in TYPED}
    left = tuple(name for name in row.formulas if name not in given)
    made: dict[str, Any] = plain(given, roles)
    return replace(row, **made, formulas=left, unsplit=row.unsplit and "family_name" not in given)


def plain(values: Mapping[str, str], roles: Roles) -> dict[str, str]:
    """Each value in the form in which it is kept and compared (D-12, D-13)."""
    return {name: _PLAIN[name](text.shown(value)) if name != "role" else _role(value, roles)
            for name, value in values.items()}  # fmt: skip


def _day(value: str) -> str:
    day = typed_day(value)
    return day.isoformat() if day else (text.folded(value) or "")


def _role(value: str, roles: Roles) -> str:
    """The code of the role whose code or words these are; else the words."""
    asked = text.search_key(value)
    found = (code for code, words in roles.items() if asked in {code, *map(text.search_key, words)})
    return next(found, text.kept(value) or "")


def _name(value: str) -> str:
    return text.kept(value) or ""


_PLAIN: dict[str, Callable[[str], str]] = {
    **dict.fromkeys(NAMES, _name),
    **dict.fromkeys(READINGS, lambda value: text.katakana(value) or ""),
    "born_on": _day,
    "email": lambda value: text.folded(value) or "",
    "person": lambda value: (text.folded(value) or "").upper(),
    "run": lambda value: text.folded(value) or "",
}
