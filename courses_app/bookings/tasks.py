"""What the clock does for bookings: each piece is looked at again under its lock, in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import wraps

from flask import current_app

from courses_app.bookings import documents, gateways, operations, queries
from courses_app.bookings.models import Seat
from courses_app.bookings.operations import Unfitting
from courses_app.foundation import audit, matters
from courses_app.foundation.audit import STRIPE
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import transaction
from courses_app.foundation.papers import GlyphMissing, PaperFailed
from courses_app.foundation.yen import Yen
from courses_app.payments import operations as payments
from courses_app.payments.gateways.stripe_checkout import CheckoutState, GatewayRefused, GatewayUnreachable
from courses_app.payments.models import Checkout, CheckoutStatus, EventResult, StripeEvent
from courses_app.payments.queries import event_of, events_to_work_off
from courses_app.payments.rules import trouble_in

Clock = Callable[[], datetime]

TICKETS_A_ROUND = 50  # mails of one round leave after it
SESSION_EVENTS = {
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.expired",
}
UNCLEAR_PAYMENT = "payment_unclear"  # the matter of a payment page that says something we can't act upon


def run_due(*, clock: Clock) -> int:
    """Everything that is due now; returns how much that was."""
    return (
        _each(queries.holds_run_out(now=clock()), _in_one(operations.lapse_hold), clock)
        + _each(events_to_work_off(now=clock()), _retry_event, clock)
        + _each(queries.orders_unpaid(now=clock()), _give_up_order, clock)
        + _each(queries.requests_due(now=clock()), _look_after_request, clock)
        + _each([one.id for one in queries.checkouts_to_close()], _close_left_open, clock)
        + _each(queries.runs_to_offer(now=clock()), _offer_free_seats, clock)
        + _each(queries.runs_without_hope(now=clock()), _end_line, clock)
        + _each(queries.alerts_due(now=clock()), _tell_of_run, clock)
        + _each(queries.questions_over(now=clock()), _in_one(operations.close_unanswered), clock)
        + _each(queries.questions_to_remind(now=clock()), _in_one(operations.remind_to_answer), clock)
        + _names(clock)
        + _print_tickets(clock)
        + _forget_drafts(clock)
    )


def work_off(event_id: str, *, clock: Clock) -> bool:
    """Act upon a stored event, once; whether it is finished, else it is parked.

    Raises GatewayUnreachable, and a fault of ours until that has happened too often: then the event stays, and is
    worked off later (R-15).
    """
    event = event_of(event_id)
    if event is None or event.result in (EventResult.SETTLED, EventResult.IGNORED):
        return True
    try:
        return _worked_off(event, clock)
    except GatewayUnreachable:
        raise
    except Exception as fault:
        if not _note_fault(event, fault, now=clock()):
            raise
        current_app.logger.exception("stripe_event.parked", extra={"task": "stripe"})
        return False


def _worked_off(event: StripeEvent, clock: Clock) -> bool:
    try:
        if event.livemode is not gateways.stripe_settings().livemode:
            raise Unfitting("wrong_mode")
        state = gateways.fetch(event.object_id) if event.kind in SESSION_EVENTS else None
        _act(event, state, now=clock())
    except GatewayRefused:
        return _park(event, "unknown_checkout", now=clock())
    except Unfitting as unfitting:
        return _park(event, unfitting.reason, now=clock())
    return True


def settle_page(external_id: str, *, clock: Clock) -> bool:
    """Ask Stripe how a payment page stands and settle what was paid; whether it was.

    The address in a browser proves nothing, the answer of the API does. Raises GatewayUnreachable and GatewayRefused.
    """
    state = gateways.fetch(external_id)
    try:
        with transaction():
            return (
                operations.settle_checkout(state=state, livemode=gateways.stripe_settings().livemode, now=clock())
                is not None
            )
    except Unfitting as unfitting:
        _tell_office(state.id, unfitting.reason, now=clock())
        return False


def close_pages(booking_id: int, *, clock: Clock) -> bool:
    """Close the payment pages of a booking and settle what was paid there; False if Stripe can't be asked."""
    return all(_close(checkout, clock) for checkout in queries.checkouts_of(booking_id))


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


