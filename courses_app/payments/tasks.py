"""What the worker does about money: numbers, papers and their mails, each invoice in a transaction of its own.

A paper is printed before the transaction, under the number that is next, so that nobody waits for typst; inside, the
number is taken, and if it is not the printed one after all, everything is undone and printed again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from flask import current_app

from courses_app.foundation.audit import SYSTEM, Actor
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import transaction
from courses_app.foundation.papers import GlyphMissing, PaperFailed
from courses_app.payments import documents, operations, queries
from courses_app.payments.models import Invoice
from courses_app.payments.operations import NumberTaken
from courses_app.payments.queries import Series

MOST_A_ROUND = 50  # mails of one round leave after it
TRIES = 3


class NextOne(Protocol):
    def __call__(self, *, without: Collection[str]) -> Invoice | None: ...


class Print(Protocol):
    def __call__(self, invoice: Invoice, *, number: str, today: date, now: datetime) -> bytes: ...


class Keep(Protocol):
    def __call__(
        self, *, invoice: Invoice, number: str, paper: bytes, today: date, by: Actor, now: datetime
    ) -> Invoice | None: ...


@dataclass(frozen=True)
class Papers:
    """One kind of paper: its numbers, which invoice is next, how it is printed, how it is kept."""

    series: Series
    next_one: NextOne
    print: Print
    keep: Keep


INVOICES = Papers(Series.INVOICE, queries.next_invoice, documents.invoice_pdf, operations.issue_invoice)
RECEIPTS = Papers(Series.RECEIPT, queries.next_receipt, documents.receipt_pdf, operations.issue_receipt)


def run_due(*, clock: Callable[[], datetime]) -> int:
    """Issue every invoice and receipt that is due; returns how many. What can't be printed is shown to the office."""
    return _issue_all(INVOICES, clock) + _issue_all(RECEIPTS, clock)


def _issue_all(papers: Papers, clock: Callable[[], datetime]) -> int:
    done, seen = 0, queries.resting(now=clock())
    for _ in range(MOST_A_ROUND):
        invoice = papers.next_one(without=seen)
        if invoice is None:
            break
        seen.add(invoice.reference)
        done += _issue(papers, invoice, clock())
    return done


def _issue(papers: Papers, invoice: Invoice, now: datetime) -> bool:
    for _ in range(TRIES):
        try:
            return _issue_once(papers, invoice, now)
        except NumberTaken:
            continue  # another worker was faster
        except (GlyphMissing, PaperFailed) as error:
            current_app.logger.error("paper.failed", extra={"task": papers.series.value})  # the reason may name people
            return _put_off(papers, invoice, str(error), now)
        except Exception as error:  # the next invoice is not to wait for the fault of this one
            current_app.logger.exception("paper.failed", extra={"task": papers.series.value})
            return _put_off(papers, invoice, type(error).__name__, now)
    return False


def _put_off(papers: Papers, invoice: Invoice, reason: str, now: datetime) -> bool:
    with transaction():
        operations.put_off_paper(invoice=invoice, paper=papers.series, reason=reason, by=SYSTEM, now=now)
    return False


def _issue_once(papers: Papers, invoice: Invoice, now: datetime) -> bool:
    today = day_of(now)
    number = queries.number_to_come(papers.series, today)
    paper = papers.print(invoice, number=number, today=today, now=now)
    with transaction():
        kept = papers.keep(invoice=invoice, number=number, paper=paper, today=today, by=SYSTEM, now=now)
    return kept is not None
