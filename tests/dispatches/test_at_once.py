"""Both sides of an agreement press at the same moment, on both databases: one answer counts, nothing is torn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from courses_app.bookings import operations as bookings
from courses_app.bookings.models import Booking
from courses_app.catalogue.models import Course
from courses_app.cli.ledger import violations
from courses_app.dispatches import operations, tasks
from courses_app.dispatches.models import Dispatch
from courses_app.dispatches.rules import DispatchState
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.clock import JST
from courses_app.foundation.db import in_transaction, session
from courses_app.foundation.lifecycle import MoveNotAllowed
from courses_app.foundation.refusal import Refusal
from courses_app.payments.models import Invoice, PaymentMethod
from tests.accounts.test_at_once import at_once
from tests.bookings.making import attendee
from tests.dispatches.making import offered
from tests.make import Make


def only_refusals(answers: list[object]) -> None:
    faults = [one for one in answers if isinstance(one, Exception) and not isinstance(one, Refusal | MoveNotAllowed)]
    assert not faults, faults


def sound(app: Flask) -> None:
    with app.app_context():
        assert list(violations()) == []


def test_accepted_while_the_quote_is_changed(app: Flask, make: Make) -> None:
    made = make.quoted().id

    def deed(hand: int) -> object:
        found, now = session.get_one(Dispatch, made), clock.now()
        if hand % 2:
            return operations.accept(dispatch=found, number=1, by=SYSTEM, now=now).state
        return operations.make_quote(dispatch=found, facts=offered(capacity=30), seen=1, by=SYSTEM, now=now).number

    only_refusals(at_once(app, lambda hand: in_transaction(lambda: deed(hand))))
    with app.app_context():
        state, quotes = session.get_one(Dispatch, made).state, len(session.get_one(Dispatch, made).quotes)
        invoices = session.query(Invoice).count()
    assert (state, quotes, invoices) in [(DispatchState.ACCEPTED, 1, 1), (DispatchState.QUOTED, 2, 0)]
    sound(app)


def test_a_request_for_seats_is_approved_declined_and_withdrawn_at_once(app: Flask, make: Make) -> None:
    make.issuer()
    run = make.run(capacity=3)
    with make.deed():
        session.get_one(Course, run.course_id).needs_approval = True
    held = make.held(run, 2)
    with make.deed():
        asked = bookings.order(
            booking=session.get_one(Booking, held.id), payment_method=PaymentMethod.BANK_TRANSFER, stripe_enabled=False,
            language="ja", by=SYSTEM, now=clock.now(),
        ).id  # fmt: skip

    def deed(hand: int) -> object:
        found, now = session.get_one(Booking, asked), clock.now()
        deeds: list[Callable[[], object]] = [
            lambda: bookings.approve(booking=found, by=SYSTEM, now=now),
            lambda: bookings.approve(booking=found, by=SYSTEM, now=now),
            lambda: bookings.decline(booking=found, reason="満席のため", by=SYSTEM, now=now),
            lambda: bookings.cancel(booking=found, by=SYSTEM, now=now),
        ]
        deeds[hand]()
        return hand

    only_refusals(at_once(app, lambda hand: in_transaction(lambda: deed(hand))))
    with app.app_context():
        found = session.get_one(Booking, asked)
        live = len(found.live_seats)
        assert (found.status.value, live) in [("ordered", 2), ("cancelled", 0)]
        invoices = [one.cancelled_at for one in session.query(Invoice)]
        assert len(invoices) <= 1
        assert found.status.value == "ordered" or all(invoices)
    sound(app)


def test_a_name_is_given_while_the_seats_are_given_back(app: Flask, make: Make) -> None:
    make.issuer()
    run = make.run(days_ahead=60)
    with make.deed():
        session.get_one(Course, run.course_id).naming_days_before = 7
    booking = make.paid(run, attendees=[bookings.AttendeeFacts()] * 2)
    ids, total = (booking.id, run.id), booking.total
    people = [attendee(), attendee()]

    def deed(hand: int) -> object:
        found, now = session.get_one(Booking, ids[0]), clock.now()
        if hand < 2:
            there = found.seats[0].run
            return len(bookings.name_seats(booking=found, run=there, attendees=[people[0]], by=SYSTEM, now=now))
        agreed = bookings.Agreed(fee=type(total)(0), refund=type(total)(total // 2))
        return bookings.cancel_seats(booking=found, positions=[hand - 1], agreed=agreed, by=SYSTEM, now=now).refund

    only_refusals(at_once(app, lambda hand: in_transaction(lambda: deed(hand))))
    with app.app_context():
        named = [seat.person_id for seat in session.get_one(Booking, ids[0]).live_seats if seat.person_id]
        assert len(named) == len(set(named)) <= 1
    sound(app)


@pytest.mark.parametrize(("seconds", "state"), [(-1, DispatchState.QUOTED), (0, DispatchState.EXPIRED)])
def test_the_last_day_of_a_quote_ends_at_midnight_in_tokyo(
    inside: Flask, make: Make, seconds: int, state: DispatchState
) -> None:
    made = make.quoted()
    assert made.quote is not None
    last = made.quote.valid_until
    midnight = clock.end_of(last).astimezone(JST)
    assert (midnight.hour, midnight.minute, midnight.date()) == (0, 0, last + timedelta(days=1))
    at = midnight + timedelta(seconds=seconds)
    tasks.run_due(clock=lambda: at)
    assert make.dispatch(made).state is state
