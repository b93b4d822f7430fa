"""What the worker does for closed rosters: certificates, notices of failure, absences, one transaction each.

A paper is printed before the transaction, under the number that is next, so that nobody waits for typst; inside, the
number is taken, and if it is not the printed one after all, everything is undone and printed again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from flask import current_app

from courses_app.bookings.models import Seat
from courses_app.certificates import documents, operations, queries
from courses_app.certificates.documents import Draft
from courses_app.certificates.operations import NumberTaken
from courses_app.certificates.operations.issuing import WRITTEN
from courses_app.certificates.rules import BirthDateMissing, Series
from courses_app.foundation.audit import SYSTEM, Actor
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import transaction
from courses_app.foundation.papers import GlyphMissing, PaperFailed
from courses_app.rosters.models import RosterEntry

MOST_A_ROUND = 50  # mails of one round leave after it
TRIES = 3


class NextOne(Protocol):
    def __call__(self, *, without: Collection[str]) -> RosterEntry | None: ...


class Print(Protocol):
    def __call__(self, entry: RosterEntry, *, number: str, today: date, now: datetime) -> Draft: ...


class Keep(Protocol):
    def __call__(self, *, entry: RosterEntry, draft: Draft, today: date, by: Actor, now: datetime) -> object | None: ...


class NextSeat(Protocol):
    def __call__(self, *, now: datetime, without: Collection[str]) -> Seat | None: ...


class Settle(Protocol):
    def __call__(self, *, seat: Seat, by: Actor, now: datetime) -> bool: ...


@dataclass(frozen=True)
class Papers:
    """One kind of paper: its numbers, which entry is next, how it is printed, how it is kept."""

    series: Series
    next_one: NextOne
    print: Print
    keep: Keep


CERTIFICATES = Papers(Series.CERTIFICATE, queries.next_certificate, documents.certificate, operations.issue_certificate)
NOTICES = Papers(Series.NOTICE, queries.next_notice, documents.notice_of_failure, operations.issue_notice)


def run_due(*, clock: Callable[[], datetime]) -> int:
    """Issue every paper that is due and settle absences; returns how many. The office learns what can't be printed."""
    papers = _issue_all(CERTIFICATES, clock) + _issue_all(NOTICES, clock)
    mistakes = _settle_all(queries.next_mistake, operations.take_back_absence, clock)
    return papers + mistakes + _settle_all(queries.next_absence, operations.settle_absence, clock)


def _issue_all(papers: Papers, clock: Callable[[], datetime]) -> int:
    done, seen = 0, queries.resting(queries.PAPER_FAILED, now=clock())
    for _ in range(MOST_A_ROUND):
        entry = papers.next_one(without=seen)
        if entry is None:
            break
        seen.add(entry.seat.reference)
        done += issue(papers, entry, clock())
    return done


def issue(papers: Papers, entry: RosterEntry, now: datetime) -> bool:
    """Print and keep one paper; False if it is no longer due, could not be printed, or others were always faster."""
    for _ in range(TRIES):
        try:
            return _issue_once(papers, entry, now)
        except NumberTaken:
            continue
        except (GlyphMissing, PaperFailed, BirthDateMissing) as error:
            current_app.logger.error("paper.failed", extra={"task": papers.series.value})  # the reason may name people
            return _put_off(papers, entry, str(error), now)
        except Exception as error:  # the next one is not to wait for the fault of this one
            current_app.logger.exception("paper.failed", extra={"task": papers.series.value})
            return _put_off(papers, entry, type(error).__name__, now)
    return False


def _put_off(papers: Papers, entry: RosterEntry, reason: str, now: datetime) -> bool:
    with transaction():
        operations.put_off_paper(entry=entry, paper=papers.series, reason=reason, by=SYSTEM, now=now)
    return False


def _issue_once(papers: Papers, entry: RosterEntry, now: datetime) -> bool:
    today, course = day_of(now), entry.seat.run.course
    count = queries.count_to_come(papers.series, course, today)
    number = WRITTEN[papers.series](course.code, today.year, count)
    draft = papers.print(entry, number=number, today=today, now=now)
    with transaction():
        kept = papers.keep(entry=entry, draft=draft, today=today, by=SYSTEM, now=now)
    return kept is not None


def _settle_all(next_one: NextSeat, settle: Settle, clock: Callable[[], datetime]) -> int:
    done, seen = 0, queries.resting(queries.ABSENCE_FAILED, now=clock())
    for _ in range(MOST_A_ROUND):
        seat = next_one(now=clock(), without=seen)
        if seat is None:
            break
        seen.add(seat.reference)
        try:
            with transaction():
                done += settle(seat=seat, by=SYSTEM, now=clock())
        except Exception as error:  # the next one is not to wait for the fault of this one
            current_app.logger.exception("absence.failed")
            with transaction():
                operations.put_off_absence(seat=seat, reason=type(error).__name__, by=SYSTEM, now=clock())
    return done
