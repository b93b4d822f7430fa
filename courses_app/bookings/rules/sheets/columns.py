"""Which column of somebody's spreadsheet is which: headings in any width, in Japanese or English, in any order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext as _l

from courses_app.bookings.rules.sheets.rows import DraftRow, Roles
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.sheets import MOST_ROWS, SheetRefused
from courses_app.foundation.sheets.reader import ROWS_ABOVE, Cell
from courses_app.foundation.text import search_key

FULL, READING = "full_name", "full_name_kana"  # in one column, split at the space
FIELDS = {
    "family_name": ("姓", "氏", "苗字", "名字", "姓漢字", "氏漢字", "受講者姓", "family name", "last name", "surname"),
    "given_name": ("名", "名漢字", "受講者名漢字", "given name", "first name", "forename"),
    "family_name_kana": ("セイ", "姓カナ", "姓フリガナ", "姓読み", "氏カナ", "氏フリガナ", "カナ姓",
                         "フリガナ姓", "フリガナセイ", "family name kana", "family name reading",
                         "last name kana", "surname kana"),
    "given_name_kana": ("メイ", "名カナ", "名フリガナ", "名読み", "名ヨミ", "カナ名", "フリガナ名", "フリガナメイ",
                        "given name kana", "given name reading", "first name kana"),
    FULL: ("氏名", "名前", "お名前", "受講者", "受講者名", "受講者氏名", "氏名漢字", "漢字氏名", "社員名", "社員氏名",
           "従業員名", "従業員氏名", "参加者", "参加者名", "参加者氏名", "name", "full name", "attendee"),
    READING: ("フリガナ", "カナ", "カナ名前", "氏名カナ", "氏名フリガナ", "カナ氏名", "フリガナ氏名", "読み",
              "読み仮名", "読みがな", "ヨミ", "ヨミガナ", "シメイ", "kana", "furigana", "reading",
              "name kana", "name reading"),
    "born_on": ("生年月日", "誕生日", "生年月日西暦", "生年月日和暦", "date of birth", "birth date",
                "birthday", "dob", "born"),
    "role": ("役割", "受講者の役割", "選任する役割", "role"),
    "email": ("メール", "メールアドレス", "eメール", "eメールアドレス", "電子メール", "受講者メールアドレス",
              "e-mail", "mail", "mail address", "e-mail address"),
    "person": ("人の番号", "受講者番号", "person", "person number", "person reference"),
    "run": ("受講する日程", "受講日", "受講日程", "受講希望日", "希望日", "希望日程", "日程", "開催日", "開催日程",
            "開催番号", "run", "date", "course date", "date of the course", "preferred date", "run reference"),
}  # fmt: skip
MARKS = re.compile(r"[\s()\[\]{}【】「」〔〕<>*※:・./_\-必須任意]|required|optional")


class NoHeader(Refusal):
    """No row names the columns we need."""

    status = 422

    def __init__(self) -> None:
        super().__init__(
            _l(
                "No row of headings was found. The first row names the columns, for example 姓, 名, セイ, メイ,"
                " 生年月日; our template shows them all."
            ),
            field="sheet",
        )


class NoRows(Refusal):
    """A header and nothing below it."""

    status = 422

    def __init__(self) -> None:
        super().__init__(
            _l("The file names no attendees yet. Fill in a row for each and send it again."), field="sheet"
        )


def attendee_rows(table: Sequence[tuple[int, Sequence[Cell]]], roles: Roles) -> list[DraftRow]:
    """The attendees of a sheet in order, without the template's example. Raises NoHeader, NoRows and SheetRefused."""
    at, columns = _header(table)
    rows = [_row(number, cells, columns, roles) for number, cells in table[at + 1 :]]
    found = [row for row in rows if row is not None and not row.is_example]
    if not found:
        raise NoRows()
    if len(found) > MOST_ROWS:
        raise SheetRefused("too_many_rows")
    return found


def _header(table: Sequence[tuple[int, Sequence[Cell]]]) -> tuple[int, dict[str, int]]:
    """Where the header stands, and the place of each column it names."""
    candidates = [(at, _named(cells)) for at, (_number, cells) in enumerate(table[: ROWS_ABOVE + 1])]
    fitting = [(at, named) for at, named in candidates if named.keys() & {"family_name", FULL, "person"}]
    if not fitting:
        raise NoHeader()
    at, named = max(fitting, key=lambda one: (len(one[1]), -one[0]))
    if len(named) < 2 and "person" not in named:
        raise NoHeader()
    return at, named


def _named(cells: Sequence[Cell]) -> dict[str, int]:
    named: dict[str, int] = {}
    for place, cell in enumerate(cells):
        name = _BY_HEADING.get(_heading(cell)) if isinstance(cell, str) else None
        if name:
            named.setdefault(name, place)
    return named


def _heading(words: str) -> str:
    return MARKS.sub("", search_key(words))


_BY_HEADING = {_heading(words): name for name, headings in FIELDS.items() for words in headings}


def _row(number: int, cells: Sequence[Cell], columns: Mapping[str, int], roles: Roles) -> DraftRow | None:
    """What a row says; None where all of our columns are empty."""
    here = {name: cells[place] for name, place in columns.items() if place < len(cells)}
    values = {name: cell for name, cell in here.items() if isinstance(cell, str)}
    formulas = [name for name, cell in here.items() if not isinstance(cell, str)]
    if not formulas and not any(value.strip() for value in values.values()):
        return None
    unsplit = False
    for whole, family, given in (
        (FULL, "family_name", "given_name"), (READING, "family_name_kana", "given_name_kana"),
    ):  # fmt: skip
        if whole in values and not values.get(family):
            parts = values[whole].split(None, 1)
            values[family], values[given] = (*parts, "", "")[:2]
            unsplit = unsplit or (len(parts) == 1 and whole == FULL)
        values.pop(whole, None)
    named = tuple({FULL: "family_name", READING: "family_name_kana"}.get(name, name) for name in formulas)
    return DraftRow.typed(number, values, roles, formulas=named, unsplit=unsplit)
