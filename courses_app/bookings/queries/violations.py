"""The invariants of seats and bookings, each one question to the database (guarantees, A.3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from courses_app.bookings.models import Booking, BookingFee, Seat, SeatEvent
from courses_app.bookings.queries.absence_violations import absences_broken, not_kept
from courses_app.bookings.queries.line_violations import line_broken
from courses_app.bookings.queries.question_violations import questions_broken
from courses_app.bookings.queries.room import allowed_of
from courses_app.bookings.queries.seat_violations import events_torn, moves_not_told
from courses_app.bookings.queries.seats import blocked_of, taken_of
from courses_app.bookings.queries.supplement_violations import open_of_bookings, supplements_broken
from courses_app.bookings.queries.vouchers import vouchers_broken
from courses_app.bookings.rules import LIVE_SEATS, BookingStatus, SeatStatus
from courses_app.catalogue.models import CourseRun
from courses_app.foundation.audit import AuditEntry
from courses_app.foundation.db import session
from courses_app.foundation.matters import Matter
from courses_app.foundation.outbox.messages import OutboxMessage
from courses_app.foundation.yen import Yen
from courses_app.payments.models import Allocation, Invoice, Refund, RefundStatus

Column = InstrumentedAttribute[int] | InstrumentedAttribute[int | None]
Summed = InstrumentedAttribute[Yen]
SEATED = (SeatStatus.CONFIRMED, SeatStatus.CANCELLED)  # given back one by one, the others stay
RUN_ID = CourseRun.__table__.c.id
SWEPT_WITHIN = timedelta(minutes=15)  # the worker writes a run-out hold down within seconds
# Which mail is owed for a booking that has come so far (INV-14).
OWED: tuple[tuple[ColumnElement[bool], tuple[str, ...]], ...] = (
    (and_(Booking.ordered_at.is_not(None), Booking.invoice_id.is_not(None)), ("bookings/ordered", "bookings/approved")),
    (Booking.requested_at.is_not(None), ("bookings/requested",)),
    (Booking.declined_at.is_not(None), ("bookings/declined",)),
    (Booking.status == BookingStatus.PAID, ("bookings/confirmed",)),
    (Booking.status == BookingStatus.PAID_NO_SEAT, ("bookings/no_seat",)),
    (and_(Booking.status == BookingStatus.EXPIRED, Booking.ordered_at.is_not(None)), ("bookings/expired",)),
    (
        and_(
            Booking.status == BookingStatus.CANCELLED,
            or_(Booking.ordered_at.is_not(None), Booking.requested_at.is_not(None)),
        ),
        (
            "bookings/cancelled",
            "bookings/called_off",
            "bookings/seats_cancelled",
            "bookings/unnamed_given_up",
            "bookings/declined",
        ),
    ),
)


def violations(*, now: datetime) -> list[str]:
    """A line for each broken promise, with the invariant's number; an empty list when all hold."""
    return [
        f"{invariant}: {line}"
        for invariant, broken in (
            ("INV-1", _oversold(now)),
            ("INV-2", _seated_twice()),
            ("INV-3", _holds_not_ended_once()),
            ("INV-3", events_torn()),
            ("INV-4", _seats_and_money_differ()),
            ("INV-4", _requests_are_more_than_asked()),
            ("INV-4", supplements_broken()),
            ("INV-5", _undersold(now)),
            ("INV-6", _totals_differ()),
            ("INV-6", vouchers_broken(now)),
            ("INV-8", _kept_too_much()),
            ("INV-8", _refunded_too_early()),
            ("INV-8", absences_broken()),
            ("INV-13", _moves_without_audit()),
            ("INV-14", _mails_not_owed()),
            ("INV-14", moves_not_told()),
            ("INV-17", line_broken()),
            ("INV-21", questions_broken()),
        )
        for line in broken
    ]


def _oversold(now: datetime) -> Iterator[str]:
    """INV-1: seats kept and sold never exceed the capacity, except by rows that say who allowed it and why."""
    taken, allowed = taken_of(RUN_ID, now=now), allowed_of(RUN_ID)
    query = select(CourseRun.reference, taken, CourseRun.capacity, allowed).where(taken > CourseRun.capacity + allowed)
    for reference, count, capacity, more in session.execute(query):
        beyond = f" and {more} allowed beyond" if more else ""
        yield f"run {reference} has {count} seats taken of {capacity}{beyond}"


