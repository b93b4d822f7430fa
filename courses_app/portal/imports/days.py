"""How the day of a run went: who was there, how the test ended, and the roster closed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from courses_app.catalogue.models import CourseRun
from courses_app.foundation.audit import Actor
from courses_app.rosters import operations, queries
from courses_app.rosters.operations import EntryChange
from courses_app.rosters.queries import Attendee
from courses_app.rosters.rules import Record, blank

USUAL_SCORE = 88


@dataclass(frozen=True)
class Day:
    """Who stands out, by reference of the person: scores, those who came `late` (minutes, made up), those absent."""

    scores: dict[str, int] = field(default_factory=dict)
    late: dict[str, int] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()


def record_day(run: CourseRun, day: Day, *, by: Actor, now: datetime) -> None:
    """Everybody's record, and the roster closed on it."""
    changes = [EntryChange(one.seat.reference, one.record, _record(one, run, day)) for one in queries.attendees(run)]
    operations.save_entries(run=run, changes=changes, by=by, now=now)
    seen = queries.state_of(queries.attendees(run))
    operations.close_roster(run=run, seen=seen, by=by, now=now)


def _record(one: Attendee, run: CourseRun, day: Day) -> Record:
    person, meetings = one.seat.attendee.reference, len(queries.counted_meetings(run))
    if person in day.absent:
        return replace(blank(meetings), absent=True)
    late = (day.late.get(person, 0), *(0,) * (meetings - 1))
    score = day.scores.get(person, USUAL_SCORE) if run.course.pass_mark is not None else None
    return replace(blank(meetings), identity=True, missed=late, made_up=late, score=score)
