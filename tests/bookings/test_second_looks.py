"""Four eyes: high refunds and high fees that are not asked need two people, and nothing is done before (S-44)."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from courses_app.accounts.models import Person
from courses_app.bookings import operations, queries
from courses_app.bookings.models import Booking
from courses_app.bookings.operations import Agreed
from courses_app.bookings.rules import AmountsChanged, SeatStatus
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import clock
from courses_app.foundation.audit import STRIPE, SYSTEM, Actor
from courses_app.foundation.db import session, transaction
from courses_app.foundation.matters import Matter
from courses_app.foundation.yen import Yen
from courses_app.payments import operations as payments
from courses_app.payments import queries as money
from courses_app.payments.models import Invoice, LookKind, LookLimit, Provider, Refund, SecondLook
from courses_app.payments.rules.looking import (
    DecidedAlready,
    LimitKnown,
    LimitTooSoon,
    NotYourRequest,
    OwnRequest,
    SecondLookNeeded,
)
from tests.bookings.conftest import MakeHere
from tests.bookings.making import by


@pytest.fixture
def two(inside: Flask, make: MakeHere) -> tuple[Actor, Actor]:
    return by(make.staff().person), by(make.staff().person)


def limited(kind: LookKind, amount: int | None, *, ago: int = 1) -> None:
    """A limit that holds since yesterday."""
    with transaction():
        session.add(
            LookLimit(
                kind=kind, amount=None if amount is None else Yen(amount), set_at=clock.now(),
                from_on=clock.today() - timedelta(days=ago),
            )
        )  # fmt: skip


def soon(make: MakeHere) -> tuple[CourseRun, Booking]:
    """Two paid seats, so near to their run that giving them back costs something."""
    run = make.run(days_ahead=40)
    return run, make.paid(run, 2)


def waive(make: MakeHere, booking: Booking, run: CourseRun, clerk: Actor) -> SecondLook | None:
    """The office cancels the first seat and asks no fee."""
    now = run.starts_at - timedelta(days=5)
    quote = queries.quote_of(make.whole(booking), [1], now=now)
    assert quote.fee
    with transaction():
        return operations.cancel_seats_or_ask(
            booking=booking, positions=[1], agreed=Agreed(quote.fee, quote.refund), waived="台風", by=clerk, now=now
        )


def cancelled(make: MakeHere, booking: Booking) -> int:
    return sum(seat.status is SeatStatus.CANCELLED for seat in make.whole(booking).seats)


def open_kinds() -> list[str]:
    return sorted(session.scalars(select(Matter.kind).where(Matter.settled_at.is_(None))))


def test_a_low_fee_is_waived_by_one_person(make: MakeHere, two: tuple[Actor, Actor]) -> None:
    limited(LookKind.WAIVER, 30_000)
    run, booking = soon(make)
    assert waive(make, booking, run, two[0]) is None
    assert cancelled(make, booking) == 1


def test_a_high_one_waits_for_another_and_is_done_when_they_agree(make: MakeHere, two: tuple[Actor, Actor]) -> None:
    limited(LookKind.WAIVER, 1)
    run, booking = soon(make)
    now = run.starts_at - timedelta(days=5)
    look = waive(make, booking, run, two[0])
    assert look is not None
    assert (cancelled(make, booking), open_kinds()) == (0, ["second_look"])
    with pytest.raises(OwnRequest), transaction():
        operations.agree(look=look, by=two[0], now=now)
    with transaction():
        operations.agree(look=look, by=two[1], now=now)
    assert cancelled(make, booking) == 1
    [fee] = make.whole(booking).fees
    assert (fee.waived_by, fee.waived_reason) == (two[1].label, "台風")
    assert "second_look" not in open_kinds()
    with pytest.raises(DecidedAlready), transaction():
        operations.agree(look=look, by=two[1], now=now)


def test_many_small_ones_are_no_way_around(make: MakeHere, two: tuple[Actor, Actor]) -> None:
    run, booking = soon(make)
    quote = queries.quote_of(make.whole(booking), [1], now=run.starts_at - timedelta(days=5))
    limited(LookKind.WAIVER, quote.fee + 1)
    assert waive(make, booking, run, two[0]) is None
    now = run.starts_at - timedelta(days=5)
    with transaction():
        second = operations.cancel_seats_or_ask(
            booking=booking, positions=[2], agreed=Agreed(quote.fee, quote.refund), waived="台風", by=two[0], now=now
        )
    assert second is not None
    assert cancelled(make, booking) == 1


def test_what_no_longer_is_as_shown_is_not_done_and_not_decided(make: MakeHere, two: tuple[Actor, Actor]) -> None:
    limited(LookKind.WAIVER, 1)
    run, booking = soon(make)
    look = cast(SecondLook, waive(make, booking, run, two[0]))
    with pytest.raises(AmountsChanged), transaction():
        operations.agree(look=look, by=two[1], now=run.starts_at - timedelta(days=1))
    session.expire_all()
    assert look.decision is None
    assert cancelled(make, booking) == 0


def test_declined_or_withdrawn_nothing_is_done_and_it_may_be_asked_again(
    make: MakeHere, two: tuple[Actor, Actor]
) -> None:
    limited(LookKind.WAIVER, 1)
    run, booking = soon(make)
    now = clock.now()
    first = cast(SecondLook, waive(make, booking, run, two[0]))
    assert waive(make, booking, run, two[1]) is first
    with pytest.raises(NotYourRequest), transaction():
        payments.withdraw_look(look=first, by=two[1], now=now)
    with transaction():
        payments.decline_look(look=first, by=two[1], now=now, note="根拠がない")
    second = cast(SecondLook, waive(make, booking, run, two[0]))
    assert second.id != first.id
    with transaction():
        payments.withdraw_look(look=second, by=two[0], now=now)
    assert (cancelled(make, booking), open_kinds()) == (0, [])


def refund_of(make: MakeHere, booking: Booking, amount: int) -> Refund:
    with transaction():
        invoice = session.get_one(Invoice, booking.invoice_id)
        return payments.owe_refund(
            invoice=invoice, amount=Yen(amount), reason="x", key=f"k{amount}", by=STRIPE, now=clock.now()
        )[0]


def send(refund: Refund, clerk: Actor) -> None:
    with transaction():
        operations.note_refund_sent(refund=refund, sent_on=clock.today(), by=clerk, now=clock.now())


def test_a_high_refund_is_sent_once_a_second_person_agreed(make: MakeHere, two: tuple[Actor, Actor]) -> None:
    limited(LookKind.REFUND, 5_000)
    booking = make.paid(make.run(), 2)
    low, high = refund_of(make, booking, 4_999), refund_of(make, booking, 5_000)
    send(low, two[0])
    with pytest.raises(SecondLookNeeded):
        send(high, two[0])
    with transaction():
        look = operations.ask_to_send(refund=high, reason="x", by=two[0], now=clock.now())
    with pytest.raises(SecondLookNeeded):
        send(high, two[1])
    with transaction():
        operations.agree(look=look, by=two[1], now=clock.now())
    send(high, two[0])
    assert money.violations(now=clock.now()) == []


def test_stripe_is_asked_for_a_high_refund_only_once_a_second_person_agreed(
    make: MakeHere, two: tuple[Actor, Actor]
) -> None:
    limited(LookKind.REFUND, 5_000)
    booking = make.paid(make.run(), 1)
    refund = refund_of(make, booking, 5_000)
    with transaction():
        refund.provider = Provider.STRIPE
    with transaction():
        assert not payments.intend_refund(refund=refund, by=SYSTEM, now=clock.now())
        look = operations.ask_to_send(refund=refund, reason="x", by=two[0], now=clock.now())
    with transaction():
        operations.agree(look=look, by=two[1], now=clock.now())
        assert payments.intend_refund(refund=refund, by=SYSTEM, now=clock.now())


def test_what_a_payment_firm_has_sent_already_is_written_down(make: MakeHere, two: tuple[Actor, Actor]) -> None:
    limited(LookKind.REFUND, 1)
    booking = make.paid(make.run(), 1)
    send(refund_of(make, booking, 5_000), STRIPE)


def test_the_database_refuses_that_one_person_agrees_alone(make: MakeHere, two: tuple[Actor, Actor]) -> None:
    limited(LookKind.WAIVER, 1)
    run, booking = soon(make)
    look = cast(SecondLook, waive(make, booking, run, two[0]))
    with pytest.raises(IntegrityError), transaction():
        look.decision, look.decided_at, look.decided_by_person_id = "approved", clock.now(), look.asked_by_person_id
    assert session.get_one(Person, look.asked_by_person_id)


def test_limits_hold_from_tomorrow_on_and_are_never_written_over(make: MakeHere, two: tuple[Actor, Actor]) -> None:
    today, clerk = clock.today(), two[0]
    facts = {"kind": LookKind.REFUND, "by": clerk, "now": clock.now(), "today": today}
    assert money.limit_on(LookKind.REFUND, today) == 100_000
    with pytest.raises(LimitTooSoon), transaction():
        payments.set_limit(amount=Yen(1), from_on=today, **facts)
    with transaction():
        payments.set_limit(amount=None, from_on=today + timedelta(days=1), **facts)
    with pytest.raises(LimitKnown), transaction():
        payments.set_limit(amount=Yen(9), from_on=today + timedelta(days=1), **facts)
    assert money.limit_on(LookKind.REFUND, today) == 100_000
    assert money.limit_on(LookKind.REFUND, today + timedelta(days=1)) is None
