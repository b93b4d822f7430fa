"""The office's runs with the seats that are taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from courses_app.bookings.queries import blocked_by_run, taken_by_run, unnamed_by_run
from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.queries import OfficeFilter, office_runs
from courses_app.catalogue.rules import Availability
from courses_app.foundation.db import session
from courses_app.foundation.paging import Page, paged
from courses_app.foundation.templating import instant, local
from courses_app.portal.queries.lines import state_of


@dataclass(frozen=True)
class OfficeLine:
    """A run, how full it is, and how many of its seats have no name yet."""

    run: CourseRun
    taken: int
    unnamed: int
    state: Availability


def office_page(wanted: OfficeFilter, *, number: int, now: datetime) -> Page[OfficeLine]:
    """A page of runs for staff, in four statements."""
    page = paged(office_runs(wanted, now=now), number=number)
    taken = taken_by_run([run.id for run in page.rows], now=now)
    unnamed = unnamed_by_run(list(taken), now=now)
    lines = [
        OfficeLine(run, taken[run.id], unnamed.get(run.id, 0), state_of(run, taken[run.id], now=now))
        for run in page.rows
    ]
    return Page(lines, page.number, page.per_page, page.total)


def office_table(wanted: OfficeFilter, *, now: datetime) -> Iterator[list[object]]:
    """The same runs, all of them, as rows of a file."""
    runs = session.scalars(office_runs(wanted, now=now)).all()
    ids = [run.id for run in runs]
    taken, blocked = taken_by_run(ids, now=now), blocked_by_run(ids, now=now)
    for run in runs:
        yield [
            run.reference, local(run.course, "name"), run.status.label, instant(run.starts_at), instant(run.ends_at),
            local(run.venue, "name") if run.venue else run.delivery.label, run.capacity, taken[run.id],
            blocked.get(run.id, 0),
        ]  # fmt: skip
