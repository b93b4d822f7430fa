"""Whose runs, who is in the room, and what has been recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, not_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from courses_app.bookings.models import Booking, Seat, SeatEvent
from courses_app.bookings.queries import unnamed_by_run
from courses_app.bookings.rules import RunIsOver, SeatStatus
from courses_app.catalogue.models import CourseRun, Meeting, Venue
from courses_app.catalogue.rules import RunStatus
from courses_app.foundation.clock import day_of, start_of
from courses_app.foundation.db import session
from courses_app.foundation.paging import Page, paged_rows
from courses_app.foundation.references import digest
from courses_app.foundation.refusal import Refusal
from courses_app.rosters.models import MeetingMinutes, Roster, RosterEntry
from courses_app.rosters.rules import Record, RunTookPlace, blank, verdict

ATTENDEES_A_PAGE = 100  # of the roster as it is filled in: the largest hall on one page, a broadcast on several


@dataclass(frozen=True)
class Attendee:
    """A confirmed seat, and what is recorded of it (`entry`: nothing was ever written, if None)."""

    seat: Seat
    entry: RosterEntry | None
    record: Record


@dataclass(frozen=True)
class TaughtRun:
    """A line of an instructor's list."""

    run: CourseRun
    attendees: int
    closed_at: datetime | None

    @property
    def first_on(self) -> date:
        return day_of(self.run.starts_at)

    @property
    def last_on(self) -> date:
        return day_of(self.run.ends_at)


def taught_by(person_id: int, *, held: bool, number: int, now: datetime) -> Page[TaughtRun]:
    """The runs a person teaches: today's and later ones, soonest first; or those held, the unclosed ones first."""
    seats = (
        select(func.count(Seat.id))
        .where(Seat.run_id == CourseRun.id, Seat.status == SeatStatus.CONFIRMED, Seat.person_id.is_not(None))
        .scalar_subquery()
    )
    query = (
        select(CourseRun, seats, Roster.closed_at)
        .outerjoin(Roster, Roster.run_id == CourseRun.id)
        .options(joinedload(CourseRun.course), joinedload(CourseRun.venue))
        .where(CourseRun.status != RunStatus.DRAFT, _taught_by(person_id))
    )
    today = start_of(day_of(now))
    if held:
        query = query.where(CourseRun.ends_at < today).order_by(
            Roster.closed_at.is_not(None), CourseRun.starts_at.desc()
        )
    else:
        query = query.where(CourseRun.ends_at >= today).order_by(CourseRun.starts_at, CourseRun.id)
    page = paged_rows(query, number=number)
    return Page([TaughtRun(*row) for row in page.rows], page.number, page.per_page, page.total)


def run_of(reference: str, *, person_id: int | None, staff: bool) -> CourseRun | None:
    """A run that is held, for its instructors and the staff; for everybody else it isn't there."""
    query = (
        select(CourseRun)
        .options(
            joinedload(CourseRun.course),
            joinedload(CourseRun.venue).joinedload(Venue.prefecture),
            selectinload(CourseRun.meetings).joinedload(Meeting.instructor),
        )
        .where(CourseRun.reference == reference, CourseRun.status == RunStatus.PUBLISHED)
    )
    return session.scalar(query if staff else query.where(_taught_by(person_id)))


def _taught_by(person_id: int | None) -> ColumnElement[bool]:
    if person_id is None:
        return false()
    return CourseRun.id.in_(select(Meeting.run_id).where(Meeting.instructor_id == person_id))


def counted_meetings(run: CourseRun) -> list[Meeting]:
    """The meetings whose minutes count toward the net time, in order; the test is not one of them."""
    return [meeting for meeting in run.meetings if meeting.net_minutes > 0]


def net_minutes(run: CourseRun) -> list[int]:
    """The net minutes of the counted meetings."""
    return [meeting.net_minutes for meeting in counted_meetings(run)]


def roster_of(run: CourseRun) -> Roster | None:
    """The run's roster, freshly read; None before anybody wrote in it."""
    return session.scalar(
        select(Roster)
        .options(joinedload(Roster.closed_by))
        .where(Roster.run_id == run.id)
        .execution_options(populate_existing=True)
    )


def is_closed(run: CourseRun) -> bool:
    """Whether the run's roster is closed, asked afresh."""
    return bool(session.scalar(select(exists().where(Roster.run_id == run.id, Roster.closed_at.is_not(None)))))


def entries_written(run: CourseRun) -> int:
    """For how many people something stands in the run's roster."""
    query = select(func.count(RosterEntry.id)).join(RosterEntry.roster).where(Roster.run_id == run.id)
    return session.scalar(query) or 0


def why_not_called_off(run: CourseRun, *, now: datetime) -> Refusal | None:
    """What would forbid calling a published run off just now."""
    if is_closed(run):
        return RunTookPlace()
    return RunIsOver(run.ends_at) if run.ends_at <= now else None


def unnamed(run: CourseRun, *, now: datetime) -> int:
    """How many people may come whose name nobody has entered yet."""
    return unnamed_by_run([run.id], now=now).get(run.id, 0)


def attendees(run: CourseRun) -> list[Attendee]:
    """Everybody with a name and a confirmed seat, by reading, with what is recorded of them; three statements."""
    rows = session.execute(_seats_with_entries(run)).unique()
    meetings = counted_meetings(run)
    return [Attendee(seat, entry, record_of(entry, meetings)) for seat, entry in rows]


