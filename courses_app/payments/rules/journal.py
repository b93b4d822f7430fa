"""The journal (仕訳帳) as accounting packages read it: one debit and one credit a line, in columns staff arrange."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from courses_app.foundation.refusal import Refusal
from courses_app.foundation.tables import BOM, cell
from courses_app.foundation.yen import TaxCategory, Yen
from courses_app.payments.rules.books import Title, key_of, title_in

NOTHING = Yen(0)
GETA = "〓"  # stands for a character the encoding has no place for
# Characters that look the same and of which cp932 knows only the other one.
TWINS = str.maketrans({"〜": "～", "−": "－", "—": "―", "‖": "∥", "¢": "￠", "£": "￡", "¬": "￢"})
MOST_COLUMNS = 40


class Encoding(StrEnum):
    """How a file is written."""

    UTF_8 = "utf-8"
    CP932 = "cp932"

    @property
    def label(self) -> str:
        return str(ENCODINGS[self])


ENCODINGS = {Encoding.UTF_8: _l("UTF-8 (with a mark at the beginning)"), Encoding.CP932: _l("Shift_JIS (cp932)")}


class DateFormat(StrEnum):
    """How a day is written."""

    SLASHED = "2026/04/01"
    DASHED = "2026-04-01"
    PLAIN = "20260401"

    def written(self, value: date) -> str:
        return value.strftime({"2026/04/01": "%Y/%m/%d", "2026-04-01": "%Y-%m-%d", "20260401": "%Y%m%d"}[self.value])


class Source(StrEnum):
    """What a column shows."""

    CONSTANT = "constant"
    NUMBER = "number"
    LINE = "line"
    BOOKED_ON = "booked_on"
    KIND = "kind"
    SUMMARY = "summary"
    DEBIT_CODE = "debit_code"
    DEBIT_NAME = "debit_name"
    DEBIT_TAX_CODE = "debit_tax_code"
    DEBIT_AMOUNT = "debit_amount"
    DEBIT_TAX = "debit_tax"
    CREDIT_CODE = "credit_code"
    CREDIT_NAME = "credit_name"
    CREDIT_TAX_CODE = "credit_tax_code"
    CREDIT_AMOUNT = "credit_amount"
    CREDIT_TAX = "credit_tax"
    ORGANIZATION = "organization"
    ORGANIZATION_REFERENCE = "organization_reference"
    INVOICE = "invoice"
    ORDER = "order"

    @property
    def label(self) -> str:
        return str(SOURCES[self])


SOURCES = {
    Source.CONSTANT: _l("The same text in every line"),
    Source.NUMBER: _l("Number of the entry"),
    Source.LINE: _l("Number of the line in the file"),
    Source.BOOKED_ON: _l("Posting day"),
    Source.KIND: _l("Kind of entry"),
    Source.SUMMARY: _l("Description"),
    Source.DEBIT_CODE: _l("Debit: account code"),
    Source.DEBIT_NAME: _l("Debit: account"),
    Source.DEBIT_TAX_CODE: _l("Debit: tax category"),
    Source.DEBIT_AMOUNT: _l("Debit: amount"),
    Source.DEBIT_TAX: _l("Debit: tax within"),
    Source.CREDIT_CODE: _l("Credit: account code"),
    Source.CREDIT_NAME: _l("Credit: account"),
    Source.CREDIT_TAX_CODE: _l("Credit: tax category"),
    Source.CREDIT_AMOUNT: _l("Credit: amount"),
    Source.CREDIT_TAX: _l("Credit: tax within"),
    Source.ORGANIZATION: _l("Organization"),
    Source.ORGANIZATION_REFERENCE: _l("Organization reference"),
    Source.INVOICE: _l("Invoice number (empty until it is given)"),
    Source.ORDER: _l("Booking number"),
}


@dataclass(frozen=True)
class JournalSide:
    """One side of an entry: an account, and of revenue its tax category with the tax within."""

    account: str
    amount: Yen
    category: TaxCategory | None = None
    tax: Yen = NOTHING
    invoice: str = ""
    order: str = ""
    party: str = ""  # as the invoice was addressed: names of organizations may change later

    @property
    def key(self) -> str:
        return key_of(self.account, self.category)


@dataclass(frozen=True)
class Posting:
    """One entry of the ledger with all its sides; `number` is its own for ever."""

    number: int
    booked_on: date
    kind: str
    organization: str
    organization_reference: str
    debits: tuple[JournalSide, ...]
    credits: tuple[JournalSide, ...]


@dataclass(frozen=True)
class JournalLine:
    """One debit that faces one credit of the same amount."""

    posting: Posting
    debit: JournalSide
    credit: JournalSide

    @property
    def amount(self) -> Yen:
        return self.debit.amount

    @property
    def invoice(self) -> str:
        return self.credit.invoice or self.debit.invoice

    @property
    def order(self) -> str:
        return self.credit.order or self.debit.order

    @property
    def party(self) -> str:
        return self.credit.party or self.debit.party or self.posting.organization


@dataclass(frozen=True)
class Column:
    """One column: its heading, what it shows, and the text of one that is the same everywhere."""

    header: str
    source: Source
    value: str = ""


@dataclass(frozen=True)
class Layout:
    """How a file is arranged. `tax_words` replaces tax codes by what a package calls them."""

    columns: tuple[Column, ...]
    encoding: Encoding = Encoding.UTF_8
    date_format: DateFormat = DateFormat.SLASHED
    with_header: bool = True
    tax_words: Mapping[str, str] = field(default_factory=dict)


class ColumnsMissing(Refusal):
    """Without these a package can't rebuild the entry."""

    def __init__(self) -> None:
        super().__init__(
            _l(
                "The file needs at least the posting day, an account and an amount on the debit side, and an account"
                " and an amount on the credit side."
            )
        )


