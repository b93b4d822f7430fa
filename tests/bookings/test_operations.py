"""Holding, ordering, cancelling, lapsing: what the operations promise, on both databases."""

from __future__ import annotations

from flask import Flask

from courses_app.bookings.rules import BookingStatus, SeatStatus
from tests.bookings.conftest import MakeHere


def test_a_booking_from_hold_to_paid(inside: Flask, make: MakeHere) -> None:
    run = make.run(capacity=3)
    booking = make.held(run, 2)
    assert booking.status is BookingStatus.HELD
    assert [seat.status for seat in booking.seats] == [SeatStatus.HELD] * 2
    booking = make.ordered(run, 1)
    assert booking.status is BookingStatus.ORDERED
    booking = make.pay(booking)
    assert booking.status is BookingStatus.PAID
    assert [seat.status for seat in booking.seats] == [SeatStatus.CONFIRMED]
