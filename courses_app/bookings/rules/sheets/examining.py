"""What is wrong with a list of attendees, row by row, each with the way to mend it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext as _n

from courses_app.bookings.rules.holding import AttendeeFacts
from courses_app.bookings.rules.sheets.dates import Dates
from courses_app.bookings.rules.sheets.rows import NAMES, READINGS, DraftRow
from courses_app.foundation.forms import EMAIL, LONGEST_EMAIL, LONGEST_NAME
from courses_app.foundation.papers import GlyphMissing, check_name
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.text import is_katakana

MOST_FROM_FILE = 200  # attendees of one booking; a form of the page takes fewer, because a person reads it to the end
OLDEST = date(1900, 1, 1)
LOST = re.compile("[?？〓\ufffd]")  # what programs write for a character that an encoding lacks
Errors = dict[str, list[Any]]


class RowsToMend(Refusal):
    """Rows of the list can't be booked as they are: all or nothing (R-48)."""

    def __init__(self, wrong: int) -> None:
        super().__init__(
            _n(
                "%(num)d row still needs correcting. No seats were kept.",
                "%(num)d rows still need correcting. No seats were kept.",
                wrong,
            )
        )
        self.wrong = wrong


@dataclass(frozen=True)
class Known:
    """A person of the organization."""

    id: int
    reference: str
    family_name: str
    given_name: str
    family_name_kana: str
    given_name_kana: str
    born_on: date | None

    @property
    def full_name(self) -> str:
        return f"{self.family_name} {self.given_name}".strip()


class Directory:
    """The people of the organization, found as the booking finds them (of namesakes born on one day the oldest)."""

    def __init__(self, people: Iterable[Known]) -> None:
        self.by_reference: dict[str, Known] = {}
        self._by_name: dict[tuple[str, str, date | None], Known] = {}
        self._namesakes: dict[tuple[str, str], Known] = {}
        for one in people:
            self.by_reference[one.reference] = one
            self._by_name.setdefault((one.family_name, one.given_name, one.born_on), one)
            self._namesakes.setdefault((one.family_name, one.given_name), one)

    def known(self, row: DraftRow) -> Known | None:
        """The person a row means, if the organization knows them."""
        if row.person:
            return self.by_reference.get(row.person)
        return self._by_name.get((row.family_name, row.given_name, _day(row)))

    def namesake(self, row: DraftRow) -> Known | None:
        """Somebody of the same name."""
        return self._namesakes.get((row.family_name, row.given_name))


@dataclass(frozen=True)
class Examined:
    """A row, who it is, what must be mended (by field; `""` is the whole row), and what to look at twice."""

    row: DraftRow
    known: Known | None
    errors: Errors = field(default_factory=dict)
    warnings: list[Any] = field(default_factory=list)
    booked: bool = False  # has a seat in the run already
    run: str = ""  # the reference of the date it asks for; the list's own where none, or none that can be told

    @property
    def number(self) -> int:
        return self.row.number


def examined(
    rows: Sequence[DraftRow], *, directory: Directory, roles: Collection[str], dates: Dates, today: date
) -> list[Examined]:
    """Every row with its errors."""
    found = [(row, directory.known(row)) for row in rows]
    seen = Counter(_who(row, known) for row, known in found)
    return [
        _examined(row, known, directory, roles, dates, today, twice=seen[_who(row, known)] > 1) for row, known in found
    ]


def _examined(
    row: DraftRow, known: Known | None, directory: Directory, roles: Collection[str], dates: Dates, today: date,
    *, twice: bool,
) -> Examined:  # fmt: skip
    run = dates.of(row.run)
    booked = known is not None and known.id in dates.booked.get(run, ())
    errors = _errors(row, known, roles, today, twice=twice, booked=booked)
    if "run" not in row.formulas and (why := dates.why_not(row.run)):
        errors["run"] = [why]
    return Examined(row, known, errors, _doubts(row, known, directory), booked, run or dates.own)


def facts_of(one: Examined) -> AttendeeFacts:
    """What is booked of a row without errors."""
    row, role = one.row, one.row.role or None
    if one.known is not None:
        return AttendeeFacts(person=one.known.reference, email=row.email or None, role_code=role, run=one.run or None)
    names = {name: getattr(row, name) for name in (*NAMES, *READINGS)}
    return AttendeeFacts(**names, born_on=_day(row), email=row.email or None, role_code=role, run=one.run or None)


def in_orders(rows: Sequence[Examined], *, most: int) -> list[Sequence[Examined]]:
    """The rows as one booking (or party) takes them: as many as it may hold, one after the other."""
    return [rows[at : at + most] for at in range(0, len(rows), most)]


