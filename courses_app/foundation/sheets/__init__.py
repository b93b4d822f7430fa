"""Spreadsheets from outside, and templates for people to fill in: tools that know no word of the business."""

from __future__ import annotations

import json
import subprocess
import sys
import threading

from courses_app.foundation.sheets import reader
from courses_app.foundation.sheets.reader import FORMULA, MOST_ROWS, Cell
from courses_app.foundation.sheets.refusals import LARGEST_FILE, MEGABYTES, SheetRefused
from courses_app.foundation.sheets.templates import Column, Help, csv_template, xlsx_template

__all__ = [
    "FORMULA", "LARGEST_FILE", "MEGABYTES", "MOST_ROWS", "Cell", "Column", "Help", "SheetRefused", "csv_template",
    "read", "xlsx_template",
]  # fmt: skip

SECONDS = 30  # on the wall; the process's own are `reader.SECONDS`
AT_ONCE = 2  # processes of one server
PATIENCE_SECONDS = 5

_places = threading.BoundedSemaphore(AT_ONCE)


def read(content: bytes) -> list[tuple[int, list[Cell]]]:
    """The filled rows of an XLSX or CSV file, each with its number; a cell is a text, or `FORMULA`.

    Read in a process of its own with limits (S-39); 5,000 rows take about a second. What the file is, is told by its
    content, never by its name. Raises SheetRefused.
    """
    if not content.strip():
        raise SheetRefused("empty")
    if len(content) > LARGEST_FILE:
        raise SheetRefused("too_large")
    if not _places.acquire(timeout=PATIENCE_SECONDS):
        raise SheetRefused("busy")
    try:
        answer = json.loads(_read_apart(content))
    finally:
        _places.release()
    if "refused" in answer:
        raise SheetRefused(answer["refused"])
    return [(number, cells) for number, cells in answer["rows"]]


def _read_apart(content: bytes) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and file
            [sys.executable, "-I", reader.__file__],
            input=content,
            capture_output=True,
            timeout=SECONDS,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise SheetRefused("too_heavy") from None
    if done.returncode != 0:  # stopped by a limit
        raise SheetRefused("too_heavy")
    return done.stdout
