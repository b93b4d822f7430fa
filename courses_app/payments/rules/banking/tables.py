"""The CSV of a bank, read by a mapping of its columns that staff have saved."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from courses_app.foundation.yen import Yen
from courses_app.payments.rules.banking.statements import (
    LARGEST_AMOUNT,
    MOST_LINES,
    AccountLines,
    StatementLine,
    StatementUnreadable,
    refuse_size,
    short_year,
)

MOST_COLUMNS = 60
LONGEST_CELL = 400
NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
REIWA = re.compile(r"(?:令和|R)(元|\d{1,2})[-./年](\d{1,2})[-./月](\d{1,2})日?", re.IGNORECASE)
LONG_DAY = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?")
SHORT_DAY = re.compile(r"(\d{1,2})[-./年](\d{1,2})[-./月](\d{1,2})日?")
PACKED_DAY = re.compile(r"(\d{2,4})(\d{2})(\d{2})")
AMOUNT = re.compile(r"-?\d{1,15}(?:\.0+)?")


class Encoding(StrEnum):
    CP932 = "cp932"
    UTF_8 = "utf-8"


@dataclass(frozen=True)
class Mapping:
    """Which column (counted from 1) holds what; `memo`, `balance` and `account` may be missing (None, '')."""

    encoding: Encoding
    header_rows: int
    day: int
    amount: int
    payer: int
    memo: int | None = None
    balance: int | None = None
    footer_rows: int = 0
    account: str = ""  # how the account is called in our books, where every file is of one account

    @property
    def last_column(self) -> int:
        return max(self.day, self.amount, self.payer, self.memo or 0, self.balance or 0)


def read_table(content: bytes, mapping: Mapping, *, today: date) -> list[AccountLines]:
    """The lines of money that came; rows without an amount in are withdrawals. Raises StatementUnreadable."""
    refuse_size(content)
    rows = _rows(_text(content, mapping.encoding))
    rows = rows[mapping.header_rows : len(rows) - mapping.footer_rows]
    found, withdrawals = [], 0
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        line = _line(number, cells, mapping, today)
        if line is None:
            withdrawals += 1
        else:
            found.append(line)
    if not found and not withdrawals:
        raise StatementUnreadable(_l("No line stands below the heading. Is this the right file, and the right layout?"))
    return [AccountLines(mapping.account, tuple(found), withdrawals)]


def decoded(content: bytes, encoding: Encoding) -> str:
    """The text of a file, for a first look before there is a mapping. Raises StatementUnreadable."""
    refuse_size(content)
    return _text(content, encoding)


def first_rows(content: bytes, encoding: Encoding, count: int) -> list[list[str]]:
    """The first rows of a file as they stand. Raises StatementUnreadable."""
    return [cells for _number, cells in _rows(decoded(content, encoding))[:count]]


def day_of_statement(typed: str, today: date) -> date | None:
    """2026/11/5, 20261105, 2026年11月5日, 令和8年11月5日, R8.11.5, 26/11/05, 08.11.05, 081105; else None."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", typed))
    if era := REIWA.fullmatch(plain):
        return _day(2018 + (1 if era[1] == "元" else int(era[1])), era[2], era[3])
    if parts := LONG_DAY.fullmatch(plain):
        return _day(int(parts[1]), parts[2], parts[3])
    if parts := SHORT_DAY.fullmatch(plain) or PACKED_DAY.fullmatch(plain):
        year = int(parts[1])
        return _day(year if len(parts[1]) == 4 else short_year(year, today), parts[2], parts[3])
    return None


def amount_of_statement(typed: str) -> int | None:
    """12,345 · ¥12,345 · 12345円 · ＋１２，３４５ · -500 · △500 as a number; None for anything else, 0 for nothing."""
    plain = re.sub(r"[\s,¥\\円+*\"]", "", unicodedata.normalize("NFKC", typed.replace("￥", "")))
    plain = re.sub("^[△▲−‐]", "-", plain)
    if plain in ("", "-"):
        return 0
    return int(plain.partition(".")[0]) if AMOUNT.fullmatch(plain) and plain.isascii() else None


def _text(content: bytes, encoding: Encoding) -> str:
    try:
        text = content.decode("utf-8-sig" if encoding is Encoding.UTF_8 else "cp932")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        row, column = before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1
        byte, name = f"0x{content[error.start]:02X}", "UTF-8" if encoding is Encoding.UTF_8 else "Shift_JIS (CP932)"
        message = _l(
            "the byte %(byte)s is not %(name)s. Does the layout name the right encoding?", byte=byte, name=name
        )
        raise StatementUnreadable(message, row=row, column=column) from None
    if broken := NOT_TEXT.search(text):
        before_it = text[: broken.start()]
        row, column = before_it.count("\n") + 1, broken.start() - (before_it.rfind("\n") + 1) + 1
        message = _l("there is a control character, so this is no text file. Please download the CSV again.")
        raise StatementUnreadable(message, row=row, column=column)
    return text


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """The rows with the numbers of the lines they end at; commas or, without any, tabs stand between the cells."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if "," not in text and "\t" in text else ",")
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if len(rows) > MOST_LINES or len(cells) > MOST_COLUMNS:
                raise StatementUnreadable(_l("the file has too many rows or columns."), row=reader.line_num)
            rows.append((reader.line_num, cells))
    except csv.Error:
        raise StatementUnreadable(_l("the quotation marks don't match."), row=reader.line_num) from None
    return rows


def _line(number: int, cells: list[str], mapping: Mapping, today: date) -> StatementLine | None:
    if len(cells) < mapping.last_column:
        message = _l(
            "the row has %(count)d columns, the layout asks for %(last)d.", count=len(cells), last=mapping.last_column
        )
        raise StatementUnreadable(message, row=number)
    amount = _amount(number, cells, mapping.amount)
    if amount <= 0:
        return None
    day = day_of_statement(cells[mapping.day - 1], today)
    if day is None:
        message = _l("a day is expected here, not “%(typed)s”.", typed=_short(cells[mapping.day - 1]))
        raise StatementUnreadable(message, row=number, column=mapping.day)
    balance = _amount(number, cells, mapping.balance) if mapping.balance else None
    memo = _short(cells[mapping.memo - 1]) if mapping.memo else ""
    return StatementLine(number, day, Yen(amount), _short(cells[mapping.payer - 1]), memo, balance)


def _amount(number: int, cells: list[str], column: int) -> int:
    amount = amount_of_statement(cells[column - 1])
    if amount is None or abs(amount) > LARGEST_AMOUNT:
        message = _l("an amount in yen is expected here, not “%(typed)s”.", typed=_short(cells[column - 1]))
        raise StatementUnreadable(message, row=number, column=column)
    return amount


def _short(cell: str) -> str:
    return " ".join(cell.split())[:LONGEST_CELL]


def _day(year: int, month: str, day: str) -> date | None:
    try:
        return date(year, int(month), int(day))
    except ValueError:
        return None
