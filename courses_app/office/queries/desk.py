"""The first page: how much waits for a hand, the open matters, the next runs, and whether the machine moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload

from courses_app.accounts.models import MemberStatus, Organization
from courses_app.bookings.models import Booking, BookingStatus, MoveQuestion, Seat, SeatStatus
from courses_app.bookings.queries import taken_of
from courses_app.bookings.rules import QuestionState
from courses_app.catalogue.models import Course, CourseRun, RunStatus
from courses_app.certificates.models import Certificate
from courses_app.dispatches.models import Dispatch
from courses_app.dispatches.rules import DispatchState
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.foundation.matters import Matter
from courses_app.foundation.outbox import OutboxMessage, OutboxState
from courses_app.foundation.paging import Page, paged
from courses_app.office.rules import CLOSING_WITHIN, DUE_WITHIN, MAIL_LATE_AFTER, NEARLY_EMPTY_PERCENT
from courses_app.payments.models import (
    OWED,
    BankDraft,
    EventResult,
    Invoice,
    PaymentMethod,
    Refund,
    StripeEvent,
)
from courses_app.payments.queries import PAID
from courses_app.payments.rules.banking import LineStatus
from courses_app.rosters.models import Roster, RosterEntry
from courses_app.rosters.rules import Outcome

NEXT_RUNS = 6
RUNS_LISTED = 12


@dataclass(frozen=True)
class Desk:
    """What waits for a person, counted; and the last signs of life of mail and payments."""

    matters: int
    requests_waiting: int  # for a quote, or for their plan to be confirmed
    approvals_waiting: int  # bookings that are requests until they are answered
    answers_awaited: int  # of organizations, after a run was moved
    payments_due: int  # transfers due soon or overdue
    bank_lines: int  # of statements, not matched yet
    payments_overdue: int
    refunds_due: int
    parked_events: int
    rosters_open: int  # of runs that are over
    runs_nearly_empty: int  # and closing soon
    certificates_due: int
    mails_failed: int
    mails_late: int
    members_pending: int  # supporting memberships to verify
    mail_sent_at: datetime | None
    stripe_heard_at: datetime | None


@dataclass(frozen=True)
class RunLine:
    """A run and how many of its seats are taken."""

    run: CourseRun
    taken: int

    @property
    def starts_on(self) -> date:
        return day_of(self.run.starts_at)

    @property
    def ends_on(self) -> date:
        return day_of(self.run.ends_at)


def desk(*, now: datetime) -> Desk:
    """Everything the first page counts, in one statement."""
    counts = {
        "matters": _count(Matter.id, Matter.settled_at.is_(None)),
        "requests_waiting": _count(Dispatch.id, Dispatch.state.in_((DispatchState.REQUESTED, DispatchState.ACCEPTED))),
        "approvals_waiting": _count(Booking.id, Booking.status == BookingStatus.REQUESTED),
        "answers_awaited": _count(MoveQuestion.id, MoveQuestion.state == QuestionState.ASKED),
        "refunds_due": _count(Refund.id, Refund.status.in_(OWED)),
        "bank_lines": _count(BankDraft.id, BankDraft.status == LineStatus.OPEN),
        "parked_events": _count(StripeEvent.id, StripeEvent.result == EventResult.PARKED),
        "members_pending": _count(Organization.id, Organization.member_status == MemberStatus.PENDING),
        "runs_nearly_empty": _count(CourseRun.id, _nearly_empty(now=now)),
        "rosters_open": _count(CourseRun.id, _roster_unfinished(now=now)),
        "certificates_due": _certificates_due(),
        **_payments(now),
        **_mail(now),
    }
    row = session.execute(select(*(count.label(name) for name, count in counts.items()))).one()
    return Desk(**row._mapping)


def open_matters(*, number: int) -> Page[Matter]:
    """Matters before the office, the oldest first."""
    query = select(Matter).where(Matter.settled_at.is_(None)).order_by(Matter.opened_at, Matter.id)
    return paged(query, number=number)


def matter(number: int) -> Matter | None:
    """A matter by its number, settled ones too (who comes second is told so)."""
    return session.get(Matter, number)


def next_runs(*, now: datetime) -> list[RunLine]:
    """The published runs that are under way or come next."""
    coming = and_(CourseRun.status == RunStatus.PUBLISHED, CourseRun.ends_at > now)
    return _lines(coming, limit=NEXT_RUNS, now=now)


def runs_to_look_at(*, now: datetime) -> list[RunLine]:
    """Runs that are over with their roster open, and runs that close soon and are nearly empty; the earliest first."""
    return _lines(or_(_roster_unfinished(now=now), _nearly_empty(now=now)), limit=RUNS_LISTED, now=now)


def _lines(condition: ColumnElement[bool], *, limit: int, now: datetime) -> list[RunLine]:
    query = select(CourseRun, _taken(now=now)).where(condition).order_by(CourseRun.starts_at, CourseRun.id).limit(limit)
    rows = session.execute(query.options(joinedload(CourseRun.course), joinedload(CourseRun.venue))).unique()
    return [RunLine(run, count) for run, count in rows]


def _taken(*, now: datetime) -> ColumnElement[int]:
    """The seats of a run that nobody else can have."""
    return taken_of(CourseRun.__table__.c.id, now=now)


def _nearly_empty(*, now: datetime) -> ColumnElement[bool]:
    """Booking closes soon, and few have booked."""
    return and_(
        CourseRun.status == RunStatus.PUBLISHED,
        CourseRun.booking_closes_at > now,
        CourseRun.booking_closes_at <= now + CLOSING_WITHIN,
        _taken(now=now) * 100 <= CourseRun.capacity * NEARLY_EMPTY_PERCENT,
    )


def _roster_unfinished(*, now: datetime) -> ColumnElement[bool]:
    """The run is over, people had seats, and nobody has closed its roster."""
    closed = exists().where(Roster.run_id == CourseRun.id, Roster.closed_at.is_not(None))
    seated = exists().where(
        Seat.run_id == CourseRun.id, Seat.status == SeatStatus.CONFIRMED, Seat.person_id.is_not(None)
    )
    return and_(CourseRun.status == RunStatus.PUBLISHED, CourseRun.ends_at <= now, seated, ~closed)


def _count(column: Any, *conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count(column)).where(*conditions).scalar_subquery()


def _payments(now: datetime) -> dict[str, ScalarSelect[Any]]:
    today = day_of(now)
    waiting = (
        Invoice.method == PaymentMethod.BANK_TRANSFER,
        Invoice.cancelled_at.is_(None),
        ~PAID,
    )
    return {
        "payments_due": _count(Invoice.id, *waiting, Invoice.due_on <= today + DUE_WITHIN),
        "payments_overdue": _count(Invoice.id, *waiting, Invoice.due_on < today),
        "stripe_heard_at": select(func.max(StripeEvent.received_at)).scalar_subquery(),
    }


def _mail(now: datetime) -> dict[str, ScalarSelect[Any]]:
    late = (
        OutboxMessage.state == OutboxState.QUEUED,
        OutboxMessage.attempts == 0,
        OutboxMessage.next_attempt_at < now - MAIL_LATE_AFTER,
    )
    return {
        "mails_failed": _count(OutboxMessage.id, OutboxMessage.state == OutboxState.FAILED),
        "mails_late": _count(OutboxMessage.id, *late),
        "mail_sent_at": select(func.max(OutboxMessage.sent_at)).scalar_subquery(),
    }


def _certificates_due() -> ScalarSelect[int]:
    return (
        select(func.count(RosterEntry.id))
        .join(RosterEntry.roster)
        .join(Roster.run)
        .join(CourseRun.course)
        .where(
            Roster.closed_at.is_not(None),
            RosterEntry.outcome == Outcome.COMPLETED,
            Course.issues_certificate,
            ~exists().where(Certificate.entry_id == RosterEntry.id),
        )
        .scalar_subquery()
    )