def _seated_twice() -> Iterator[str]:
    """INV-2: a person has at most one live seat in a run."""
    query = (
        select(CourseRun.reference, Seat.person_id)
        .join(Seat, Seat.run_id == CourseRun.id)
        .where(Seat.status.in_(LIVE_SEATS), Seat.person_id.is_not(None))
        .group_by(CourseRun.id, Seat.person_id)
        .having(func.count() > 1)
    )
    for reference, person_id in session.execute(query):
        yield f"person {person_id} has several live seats in run {reference}"


def _holds_not_ended_once() -> Iterator[str]:
    """INV-3: a hold begins once and ends exactly once, and the last event tells the seat's state."""
    begun = func.count().filter(SeatEvent.before.is_(None))
    ended = func.count().filter(SeatEvent.before == SeatStatus.HELD, SeatEvent.after != SeatStatus.HELD)
    wanted = case((Seat.status == SeatStatus.HELD, 0), else_=1)
    counted = (
        select(Seat.reference)
        .outerjoin(SeatEvent, SeatEvent.seat_id == Seat.id)
        .group_by(Seat.id)
        .having(or_(begun != 1, ended != wanted))
    )
    for reference in session.scalars(counted):
        yield f"the hold of seat {reference} did not begin and end exactly once"
    last = select(func.max(SeatEvent.id)).where(SeatEvent.seat_id == Seat.id).correlate(Seat).scalar_subquery()
    untold = select(Seat.reference).join(SeatEvent, SeatEvent.id == last).where(SeatEvent.after != Seat.status)
    for reference in session.scalars(untold):
        yield f"the events of seat {reference} end in another state than the seat"


def _seats_and_money_differ() -> Iterator[str]:
    """INV-4: confirmed seats are paid (or free), paid bookings have only confirmed seats, or the office was told."""
    unpaid = (
        select(Seat.reference)
        .join(Seat.booking)
        .where(Seat.status == SeatStatus.CONFIRMED, Booking.status != BookingStatus.PAID)
    )
    for reference in session.scalars(unpaid):
        yield f"seat {reference} is confirmed though its booking is not paid"
    told = exists().where(
        Matter.subject_kind == "booking", Matter.subject_reference == Booking.reference, Matter.settled_at.is_(None)
    )
    paid = select(Booking.reference).where(Booking.status == BookingStatus.PAID)
    for reference in session.scalars(paid.where(Booking.seats.any(Seat.status.not_in(SEATED)), not_(told))):
        yield f"booking {reference} is paid but not all its seats are confirmed"
    for reference in session.scalars(paid.where(~Booking.seats.any(Seat.status == SeatStatus.CONFIRMED))):
        yield f"booking {reference} is paid but none of its seats is confirmed"
    for reference in session.scalars(
        select(Booking.reference).where(Booking.status == BookingStatus.ORDERED, Booking.total == 0)
    ):
        yield f"booking {reference} waits for money though nothing is to pay"
    money = exists().where(Allocation.invoice_id == Booking.invoice_id)
    for reference in session.scalars(paid.where(Booking.total > 0, not_(money))):
        yield f"booking {reference} is paid but no payment is recorded"


def _requests_are_more_than_asked() -> Iterator[str]:
    """INV-4: where the office answers first, nothing is billed before it did, and the seats are kept meanwhile."""
    asked = select(Booking.reference).where(Booking.status == BookingStatus.REQUESTED)
    kept = Booking.seats.any(Seat.status == SeatStatus.ORDERED)
    strange = Booking.seats.any(Seat.status.not_in((SeatStatus.ORDERED, SeatStatus.CANCELLED)))
    for reference in session.scalars(asked.where(or_(Booking.invoice_id.is_not(None), ~kept, strange))):
        yield f"booking {reference} is only asked for, but is billed, or its seats are not kept"


def _totals_differ() -> Iterator[str]:
    """INV-6: an order's total is its invoice's; of an unpaid one it is the seats it still has."""
    billed = select(Booking.reference).join(Booking.invoice).where(Booking.total != Invoice.total)
    for reference in session.scalars(billed):
        yield f"the total of booking {reference} is not its invoice's"
    seats = _sum(Seat.price, Seat.booking_id, Seat.status.in_(LIVE_SEATS))
    open_ones = (BookingStatus.HELD, BookingStatus.REQUESTED, BookingStatus.ORDERED)
    unpaid = select(Booking.reference).where(Booking.status.in_(open_ones), Booking.total != seats)
    for reference in session.scalars(unpaid):
        yield f"the total of booking {reference} is not what its seats cost"


