"""Statements of our bank: read outside any transaction, taken in within one; each line is posted in one of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from courses_app.accounts.models import Organization
from courses_app.bookings import operations
from courses_app.bookings.queries.bank import books_now, lapsed_orders
from courses_app.foundation.audit import Actor
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import in_transaction
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.yen import Yen
from courses_app.payments.models import BankFile, BankLayout, BankLine, Invoice
from courses_app.payments.operations import banking
from courses_app.payments.queries.banking import bank_line_of, invoices_named
from courses_app.payments.rules.banking import ZERO, AccountLines, is_zengin, read_table, read_zengin


@dataclass
class Posted:
    """What became of the lines somebody asked to post."""

    yen: Yen = ZERO
    lines: int = 0
    refused: list[tuple[BankLine, str]] = field(default_factory=list)


def take_in(
    content: bytes, filename: str, layout: BankLayout | None, *, by: Actor, now: datetime
) -> tuple[BankFile, bool]:
    """The file, each of its new lines with a draft; whether it is new. Raises StatementUnreadable."""
    accounts = read(content, layout, now=now)

    def deed() -> tuple[BankFile, bool]:
        file, fresh = banking.take_in_statement(
            accounts=accounts, content=content, filename=filename, layout=layout, by=by, now=now
        )
        if fresh:
            banking.draft_lines(file=file, books=books_now(now=now), now=now)
        return file, fresh

    return in_transaction(deed)


def read(content: bytes, layout: BankLayout | None, *, now: datetime) -> list[AccountLines]:
    """A fixed-length file needs no layout, and is told by its beginning. Raises StatementUnreadable."""
    if layout is not None and not is_zengin(content):
        return read_table(content, layout.mapping, today=day_of(now))
    return read_zengin(content, today=day_of(now))


def post_lines(wanted: Sequence[tuple[str, int]], *, by: Actor, clock: Callable[[], datetime]) -> Posted:
    """Post lines by their references and the stamps of their drafts, each by itself: one that is refused stays open.

    What the others settled is then no longer proposed for the lines that stay.
    """
    done = Posted()
    for reference, stamp in wanted:
        line = bank_line_of(reference)
        if line is None:
            continue
        try:
            yen = in_transaction(partial(_post, line, stamp, by, clock()))
        except Refusal as refusal:
            done.refused.append((line, str(refusal.message)))
        else:
            done.lines, done.yen = done.lines + 1, Yen(done.yen + yen)
    if done.lines:
        redraft(now=clock())
    return done


@dataclass(frozen=True)
class Chosen:
    """Whose money a line is, what of it settles which invoice, and the fee we bear."""

    organization: Organization
    shares: Sequence[tuple[Invoice, Yen]]
    fee: Yen


def choose(line: BankLine, wanted: Chosen, *, stamp: int, by: Actor, now: datetime) -> None:
    """A person decides what a line is for. Raises as `banking.choose`; then nothing is kept."""
    in_transaction(
        partial(
            banking.choose, line=line, stamp=stamp, organization=wanted.organization, shares=wanted.shares,
            fee=wanted.fee, by=by, now=now,
        )
    )  # fmt: skip


def set_aside(line: BankLine, reason: str, *, stamp: int, by: Actor, now: datetime) -> None:
    """Not ours to match. Raises LineDealtWith, LineChanged."""
    in_transaction(partial(banking.set_aside, line=line, stamp=stamp, reason=reason, by=by, now=now))


def take_back(line: BankLine, reason: str, *, by: Actor, now: datetime) -> None:
    """What was posted is posted back. Raises MoveNotAllowed, RefundPromised."""
    in_transaction(partial(operations.take_back_line, line=line, reason=reason, by=by, now=now))


def given_up_by(organization: Organization, *, now: datetime) -> Sequence[Invoice]:
    """Invoices of its orders that lapsed lately: late money may still find seats (R-07)."""
    wanted = [one.reference for one in lapsed_orders(now=now) if one.organization_id == organization.id]
    return list(invoices_named(wanted).values())


def redraft(*, now: datetime) -> int:
    """Propose anew for every open line; how many drafts have changed."""
    return in_transaction(lambda: banking.redraft(books=books_now(now=now), now=now))


def _post(line: BankLine, stamp: int, by: Actor, now: datetime) -> Yen:
    return operations.post_line(line=line, stamp=stamp, by=by, now=now).amount
