"""From a hold to a paid order: the terms are frozen, the money is asked for, the seats stay."""

from __future__ import annotations

from datetime import date, datetime

from courses_app.bookings import documents, emails
from courses_app.bookings.models import Booking
from courses_app.bookings.operations.locks import locked_booking
from courses_app.bookings.operations.moves import move_booking, move_seats
from courses_app.bookings.rules import (
    BookingMove,
    BookingStatus,
    HoldRanOut,
    MethodNotOffered,
    Payable,
    SeatMove,
    check_orderable,
    check_unnamed,
    hold_has_run_out,
)
from courses_app.catalogue.models import RunStatus
from courses_app.foundation.audit import Actor
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.payments.models import Invoice, PaymentMethod
from courses_app.payments.operations import bill, let_lapse


def order(
    *, booking: Booking, payment_method: PaymentMethod, stripe_enabled: bool, language: str, by: Actor, now: datetime
) -> Booking:
    """Place the order that the last page showed; a booking ordered before comes back as it is (R-42).

    Free runs are settled at once; where the office answers first, it is a request (`approval`). Raises HoldRanOut,
    RunNotOffered, OrderingClosed, MethodNotOffered, NamesNeeded, and MoveNotAllowed for a cancelled booking.
    """
    booking = locked_booking(booking.id)
    if booking.status in (BookingStatus.REQUESTED, BookingStatus.ORDERED, BookingStatus.PAID):
        return booking
    _check(booking, now=now)
    if payment_method not in documents.methods_of(booking, stripe_enabled=stripe_enabled, now=now):
        raise MethodNotOffered()
    payable = documents.payable_of(booking, payment_method, now=now)
    _freeze(booking, payable, language=language, now=now)
    if booking.needs_approval:
        _ask(booking, by=by, now=now)
        return booking
    booking.ordered_at, booking.pay_until = now, payable.pay_until
    move_booking(booking, BookingMove.ORDER, by=by, now=now, detail={"method": payment_method.value})
    move_seats(booking.live_seats, SeatMove.ORDER, by=by, now=now)
    bill_or_settle(booking, payable, by=by, now=now)
    emails.ordered(booking, now=now)
    return booking


def _check(booking: Booking, *, now: datetime) -> None:
    """Whether the hold stands, its runs are to come, and nobody has to be named first."""
    if booking.status is BookingStatus.EXPIRED or hold_has_run_out(booking.status, booking.hold_until, now=now):
        raise HoldRanOut(booking.hold_until)
    for run in booking.runs:
        check_orderable(published=run.status is RunStatus.PUBLISHED, starts_at=run.starts_at, now=now)
    for seat in booking.unnamed:
        check_unnamed(booking.naming, starts_at=seat.run.starts_at, now=now)


def _freeze(booking: Booking, payable: Payable, *, language: str, now: datetime) -> None:
    """What the last page said is what was ordered, whatever changes later."""
    booking.language, booking.payment_method = language, payable.method
    booking.answer_by_on = documents.answer_day(booking, now=now)
    booking.terms = documents.frozen_terms(booking, payable, on=day_of(now))


def _ask(booking: Booking, *, by: Actor, now: datetime) -> None:
    """A request: the seats stay kept, nothing is owed, and the office answers."""
    booking.requested_at = now
    move_booking(booking, BookingMove.REQUEST, by=by, now=now)
    move_seats(booking.live_seats, SeatMove.ORDER, by=by, now=now)
    session.flush()
    emails.requested(booking, now=now)


def bill_or_settle(booking: Booking, payable: Payable, *, by: Actor, now: datetime) -> None:
    """The invoice of an order that was placed just now; a free one is settled at once."""
    if payable.method is PaymentMethod.NONE:
        settle_for_free(booking, by=by, now=now)
    else:
        booking.invoice = bill_booking(
            booking, due_on=payable.due_on, grace_until_on=payable.grace_until_on, by=by, now=now
        )
    session.flush()


def bill_booking(
    booking: Booking, *, due_on: date | None, grace_until_on: date | None, by: Actor, now: datetime
) -> Invoice:
    """What the live seats of a booking cost, as an invoice to its organization."""
    invoice = bill(
        organization=booking.organization,
        addressee=booking.organization.invoice_addressee or booking.organization.name,
        subject=documents.invoice_subject(booking),
        lines=documents.invoice_lines(booking),
        method=booking.payment_method or PaymentMethod.BANK_TRANSFER,
        language=booking.language,
        supplied_on=day_of(booking.runs[-1].ends_at),
        due_on=due_on,
        grace_until_on=grace_until_on,
        by=by,
        now=now,
        order_reference=booking.reference,
    )
    let_lapse(invoice)
    return invoice


def settle_for_free(booking: Booking, *, by: Actor, now: datetime) -> None:
    """There is nothing to pay: the seats are theirs at once."""
    booking.paid_at = now
    move_booking(booking, BookingMove.SETTLE, by=by, now=now, detail={"free": True})
    move_seats(booking.live_seats, SeatMove.CONFIRM, by=by, now=now)
