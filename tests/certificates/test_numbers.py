"""R-45: a hundred certificates issued at the same moment, some undone in the middle: unique numbers without a gap."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Barrier, Thread

from flask import Flask
from sqlalchemy import select

from courses_app.certificates import operations, queries, tasks
from courses_app.certificates.documents import Draft
from courses_app.certificates.models import Certificate
from courses_app.certificates.operations import NumberTaken
from courses_app.certificates.rules import Series, certificate_number
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session, transaction
from courses_app.foundation.references import new_token
from courses_app.rosters.models import RosterEntry
from tests.certificates.conftest import MakeHere
from tests.certificates.making import PAID_BEFORE

ISSUES = 100
TOGETHER = 20  # threads; more than the pool has connections
UNDONE_EACH = 7


class Undone(Exception):
    """Something went wrong after the number was given."""


def test_r45_a_hundred_parallel_issues_have_unique_numbers_without_gaps(app: Flask, make: MakeHere) -> None:
    entries, now = closed_roster_of(app, make, ISSUES)
    start = Barrier(TOGETHER)
    failures: list[BaseException] = []

    def issue(at: int) -> None:
        with app.app_context():
            start.wait()
            try:
                for one in range(at, ISSUES, TOGETHER):
                    issue_in_the_end(entries[one], now, undone=one % UNDONE_EACH == 0)
            except BaseException as failure:
                failures.append(failure)
            finally:
                session.remove()

    together(issue)
    assert failures == []
    with app.app_context():
        numbers = sorted(session.scalars(select(Certificate.number)))
        undone = len(range(0, ISSUES, UNDONE_EACH))
        year = day_of(now).year
        assert numbers == [certificate_number("SUP", year, count + 1) for count in range(ISSUES - undone)]
        assert list(queries.violations(now=now)) == []


def test_r45_two_workers_at_once_issue_each_certificate_once(app: Flask, make: MakeHere) -> None:
    entries, now = closed_roster_of(app, make, 6)
    done: list[int] = []

    def work(_at: int) -> None:
        with app.app_context():
            done.append(tasks.run_due(clock=lambda: now))
            session.remove()

    together(work, 2)
    with app.app_context():
        while issued := tasks.run_due(clock=lambda: now):
            done.append(issued)
        assert sum(done) == len(entries)
        assert len(session.scalars(select(Certificate.entry_id)).all()) == len(entries)
        assert list(queries.violations(now=now)) == []


def closed_roster_of(app: Flask, make: MakeHere, people: int) -> tuple[list[int], datetime]:
    run = make.run(days_ahead=-7, capacity=people)
    for _ in range(max(1, people // 50)):
        make.paid(run, min(people, 50), now=run.starts_at - PAID_BEFORE)
    make.closed_roster(run)
    with app.app_context():
        return list(session.scalars(select(RosterEntry.id))), run.ends_at + timedelta(hours=1)


def issue_in_the_end(entry_id: int, now: datetime, *, undone: bool) -> None:
    """What the worker does, but with a paper that costs nothing, so that all meet at the number."""
    today = day_of(now)
    while True:
        entry = session.get_one(RosterEntry, entry_id)
        course = entry.seat.run.course
        number = certificate_number(course.code, today.year, queries.count_to_come(Series.CERTIFICATE, course, today))
        draft = Draft(number, new_token(), {"valid_through": None, "name": "x", "course": "x", "verify_url": "x"}, b"x")
        try:
            with transaction():
                operations.issue_certificate(entry=entry, draft=draft, today=today, by=SYSTEM, now=now)
                if undone:
                    raise Undone
        except NumberTaken:
            continue
        except Undone:
            pass
        return


def together(work: Callable[[int], None], count: int = TOGETHER) -> None:
    threads = [Thread(target=work, args=(at,)) for at in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
