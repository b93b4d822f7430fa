"""What a bank tells about an account: lines of money that came, and why a file of it is not read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import lazy_gettext as _l

from courses_app.foundation.refusal import Refusal
from courses_app.foundation.yen import Yen

LARGEST_STATEMENT = 2 * 1024**2 - 32 * 1024  # 10,000 records of 200 bytes; a request may have 2 MiB
MOST_LINES = 20_000
LARGEST_AMOUNT = 999_999_999_999  # the twelve digits of a statement's field
ERA_OFFSETS = (2018, 2000, 1988)  # Reiwa, the common era, Heisei: what two digits of a year may be short for
SOON = timedelta(days=366)


@dataclass(frozen=True)
class StatementLine:
    """Money that came: `row` is where it stands in the file, `payer` and `memo` are as the bank wrote them.

    `reverses`: the bank took it back. `balance` is what the account held after it, where the bank says so.
    """

    row: int
    on: date
    amount: Yen
    payer: str
    memo: str = ""
    balance: int | None = None
    reverses: bool = False


@dataclass(frozen=True)
class AccountLines:
    """The lines of one account (`bank-branch-number`), and how many withdrawals stood between them."""

    account: str
    lines: tuple[StatementLine, ...]
    withdrawals: int = 0


class StatementUnreadable(Refusal):
    """A statement isn't read, and nothing of it is kept; `row` and `column` (or byte) say where it is broken."""

    status = 422

    def __init__(self, message: object, *, row: int | None = None, column: int | None = None) -> None:
        self.row, self.column = row, column
        if row is not None and column is not None:
            message = _l("Line %(row)d, position %(column)d: %(what)s", row=row, column=column, what=message)
        elif row is not None:
            message = _l("Line %(row)d: %(what)s", row=row, what=message)
        super().__init__(message, field="statement")


def refuse_size(content: bytes) -> None:
    """Raises StatementUnreadable for an empty file, and one no bank sends."""
    if not content.strip():
        raise StatementUnreadable(_l("The file is empty. Please download the statement again."))
    if len(content) > LARGEST_STATEMENT:
        raise StatementUnreadable(
            _l(
                "The file is larger than %(most)d MB. Please download a shorter period.",
                most=round(LARGEST_STATEMENT / 1024**2),
            )
        )


def short_year(year: int, today: date) -> int:
    """The full year of two digits: of Reiwa, the common era and Heisei the one nearest to `today`, hardly later."""
    known = [year + offset for offset in ERA_OFFSETS if year + offset <= (today + SOON).year]
    return min(known or [year + ERA_OFFSETS[-1]], key=lambda full: abs(today.year - full))
