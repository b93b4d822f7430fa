"""What the worker does about money: numbers, papers and their mails, each paper in a transaction of its own.

A paper is printed before the transaction, under the number that is next, so that nobody waits for typst; inside, the
number is taken, and if it is not the printed one after all, everything is undone and printed again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, Protocol

from flask import current_app

from courses_app.foundation.audit import SYSTEM, Actor
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import transaction
from courses_app.foundation.papers import GlyphMissing, PaperFailed
from courses_app.payments import documents, operations, queries
from courses_app.payments.models import Invoice, PaperRequest
from courses_app.payments.operations import NumberTaken
from courses_app.payments.rules.dunning import in_office_hours
from courses_app.payments.rules.papers import Series

MOST_A_ROUND = 50  # mails of one round leave after it
TRIES = 3


Subject = Invoice | PaperRequest


class NextOne(Protocol):
    def __call__(self, *, without: Collection[str]) -> Subject | None: ...


class Print(Protocol):
    def __call__(self, subject: Any, /, *, number: str, today: date, now: datetime) -> bytes: ...


class Keep(Protocol):
    def __call__(
        self, subject: Any, /, *, number: str, paper: bytes, today: date, by: Actor, now: datetime
    ) -> Subject | None: ...


@dataclass(frozen=True)
class Papers:
    """One kind of paper: its numbers, what is next, how it is printed, how it is kept."""

    series: Series
    next_one: NextOne
    print: Print
    keep: Keep


def _requested(series: Series) -> Papers:
    return Papers(series, partial(queries.next_request, series), documents.requested_pdf, operations.issue_requested)


PAPERS = (
    Papers(Series.INVOICE, queries.next_invoice, documents.invoice_pdf, operations.issue_invoice),
    Papers(Series.RECEIPT, queries.next_receipt, documents.receipt_pdf, operations.issue_receipt),
    *(_requested(series) for series in Series),
    Papers(Series.RECEIPT, queries.next_copy, documents.requested_pdf, operations.issue_requested),  # once more
)


def run_due(*, clock: Callable[[], datetime]) -> int:
    """Issue every paper that is due, ask for what is owed where a step does that by itself.

    Returns how many. What can't be printed is shown to the office.
    """
    return sum(_issue_all(papers, clock) for papers in PAPERS) + _remind(clock)


def _remind(clock: Callable[[], datetime]) -> int:
    """The steps that go out by themselves; in office hours, when somebody answers the telephone."""
    now, done = clock(), 0
    today = day_of(now)
    if not any(step.automatic for step in queries.dunning_steps()) or not in_office_hours(now):
        return 0
    for due in queries.reminders_due(today=today):
        if due.step.automatic:
            with transaction():
                done += operations.remind_by_itself(due.invoice.id, today=today, by=SYSTEM, now=clock())
    return done


def _issue_all(papers: Papers, clock: Callable[[], datetime]) -> int:
    done, seen = 0, queries.resting(now=clock())
    for _ in range(MOST_A_ROUND):
        subject = papers.next_one(without=seen)
        if subject is None:
            break
        seen.add(subject.reference)
        done += _issue(papers, subject, clock())
    return done


def _issue(papers: Papers, subject: Subject, now: datetime) -> bool:
    for _ in range(TRIES):
        try:
            return _issue_once(papers, subject, now)
        except NumberTaken:
            continue  # another worker was faster
        except (GlyphMissing, PaperFailed) as error:
            current_app.logger.error("paper.failed", extra={"task": papers.series.value})  # the reason may name people
            return _put_off(papers, subject, str(error), now)
        except Exception as error:  # the next invoice is not to wait for the fault of this one
            current_app.logger.exception("paper.failed", extra={"task": papers.series.value})
            return _put_off(papers, subject, type(error).__name__, now)
    return False


def _put_off(papers: Papers, subject: Subject, reason: str, now: datetime) -> bool:
    with transaction():
        kind = "invoice" if isinstance(subject, Invoice) else "paper_request"
        about = (kind, subject.reference)
        operations.put_off_paper(subject=about, paper=papers.series, reason=reason, by=SYSTEM, now=now)
    return False


def _issue_once(papers: Papers, subject: Subject, now: datetime) -> bool:
    today = day_of(now)
    number = _number(papers.series, subject, today)
    paper = papers.print(subject, number=number, today=today, now=now)
    with transaction():
        kept = papers.keep(subject, number=number, paper=paper, today=today, by=SYSTEM, now=now)
    return kept is not None


def _number(series: Series, subject: Subject, today: date) -> str:
    """The one it will get; what is printed once more keeps its own."""
    again = subject.number if isinstance(subject, PaperRequest) else None
    return again or queries.number_to_come(series, today)
