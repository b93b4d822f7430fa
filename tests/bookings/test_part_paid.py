"""An order of which a part was paid: it waits, and nobody loses seats over a bank's fee (R-18, R-08)."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from flask import Flask

from courses_app.bookings import operations, queries
from courses_app.bookings.models import Booking
from courses_app.bookings.operations import Agreed
from courses_app.bookings.operations.settle import settle_shares
from courses_app.bookings.rules import BookingStatus, SeatStatus
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import transaction
from courses_app.foundation.yen import Yen
from courses_app.payments.models import Invoice, Payment, PaymentMethod, Provider
from courses_app.payments.queries import credit_of, owed, violations
from tests.bookings.conftest import MakeHere

HOUR = timedelta(hours=1)


def come(*shares: tuple[Invoice, int], name: str, more: int = 0) -> Payment:
    """One transfer for these invoices of one organization."""
    now = clock.now()
    with transaction():
        return settle_shares(
            organization=shares[0][0].organization, provider=Provider.BANK_TRANSFER,
            method=PaymentMethod.BANK_TRANSFER, external_id=name, amount=Yen(sum(part for _one, part in shares) + more),
            received_on=day_of(now), payer="ｶ)ﾄｳﾄ", by=SYSTEM, now=now,
            shares=[(invoice, Yen(share)) for invoice, share in shares],
        )  # fmt: skip


def invoice_of(booking: Booking) -> Invoice:
    return cast(Invoice, booking.invoice)


def states(booking: Booking) -> set[SeatStatus]:
    return {seat.status for seat in booking.seats}


def test_r18_one_transfer_confirms_every_booking_it_pays(inside: Flask, make: MakeHere) -> None:
    run = make.run(capacity=10)
    first = make.ordered(run, 1)
    second = make.ordered(run, 2, organization=first.organization)
    come((invoice_of(first), first.total), (invoice_of(second), second.total), name="both", more=500)
    assert [make.whole(one).status for one in (first, second)] == [BookingStatus.PAID] * 2
    assert credit_of(first.organization) == 500
    assert violations(now=clock.now()) == []


def test_r18_a_part_keeps_the_seats_and_the_rest_confirms_them(inside: Flask, make: MakeHere) -> None:
    booking = make.ordered(make.run(), 2)
    come((invoice_of(booking), booking.total - 440), name="short")
    assert booking.pay_until is not None
    late = booking.pay_until + 100 * HOUR
    assert queries.orders_unpaid(now=late) == []
    with transaction():
        assert not operations.lapse_order(booking.id, now=late)
    booking = make.whole(booking)
    assert (booking.status, states(booking)) == (BookingStatus.ORDERED, {SeatStatus.ORDERED})
    come((invoice_of(booking), 440), name="rest")
    booking = make.whole(booking)
    assert (booking.status, states(booking)) == (BookingStatus.PAID, {SeatStatus.CONFIRMED})
    assert violations(now=clock.now()) == []


def test_r18_cancelled_with_a_part_paid_the_part_is_credit(inside: Flask, make: MakeHere) -> None:
    booking = make.ordered(make.run(), 2)
    come((invoice_of(booking), 5_000), name="short")
    with transaction():
        operations.cancel(booking=booking, by=SYSTEM, now=clock.now())
    assert credit_of(booking.organization) == 5_000
    assert violations(now=clock.now()) == []


def test_r18_fewer_seats_after_a_part_was_paid_may_be_paid_with_it(inside: Flask, make: MakeHere) -> None:
    """The part settles the invoice that replaces the one it came for; if it is enough, the seats are theirs."""
    booking = make.ordered(make.run(), 2)
    one = booking.total // 2
    come((invoice_of(booking), one), name="half")
    with transaction():
        agreed = Agreed(Yen(0), Yen(0))
        operations.cancel_seats(booking=booking, positions=[2], agreed=agreed, by=SYSTEM, now=clock.now())
    booking = make.whole(booking)
    assert (booking.status, booking.total) == (BookingStatus.PAID, one)
    assert owed(invoice_of(booking)) == 0
    assert violations(now=clock.now()) == []
