"""Seats given back one by one and taken over by others: what the operations promise, on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from courses_app.bookings import operations, queries
from courses_app.bookings.models import Booking, BookingFee, SeatEvent
from courses_app.bookings.operations import Agreed
from courses_app.bookings.rules import (
    AlreadyBooked,
    AmountsChanged,
    BookingHasEnded,
    BookingStatus,
    CancelByOffice,
    NoSeatChosen,
    SeatMove,
    SeatStatus,
    SubstituteByOffice,
    SubstitutionClosed,
    TooLateToChange,
)
from courses_app.bookings.tasks import run_due
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import in_transaction, session
from courses_app.foundation.yen import Yen
from courses_app.payments.models import Invoice, Provider, Refund
from courses_app.payments.queries import violations as money_violations
from courses_app.rosters import operations as rosters
from tests.accounts.test_at_once import at_once
from tests.bookings.conftest import MakeHere
from tests.bookings.mailbox import mails
from tests.bookings.making import attendee

HOUR = timedelta(hours=1)


def before(run: CourseRun, days: int) -> datetime:
    return run.starts_at - timedelta(days=days)


def give_back(make: MakeHere, booking: Booking, positions: Sequence[int], *, now: datetime, **how: Any) -> Booking:
    """The figures as the page shows them, and the click."""
    quote = queries.quote_of(make.whole(booking), positions, now=now)
    with make.deed():
        agreed = Agreed(quote.fee, quote.refund)
        operations.cancel_seats(booking=booking, positions=positions, agreed=agreed, by=SYSTEM, now=now, **how)
    return make.whole(booking)


def broken(now: datetime) -> list[str]:
    session.rollback()
    return queries.violations(now=now) + money_violations(now=now)


def refunds() -> list[int]:
    return list(session.scalars(select(Refund.amount).order_by(Refund.id)))


@pytest.mark.parametrize(("days", "fee"), [(20, 0), (10, 3_450), (5, 5_750), (2, 11_500)])
def test_one_of_three_is_given_back_at_the_fee_of_the_day(inside: Flask, make: MakeHere, days: int, fee: int) -> None:
    run = make.run(days_ahead=40)
    booking = make.paid(run, 3)
    now = before(run, days)
    booking = give_back(make, booking, [2], now=now)
    assert booking.status is BookingStatus.PAID
    assert [seat.status.value for seat in booking.seats] == ["confirmed", "cancelled", "confirmed"]
    assert refunds() == ([11_500 - fee] if fee < 11_500 else [])
    assert [(one.amount, one.tax_category.value) for one in booking.fees] == ([(fee, "out_of_scope")] if fee else [])
    assert queries.taken_by_run([run.id], now=now) == {run.id: 2}
    assert len(mails("seats_cancelled")) == len(mails("seat_cancelled_attendee")) == 1
    assert broken(now) == []


def test_the_last_seat_ends_the_booking(inside: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=40)
    booking, now = make.paid(run, 2), before(run, 10)
    assert give_back(make, booking, [1], now=now).status is BookingStatus.PAID
    ended = give_back(make, booking, [2], now=now)
    assert ended.status is BookingStatus.CANCELLED
    assert refunds() == [8_050, 8_050]
    with pytest.raises(BookingHasEnded):
        give_back_at(make, ended, [1], now=now)
    assert broken(now) == []


def give_back_at(make: MakeHere, booking: Booking, positions: Sequence[int], *, now: datetime) -> None:
    with make.deed():
        operations.cancel_seats(booking=booking, positions=positions, agreed=Agreed(Yen(0), Yen(0)), by=SYSTEM, now=now)


def test_figures_that_are_no_longer_right_do_nothing(inside: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=40)
    booking, now = make.paid(run, 2), before(run, 10)
    for agreed in (Agreed(Yen(0), Yen(11_500)), Agreed(Yen(3_450), Yen(8_051))):
        with pytest.raises(AmountsChanged), make.deed():
            operations.cancel_seats(booking=booking, positions=[1], agreed=agreed, by=SYSTEM, now=now)
    for positions in ([], [3], [1, 3]):
        with pytest.raises(NoSeatChosen), make.deed():
            operations.cancel_seats(
                booking=booking, positions=positions, agreed=Agreed(Yen(0), Yen(0)), by=SYSTEM, now=now
            )
    with pytest.raises(TooLateToChange):
        give_back_at(make, booking, [1], now=run.starts_at)
    assert refunds() == []
    assert {seat.status for seat in make.whole(booking).seats} == {SeatStatus.CONFIRMED}


def test_an_unpaid_order_is_billed_anew_for_who_is_left(inside: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=40)
    booking = make.ordered(run, 3)
    old, now = booking.invoice_id, clock.now()
    booking = give_back(make, booking, [1], now=now)
    assert (booking.status, booking.total) == (BookingStatus.ORDERED, 23_000)
    assert booking.invoice is not None
    assert (booking.invoice.total, booking.invoice_id == old) == (23_000, False)
    assert session.get_one(Invoice, old).cancelled_at is not None
    assert broken(now) == []
    assert make.pay(booking).status is BookingStatus.PAID
    assert [seat.status.value for seat in make.whole(booking).seats] == ["cancelled", "confirmed", "confirmed"]
    assert broken(now) == []


def test_all_of_an_unpaid_order_ends_it_at_no_charge(inside: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=40)
    booking = give_back(make, make.ordered(run, 2), [1, 2], now=clock.now())
    assert booking.status is BookingStatus.CANCELLED
    assert booking.invoice is not None
    assert booking.invoice.cancelled_at is not None
    assert broken(clock.now()) == []


def test_r19_money_for_the_replaced_invoice_seats_who_is_left(inside: Flask, make: MakeHere) -> None:
    """Cancelled, then paid by the old invoice: it counts, and what it was too much goes back."""
    run = make.run(days_ahead=40)
    booking = make.ordered(run, 3)
    old = session.get_one(Invoice, booking.invoice_id)
    give_back(make, booking, [1], now=clock.now())
    pay_by(make, old)
    booking = make.whole(booking)
    assert (booking.status, booking.invoice_id, booking.total) == (BookingStatus.PAID, old.id, 34_500)
    assert refunds() == [11_500]
    assert broken(clock.now()) == []
    assert queries.booking_of_invoice(old) is not None


def test_r19_both_invoices_paid_one_goes_back(inside: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=40)
    booking = make.ordered(run, 3)
    old = session.get_one(Invoice, booking.invoice_id)
    make.pay(give_back(make, booking, [1], now=clock.now()))
    pay_by(make, old)
    assert make.whole(booking).total == 23_000
    assert refunds() == [34_500]
    assert broken(clock.now()) == []


def pay_by(make: MakeHere, invoice: Invoice) -> None:
    with make.deed():
        operations.settle(
            invoice=invoice, provider=Provider.BANK_TRANSFER, external_id=f"late-{invoice.id}",
            amount=invoice.total, received_on=clock.today(), by=SYSTEM, now=clock.now(),
        )  # fmt: skip


def test_r19_cancelled_and_paid_at_the_same_moment(app: Flask) -> None:
    """Whoever is first: the seat is free, and every yen is a seat's or on its way back."""
    make = MakeHere(app)
    with app.app_context():
        booking = make.ordered(make.run(days_ahead=40), 2)
        reference, invoice_id = booking.reference, booking.invoice_id

    def deed(hand: int) -> object:
        def work() -> object:
            found = queries.booking_for_office(reference)
            assert found is not None
            now = clock.now()
            if hand:
                paid_already = Agreed(Yen(0), Yen(11_500 if found.paid_at else 0))
                return operations.cancel_seats(booking=found, positions=[1], agreed=paid_already, by=SYSTEM, now=now)
            invoice = session.get_one(Invoice, invoice_id)
            return operations.settle(
                invoice=invoice, provider=Provider.BANK_TRANSFER, external_id="T", amount=invoice.total,
                received_on=clock.today(), by=SYSTEM, now=now,
            )  # fmt: skip

        return in_transaction(work)

    answers = at_once(app, deed, hands=2)
    with app.app_context():
        booking = make.whole(booking)
        assert booking.status is BookingStatus.PAID
        if isinstance(answers[1], AmountsChanged):
            assert refunds() == []  # the figures were from before the payment: nothing was cancelled
        else:
            assert refunds() == [11_500]
        assert broken(clock.now()) == []


