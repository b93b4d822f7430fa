"""We move a run: what its bookings were promised keeps in step with it, and nobody pays for our move."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from courses_app.bookings import operations, queries, tasks
from courses_app.bookings.models import Booking
from courses_app.bookings.rules import BookingStatus, OrderingClosed, SeatStatus
from courses_app.catalogue import queries as catalogue
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session
from courses_app.foundation.matters import Matter
from courses_app.payments.models import Invoice, PaymentMethod, Refund
from courses_app.payments.queries import violations as money_violations
from tests.bookings.asked import question_about
from tests.bookings.conftest import MakeHere
from tests.bookings.mailbox import mails
from tests.bookings.test_move import moved
from tests.catalogue.test_operations import DAY, moved_by, plan_of

HOUR = timedelta(hours=1)


def to_day(run: CourseRun, days_ahead: int, make: MakeHere) -> CourseRun:
    """The run moved by the house to another day from today."""
    fresh = _fresh(run)
    days = clock.today() + days_ahead * DAY - clock.day_of(fresh.starts_at)
    plan = moved_by(plan_of(fresh, make), days)
    plan = replace(plan, booking_closes_at=min(fresh.booking_closes_at + days, plan.meetings[0].starts_at))
    moved(fresh, plan, make)
    return _fresh(run)


def _fresh(run: CourseRun) -> CourseRun:
    session.expire_all()
    found = catalogue.run_by_reference(run.reference)
    assert found is not None
    return found


def offered(run: CourseRun, make: MakeHere) -> Booking:
    """Seats of a full run, offered to a party that waited."""
    make.issuer()
    taken, party = make.held(run), make.waiting(run)
    with make.deed():
        operations.cancel(booking=taken, by=SYSTEM, now=clock.now())
    tasks.run_due(clock=clock.now)
    return session.scalars(select(Booking).where(Booking.waiting_party_id == party.id)).one()


def order(booking: Booking, make: MakeHere, *, now: datetime) -> None:
    with make.deed():
        operations.order(
            booking=booking, payment_method=PaymentMethod.BANK_TRANSFER, stripe_enabled=True, language="ja",
            by=SYSTEM, now=now,
        )  # fmt: skip


def broken() -> list[str]:
    session.rollback()
    return queries.violations(now=clock.now()) + money_violations(now=clock.now())


def test_an_offer_ends_with_booking_once_its_run_is_moved_near(inside: Flask, make: MakeHere) -> None:
    run = make.run(capacity=1, days_ahead=30)
    offer = offered(run, make)
    run = to_day(run, 1, make)
    soonest = clock.now() + timedelta(minutes=run.course.hold_minutes)
    offer = make.whole(offer)
    assert offer.hold_until <= max(run.booking_closes_at, soonest)
    assert [seat.hold_until for seat in offer.seats] == [offer.hold_until]
    (mail,) = mails("moved")
    assert "席をお取りしている期限" in mail.body
    assert broken() == []


def test_a_hold_is_not_cut_short_at_once_nor_made_longer(inside: Flask, make: MakeHere) -> None:
    make.issuer()
    run = make.run(days_ahead=30)
    held = make.held(run)
    until = held.hold_until
    to_day(run, 1, make)
    assert make.whole(held).hold_until == until
    to_day(run, 60, make)
    assert make.whole(held).hold_until == until


def test_nothing_is_ordered_once_the_run_has_begun(inside: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=20)
    early = run.starts_at + timedelta(minutes=1)
    held = make.held(run)
    with make.deed():
        booking = session.get_one(Booking, held.id)
        booking.hold_until = booking.seats[0].hold_until = early + HOUR
    with pytest.raises(OrderingClosed):
        order(held, make, now=early)
    assert make.whole(held).status is BookingStatus.HELD


def test_an_unpaid_order_is_due_before_the_new_day(inside: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=60)
    booking = make.ordered(run)
    old, was_until = session.get_one(Invoice, booking.invoice_id), booking.pay_until
    run = to_day(run, 10, make)
    booking = make.whole(booking)
    assert booking.invoice is not None
    assert booking.pay_until is not None
    assert was_until is not None
    assert booking.pay_until <= min(was_until, run.starts_at)
    assert booking.invoice.due_on is not None
    assert booking.invoice.due_on < clock.day_of(run.starts_at)
    assert old.cancelled_at is not None
    assert str(booking.invoice.due_on.day) in str(booking.terms)
    (mail,) = mails("moved")
    assert "前の請求書は無効" in mail.body
    assert broken() == []
    paid = make.pay(booking)
    assert paid.status is BookingStatus.PAID
    assert broken() == []


def test_a_later_day_or_the_same_never_gives_another_invoice(inside: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=40)
    booking = make.ordered(run)
    was = booking.pay_until, booking.invoice_id, booking.invoice and booking.invoice.due_on
    to_day(run, 90, make)
    booking = make.whole(booking)
    assert (booking.pay_until, booking.invoice_id, booking.invoice and booking.invoice.due_on) == was
    (mail,) = mails("moved")
    assert "お支払い期限" in mail.body
    assert "無効" not in mail.body


def test_r07_money_after_the_run_goes_back(inside: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=40)
    booking = make.ordered(run)
    with make.deed():
        session.get_one(Booking, booking.id).pay_until = run.ends_at + 9 * DAY
    booking = make.pay(booking, now=run.ends_at + HOUR)
    assert booking.status is BookingStatus.PAID_NO_SEAT
    assert [seat.status for seat in booking.seats] == [SeatStatus.EXPIRED]
    assert session.scalars(select(Refund.amount)).all() == [booking.total]
    assert session.scalars(select(Matter.subject_reference).where(Matter.kind == "paid_no_seat")).all() == [
        booking.reference
    ]
    assert (len(mails("no_seat")), len(mails("no_seat_office")), len(mails("confirmed"))) == (1, 1, 0)
    assert broken() == []


def test_nobody_pays_a_fee_because_we_moved_the_run(inside: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=60)
    booking = make.paid(run)
    before = queries.quote_of(make.whole(booking), [1], now=clock.now())
    ordered_for = clock.day_of(run.starts_at)
    to_day(run, 5, make)
    to_day(run, 2, make)
    booking = make.whole(booking)
    assert booking.moved_from(booking.first_run) == ordered_for
    asked = queries.quote_of(booking, [1], now=clock.now())
    assert (asked.fee, asked.refund) == (0, booking.total)  # while we ask
    later = question_about(booking).answer_until
    while tasks.run_due(clock=lambda: later):
        pass
    booking = make.whole(booking)
    after = queries.quote_of(booking, [1], now=later)
    assert (after.fee, after.refund) == (before.fee, before.refund)
    assert f"{ordered_for.year}" in after.seats[0].rule
    with make.deed():
        agreed = operations.Agreed(after.fee, after.refund)
        operations.cancel_seats(booking=booking, positions=[1], agreed=agreed, by=SYSTEM, now=later)
    assert broken() == []


def test_of_a_run_moved_later_the_new_day_counts(inside: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=20)
    booking = make.paid(run)
    near = run.starts_at - DAY
    dear = queries.quote_of(make.whole(booking), [1], now=near)
    to_day(run, 90, make)
    cheap = queries.quote_of(make.whole(booking), [1], now=near)
    assert cheap.fee < dear.fee
    assert cheap.seats[0].fees.counted_from is None
    old_day_over = near + 5 * DAY
    assert queries.quote_of(make.whole(booking), [1], now=old_day_over).fee == cheap.fee
