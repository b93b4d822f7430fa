"""Fixed-length statements of the Zengin form (全銀協規定形式): 振込入金通知 (kind 01) and 入出金取引明細 (kind 03).

Records of 200 bytes, with or without line ends: headers (1), data (2), trailers (8), one end (9); an account is a
header, its data and its trailer. Letters are JIS X 0201: one byte each, half-width katakana from 0xA1 to 0xDF. Days
are YYMMDD in the years of the era. (Records of 120 bytes are orders to a bank, 総合振込 and the
like: no statement has them.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NoReturn

from flask_babel import lazy_gettext as _l

from courses_app.foundation.yen import Yen
from courses_app.payments.rules.banking.statements import (
    AccountLines,
    StatementLine,
    StatementUnreadable,
    refuse_size,
    short_year,
)

LENGTH = 200
ORDER_LENGTH = 120  # of 総合振込, 給与振込, 預金口座振替
NOTICE, TRANSACTIONS = "01", "03"
HEADER, DATA, TRAILER, END = b"1", b"2", b"8", b"9"
ENCODINGS = {"0": "JIS", "1": "EBCDIC"}
NOT_JIS = re.compile(rb"[^\x20-\x7e\xa1-\xdf]")
LINE_ENDS = b"\r\n\x1a"  # 0x1A ended a file on old systems
MONEY_IN, MONEY_OUT, CORRECTION = "1", "2", "19"
CANCELLED = "1"

# Where a field begins (counted from 1) and how long it is, by kind of file.
Fields = dict[str, tuple[int, int]]
HEADERS: dict[str, Fields] = {
    NOTICE: {"bank": (23, 4), "branch": (42, 3), "account": (61, 7)},
    TRANSACTIONS: {"bank": (23, 4), "branch": (42, 3), "account": (64, 10)},
}
LINES: dict[str, Fields] = {
    NOTICE: {
        "booked": (8, 6), "valued": (14, 6), "amount": (20, 10), "payer": (50, 48), "cancelled": (128, 1),
        "more": (129, 24), "large": (129, 12), "text": (129, 20), "text_behind": (153, 20),
    },
    TRANSACTIONS: {
        "booked": (10, 6), "valued": (16, 6), "direction": (22, 1), "deal": (23, 2), "amount": (25, 12),
        "payer": (82, 48), "summary": (160, 20), "text": (180, 20),
    },
}  # fmt: skip
TRAILERS: dict[str, Fields] = {
    NOTICE: {"count": (2, 6), "sum": (8, 12), "back_count": (20, 6), "back_sum": (26, 12)},
    TRANSACTIONS: {"count": (2, 6), "sum": (8, 13), "back_count": (21, 6), "back_sum": (27, 13), "records": (55, 7)},
}


@dataclass(frozen=True)
class _Record:
    """One record of a file and the field lists of its kind."""

    row: int
    content: bytes

    @property
    def kind(self) -> bytes:
        return self.content[:1]

    def text(self, place: tuple[int, int]) -> str:
        start, length = place
        return self.content[start - 1 : start - 1 + length].decode("cp932").strip()

    def number(self, place: tuple[int, int]) -> int:
        """The digits of a field, blanks in front and an empty field (0) allowed. Raises StatementUnreadable."""
        typed = self.text(place)
        if typed and not (typed.isascii() and typed.isdigit()):
            self.refuse(place[0], _l("a number is expected here, not “%(typed)s”.", typed=typed))
        return int(typed or 0)

    def day(self, place: tuple[int, int], today: date) -> date | None:
        """The day of YYMMDD; None for zeros and blanks. Raises StatementUnreadable."""
        digits = self.text(place)
        if not digits.strip("0"):
            return None
        number = self.number(place)
        try:
            return date(short_year(number // 10000, today), number // 100 % 100, number % 100)
        except ValueError:
            self.refuse(place[0], _l("a day (YYMMDD) is expected here, not “%(typed)s”.", typed=digits))

    def refuse(self, column: int | None, message: object) -> NoReturn:
        raise StatementUnreadable(message, row=self.row, column=column)


@dataclass
class _Account:
    """What is read of an account while its trailer has not come."""

    code: str
    name: str
    lines: list[StatementLine] = field(default_factory=list)
    back_count: int = 0  # withdrawals, or deposits the bank took back
    back_sum: int = 0
    withdrawals: int = 0


def is_zengin(content: bytes) -> bool:
    """Whether a file begins like a fixed-length one: the header, a kind of two digits, the code of its letters."""
    return content[:1] == HEADER and content[1:4].isdigit() and b"," not in content[:LENGTH]


def read_zengin(content: bytes, *, today: date) -> list[AccountLines]:
    """The accounts of a file. Raises StatementUnreadable for whatever is broken in it, sums and counts included.

    `today` decides which era two digits of a year belong to.
    """
    refuse_size(content)
    found: list[AccountLines] = []
    open_account: _Account | None = None
    ended = False
    for record in _records(content):
        if ended:
            record.refuse(1, _l("nothing may follow the end record (9)."))
        open_account, done, ended = _step(record, open_account, today)
        found += [done] if done else []
    if open_account is not None or not ended:
        raise StatementUnreadable(_l("The file breaks off: its last records are missing. Please download it again."))
    return found


def _records(content: bytes) -> Iterator[_Record]:
    """The records one by one. Raises StatementUnreadable for a length or a byte that doesn't belong there."""
    content = content.rstrip(LINE_ENDS)
    if b"\n" in content or b"\r" in content:
        rows = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    else:
        rows = [content[start : start + LENGTH] for start in range(0, len(content), LENGTH)]
    if len(content) % LENGTH and (len(rows[0]) == ORDER_LENGTH or len(content) % ORDER_LENGTH == 0):
        raise StatementUnreadable(
            _l(
                "Records of 120 bytes are transfer orders (総合振込), no statement. Please choose 振込入金通知 or"
                " 入出金取引明細 at the bank."
            )
        )
    for number, row in enumerate(rows, start=1):
        record = _Record(number, row)
        if len(row) != LENGTH:
            record.refuse(None, _l("the record has %(length)d bytes instead of 200.", length=len(row)))
        if broken := NOT_JIS.search(row):
            byte = f"0x{broken[0][0]:02X}"
            record.refuse(broken.start() + 1, _l("the byte %(byte)s is no half-width character.", byte=byte))
        yield record