NEEDED = (
    {Source.BOOKED_ON},
    {Source.DEBIT_CODE, Source.DEBIT_NAME},
    {Source.CREDIT_CODE, Source.CREDIT_NAME},
    {Source.DEBIT_AMOUNT},
    {Source.CREDIT_AMOUNT},
)


def check_columns(columns: Iterable[Column]) -> None:
    """Raises ColumnsMissing."""
    shown = {column.source for column in columns}
    if not all(shown & either for either in NEEDED):
        raise ColumnsMissing()


def lines_of(posting: Posting) -> list[JournalLine]:
    """The entry in lines: sides face each other in their order, the longer one is cut; no yen is lost or added."""
    debits, credits = list(posting.debits), list(posting.credits)
    lines = []
    while debits and credits:
        amount = min(debits[0].amount, credits[0].amount)
        lines.append(JournalLine(posting, _cut(debits, amount), _cut(credits, amount)))
    return lines


def _cut(sides: list[JournalSide], amount: Yen) -> JournalSide:
    """Take `amount` off the first side, with its part of the tax."""
    first = sides.pop(0)
    if first.amount == amount:
        return first
    tax = Yen(first.tax * amount // first.amount)
    sides.insert(0, replace(first, amount=Yen(first.amount - amount), tax=Yen(first.tax - tax)))
    return replace(first, amount=amount, tax=tax)


def cells_of(
    line: JournalLine, number: int, layout: Layout, titles: Mapping[str, Title], kinds: Mapping[str, str]
) -> list[object]:
    """What one line of the file holds; `kinds` are the words for kinds of entries."""
    posting = line.posting
    kind = str(kinds.get(posting.kind, posting.kind))
    known: dict[Source, object] = {
        Source.NUMBER: posting.number,
        Source.LINE: number,
        Source.BOOKED_ON: layout.date_format.written(posting.booked_on),
        Source.KIND: kind,
        Source.SUMMARY: " ".join(word for word in (kind, line.order, line.party) if word),
        Source.ORGANIZATION: line.party,
        Source.ORGANIZATION_REFERENCE: posting.organization_reference,
        Source.INVOICE: line.invoice,
        Source.ORDER: line.order,
        **_side("debit", line.debit, layout, titles),
        **_side("credit", line.credit, layout, titles),
    }
    return [column.value if column.source is Source.CONSTANT else known[column.source] for column in layout.columns]


def _side(which: str, side: JournalSide, layout: Layout, titles: Mapping[str, Title]) -> dict[Source, object]:
    title = title_in(titles, side.key)
    values = {
        "code": title.code,
        "name": title.name_ja,
        "tax_code": layout.tax_words.get(title.tax_code, title.tax_code),
        "amount": int(side.amount),
        "tax": int(side.tax) if side.tax else "",
    }
    return {Source(f"{which}_{name}"): value for name, value in values.items()}


@dataclass(frozen=True)
class Written:
    """A file: its bytes, and which characters it could not hold, each with how often."""

    content: bytes
    lost: Mapping[str, int]


def written(rows: Iterable[Sequence[object]], layout: Layout) -> Written:
    """The file. The same rows and layout give the same bytes, always."""
    text = "".join(_csv(rows, layout))
    if layout.encoding is Encoding.UTF_8:
        return Written((BOM + text).encode(), {})
    text = text.translate(TWINS)
    lost: dict[str, int] = {}
    for character in text:
        if not _holds(character):
            lost[character] = lost.get(character, 0) + 1
    kept = text.translate({ord(character): GETA for character in lost})
    return Written(kept.encode("cp932"), lost)


def _csv(rows: Iterable[Sequence[object]], layout: Layout) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    if layout.with_header:
        writer.writerow([cell(column.header) for column in layout.columns])
    for row in rows:
        writer.writerow([cell(value) for value in row])
    yield buffer.getvalue()


def _holds(character: str) -> bool:
    try:
        character.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True
