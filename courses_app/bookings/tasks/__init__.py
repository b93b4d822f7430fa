"""What the clock does for bookings: each piece is looked at again under its lock, in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import wraps

from flask import current_app

from courses_app.bookings import documents, operations, queries
from courses_app.bookings.models import Seat
from courses_app.bookings.tasks.comparing import compare, compare_due
from courses_app.bookings.tasks.firms import (
    UNCLEAR_PAYMENT,
    Clock,
    close_left_open,
    close_pages,
    give_up_order,
    retry_event,
    settle_page,
    work_off,
)
from courses_app.bookings.tasks.pages import open_page
from courses_app.bookings.tasks.returning import send_refund
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import transaction
from courses_app.foundation.papers import GlyphMissing, PaperFailed
from courses_app.payments.queries import events_to_work_off, refunds_to_ask

__all__ = [
    "UNCLEAR_PAYMENT",
    "close_pages",
    "compare",
    "compare_due",
    "open_page",
    "run_due",
    "send_refund",
    "settle_page",
    "work_off",
]

TICKETS_A_ROUND = 50  # mails of one round leave after it


def run_due(*, clock: Clock) -> int:
    """Everything that is due now; returns how much that was."""
    return (
        _each(queries.holds_run_out(now=clock()), _in_one(operations.lapse_hold), clock)
        + _each(events_to_work_off(now=clock()), retry_event, clock)
        + _each(refunds_to_ask(now=clock()), send_refund, clock)
        + _each(queries.orders_unpaid(now=clock()), give_up_order, clock)
        + _each(queries.requests_due(now=clock()), _look_after_request, clock)
        + _each([one.id for one in queries.checkouts_to_close()], close_left_open, clock)
        + _each(queries.runs_to_offer(now=clock()), _offer_free_seats, clock)
        + _each(queries.runs_without_hope(now=clock()), _end_line, clock)
        + _each(queries.alerts_due(now=clock()), _tell_of_run, clock)
        + _each(queries.memberships_decided(), _in_one(operations.settle_membership), clock)
        + _each(queries.questions_over(now=clock()), _in_one(operations.close_unanswered), clock)
        + _each(queries.questions_to_remind(now=clock()), _in_one(operations.remind_to_answer), clock)
        + _names(clock)
        + _print_tickets(clock)
        + _forget_drafts(clock)
    )


def _each(ids: Iterable[object], deed: Callable[..., bool], clock: Clock) -> int:
    """One after the other; what fails is logged and does not stop the rest."""
    done = 0
    for one in ids:
        try:
            done += deed(one, clock)
        except Exception:
            current_app.logger.exception("booking.task_failed", extra={"task": deed.__name__})
    return done


def _in_one(deed: Callable[..., bool]) -> Callable[[int, Clock], bool]:
    """A deed as `_each` calls it: each in a transaction of its own."""

    @wraps(deed)
    def done(one: int, clock: Clock) -> bool:
        with transaction():
            return deed(one, now=clock())

    return done


def _look_after_request(booking_id: int, clock: Clock) -> bool:
    with transaction():
        return operations.look_after_request(booking_id, now=clock())


def _offer_free_seats(run_id: int, clock: Clock) -> bool:
    with transaction():
        return operations.offer_free_seats(run_id, now=clock()) > 0


def _end_line(run_id: int, clock: Clock) -> bool:
    with transaction():
        return operations.end_line(run_id, now=clock()) > 0


def _names(clock: Clock) -> int:
    """Reminders before the last day for names, and afterwards what the terms of each order say."""
    waiting = queries.bookings_unnamed(now=clock())
    reminded = {one.booking.id for one in queries.naming_reminders(waiting, now=clock())}
    over = {one.booking.id for one in queries.naming_over(waiting, now=clock())}
    remind, close = _in_one(operations.remind_of_names), _in_one(operations.close_naming)
    return _each(sorted(reminded), remind, clock) + _each(sorted(over), close, clock)


def _tell_of_run(pair: tuple[int, int], clock: Clock) -> bool:
    alert_id, run_id = pair
    with transaction():
        return operations.tell_of_run(alert_id=alert_id, run_id=run_id, now=clock())


def _forget_drafts(clock: Clock) -> int:
    """Lists of attendees that nobody has touched for so long; their names aren't kept without need (個情法22条)."""
    before = clock() - operations.KEPT_FOR
    ids = queries.drafts_forgotten(before=before)
    if not ids:
        return 0
    with transaction():
        return operations.forget_drafts(ids, before=before)


def _print_tickets(clock: Clock) -> int:
    done, seen = 0, queries.tickets_put_off(now=clock())
    for _ in range(TICKETS_A_ROUND):
        seat = queries.seat_without_ticket(now=clock(), without=seen)
        if seat is None:
            break
        seen.add(seat.id)
        done += _print_ticket(seat, clock())
    return done


def _print_ticket(seat: Seat, now: datetime) -> bool:
    """Printed before the transaction, so that nobody waits for the press."""
    sequence = seat.run.sequence
    try:
        content = documents.ticket_pdf(seat, today=day_of(now), now=now)
    except (GlyphMissing, PaperFailed) as error:
        current_app.logger.error("paper.failed", extra={"task": "admission_ticket"})  # the reason may name people
        return _put_off(seat, str(error), now)
    except Exception as error:  # the next ticket is not to wait for the fault of this one
        current_app.logger.exception("paper.failed", extra={"task": "admission_ticket"})
        return _put_off(seat, type(error).__name__, now)
    with transaction():
        return operations.keep_ticket(seat=seat, content=content, sequence=sequence, now=now)


def _put_off(seat: Seat, reason: str, now: datetime) -> bool:
    with transaction():
        operations.put_off_ticket(seat=seat, reason=reason, now=now)
    return False