def _kept_too_much() -> Iterator[str]:
    """INV-8: what we keep of a booking, and are owed in addition, is what its seats cost and its fees; no yen more.

    Less what is not kept of seats to which nobody came.
    """
    settled = _of_its_invoices(Allocation.amount)
    refunded = _of_its_invoices(Refund.amount, Refund.status != RefundStatus.WITHDRAWN)
    seats = _sum(Seat.price, Seat.booking_id, Seat.status == SeatStatus.CONFIRMED)
    fees = _sum(BookingFee.amount, BookingFee.booking_id, BookingFee.waived_by.is_(None))
    ended = (BookingStatus.PAID, BookingStatus.CANCELLED, BookingStatus.REFUNDED)
    query = select(Booking.reference).where(
        Booking.status.in_(ended), settled + open_of_bookings() - refunded != seats - not_kept() + fees
    )
    for reference in session.scalars(query):
        yield f"what is kept of booking {reference} is not its seats and its fees"


def _refunded_too_early() -> Iterator[str]:
    """INV-8: when a booking was refunded, no money of any of its invoices was still due."""
    on = and_(AuditEntry.subject_kind == "booking", AuditEntry.subject_reference == Booking.reference)
    query = (
        select(Booking.reference)
        .join(AuditEntry, on)
        .join(Invoice, or_(Invoice.id == Booking.invoice_id, Invoice.order_reference == Booking.reference))
        .join(Refund, Refund.invoice_id == Invoice.id)
        .where(
            Booking.status == BookingStatus.REFUNDED, AuditEntry.action == "booking.refund",
            Refund.status == RefundStatus.DUE, Refund.due_at <= AuditEntry.at,
        )
        .distinct()
    )  # fmt: skip
    for reference in session.scalars(query):
        yield f"booking {reference} is refunded though money is still due"


def _of_its_invoices(amount: Summed, *which: ColumnElement[bool]) -> ColumnElement[int]:
    """A sum over all invoices of each booking, also of those replaced: what came for these went back."""
    its = or_(Invoice.id == Booking.invoice_id, Invoice.order_reference == Booking.reference)
    found = select(func.sum(amount)).join(Invoice, Invoice.id == amount.class_.invoice_id).where(its, *which)
    return func.coalesce(found.correlate(Booking).scalar_subquery(), 0)


def _sum(amount: Summed, belongs: Column, *which: ColumnElement[bool], of: Column = Booking.id) -> ColumnElement[int]:
    """A sum for each booking, zero where there is nothing."""
    return func.coalesce(select(func.sum(amount)).where(belongs == of, *which).correlate(Booking).scalar_subquery(), 0)


def _undersold(now: datetime) -> Iterator[str]:
    """INV-5: no run looks full because of a hold that ran out long ago."""
    query = (
        select(CourseRun.reference)
        .join(Seat, Seat.run_id == CourseRun.id)
        .where(Seat.status.in_(LIVE_SEATS))
        .group_by(CourseRun.id)
        .having(
            func.count() + blocked_of(RUN_ID, now=now) >= CourseRun.capacity,
            func.count().filter(and_(Seat.status == SeatStatus.HELD, Seat.hold_until < now - SWEPT_WITHIN)) > 0,
        )
    )
    for reference in session.scalars(query):
        yield f"run {reference} is full with a hold that ran out long ago"


def _moves_without_audit() -> Iterator[str]:
    """INV-13: the last move in the audit trail leads to the state the booking is in."""
    last = (
        select(func.max(AuditEntry.id))
        .where(
            AuditEntry.subject_kind == "booking",
            AuditEntry.subject_reference == Booking.reference,
            AuditEntry.action.startswith("booking."),
        )
        .correlate(Booking)
        .scalar_subquery()
    )
    query: Select[str] = (
        select(Booking.reference)
        .outerjoin(AuditEntry, AuditEntry.id == last)
        .where(func.coalesce(AuditEntry.after, "") != Booking.status)
    )
    for reference in session.scalars(query):
        yield f"the audit trail of booking {reference} does not tell its state"


def _mails_not_owed() -> Iterator[str]:
    """INV-14: whoever must be told is told by a mail that was owed in the same transaction."""
    for state, kinds in OWED:
        owed = exists().where(
            OutboxMessage.subject_kind == "booking",
            OutboxMessage.subject_reference == Booking.reference,
            OutboxMessage.kind.in_(kinds),
        )
        for reference in session.scalars(select(Booking.reference).where(state, not_(owed))):
            yield f"no mail {kinds[0]} is owed for booking {reference}"
