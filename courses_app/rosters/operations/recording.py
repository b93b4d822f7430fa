"""The day: who was there, what they missed and made up, how the test went; two people may write at once (R-41)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from courses_app.bookings.models import Seat
from courses_app.catalogue.models import CourseRun, Meeting
from courses_app.catalogue.rules import RunStatus
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.rosters import queries
from courses_app.rosters.models import MeetingMinutes, Roster, RosterEntry
from courses_app.rosters.queries import Attendee
from courses_app.rosters.rules import (
    Conflict,
    EntryChanged,
    EntryConflict,
    Record,
    RosterClosed,
    RunCalledOff,
    SeatGone,
    fields_of,
    may_record,
    merged,
    problems,
)


@dataclass(frozen=True)
class EntryChange:
    """What somebody made (`mine`) of what they saw (`base`) for one seat (its reference)."""

    seat: str
    base: Record
    mine: Record


@dataclass(frozen=True)
class Saved:
    """The seats written (references), and those in which somebody else's simultaneous changes were kept as well."""

    seats: tuple[str, ...]
    merged: tuple[str, ...]


def open_roster(*, run: CourseRun, by: Actor, now: datetime) -> Roster:
    """The run's roster with an entry for every confirmed seat: made if need be, seats confirmed since added (INV-19).

    The run's row is locked: whoever writes the roster waits for the one before, and for who calls the run off. Raises
    RunCalledOff.
    """
    status = session.scalar(select(CourseRun.status).where(CourseRun.id == run.id).with_for_update())
    if status is RunStatus.CALLED_OFF:
        raise RunCalledOff()
    roster = queries.roster_of(run)
    if roster is None:
        roster = Roster(run=run, opened_at=now)
        session.add(roster)
        audit.record(by=by, now=now, action="roster.opened", subject=("roster", run.reference))
    if roster.closed_at is None:
        _admit(roster, [one.seat for one in queries.attendees(run) if one.entry is None], by=by, now=now)
    return roster


def _admit(roster: Roster, seats: Sequence[Seat], *, by: Actor, now: datetime) -> None:
    for seat in seats:
        session.add(RosterEntry(roster=roster, seat=seat, minutes=[]))
        audit.record(
            by=by,
            now=now,
            action="roster.admitted",
            subject=("seat", seat.reference),
            detail={"run": roster.run.reference},
        )
    session.flush()


def save_entries(*, run: CourseRun, changes: Sequence[EntryChange], by: Actor, now: datetime) -> Saved:
    """Write what was changed; what others changed meanwhile stays, field by field.

    Raises RosterNotYet, RosterClosed, SeatGone, and EntryChanged where a field was changed by both: then nothing is
    written. The records must be free of `rules.problems`.
    """
    may_record(now=now, starts_at=run.starts_at)
    if open_roster(run=run, by=by, now=now).closed_at is not None:
        raise RosterClosed()
    people = {one.seat.reference: one for one in queries.attendees(run)}
    wanted = [change for change in changes if change.mine != change.base]
    if any(change.seat not in people for change in wanted):
        raise SeatGone()
    net = queries.net_minutes(run)
    plans = [_plan(change, people[change.seat], net) for change in wanted]
    if conflicts := [plan for plan in plans if isinstance(plan, EntryConflict)]:
        raise EntryChanged(conflicts)
    records = {change.seat: plan for change, plan in zip(wanted, plans, strict=True) if isinstance(plan, Record)}
    meetings = queries.counted_meetings(run)
    for seat, record in records.items():
        _write(people[seat], record, meetings, by=by, now=now)
    session.flush()
    return Saved(tuple(records), tuple(change.seat for change in wanted if records[change.seat] != change.mine))


def _plan(change: EntryChange, present: Attendee, net: Sequence[int]) -> Record | EntryConflict:
    """The record to write, or what a person has to decide first."""
    record, conflicts = merged(base=change.base, mine=change.mine, theirs=present.record)
    if not conflicts and problems(record, net):
        conflicts = _differences(change.mine, present.record)
    if not conflicts:
        return record
    entry = present.entry
    return EntryConflict(
        seat=change.seat,
        who=entry.changed_by.full_name if entry and entry.changed_by else "",
        at=entry.changed_at if entry else None,
        fields=conflicts,
        merged=record,
        theirs=present.record,
    )


def _differences(mine: Record, theirs: Record) -> tuple[Conflict, ...]:
    """Every field on which the two differ: apart from each other each is sound, together they can't be true."""
    kept = fields_of(theirs)
    return tuple(Conflict(name, value, kept[name]) for name, value in fields_of(mine).items() if value != kept[name])


def _write(one: Attendee, record: Record, meetings: Sequence[Meeting], *, by: Actor, now: datetime) -> None:
    entry = one.entry
    if entry is None or record == one.record:
        return
    entry.absent, entry.test_score, entry.remarks = record.absent, record.score, record.remarks
    if record.identity != one.record.identity:
        entry.identity_checked_at = now if record.identity else None
        entry.identity_checked_by_person_id = by.person_id if record.identity else None
    _write_minutes(entry, record, meetings)
    entry.changed_at, entry.changed_by_person_id = now, by.person_id
    before, after = fields_of(one.record), fields_of(record)
    audit.record(
        by=by,
        now=now,
        action="roster.recorded",
        subject=("seat", one.seat.reference),
        detail={name: [before[name], value] for name, value in after.items() if before[name] != value},
    )


def _write_minutes(entry: RosterEntry, record: Record, meetings: Sequence[Meeting]) -> None:
    by_meeting = {minutes.meeting_id: minutes for minutes in entry.minutes}
    for meeting, missed, made_up in zip(meetings, record.missed, record.made_up, strict=True):
        minutes = by_meeting.get(meeting.id)
        if minutes is None and missed:
            entry.minutes.append(MeetingMinutes(meeting_id=meeting.id, missed=missed, made_up=made_up))
        elif minutes is not None:
            minutes.missed, minutes.made_up = missed, made_up
