"""The journal of a period as a file for an accounting package."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_babel import force_locale

from courses_app.foundation.yen import Yen, total
from courses_app.payments import queries
from courses_app.payments.models import JournalLayout
from courses_app.payments.rules.journal import JournalLine, Written, cells_of, lines_of, written
from courses_app.payments.rules.kinds import KINDS


@dataclass(frozen=True)
class JournalFile:
    """The file, its lines with what each cell holds, and what they add up to."""

    written: Written
    lines: list[JournalLine]
    cells: list[list[object]]

    @property
    def content(self) -> bytes:
        return self.written.content

    @property
    def amount(self) -> Yen:
        return total(line.amount for line in self.lines)

    def lines_with(self, character: str) -> list[int]:
        """In which lines a character stands that the file can't hold."""
        return [number for number, row in enumerate(self.cells, start=1) if any(character in str(one) for one in row)]


def journal_file(layout: JournalLayout, *, from_on: date, until_on: date) -> JournalFile:
    """The same period and layout give the same bytes, whoever asks in whichever language."""
    lines = [line for one in queries.postings(from_on=from_on, until_on=until_on) for line in lines_of(one)]
    titles, arranged = queries.titles(), layout.layout
    with force_locale("ja"):
        kinds = {kind: str(word) for kind, word in KINDS.items()}
    cells = [cells_of(line, number, arranged, titles, kinds) for number, line in enumerate(lines, start=1)]
    return JournalFile(written(cells, arranged), lines, cells)
