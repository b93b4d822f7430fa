"""One order over several dates of a course: all or nothing, each seat for itself afterwards, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from courses_app.accounts.models import Organization, Person
from courses_app.bookings import documents, operations, queries
from courses_app.bookings.models import Booking, SeatEvent
from courses_app.bookings.operations import Agreed, AttendeeFacts
from courses_app.bookings.rules import (
    BookingStatus,
    OtherCourse,
    OthersWait,
    RunFull,
    RunNotOffered,
    SamePersonTwice,
    SeatMove,
    SeatStatus,
)
from courses_app.bookings.tasks import run_due
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import in_transaction, session
from courses_app.foundation.references import new_token
from courses_app.foundation.yen import Yen
from courses_app.payments.models import Invoice, PaymentMethod, Refund
from courses_app.payments.queries import violations as money_violations
from courses_app.rosters import operations as rosters
from tests.accounts.test_at_once import at_once
from tests.bookings.conftest import MakeHere
from tests.bookings.mailbox import mails
from tests.bookings.making import attendee


def on(run: CourseRun, n: int = 1) -> list[AttendeeFacts]:
    return [attendee(run=run.reference) for _ in range(n)]


def broken() -> list[str]:
    session.rollback()
    return queries.violations(now=clock.now()) + money_violations(now=clock.now())


def taken(*runs: CourseRun) -> list[int]:
    session.rollback()
    return list(queries.taken_by_run([run.id for run in runs], now=clock.now()).values())


def refunds() -> list[int]:
    return [int(one) for one in session.scalars(select(Refund.amount).order_by(Refund.id))]


def two_dates(make: MakeHere) -> tuple[CourseRun, CourseRun]:
    """The later one stands first in the database."""
    make.issuer()
    late = make.run(days_ahead=50, price_general=20_000, price_member=20_000, venue="osaka-nakanoshima")
    return make.run(days_ahead=30), late


def test_r02_all_of_several_dates_or_nothing(inside: Flask, make: MakeHere) -> None:
    early, late = two_dates(make)
    small = make.run(days_ahead=40, capacity=1)
    with pytest.raises(RunFull) as refused:
        make.held(early, attendees=[*on(early, 2), *on(small, 2)])
    assert refused.value.left == 1
    assert day_of(small.starts_at).strftime("%Y") in str(refused.value)
    assert taken(early, small) == [0, 0]
    booking = make.held(early, attendees=[attendee(), *on(late, 2)])
    assert [run.id for run in booking.runs] == [early.id, late.id]
    assert [(run.id, len(seats)) for run, seats in booking.by_run] == [(early.id, 1), (late.id, 2)]
    assert booking.total == 11_500 + 2 * 20_000
    assert taken(early, late) == [1, 2]
    assert broken() == []


def test_dates_of_one_order_are_of_one_course_and_name_a_person_once(inside: Flask, make: MakeHere) -> None:
    early, late = two_dates(make)
    other = make.run("TIM", days_ahead=40)
    with pytest.raises(OtherCourse):
        make.held(early, attendees=[attendee(), *on(other)])
    with pytest.raises(RunNotOffered):
        make.held(early, attendees=[attendee(run="R-NOTTHERE")])
    somebody = make.held(early)
    who = somebody.seats[0].person.reference
    twice = [AttendeeFacts(person=who, run=late.reference), AttendeeFacts(person=who, run=early.reference)]
    with pytest.raises(SamePersonTwice):
        make.held(early, attendees=twice, organization=somebody.organization, booked_by=somebody.booked_by)


def test_the_earliest_date_decides_when_to_pay_and_each_date_is_a_line(inside: Flask, make: MakeHere) -> None:
    early, late = two_dates(make)
    alone, both = make.ordered(early), make.ordered(late, attendees=[*on(late), *on(early, 2)])
    assert alone.invoice
    assert both.invoice
    assert (both.pay_until, both.invoice.due_on) == (alone.pay_until, alone.invoice.due_on)
    lines = both.invoice.lines
    assert [(line.supplied_on, line.quantity, line.amount) for line in lines] == [
        (day_of(early.ends_at), 2, 23_000), (day_of(late.ends_at), 1, 20_000),
    ]  # fmt: skip
    assert both.invoice.total == both.total == 43_000
    supply = next(item for item in documents.shown_terms(both) if item["code"] == "supply")
    assert len(supply["lines"]) == 6
    assert make.pay(both).status is BookingStatus.PAID
    while run_due(clock=clock.now):
        pass
    assert all(seat.ticket_document_id for seat in make.whole(both).seats)
    assert broken() == []


def test_one_date_called_off_leaves_the_others(inside: Flask, make: MakeHere) -> None:
    early, late = two_dates(make)
    paid, unpaid, held = (
        build(early, attendees=[*on(early, 2), *on(late)]) for build in (make.paid, make.ordered, make.held)
    )
    first_invoice = unpaid.invoice_id
    assert queries.consequences_of(early, now=clock.now()).refund == 23_000
    with make.deed():
        rosters.call_off(run=early, reason="講師の急病のため", by=SYSTEM, now=clock.now())
    paid, unpaid, held = (make.whole(one) for one in (paid, unpaid, held))
    assert [one.status for one in (paid, unpaid, held)] == [
        BookingStatus.PAID, BookingStatus.ORDERED, BookingStatus.HELD,
    ]  # fmt: skip
    assert [[seat.status.value for seat in one.seats] for one in (paid, unpaid)] == [
        ["cancelled", "cancelled", "confirmed"], ["cancelled", "cancelled", "ordered"],
    ]  # fmt: skip
    assert refunds() == [23_000]
    assert (unpaid.total, held.total) == (20_000, 20_000)
    assert unpaid.invoice_id != first_invoice
    old = session.get_one(Invoice, first_invoice)
    assert old.cancelled_at is not None
    assert [run.id for run in paid.runs] == [late.id]
    told = {one.subject_reference: one.body for one in mails("called_off")}
    assert "この申込のほかの日程" in told[paid.reference]
    assert "¥20,000" in told[unpaid.reference]
    with make.deed():
        operations.order(
            booking=held, payment_method=PaymentMethod.BANK_TRANSFER, stripe_enabled=False, language="ja", by=SYSTEM,
            now=clock.now(),
        )  # fmt: skip
    assert make.pay(held).status is BookingStatus.PAID
    assert broken() == []


def test_the_last_date_called_off_ends_the_booking(inside: Flask, make: MakeHere) -> None:
    early, late = two_dates(make)
    booking = make.paid(early, attendees=[*on(early), *on(late)])
    for run in (late, early):
        with make.deed():
            rosters.call_off(run=run, reason="台風のため", by=SYSTEM, now=clock.now())
    assert make.whole(booking).status is BookingStatus.CANCELLED
    assert refunds() == [20_000, 11_500]
    assert len(mails("called_off")) == 2
    assert broken() == []


def test_a_seat_on_one_date_is_given_back_by_its_own_days(inside: Flask, make: MakeHere) -> None:
    early, late = two_dates(make)
    booking = make.paid(early, attendees=[*on(early), *on(late)])
    on_the_eve = early.starts_at - timedelta(days=1)
    quotes = [queries.quote_of(make.whole(booking), [position], now=on_the_eve) for position in (1, 2)]
    assert quotes[0].fee > quotes[1].fee == 0
    after = early.ends_at + timedelta(hours=1)
    assert [seat.position for seat in queries.still_to_come(make.whole(booking), now=after)] == [2]
    with make.deed():
        operations.cancel_seats(
            booking=booking, positions=[2], agreed=Agreed(Yen(0), Yen(20_000)), by=SYSTEM, now=after
        )
    assert [seat.status for seat in make.whole(booking).seats] == [SeatStatus.CONFIRMED, SeatStatus.CANCELLED]
    assert broken() == []


def test_r07_late_money_finds_all_dates_again_or_goes_back(inside: Flask, make: MakeHere) -> None:
    early, late = two_dates(make)
    good, bad = make.ordered(early, attendees=[*on(early), *on(late)]), make.ordered(early, attendees=[*on(early)])
    small = make.run(days_ahead=45, capacity=1)
    split = make.ordered(early, attendees=[*on(early), *on(small)])
    over = max(one.pay_until for one in (good, bad, split) if one.pay_until) + timedelta(minutes=1)
    for one in (good, split):
        with make.deed():
            assert operations.lapse_order(one.id, now=over)
    make.held(small)
    assert make.pay(good).status is BookingStatus.PAID
    assert make.pay(split).status is BookingStatus.PAID_NO_SEAT
    assert {seat.status for seat in make.whole(split).seats} == {SeatStatus.EXPIRED}
    assert broken() == []


def test_a_hold_of_two_dates_ends_once_whichever_date_finds_it_over(app: Flask, make: MakeHere) -> None:
    with app.app_context():
        look_at_a_hold_that_is_over(app, make)


def look_at_a_hold_that_is_over(app: Flask, make: MakeHere) -> None:
    early, late = two_dates(make)
    booking = make.held(early, attendees=[*on(early), *on(late)], now=clock.now() - timedelta(hours=2))
    runs = [early.reference, late.reference] * 2
    people = [(one.organization.id, one.person.id) for one in (make.coordinator() for _ in runs)]

    def hold(number: int) -> Booking:
        return in_transaction(
            lambda: operations.hold_seats(
                organization=session.get_one(Organization, people[number][0]),
                run_reference=runs[number], attendees=[attendee()], form_token=new_token(), by=SYSTEM,
                booked_by=session.get_one(Person, people[number][1]), now=clock.now(),
            )
        )  # fmt: skip

    answers = at_once(app, hold, hands=len(runs))
    assert all(isinstance(one, Booking) for one in answers), answers
    assert make.whole(booking).status is BookingStatus.EXPIRED
    lapses = session.scalars(select(SeatEvent).where(SeatEvent.move == SeatMove.LAPSE)).all()
    assert len(lapses) == 2
    assert taken(early, late) == [2, 2]
    assert broken() == []


def change(make: MakeHere, booking: Booking, attendees: list[AttendeeFacts], *, now: datetime | None = None) -> Booking:
    with make.deed():
        booking = make.whole(booking)
        return operations.change_attendees(
            booking=booking, attendees=attendees, form_token=new_token(), by=SYSTEM, booked_by=booking.booked_by,
            language="ja", now=now or clock.now(),
        )  # fmt: skip


def test_whoever_holds_seats_keeps_as_many_though_others_wait(inside: Flask, make: MakeHere) -> None:
    run = make.run(capacity=3)
    ours = make.held(run, 2)
    theirs = make.held(run, 1)
    make.waiting(run, 2)
    mended = change(make, ours, [attendee(), attendee()])
    assert len(make.whole(mended).live_seats) == 2
    with make.deed():
        operations.cancel(booking=theirs, by=SYSTEM, now=clock.now())
    with pytest.raises(OthersWait):
        change(make, mended, [attendee() for _ in range(3)])
    assert make.whole(mended).status is BookingStatus.HELD
    fewer = change(make, mended, [attendee()])
    assert len(make.whole(fewer).live_seats) == 1
    with make.deed():
        assert operations.offer_free_seats(run.id, now=clock.now()) == 2
    assert broken() == []


def test_a_hold_is_changed_to_another_date(inside: Flask, make: MakeHere) -> None:
    early, late = two_dates(make)
    held = make.held(early, 2)
    changed = make.whole(change(make, held, [attendee(), *on(late)]))
    assert [run.id for run in changed.runs] == [early.id, late.id]
    assert taken(early, late) == [1, 1]
    assert broken() == []


def test_other_dates_are_near_first_and_only_those_with_free_seats(inside: Flask, make: MakeHere) -> None:
    here = make.run(days_ahead=30, venue="tokyo-kanda")
    far = make.run(days_ahead=31, venue="osaka-nakanoshima")
    near = make.run(days_ahead=60, venue="tokyo-kanda")
    full = make.run(days_ahead=35, capacity=1)
    make.held(full)
    make.waiting(full)
    make.run("TIM", days_ahead=33)
    found = queries.other_dates(here.reference, now=clock.now())
    assert [(one.run.id, one.left) for one in found] == [(near.id, 40), (far.id, 40)]
    also = queries.other_dates(here.reference, also={full.reference}, now=clock.now())
    assert (also[0].run.id, also[0].left) == (full.id, 0)
