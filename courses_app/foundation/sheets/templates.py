"""Templates to fill in: a workbook with lists and formats, or the same header as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from courses_app.foundation.sheets.reader import MOST_ROWS

DAY = "yyyy-mm-dd"
TEXT = "@"
HEAD_COLOUR = "FFE7EDF5"
EXAMPLE_COLOUR = "FF6B7280"


@dataclass(frozen=True)
class Column:
    """A column: its heading, what it wants, an example; `choices` become a list, `is_day` cells take days."""

    title: str
    help: str
    example: str
    choices: Sequence[str] = ()
    is_day: bool = False
    width: int = 18


@dataclass(frozen=True)
class Help:
    """The words of the second sheet: its own name, the first's, sentences above the table and its headings."""

    sheet: str
    title: str
    sentences: Sequence[str]
    headings: tuple[str, str, str]


def csv_template(columns: Sequence[Column]) -> bytes:
    """The header and the example as CSV: UTF-8 with BOM, CRLF."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(
        [[column.title for column in columns], [column.example for column in columns]]
    )
    return ("\ufeff" + written.getvalue()).encode()


def xlsx_template(columns: Sequence[Column], words: Help) -> bytes:
    """The same as a workbook: lists for choices, formats for days and numbers that are texts, a sheet that explains."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet, explained = book.active, book.create_sheet(words.title)
    sheet.title = words.sheet
    explained.sheet_view.showGridLines = False
    for number, column in enumerate(columns, start=1):
        _fill(sheet, number, column)
        if column.choices:
            _offer(sheet, explained, number, column)
    sheet.freeze_panes = "A2"
    _explain(explained, columns, words)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _fill(sheet: Any, number: int, column: Column) -> None:
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter

    letter = get_column_letter(number)
    sheet.column_dimensions[letter].width = column.width
    head = _write(sheet, 1, number, column.title)
    head.font, head.fill = Font(bold=True), PatternFill("solid", fgColor=HEAD_COLOUR)
    example = _write(sheet, 2, number, column.example)
    example.font = Font(italic=True, color=EXAMPLE_COLOUR)
    sheet.column_dimensions[letter].number_format = DAY if column.is_day else TEXT
    for row in range(3, 203):  # a column's format alone is not kept by every program
        sheet.cell(row, number).number_format = DAY if column.is_day else TEXT


def _offer(sheet: Any, explained: Any, number: int, column: Column) -> None:
    """A list in the cells; its words stand on the second sheet, because a list of its own holds 255 characters."""
    from openpyxl.utils import get_column_letter, quote_sheetname
    from openpyxl.worksheet.datavalidation import DataValidation

    beside = get_column_letter(number + 10)
    for row, choice in enumerate(column.choices, start=1):
        _write(explained, row, number + 10, choice)
    explained.column_dimensions[beside].hidden = True
    place = f"={quote_sheetname(explained.title)}!${beside}$1:${beside}${len(column.choices)}"
    wanted = DataValidation(type="list", formula1=place, allow_blank=True, showErrorMessage=False)
    letter = get_column_letter(number)
    wanted.add(f"{letter}3:{letter}{MOST_ROWS + 2}")
    sheet.add_data_validation(wanted)


def _explain(explained: Any, columns: Sequence[Column], words: Help) -> None:
    from openpyxl.styles import Alignment, Font

    for row, sentence in enumerate(words.sentences, start=1):
        _write(explained, row, 1, sentence)
    top = len(words.sentences) + 2
    for place, heading in enumerate(words.headings, start=1):
        _write(explained, top, place, heading).font = Font(bold=True)
    for row, column in enumerate(columns, start=top + 1):
        for place, told in enumerate((column.title, column.help, column.example), start=1):
            _write(explained, row, place, told).alignment = Alignment(wrap_text=place == 2, vertical="top")
    for letter, width in (("A", 24), ("B", 70), ("C", 24)):
        explained.column_dimensions[letter].width = width


def _write(sheet: Any, row: int, number: int, value: str) -> Any:
    """A text, even one that begins like a formula."""
    cell = sheet.cell(row, number, value)
    cell.data_type, cell.number_format = "s", TEXT
    return cell