def _who(row: DraftRow, known: Known | None) -> object:
    """Rows that mean the same person; a row without a name means nobody yet."""
    if known is not None:
        return known.id
    return (row.family_name, row.given_name, row.born_on) if row.family_name else row.number


def _errors(
    row: DraftRow, known: Known | None, roles: Collection[str], today: date, *, twice: bool, booked: bool
) -> Errors:
    errors: Errors = {}
    for name, sentence in _faults(row, known, roles, today):
        errors.setdefault(name, []).append(sentence)
    if twice:
        errors.setdefault("", []).append(_l("This person stands twice in the list. Take one of the rows out."))
    if booked:
        errors.setdefault("", []).append(_l("This person has a seat in this run already. Take the row out."))
    return errors


def _faults(row: DraftRow, known: Known | None, roles: Collection[str], today: date) -> Iterator[tuple[str, Any]]:
    for name in row.formulas:
        yield name, _l("The cell holds a formula. Paste it as a value only, or write it here.")
    yield from _of_number(row, known)
    if known is None and not row.person:
        yield from _of_names(row)
        yield from _of_readings(row)
        yield from _of_birth(row, today)
    if row.email and (len(row.email) > LONGEST_EMAIL or not EMAIL.fullmatch(row.email)):
        yield "email", _l("Write an e-mail address such as name@example.jp.")
    if row.role and row.role not in roles:
        yield "role", _l("This course has no role of this name. Choose one of the list, or none.")


def _of_number(row: DraftRow, known: Known | None) -> Iterator[tuple[str, Any]]:
    if not row.person:
        return
    if known is None:
        yield "person", _l("Nobody of your organization has this number. Correct it, or empty it and write the name.")
    elif row.family_name and (row.family_name, row.given_name) != (known.family_name, known.given_name):
        yield "person", _l("This number belongs to %(name)s. Correct the number or the name.", name=known.full_name)


def _of_names(row: DraftRow) -> Iterator[tuple[str, Any]]:
    if not row.family_name and "family_name" not in row.formulas:
        yield "family_name", _l("Enter the family name.")
    if row.unsplit:
        yield "family_name", _l("Write family name and given name apart. A single name may stay here alone.")
    for name in NAMES:
        value = getattr(row, name)
        if LOST.search(value):
            yield (
                name,
                _l(
                    "A character of the name was lost when the file was saved. Write it here, or save the file as"
                    " .xlsx or as CSV in UTF-8."
                ),
            )
        elif len(value) > LONGEST_NAME:
            yield name, _l("A name has up to %(most)d characters.", most=LONGEST_NAME)
        else:
            yield from _of_glyphs(name, value)


def _of_glyphs(name: str, value: str) -> Iterator[tuple[str, Any]]:
    try:
        check_name(value)
    except GlyphMissing as missing:
        yield name, missing.message


def _of_readings(row: DraftRow) -> Iterator[tuple[str, Any]]:
    if not row.family_name_kana and "family_name_kana" not in row.formulas:
        yield "family_name_kana", _l("Enter the reading of the family name.")
    if row.given_name and not row.given_name_kana and "given_name_kana" not in row.formulas:
        yield "given_name_kana", _l("Enter the reading of the given name.")
    for name in READINGS:
        value = getattr(row, name)
        if not is_katakana(value):
            yield name, _l("Write the reading in katakana (hiragana is converted), for example ヤマダ.")
        elif len(value) > LONGEST_NAME:
            yield name, _l("A name has up to %(most)d characters.", most=LONGEST_NAME)


def _of_birth(row: DraftRow, today: date) -> Iterator[tuple[str, Any]]:
    day = _day(row)
    if not row.born_on:
        if "born_on" not in row.formulas:
            yield "born_on", _l("Enter the date of birth.")
    elif day is None:
        yield "born_on", _l("This isn't a day we can read. Write it as 1985-04-09 or 昭和60年4月9日.")
    elif not OLDEST <= day <= today:
        yield "born_on", _l("Check the date of birth.")


def _doubts(row: DraftRow, known: Known | None, directory: Directory) -> list[Any]:
    if known is not None:
        typed = (row.family_name_kana, row.given_name_kana)
        if row.family_name_kana and typed != (known.family_name_kana, known.given_name_kana):
            reading = f"{known.family_name_kana} {known.given_name_kana}".strip()
            return [_l("The reading on record, %(reading)s, is used.", reading=reading)]
        return []
    if row.family_name and (other := directory.namesake(row)):
        return [
            _l("Somebody of the same name (%(number)s) has another date of birth. Is this a different person?",
               number=other.reference)
        ]  # fmt: skip
    return []


def _day(row: DraftRow) -> date | None:
    try:
        return date.fromisoformat(row.born_on)
    except ValueError:
        return None
