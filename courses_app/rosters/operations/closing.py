"""The end of the day: outcomes are derived and frozen; staff may open the roster again while no paper went out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from courses_app.catalogue.models import CourseRun
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.rosters import queries
from courses_app.rosters.models import Roster
from courses_app.rosters.operations.recording import open_roster
from courses_app.rosters.queries import Attendee
from courses_app.rosters.rules import (
    Incomplete,
    Lack,
    NotClosed,
    Outcome,
    RosterChanged,
    RosterClosed,
    lack,
    may_close,
    verdict,
)


def close_roster(*, run: CourseRun, seen: str, by: Actor, now: datetime) -> Roster:
    """Derive and freeze everybody's outcome; the completion day is the last meeting's in Tokyo.

    `seen` is the fingerprint (`queries.state_of`) of what the closing person looked at. Raises RosterNotYet,
    RosterClosed, RosterChanged and Incomplete.
    """
    may_close(now=now, last_meeting_starts_at=max(meeting.starts_at for meeting in run.meetings))
    roster = open_roster(run=run, by=by, now=now)
    if roster.closed_at is not None:
        raise RosterClosed()
    people = queries.attendees(run)
    if queries.state_of(people) != seen:
        raise RosterChanged()
    check_complete(people, run)
    roster.closed_at, roster.closed_by_person_id, roster.pass_mark = now, by.person_id, run.course.pass_mark
    for one in people:
        _judge(one, run, by=by, now=now)
    session.flush()
    audit.record(
        by=by, now=now, action="roster.closed", subject=("roster", run.reference), before="open", after="closed"
    )
    return roster


def check_complete(people: Sequence[Attendee], run: CourseRun) -> None:
    """Everybody can be judged. Raises Incomplete with their names."""
    net, pass_mark = queries.net_minutes(run), run.course.pass_mark
    lacking = [(one.seat.full_name, lack(one.record, net=net, pass_mark=pass_mark)) for one in people]
    unrecorded = [name for name, found in lacking if found is Lack.EVERYTHING]
    without_score = [name for name, found in lacking if found is Lack.SCORE]
    if unrecorded or without_score:
        raise Incomplete(unrecorded, without_score)


def _judge(one: Attendee, run: CourseRun, *, by: Actor, now: datetime) -> None:
    assert one.entry is not None  # opened above
    judged = verdict(one.record, net=queries.net_minutes(run), pass_mark=run.course.pass_mark)
    one.entry.outcome = judged.outcome
    one.entry.completed_on = day_of(run.ends_at) if judged.outcome is Outcome.COMPLETED else None
    audit.record(
        by=by,
        now=now,
        action="roster.judged",
        subject=("seat", one.seat.reference),
        after=judged.outcome.value,
        detail={"reasons": [reason.value for reason in judged.reasons], "missed": judged.missed,
                "made_up": judged.made_up, "score": judged.score, "pass_mark": judged.pass_mark},
    )  # fmt: skip


def reopen_roster(*, run: CourseRun, reason: str, by: Actor, now: datetime) -> Roster:
    """Take the outcomes back, so that the roster can be corrected. Raises NotClosed.

    Only `certificates.operations.reopen_roster` may call this: it knows whether papers rest on the outcomes.
    """
    roster = open_roster(run=run, by=by, now=now)
    if roster.closed_at is None:
        raise NotClosed()
    for entry in roster.entries:
        entry.outcome, entry.completed_on = None, None
    roster.closed_at, roster.closed_by_person_id, roster.pass_mark = None, None, None
    session.flush()
    audit.record(
        by=by,
        now=now,
        action="roster.reopened",
        subject=("roster", run.reference),
        before="closed",
        after="open",
        detail={"reason": reason},
    )
    return roster
