"""Money and seats meet in one place: settled once, re-seated where there is room, else owed back and never silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from courses_app.bookings import operations, queries
from courses_app.bookings.models import Booking, SeatEvent
from courses_app.bookings.operations import Unfitting
from courses_app.bookings.rules import BookingStatus, SeatMove, SeatStatus
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session
from courses_app.foundation.matters import Matter
from courses_app.foundation.outbox.messages import OutboxMessage
from courses_app.payments.gateways.stripe_answers import RefundState
from courses_app.payments.gateways.stripe_checkout import CheckoutState
from courses_app.payments.models import Checkout, CheckoutStatus, Payment, PaymentMethod, Provider, Refund, RefundStatus
from courses_app.payments.rules import AlreadyPaid, AmountDiffers
from tests.bookings.conftest import MakeHere
from tests.bookings.making import attendee


def lapsed(make: MakeHere, booking: Booking) -> Booking:
    """The order as it stands after its time to pay is over."""
    with make.deed():
        assert operations.lapse_order(booking.id, now=booking.pay_until or clock.now())
    return make.whole(booking)


def kinds() -> list[str]:
    return [
        mail.kind.removeprefix("bookings/")
        for mail in session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    ]


def open_matters() -> list[str]:
    return list(session.scalars(select(Matter.kind).where(Matter.settled_at.is_(None)).order_by(Matter.kind)))


def settle(make: MakeHere, booking: Booking, **changes: Any) -> Booking:
    assert booking.invoice is not None
    with make.deed():
        operations.settle(
            **{
                "invoice": booking.invoice, "provider": Provider.BANK_TRANSFER, "external_id": "one",
                "amount": booking.total, "received_on": clock.today(), "by": SYSTEM, "now": clock.now(), **changes,
            }
        )  # fmt: skip
    return make.whole(booking)


def test_a_transfer_confirms_the_seats(inside: Flask, make: MakeHere) -> None:
    booking = settle(make, make.ordered(make.run(), 2))
    assert booking.status is BookingStatus.PAID
    assert {seat.status for seat in booking.seats} == {SeatStatus.CONFIRMED}
    assert "confirmed" in kinds()
    assert queries.violations(now=clock.now()) == []


def test_r10_the_same_payment_ten_times(inside: Flask, make: MakeHere) -> None:
    booking = make.ordered(make.run(), 2)
    for _ in range(10):
        booking = settle(make, booking)
    assert session.scalar(select(func.count(Payment.id))) == 1
    assert kinds().count("confirmed") == 1
    confirmed = select(func.count(SeatEvent.id)).where(SeatEvent.move == SeatMove.CONFIRM)
    assert session.scalar(confirmed) == 2


def test_r16_the_second_of_two_staff_reads_who_was_faster(inside: Flask, make: MakeHere) -> None:
    booking = settle(make, make.ordered(make.run()))
    with pytest.raises(AlreadyPaid):
        settle(make, booking, external_id="another form")
    assert session.scalar(select(func.count(Payment.id))) == 1


def test_r18_another_amount_confirms_nothing(inside: Flask, make: MakeHere) -> None:
    booking = make.ordered(make.run(), 2)
    for amount in (booking.total - 440, booking.total + 1):
        with pytest.raises(AmountDiffers):
            settle(make, booking, amount=amount)
    assert make.whole(booking).status is BookingStatus.ORDERED


def test_r07_late_money_finds_seats_again(inside: Flask, make: MakeHere) -> None:
    run = make.run(capacity=2)
    booking = settle(make, lapsed(make, make.ordered(run, 2)))
    assert booking.status is BookingStatus.PAID
    assert {seat.status for seat in booking.seats} == {SeatStatus.CONFIRMED}
    assert booking.invoice is not None
    assert booking.invoice.cancelled_at is None
    assert queries.seats_left(run, now=clock.now()) == 0
    assert open_matters() == []
    assert queries.violations(now=clock.now()) == []


def test_r07_late_money_finds_the_run_full(inside: Flask, make: MakeHere) -> None:
    run = make.run(capacity=2)
    late = lapsed(make, make.ordered(run, 2))
    make.paid(run, 1)
    late = settle(make, late)
    assert late.status is BookingStatus.PAID_NO_SEAT
    assert {seat.status for seat in late.seats} == {SeatStatus.EXPIRED}
    refund = session.scalars(select(Refund)).one()
    assert (refund.amount, refund.status) == (late.total, RefundStatus.DUE)
    assert "paid_no_seat" in open_matters()
    assert {"no_seat", "no_seat_office"} <= set(kinds())
    assert queries.taken_by_run([run.id], now=clock.now())[run.id] == 1
    assert queries.violations(now=clock.now()) == []
    with make.deed():
        operations.note_refund_sent(refund=refund, sent_on=clock.today(), by=SYSTEM, now=clock.now())
    assert make.whole(late).status is BookingStatus.REFUNDED
    assert "paid_no_seat" not in open_matters()


def test_r07_a_hold_that_ran_out_makes_room_for_late_money(inside: Flask, make: MakeHere) -> None:
    run, now = make.run(capacity=1), clock.now()
    late = lapsed(make, make.ordered(run))
    make.held(run, now=now)
    assert settle(make, late, now=now + timedelta(hours=1)).status is BookingStatus.PAID


def test_r07_late_money_for_somebody_booked_again(inside: Flask, make: MakeHere) -> None:
    run, somebody, who = make.run(), make.coordinator(), attendee()
    theirs = {"organization": somebody.organization, "booked_by": somebody.person, "attendees": [who]}
    late = lapsed(make, make.ordered(run, **theirs))
    make.paid(run, **theirs)
    assert settle(make, late, external_id="late").status is BookingStatus.PAID_NO_SEAT
    assert queries.taken_by_run([run.id], now=clock.now())[run.id] == 1


def test_r07_late_money_after_the_run_has_begun(inside: Flask, make: MakeHere) -> None:
    run = make.run()
    late = lapsed(make, make.ordered(run))
    assert settle(make, late, now=run.starts_at).status is BookingStatus.PAID_NO_SEAT


def test_r19_money_after_the_cancellation_goes_back(inside: Flask, make: MakeHere) -> None:
    run = make.run()
    booking = make.ordered(run)
    with make.deed():
        operations.cancel(booking=booking, by=SYSTEM, now=clock.now())
    booking = settle(make, make.whole(booking))
    assert booking.status is BookingStatus.PAID_NO_SEAT
    assert session.scalars(select(Refund.amount)).all() == [booking.total]
    assert queries.violations(now=clock.now()) == []


def test_r19_a_repeated_payment_of_a_cancelled_booking_changes_nothing(inside: Flask, make: MakeHere) -> None:
    booking = settle(make, make.ordered(make.run()))
    with make.deed():
        operations.cancel_by_office(booking=booking, reason="病気のため", by=SYSTEM, now=clock.now())
    assert settle(make, booking).status is BookingStatus.CANCELLED
    assert session.scalar(select(func.count(Refund.id))) == 1


# Stripe's word


def checkout(make: MakeHere, booking: Booking) -> Checkout:
    with make.deed():
        return operations.begin_checkout(booking=booking, language="ja", by=SYSTEM, now=clock.now())


def state_of(page: Checkout, **changes: Any) -> CheckoutState:
    facts: dict[str, Any] = {
        "id": "cs_test_1", "status": "complete", "payment_status": "paid", "amount_total": page.amount,
        "currency": "jpy", "reference": page.invoice.reference, "request_id": page.reference, "payment_intent": "pi_1",
        "livemode": False, **changes,
    }  # fmt: skip
    return CheckoutState(**facts)


def by_card(make: MakeHere) -> tuple[Booking, Checkout]:
    booking = make.ordered(make.run(), 2, method=PaymentMethod.STRIPE)
    page = checkout(make, booking)
    with make.deed():
        assert page.invoice.reference
    return booking, page


def test_a_payment_page_settles_once(inside: Flask, make: MakeHere) -> None:
    booking, page = by_card(make)
    for _ in range(3):
        with make.deed():
            operations.settle_checkout(state=state_of(page), livemode=False, now=clock.now())
    assert make.whole(booking).status is BookingStatus.PAID
    assert session.scalars(select(Payment.external_id)).all() == ["pi_1"]
    assert session.scalars(select(Checkout.status)).all() == [CheckoutStatus.COMPLETE]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"request_id": "K-STRANGER9", "reference": "Q-STRANGER9"}, "unknown_reference"),
        ({"reference": "Q-STRANGER9"}, "unknown_reference"),
        ({"amount_total": 1}, "wrong_amount"),
        ({"amount_total": None}, "wrong_amount"),
        ({"currency": "usd"}, "wrong_currency"),
        ({"livemode": True}, "wrong_mode"),
    ],
)
def test_r12_what_fits_nothing_settles_nothing(
    inside: Flask, make: MakeHere, changes: dict[str, Any], reason: str
) -> None:
    booking, page = by_card(make)
    with pytest.raises(Unfitting) as refused, make.deed():
        operations.settle_checkout(state=state_of(page, **changes), livemode=False, now=clock.now())
    assert refused.value.reason == reason
    assert make.whole(booking).status is BookingStatus.ORDERED


def test_paid_by_transfer_and_by_card(inside: Flask, make: MakeHere) -> None:
    booking, page = by_card(make)
    settle(make, booking)
    with pytest.raises(Unfitting) as refused, make.deed():
        operations.settle_checkout(state=state_of(page), livemode=False, now=clock.now())
    assert refused.value.reason == "paid_twice"


def test_complete_is_not_paid(inside: Flask, make: MakeHere) -> None:
    booking, page = by_card(make)
    with make.deed():
        unpaid = state_of(page, payment_status="unpaid")
        assert operations.settle_checkout(state=unpaid, livemode=False, now=clock.now()) is None
    assert make.whole(booking).status is BookingStatus.ORDERED


def test_r13_an_open_page_keeps_the_seats_until_it_ends(inside: Flask, make: MakeHere) -> None:
    booking, page = by_card(make)
    assert (make.whole(booking).pay_until or clock.now()) > page.expires_at
    assert checkout(make, booking).reference == page.reference  # two tabs, one page


def test_a_refund_sent_from_the_firms_page_is_noted(inside: Flask, make: MakeHere) -> None:
    booking, page = by_card(make)
    with make.deed():
        operations.settle_checkout(state=state_of(page), livemode=False, now=clock.now())
    with make.deed():
        operations.cancel_by_office(booking=booking, reason="病気のため", by=SYSTEM, now=clock.now())
    told = RefundState("re_1", "succeeded", booking.total, "jpy", "pi_1", None)
    for _ in range(2):
        with make.deed():
            operations.hear_of_refund(state=told, now=clock.now())
    assert make.whole(booking).status is BookingStatus.REFUNDED
    with pytest.raises(Unfitting), make.deed():
        operations.hear_of_refund(state=replace(told, id="re_2", amount=1), now=clock.now())
