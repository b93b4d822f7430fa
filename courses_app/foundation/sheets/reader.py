"""A spreadsheet somebody sent, read apart: bytes on standard input, rows as JSON on standard output.

This file imports nothing of the house, because it is a program: `sheets.read` runs it in a process of its own, whose
memory, seconds and files are limited, so that a hostile file can only harm its own reading. What is refused is said by
one word on standard output (`{"refused": …}`); the sentences for people stand in `sheets.refusals`.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, Final

Cell = str | dict[str, bool]  # a text; or what the cell holds instead of one
Row = tuple[int, list[Cell]]

MEMORY: Final = 512 * 1024**2  # address space; 5,000 rows of 12 cells are content with 120 MiB
SECONDS: Final = 10
MOST_INFLATED: Final = 20 * 1024**2
MOST_RATIO: Final = 100
RATIO_FROM: Final = 64 * 1024  # smaller parts of a workbook are packed as tightly by honest programs
MOST_PARTS: Final = 200
MOST_ROWS: Final = 5000
ROWS_ABOVE: Final = 20  # titles and the header
LAST_ROW: Final = 1_048_576  # of a sheet, as its format says
MOST_COLUMNS: Final = 60
LONGEST_CELL: Final = 500
MOST_TEXT: Final = 8 * 1024**2

OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # workbooks with a password, and those of the nineties
FORMULA: Final[dict[str, bool]] = {"formula": True}
SOURCES: Final = ("xl/externallinks/", "xl/connections.xml", "xl/querytables/", "xl/embeddings/", "xl/activex/")
PROGRAMS: Final = ("vbaproject", "xl/macrosheets/", "xl/dialogsheets/", "macroenabled")
FOREIGN_LINK: Final = re.compile(rb"<[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*>", re.IGNORECASE)
OWN_ENTITIES: Final = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
NOT_TEXT: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f]")


class RefusedError(Exception):
    """This file isn't read; the word says why."""


def main() -> None:
    """Read standard input within limits and answer on standard output."""
    _limit()
    try:
        answer: dict[str, Any] = {"rows": rows_of(sys.stdin.buffer.read())}
    except RefusedError as refused:
        answer = {"refused": str(refused)}
    except MemoryError:
        answer = {"refused": "too_heavy"}
    except Exception:  # whatever a broken workbook makes its reader stumble over
        answer = {"refused": "broken"}
    sys.stdout.write(json.dumps(answer))


def rows_of(content: bytes) -> list[Row]:
    """The filled rows with the numbers people see beside them. Raises RefusedError."""
    if content.startswith(OLE):
        raise RefusedError("locked")
    rows = _of_workbook(content) if content.startswith(b"PK\x03\x04") else _of_text(_decoded(content))
    found, size = [], 0
    for number, cells in rows:
        while not cells[-1]:
            cells.pop()
        size += sum(len(cell) for cell in cells)
        found.append((number, cells))
        if len(found) > MOST_ROWS + ROWS_ABOVE or size > MOST_TEXT:
            raise RefusedError("too_many_rows")
    return found


def _limit() -> None:
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS has no such limit
            resource.setrlimit(limit, (value, value))


def _of_workbook(content: bytes) -> Iterator[Row]:
    _check_parts(content)
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    sheet = next((one for one in book.worksheets if one.sheet_state == "visible"), None)
    if sheet is None:
        raise RefusedError("broken")
    sheet.reset_dimensions()  # what a file says about its own size may be false
    for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), start=1):
        if number > LAST_ROW:
            raise RefusedError("broken")
        cells = [_cell(one) for one in row]
        if any(cells):
            yield number, cells


def _check_parts(content: bytes) -> None:
    """Look at every part of the archive before any is understood."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile:
        raise RefusedError("broken") from None
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_INFLATED:
        raise RefusedError("too_heavy")
    if any(_swollen(part) for part in parts):
        raise RefusedError("too_heavy")
    names = [part.filename.lower() for part in parts]
    if any(part.flag_bits & 1 for part in parts) or "encryptedpackage" in names:
        raise RefusedError("locked")
    if not {"[content_types].xml", "xl/workbook.xml"} <= set(names):
        raise RefusedError("wrong_type")
    _check_contents(archive, parts)


def _swollen(part: zipfile.ZipInfo) -> bool:
    return part.file_size > RATIO_FROM and part.file_size > MOST_RATIO * max(1, part.compress_size)


def _check_contents(archive: zipfile.ZipFile, parts: Iterable[zipfile.ZipInfo]) -> None:
    left = MOST_INFLATED
    for part in parts:
        name = part.filename.lower()
        content = _inflated(archive, part, left)
        left -= len(content)
        told = name + (content.decode("latin-1").lower() if name == "[content_types].xml" else "")
        if any(word in told for word in PROGRAMS):
            raise RefusedError("macros")
        if name.startswith(SOURCES) or (name.endswith(".rels") and _leads_out(content)):
            raise RefusedError("links")
        if content.startswith(b"PK\x03\x04") or OWN_ENTITIES.search(content.replace(b"\0", b"")):
            raise RefusedError("broken")


def _inflated(archive: zipfile.ZipFile, part: zipfile.ZipInfo, most: int) -> bytes:
    """A part as it really is: what the archive says about its size may be false."""
    with archive.open(part) as packed:
        content = packed.read(most + 1)
    if len(content) > most:
        raise RefusedError("too_heavy")
    return content


def _leads_out(relations: bytes) -> bool:
    """Whether something but a hyperlink (an address typed into a cell becomes one) stands outside the file."""
    return any(b"/hyperlink" not in found for found in FOREIGN_LINK.findall(relations))


def _cell(cell: Any) -> Cell:
    """A cell as text; days as 1980-04-01, whole numbers without a point."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f" or not isinstance(value, str | int | float | date):
        return FORMULA
    if isinstance(value, datetime):
        value = value.date() if value.time() == datetime.min.time() else value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)[: LONGEST_CELL + 1]


def _decoded(content: bytes) -> str:
    """A text file in one of the encodings spreadsheets save. Raises RefusedError."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return _text(content, (encoding,))
    beginning = content[:200]
    if b"\0" in beginning:
        return _text(content, ("utf-16-be" if b"\0" in beginning[::2] else "utf-16-le",))
    return _text(content, ("utf-8", "cp932"))


def _text(content: bytes, encodings: Iterable[str]) -> str:
    for encoding in encodings:
        with contextlib.suppress(UnicodeDecodeError):
            text = content.decode(encoding)
            if NOT_TEXT.search(text):
                raise RefusedError("wrong_type")
            return text
    raise RefusedError("wrong_type" if NOT_TEXT.search(content[:2000].decode("latin-1")) else "encoding")


def _of_text(text: str) -> Iterator[Row]:
    """The rows of a text with commas, tabs or semicolons between the cells."""
    beginning = "\n".join(text.splitlines()[:ROWS_ABOVE])
    delimiter = max(",\t;", key=beginning.count)
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, record in enumerate(records, start=1):
            cells: list[Cell] = [one[: LONGEST_CELL + 1] for one in record[:MOST_COLUMNS]]
            if any(one.strip() for one in record):
                yield number, cells
    except csv.Error:
        raise RefusedError("broken") from None


if __name__ == "__main__":
    main()
