"""Several people at one statement, or a person and a payment firm: each line is posted once, no money twice (R-16)."""

from __future__ import annotations

from functools import partial

from flask import Flask
from sqlalchemy import func, select

from courses_app.bookings import operations
from courses_app.bookings.imports import bank
from courses_app.bookings.models import Booking
from courses_app.bookings.rules import BookingStatus
from courses_app.cli.ledger import violations
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import in_transaction, session
from courses_app.payments.models import BankDraft, BankFile, BankLine, Payment, Provider
from courses_app.payments.rules import AlreadyPaid
from courses_app.payments.rules.banking import LineDealtWith, LineStatus, ShareTooHigh
from tests.accounts.test_at_once import at_once
from tests.bookings.conftest import MakeHere
from tests.payments.banking.making import Came, notice

HANDS = 4


def a_line(make: MakeHere) -> tuple[int, bytes]:
    """An order, and the notice of its money."""
    booking = make.ordered(make.run(), 2)
    assert booking.invoice is not None
    return booking.id, notice([Came(clock.today(), booking.total, f"{booking.invoice.transfer_reference} ﾀﾅｶ")])


def post(reference: str, version: int) -> Payment:
    line = session.scalars(select(BankLine).where(BankLine.reference == reference)).one()
    return operations.post_line(line=line, stamp=version, by=SYSTEM, now=clock.now())


def taken_in(content: bytes) -> tuple[str, int]:
    bank.take_in(content, "a.txt", None, by=SYSTEM, now=clock.now())
    line = session.scalars(select(BankLine)).one()
    return line.reference, line.draft.stamp


def test_r16_two_staff_post_one_line_at_once(app: Flask, make: MakeHere) -> None:
    with app.app_context():
        booking_id, content = a_line(make)
        reference, version = taken_in(content)
    answers = at_once(app, lambda _hand: in_transaction(partial(post, reference, version)), hands=HANDS)
    assert sorted(type(answer).__name__ for answer in answers) == ["LineDealtWith"] * (HANDS - 1) + ["Payment"]
    with app.app_context():
        assert session.scalar(select(func.count(Payment.id))) == 1
        assert session.get_one(Booking, booking_id).status is BookingStatus.PAID
        assert list(violations()) == []


def test_r16_staff_and_a_payment_firm_at_once(app: Flask, make: MakeHere) -> None:
    """Whoever is second is refused; the line stays open and visible, and its money is not lost."""
    with app.app_context():
        booking_id, content = a_line(make)
        reference, version = taken_in(content)

    def firm() -> Payment | None:
        order = session.get_one(Booking, booking_id)
        assert order.invoice is not None
        operations.settle(
            invoice=order.invoice, provider=Provider.STRIPE, external_id="pi_1", amount=order.total,
            received_on=clock.today(), by=SYSTEM, now=clock.now(),
        )  # fmt: skip
        return session.scalar(select(Payment).where(Payment.external_id == "pi_1"))

    deeds = [partial(post, reference, version), firm]
    answers = at_once(app, lambda hand: in_transaction(deeds[hand]), hands=2)
    kinds = [type(answer) for answer in answers]
    assert kinds.count(Payment) == 1
    assert set(kinds) - {Payment} <= {AlreadyPaid, ShareTooHigh, LineDealtWith}
    with app.app_context():
        assert session.scalar(select(func.count(Payment.id))) == 1
        status = session.scalars(select(BankDraft.status)).one()
        assert status is (LineStatus.POSTED if kinds[0] is Payment else LineStatus.OPEN)
        assert list(violations()) == []


def test_inv18_one_file_taken_in_by_several_at_once(app: Flask, make: MakeHere) -> None:
    with app.app_context():
        _booking, content = a_line(make)
    answers = at_once(
        app, lambda _hand: bank.take_in(content, "a.txt", None, by=SYSTEM, now=clock.now())[1], hands=HANDS
    )
    assert sorted(answers, key=str) == [False] * (HANDS - 1) + [True]
    with app.app_context():
        assert session.scalar(select(func.count(BankFile.id))) == 1
        assert session.scalar(select(func.count(BankLine.id))) == 1
        assert list(violations()) == []


def test_inv18_overlapping_files_at_once_bring_each_line_once(app: Flask, make: MakeHere) -> None:
    """Each of them holds the day the others hold, and one line of its own."""
    day = [Came(clock.today(), 500, "ｱｲｳ"), Came(clock.today(), 500, "ｱｲｳ")]
    files = [notice([*day, Came(clock.today(), 1_000 + hand, "ｴｵ")]) for hand in range(HANDS)]
    answers = at_once(
        app, lambda hand: bank.take_in(files[hand], f"{hand}.txt", None, by=SYSTEM, now=clock.now())[1], hands=HANDS
    )
    assert answers == [True] * HANDS
    with app.app_context():
        assert session.scalar(select(func.count(BankLine.id))) == len(day) + HANDS
        assert list(violations()) == []