def test_the_office_asks_for_no_fee(inside: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=40)
    booking, now = make.paid(run, 2), before(run, 5)
    booking = give_back(make, booking, [1], now=now, office=True, waived="ご家族の不幸のため")
    assert refunds() == [11_500]
    assert [(one.amount, one.waived_by, one.waived_reason) for one in booking.fees] == [
        (5_750, "system", "ご家族の不幸のため")
    ]
    assert queries.fees_kept(booking) == 0
    assert broken(now) == []


def test_a_fee_that_was_kept_stays_kept_when_the_run_is_called_off(inside: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=40)
    booking, now = make.paid(run, 2), before(run, 10)
    give_back(make, booking, [1], now=now)
    assert queries.consequences_of(run, now=now).refund == 11_500
    with make.deed():
        rosters.call_off(run=run, reason="講師の都合により", by=SYSTEM, now=now)
    assert refunds() == [8_050, 11_500]
    assert len(mails("called_off_attendee")) == 1
    assert broken(now) == []


def test_the_check_finds_money_kept_for_nothing(inside: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=40)
    booking, now = make.paid(run, 2), before(run, 10)
    booking = give_back(make, booking, [1], now=now)
    with make.deed():
        session.execute(update(BookingFee).values(amount=1))
    assert any(line.startswith("INV-8") for line in queries.violations(now=now))
    with make.deed():
        session.execute(update(Booking).values(total=1))
    assert any(line.startswith("INV-6") for line in queries.violations(now=now))


