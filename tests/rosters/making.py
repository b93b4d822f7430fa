"""Builds rosters through their operations."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from typing import Any

from courses_app.accounts.models import Person
from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.queries import run_by_reference
from courses_app.foundation.audit import SYSTEM, Actor, ActorKind
from courses_app.rosters import operations, queries
from courses_app.rosters.models import Roster
from courses_app.rosters.operations import EntryChange, Saved
from courses_app.rosters.queries import Attendee
from courses_app.rosters.rules import Record, blank

BEST = 100


def present(meetings: int, *, score: int | None = BEST, **changes: Any) -> Record:
    """Somebody who was there all day and passed, with changes."""
    return replace(blank(meetings), identity=True, **{"score": score, **changes})


class MakeRosters:
    """`make.recorded(run)`, `make.closed_roster(run)`."""

    def deed(self) -> AbstractContextManager[None]:  # given by Make
        raise NotImplementedError

    def recorded(
        self, run: CourseRun, records: dict[str, Record], *, by: Person | None = None, now: datetime | None = None
    ) -> Saved:
        """What somebody wrote of these seats (by reference), having seen what was recorded."""
        with self.deed():
            run = _whole(run)
            seen = {one.seat.reference: one.record for one in queries.attendees(run)}
            changes = [EntryChange(seat, seen[seat], record) for seat, record in records.items()]
            return operations.save_entries(run=run, changes=changes, by=_actor(by), now=now or run.ends_at)

    def closed_roster(
        self,
        run: CourseRun,
        *,
        failed: int = 0,
        absent: int = 0,
        by: Person | None = None,
        now: datetime | None = None,
    ) -> Roster:
        """The run's roster, closed at its end: of its attendees (by reading) the last `absent` did not come, the
        `failed` before them failed the test, and all others completed the course."""
        with self.deed():
            people = queries.attendees(_whole(run))
            records = _records(people, meetings=len(queries.net_minutes(_whole(run))), failed=failed, absent=absent)
            if run.course.pass_mark is None:
                records = {seat: replace(record, score=None) for seat, record in records.items()}
        self.recorded(run, records, by=by, now=now)
        with self.deed():
            run = _whole(run)
            seen = queries.state_of(queries.attendees(run))
            return operations.close_roster(run=run, seen=seen, by=_actor(by), now=now or run.ends_at)


def _records(people: Sequence[Attendee], *, meetings: int, failed: int, absent: int) -> dict[str, Record]:
    away, low = replace(blank(meetings), absent=True), present(meetings, score=0)
    first_absent, first_failed = len(people) - absent, len(people) - absent - failed
    return {
        one.seat.reference: away if at >= first_absent else low if at >= first_failed else present(meetings)
        for at, one in enumerate(people)
    }


def _whole(run: CourseRun) -> CourseRun:
    found = run_by_reference(run.reference)
    assert found is not None
    return found


def _actor(person: Person | None) -> Actor:
    return Actor(ActorKind.PERSON, person.id, person.full_name) if person else SYSTEM