def page_of_attendees(run: CourseRun, *, number: int) -> Page[Attendee]:
    """The same, a page of them."""
    meetings = counted_meetings(run)
    confirmed = select(func.count(Seat.id)).where(Seat.run_id == run.id, Seat.status == SeatStatus.CONFIRMED)
    start = (number - 1) * ATTENDEES_A_PAGE
    rows = session.execute(_seats_with_entries(run).limit(ATTENDEES_A_PAGE).offset(start)).unique()
    shown = [Attendee(seat, entry, record_of(entry, meetings)) for seat, entry in rows]
    return Page(shown, number, ATTENDEES_A_PAGE, session.scalar(confirmed) or 0)


def records(run: CourseRun) -> list[Record]:
    """Only what is recorded of everybody with a confirmed seat, in no order: to be counted."""
    entries = (
        select(Seat.id, RosterEntry)
        .outerjoin(RosterEntry, RosterEntry.seat_id == Seat.id)
        .options(selectinload(RosterEntry.minutes))
        .where(Seat.run_id == run.id, Seat.status == SeatStatus.CONFIRMED)
    )
    meetings = counted_meetings(run)
    return [record_of(entry, meetings) for _seat, entry in session.execute(entries)]


def _seats_with_entries(run: CourseRun) -> Select[Seat, RosterEntry]:
    return (
        select(Seat, RosterEntry)
        .outerjoin(RosterEntry, RosterEntry.seat_id == Seat.id)
        .options(
            joinedload(Seat.booking).joinedload(Booking.organization),
            joinedload(RosterEntry.changed_by),
            selectinload(RosterEntry.minutes),
        )
        .where(Seat.run_id == run.id, Seat.status == SeatStatus.CONFIRMED, Seat.person_id.is_not(None))
        .order_by(Seat.family_name_kana, Seat.given_name_kana, Seat.id)
        .execution_options(populate_existing=True)  # under the lock, what was read before it doesn't count
    )


def record_of(entry: RosterEntry | None, meetings: Sequence[Meeting]) -> Record:
    """What is recorded, as plain values; minutes in the order of `meetings`."""
    if entry is None:
        return blank(len(meetings))
    by_meeting = {minutes.meeting_id: minutes for minutes in entry.minutes}
    rows = [by_meeting.get(meeting.id) for meeting in meetings]
    return Record(
        absent=entry.absent,
        identity=entry.identity_checked_at is not None,
        missed=tuple(row.missed if row else 0 for row in rows),
        made_up=tuple(row.made_up if row else 0 for row in rows),
        score=entry.test_score,
        remarks=entry.remarks,
    )


def state_of(people: Sequence[Attendee]) -> str:
    """A fingerprint of who is on the roster and which version of each entry is recorded."""
    return digest(" ".join(f"{one.seat.reference}:{one.entry.version if one.entry else 0}" for one in people))


def violations(*, now: datetime) -> Iterator[str]:
    """INV-19: who is recorded had a seat of that run; a closed roster judges exactly the confirmed seats, each as what
    is recorded of it demands."""
    for seat in session.scalars(_recorded_elsewhere()):
        yield f"INV-19: seat {seat} is on the roster of another run, or was never confirmed"
    for seat in session.scalars(_minutes_of_another_run()):
        yield f"INV-19: minutes of another run's meeting are recorded for seat {seat}"
    query = (
        select(Roster)
        .options(joinedload(Roster.run).options(joinedload(CourseRun.course), selectinload(CourseRun.meetings)))
        .where(Roster.closed_at.is_not(None), Roster.closed_at <= now)
        .order_by(Roster.id)
    )
    for run, seat in session.execute(_unjudged_or_seatless()):
        yield f"INV-19: the closed roster of {run} and the confirmed seat {seat} don't match"
    for roster in session.scalars(query):
        yield from _wrong_outcomes(roster)


def _recorded_elsewhere() -> Select[str]:
    confirmed = exists().where(SeatEvent.seat_id == Seat.id, SeatEvent.after == SeatStatus.CONFIRMED)
    return (
        select(Seat.reference)
        .join(RosterEntry, RosterEntry.seat_id == Seat.id)
        .join(Roster, Roster.id == RosterEntry.roster_id)
        .where(or_(Roster.run_id != Seat.run_id, not_(confirmed)))
        .order_by(Seat.id)
    )


def _minutes_of_another_run() -> Select[str]:
    return (
        select(Seat.reference)
        .join(RosterEntry, RosterEntry.seat_id == Seat.id)
        .join(Roster, Roster.id == RosterEntry.roster_id)
        .join(MeetingMinutes, MeetingMinutes.entry_id == RosterEntry.id)
        .join(Meeting, Meeting.id == MeetingMinutes.meeting_id)
        .where(Meeting.run_id != Roster.run_id)
        .order_by(Seat.id)
    )


def _unjudged_or_seatless() -> Select[str, str]:
    confirmed = and_(Seat.status == SeatStatus.CONFIRMED, Seat.person_id.is_not(None))
    return (
        select(CourseRun.reference, Seat.reference)
        .join(Seat, Seat.run_id == CourseRun.id)
        .join(Roster, and_(Roster.run_id == CourseRun.id, Roster.closed_at.is_not(None)))
        .outerjoin(RosterEntry, RosterEntry.seat_id == Seat.id)
        .where(
            or_(
                and_(confirmed, or_(RosterEntry.outcome.is_(None), RosterEntry.roster_id != Roster.id)),
                and_(~confirmed, RosterEntry.outcome.is_not(None)),
            )
        )
        .order_by(Seat.id)
    )


def _wrong_outcomes(roster: Roster) -> Iterator[str]:
    net = net_minutes(roster.run)
    for one in attendees(roster.run):
        judged = verdict(one.record, net=net, pass_mark=roster.pass_mark).outcome
        if one.entry and one.entry.outcome is not judged:
            yield f"INV-19: seat {one.seat.reference} is recorded as {one.entry.outcome}, its roster says {judged}"