def _retry_event(event_id: str, clock: Clock) -> bool:
    try:
        work_off(event_id, clock=clock)
    except GatewayUnreachable:
        event = event_of(event_id)
        if event is not None:
            with transaction():
                payments.put_off_event(event=event, now=clock())
        return False
    return True


def _give_up_order(booking_id: int, clock: Clock) -> bool:
    """First nobody can pay any more, then the seats go: so money and seats can't part company (R-13, R-19)."""
    if not close_pages(booking_id, clock=clock):
        return False
    with transaction():
        return operations.lapse_order(booking_id, now=clock())


def _close_left_open(checkout_id: int, clock: Clock) -> bool:
    checkout = next((one for one in queries.checkouts_to_close() if one.id == checkout_id), None)
    return checkout is not None and _close(checkout, clock)


def _close(checkout: Checkout, clock: Clock) -> bool:
    """Close a payment page and note how it ended, paid in the last moment included; False if Stripe can't be asked."""
    try:
        state = gateways.close(checkout.external_id or "")
    except (GatewayUnreachable, GatewayRefused) as trouble:
        current_app.logger.warning("checkout.not_closed", extra={"task": "bookings"})
        if isinstance(trouble, GatewayRefused):
            _tell_office(checkout.external_id or "", "not_closed", now=clock())
        return False
    try:
        _note_closed(checkout, state, now=clock())
    except Unfitting as unfitting:  # paid twice: a page that is complete is closed, and its money is for a person
        _tell_office(state.id, unfitting.reason, now=clock(), complete=checkout)
    return True


def _note_closed(checkout: Checkout, state: CheckoutState, *, now: datetime) -> None:
    with transaction():
        if state.paid:
            operations.settle_checkout(state=state, livemode=gateways.stripe_settings().livemode, now=now)
        else:
            payments.note_checkout_ended(checkout=checkout, status=CheckoutStatus.EXPIRED, now=now)


def _act(event: StripeEvent, state: CheckoutState | None, *, now: datetime) -> None:
    result = EventResult.IGNORED
    with transaction():
        if state is not None:
            livemode = gateways.stripe_settings().livemode
            settled = operations.settle_checkout(state=state, livemode=livemode, now=now)
            result = EventResult.IGNORED if settled is None else EventResult.SETTLED
        elif event.kind == "refund.created":
            _mirror_refund(event, now=now)
            result = EventResult.SETTLED
        elif trouble := trouble_in(event.kind, str(event.payload["data"]["object"].get("status"))):
            payments.tell_of_trouble(event=event, trouble=trouble, now=now)
            result = EventResult.SETTLED
        payments.finish_event(event=event, result=result, now=now)


def _mirror_refund(event: StripeEvent, *, now: datetime) -> None:
    told = event.payload["data"]["object"]
    operations.note_refund_from_firm(
        payment_intent=str(told.get("payment_intent")), amount=Yen(told["amount"]), external_id=event.object_id, now=now
    )


def _park(event: StripeEvent, reason: str, *, now: datetime) -> bool:
    current_app.logger.warning("stripe_event.parked", extra={"task": reason})
    with transaction():
        payments.park_event(event=event, reason=reason, now=now)
    return False


def _note_fault(event: StripeEvent, fault: Exception, *, now: datetime) -> bool:
    """What it was, and under which number it stands in the log; what it said may name people."""
    told = f"{type(fault).__name__} ({audit.request_id.get()})"
    with transaction():
        return payments.note_fault(event=event, fault=told, now=now)


def _tell_office(page: str, reason: str, *, now: datetime, complete: Checkout | None = None) -> None:
    with transaction():
        matters.open_matter(
            kind=UNCLEAR_PAYMENT, subject=("checkout", page), now=now, by=STRIPE, detail={"reason": reason}
        )
        if complete is not None:
            payments.note_checkout_ended(checkout=complete, status=CheckoutStatus.COMPLETE, now=now)


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