def _step(record: _Record, account: _Account | None, today: date) -> tuple[_Account | None, AccountLines | None, bool]:
    """What a record does to the account being read: (account still open, account now complete, whether the end)."""
    if record.kind == HEADER and account is None:
        return _header(record), None, False
    if record.kind == DATA and account is not None:
        _line(record, account, today)
        return account, None, False
    if record.kind == TRAILER and account is not None:
        return None, _closed(record, account), False
    if record.kind == END and account is None and record.row > 1:
        return None, None, True
    message = _l("a record “%(kind)s” can't stand here.", kind=record.content[:1].decode("cp932"))
    raise StatementUnreadable(message, row=record.row, column=1)


def _header(record: _Record) -> _Account:
    kind, letters = record.text((2, 2)), record.text((4, 1))
    if kind not in HEADERS:
        record.refuse(2, _l("the kind “%(kind)s” is neither 01 (振込入金通知) nor 03 (入出金取引明細).", kind=kind))
    if letters != "0":
        name = ENCODINGS.get(letters, letters)
        record.refuse(4, _l("the letters must be JIS (0), not %(name)s. Please download the file in JIS.", name=name))
    fields = HEADERS[kind]
    bank, branch = record.text(fields["bank"]), record.text(fields["branch"])
    return _Account(kind, f"{bank}-{branch}-{record.number(fields['account']):07d}")


def _line(record: _Record, account: _Account, today: date) -> None:
    fields = LINES[account.code]
    day = record.day(fields["valued"], today) or record.day(fields["booked"], today)
    if day is None:
        record.refuse(fields["booked"][0], _l("the day is missing."))
    read = _of_notice if account.code == NOTICE else _of_transaction
    amount, reverses, memo = read(record, fields)
    if reverses is not False:
        account.back_count, account.back_sum = account.back_count + 1, account.back_sum + amount
    if reverses is None:
        account.withdrawals += 1
    else:
        payer = record.text(fields["payer"])
        account.lines.append(StatementLine(record.row, day, Yen(amount), payer, memo, reverses=reverses))


def _of_notice(record: _Record, fields: Fields) -> tuple[int, bool | None, str]:
    """The amount of a deposit notice, whether it takes one back, and what was written beside the payer.

    Form B holds amounts of twelve digits where form A has the text: 24 digits tell it apart.
    """
    amount, reverses = record.number(fields["amount"]), record.text(fields["cancelled"]) == CANCELLED
    behind = record.text(fields["more"])
    is_b = len(behind) == fields["more"][1] and behind.isascii() and behind.isdigit()
    if is_b:
        amount = amount or record.number(fields["large"])
    if amount == 0:
        record.refuse(fields["amount"][0], _l("the amount is zero."))
    return amount, reverses, record.text(fields["text_behind" if is_b else "text"])


def _of_transaction(record: _Record, fields: Fields) -> tuple[int, bool | None, str]:
    """The same of a transaction; None for a withdrawal that is no correction of a deposit."""
    amount, direction = record.number(fields["amount"]), record.text(fields["direction"])
    if direction not in (MONEY_IN, MONEY_OUT):
        record.refuse(
            fields["direction"][0], _l("1 (in) or 2 (out) is expected here, not “%(typed)s”.", typed=direction)
        )
    if amount == 0 and direction == MONEY_IN:
        record.refuse(fields["amount"][0], _l("the amount is zero."))
    memo = " ".join(filter(None, (record.text(fields["summary"]), record.text(fields["text"]))))
    if direction == MONEY_IN:
        return amount, False, memo
    return amount, True if record.text(fields["deal"]) == CORRECTION and amount else None, memo


def _closed(record: _Record, account: _Account) -> AccountLines:
    """The account, once its trailer agrees. Raises StatementUnreadable where a sum or a count differs."""
    came = [line for line in account.lines if not line.reverses]
    read = {
        "count": len(came), "sum": sum(line.amount for line in came),
        "back_count": account.back_count, "back_sum": account.back_sum, "records": len(came) + account.back_count,
    }  # fmt: skip
    for name, place in TRAILERS[account.code].items():
        if (told := record.number(place)) != read[name]:
            record.refuse(
                place[0],
                _l(
                    "the trailer says %(told)s, the lines before it make %(read)s. Please download the file again.",
                    told=f"{told:,}",
                    read=f"{read[name]:,}",
                ),
            )
    return AccountLines(account.name, tuple(account.lines), account.withdrawals)