def test_an_order_without_rules_keeps_what_it_was_promised(inside: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=40)
    booking, now = make.paid(run, 2), before(run, 2)
    with make.deed():
        found = session.get_one(Booking, booking.id)
        found.terms = {key: value for key, value in (found.terms or {}).items() if key != "changes"}
    with pytest.raises(CancelByOffice):
        give_back_at(make, booking, [1], now=now)
    with pytest.raises(SubstituteByOffice), make.deed():
        operations.substitute(booking=booking, position=1, attendee=attendee(), by=SYSTEM, now=now)
    give_back(make, booking, [1], now=now, office=True)
    assert refunds() == [11_500]
    assert broken(now) == []


def test_an_order_that_lapses_leaves_given_back_seats_alone(inside: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=60)
    booking = give_back(make, make.ordered(run, 2), [1], now=clock.now())
    assert booking.pay_until is not None
    with make.deed():
        operations.lapse_order(booking.id, now=booking.pay_until)
    lapsed = make.whole(booking)
    assert [seat.status.value for seat in lapsed.seats] == ["cancelled", "expired"]
    assert make.pay(lapsed).status is BookingStatus.PAID
    assert [seat.status.value for seat in make.whole(booking).seats] == ["cancelled", "confirmed"]
    assert broken(clock.now()) == []


def test_somebody_else_takes_the_seat_with_a_new_ticket(inside: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=40)
    booking = make.paid(run, 2)
    run_due(clock=clock.now)
    old = make.whole(booking).seats[0]
    ticket, address = old.ticket_document_id, old.email
    assert ticket is not None
    new = attendee(family_name="小林", given_name="次郎")
    with make.deed():
        operations.substitute(booking=booking, position=1, attendee=new, by=SYSTEM, now=before(run, 1))
    seat = make.whole(booking).seats[0]
    assert (seat.full_name, seat.status, seat.ticket_document_id) == ("小林 次郎", SeatStatus.CONFIRMED, None)
    assert seat.person_id != old.person_id or seat.person.family_name == "小林"
    told = select(SeatEvent.move).where(SeatEvent.seat_id == seat.id).order_by(SeatEvent.id)
    assert session.scalars(told).all()[-1] is SeatMove.SUBSTITUTE
    assert [mail.recipient for mail in mails("substituted_former")] == [address]
    assert [mail.recipient for mail in mails("substituted_attendee")] == [new.email]
    assert len(mails("substituted")) == 1
    run_due(clock=clock.now)
    assert make.whole(booking).seats[0].ticket_document_id not in (None, ticket)
    assert [one.full_name for one in queries.seats_of_run(run, now=clock.now())].count("小林 次郎") == 1
    assert broken(clock.now()) == []


def test_who_has_a_seat_takes_no_second_and_too_late_is_too_late(inside: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=40)
    booking = make.paid(run, 2)
    known = replace(attendee(), person=booking.seats[1].person.reference)
    with pytest.raises(AlreadyBooked), make.deed():
        operations.substitute(booking=booking, position=1, attendee=known, by=SYSTEM, now=before(run, 3))
    with pytest.raises(SubstitutionClosed) as closed, make.deed():
        operations.substitute(booking=booking, position=1, attendee=attendee(), by=SYSTEM, now=before(run, 0) - HOUR)
    assert closed.value.until_on == clock.day_of(run.starts_at) - timedelta(days=1)
    with make.deed():
        operations.substitute(
            booking=booking, position=1, attendee=attendee(), office=True, by=SYSTEM, now=before(run, 0) - HOUR
        )
    with pytest.raises(TooLateToChange), make.deed():
        operations.substitute(
            booking=booking, position=1, attendee=attendee(), office=True, by=SYSTEM, now=run.starts_at
        )


def test_the_rules_of_the_order_hold_whatever_comes_later(inside: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=40)
    booking = make.paid(run)
    terms = make.whole(booking).change_terms
    assert terms is not None
    assert [step.days_before for step in terms.steps] == [15, 8, 4, 0]
    assert booking.terms is not None
    lines = next(item["lines"] for item in booking.terms["items"] if item["code"] == "cancellation")
    assert any("70%" in line for line in lines)
