"""Nothing is left to pay of an order, or money comes for an invoice that another replaced: no seat is lost by it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text

from courses_app.bookings import operations, queries
from courses_app.bookings.models import Booking
from courses_app.bookings.rules import BookingStatus, SeatStatus
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session, transaction
from courses_app.payments.models import Invoice, Provider, Refund
from courses_app.rosters import operations as rosters
from tests.bookings.conftest import MakeHere
from tests.bookings.mailbox import mails
from tests.bookings.making import attendee
from tests.bookings.test_changes import broken, give_back
from tests.bookings.test_moving_seats import move


def call_off(run: CourseRun) -> None:
    with transaction():
        found = session.get_one(CourseRun, run.id)
        rosters.call_off(run=found, reason="台風", by=SYSTEM, now=clock.now())


def money_for(invoice: Invoice) -> None:
    with transaction():
        found, now = session.get_one(Invoice, invoice.id), clock.now()
        operations.settle(
            invoice=found, provider=Provider.BANK_TRANSFER, external_id=f"late-{found.id}", amount=found.total,
            received_on=clock.day_of(now), by=SYSTEM, now=now,
        )  # fmt: skip


def dear_and_free(make: MakeHere) -> tuple[CourseRun, CourseRun]:
    free = make.run(days_ahead=50, price_general=0, price_member=0, venue="osaka-nakanoshima")
    return make.run(days_ahead=30), free


@pytest.mark.parametrize("how", ["called off", "given back", "moved"])
def test_what_is_left_costs_nothing_and_is_confirmed(inside: Flask, make: MakeHere, how: str) -> None:
    dear, free = dear_and_free(make)
    booking = make.ordered(dear, attendees=[attendee(), attendee(run=free.reference)])
    old, pay_until = booking.invoice, booking.pay_until
    assert old is not None
    assert pay_until is not None
    if how == "called off":
        call_off(dear)
    elif how == "given back":
        give_back(make, booking, [1], now=clock.now())
    else:
        move(make, booking, free, less=11_500)
    with transaction():
        operations.lapse_order(booking.id, now=pay_until + timedelta(seconds=1))
    booking = make.whole(booking)
    assert (booking.status, booking.total, booking.invoice) == (BookingStatus.PAID, 0, None)
    assert {seat.status for seat in booking.live_seats} == {SeatStatus.CONFIRMED}
    assert session.get_one(Invoice, old.id).cancelled_at is not None
    assert len(mails("confirmed")) == 1
    told = mails({"called off": "called_off", "given back": "seats_cancelled", "moved": "seat_moved"}[how])[0].body
    assert "不要です" in told
    assert "返金" not in told
    assert "改めて" not in told
    assert broken(clock.now()) == []


def test_late_money_for_the_void_invoice_goes_back(inside: Flask, make: MakeHere) -> None:
    dear, free = dear_and_free(make)
    booking = make.ordered(dear, attendees=[attendee(), attendee(run=free.reference)])
    old = booking.invoice
    assert old is not None
    give_back(make, booking, [1], now=clock.now())
    money_for(old)
    assert make.whole(booking).status is BookingStatus.PAID
    assert list(session.scalars(select(Refund.amount))) == [11_500]
    assert broken(clock.now()) == []


def test_an_order_that_waits_for_nothing_is_found(inside: Flask, make: MakeHere) -> None:
    booking = make.ordered(make.run())
    with transaction():
        session.execute(text(f"UPDATE bookings SET total = 0 WHERE id = {booking.id}"))
    assert f"INV-4: booking {booking.reference} waits for money though nothing is to pay" in broken(clock.now())


def paid_after_one_was_given_back(make: MakeHere) -> tuple[Booking, Invoice]:
    booking = make.ordered(make.run(days_ahead=40), 3)
    old = booking.invoice
    assert old is not None
    give_back(make, booking, [1], now=clock.now())
    return make.pay(booking), old


def cancelled(make: MakeHere, booking: Booking) -> None:
    with transaction():
        operations.cancel_by_office(booking=booking, reason="閉店", by=SYSTEM, now=clock.now())


def send(refund: Refund) -> None:
    with transaction():
        found = session.get_one(Refund, refund.id)
        operations.note_refund_sent(refund=found, sent_on=clock.today(), by=SYSTEM, now=clock.now())


@pytest.mark.parametrize("first", ["money", "cancellation"])
def test_r19_refunded_is_said_only_when_all_money_is_sent(inside: Flask, make: MakeHere, first: str) -> None:
    booking, old = paid_after_one_was_given_back(make)
    if first == "money":
        money_for(old)
    cancelled(make, booking)
    if first == "cancellation":
        money_for(old)
    assert make.whole(booking).status is BookingStatus.CANCELLED  # not "no seat": its own money is on the way back
    refunds = list(session.scalars(select(Refund).order_by(Refund.invoice_id)))
    assert [refund.amount for refund in refunds] == [34_500, 23_000]
    states = []
    for refund in refunds:
        send(refund)
        states.append(make.whole(booking).status)
    assert states == [BookingStatus.CANCELLED, BookingStatus.REFUNDED]
    assert broken(clock.now()) == []


def test_refunded_with_money_still_due_is_found(inside: Flask, make: MakeHere) -> None:
    booking, old = paid_after_one_was_given_back(make)
    money_for(old)
    cancelled(make, booking)
    for refund in session.scalars(select(Refund)).all():
        send(refund)
    with transaction():
        session.execute(text(f"UPDATE refunds SET status = 'due', sent_on = NULL WHERE invoice_id = {old.id}"))
    assert f"INV-8: booking {booking.reference} is refunded though money is still due" in queries.violations(
        now=clock.now()
    )


def test_second_money_after_the_refund_is_no_violation(inside: Flask, make: MakeHere) -> None:
    booking, old = paid_after_one_was_given_back(make)
    cancelled(make, booking)
    send(session.scalars(select(Refund)).one())
    money_for(old)
    assert make.whole(booking).status is BookingStatus.REFUNDED
    assert broken(clock.now()) == []
