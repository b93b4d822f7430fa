"""Holding, ordering, correcting, cancelling, lapsing: what the operations promise, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from courses_app.accounts.models import Person
from courses_app.accounts.operations import PersonFacts
from courses_app.bookings import operations, queries
from courses_app.bookings.models import Booking, Seat, SeatEvent
from courses_app.bookings.operations import AttendeeFacts
from courses_app.bookings.rules import (
    AlreadyBooked,
    AnotherPerson,
    AttendeeUnknown,
    BookingClosed,
    BookingNotOpen,
    BookingStatus,
    CancelBySeat,
    CapacityBelowSold,
    HoldRanOut,
    MethodNotOffered,
    ReasonMissing,
    RunFull,
    RunIsOver,
    RunNotOffered,
    SamePersonTwice,
    SeatStatus,
    TooLateToCancel,
    TooLateToChange,
)
from courses_app.catalogue.models import CourseRun, FeeAudience, RunStatus
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session
from courses_app.foundation.lifecycle import MoveNotAllowed
from courses_app.foundation.papers import GlyphMissing
from courses_app.payments.models import PaymentMethod, Refund
from tests.bookings.conftest import MakeHere
from tests.bookings.mailbox import mails
from tests.bookings.making import attendee, by

HOLD = timedelta(minutes=30)


def test_a_hold_keeps_a_seat_for_each_attendee(inside: Flask, make: MakeHere) -> None:
    run, now = make.run(), clock.now()
    booking = make.held(run, 3, now=now)
    assert booking.status is BookingStatus.HELD
    assert booking.hold_until == now + HOLD
    assert [seat.position for seat in booking.seats] == [1, 2, 3]
    assert {seat.status for seat in booking.seats} == {SeatStatus.HELD}
    assert booking.total == 3 * 11_500
    assert queries.taken_by_run([run.id], now=now) == {run.id: 3}


def test_s24_the_price_is_ours_and_frozen(inside: Flask, make: MakeHere) -> None:
    member = make.coordinator(make.organization(member=True))
    booking = make.held(make.run(), 2, organization=member.organization, booked_by=member.person)
    assert {(seat.price, seat.fee_audience) for seat in booking.seats} == {(9_900, FeeAudience.MEMBER)}
    assert booking.total == 19_800
    overridden = make.held(make.run(price_general=8_000, days_ahead=40))
    assert overridden.total == 8_000


def test_r02_all_or_nothing(inside: Flask, make: MakeHere) -> None:
    run = make.run(capacity=5)
    make.held(run, 2)
    people = session.scalar(select(func.count(Person.id)))
    with pytest.raises(RunFull) as full:
        make.held(run, 5, booked_by=make.coordinator().person)
    assert full.value.left == 3
    assert queries.seats_left(run, now=clock.now()) == 3
    assert session.scalar(select(func.count(Person.id))) == (people or 0) + 1  # the coordinator; no attendee was kept


def test_r05_r42_the_same_form_books_once(inside: Flask, make: MakeHere) -> None:
    run, somebody = make.run(), make.coordinator()
    people = [attendee(), attendee()]
    same = {"booked_by": somebody.person, "organization": somebody.organization, "attendees": people}
    first = make.held(run, form_token="one-form", **same)
    again = make.held(run, form_token="one-form", **same)
    assert again.reference == first.reference
    assert queries.taken_by_run([run.id], now=clock.now())[run.id] == 2
    later = same | {"attendees": [attendee()], "form_token": "another"}
    make.ordered(run, **later)
    assert make.held(run, **later).status is BookingStatus.ORDERED


def test_r04_a_colleague_was_quicker(inside: Flask, make: MakeHere) -> None:
    run, somebody = make.run(), make.coordinator()
    colleague = make.coordinator(somebody.organization)
    who = attendee(family_name="渡邉󠄁", given_name="一")
    first = make.held(run, organization=somebody.organization, booked_by=somebody.person, attendees=[who])
    with pytest.raises(AlreadyBooked) as refused:
        make.held(run, organization=somebody.organization, booked_by=colleague.person, attendees=[attendee(), who])
    assert refused.value.names == ("渡邉󠄁 一",)
    assert refused.value.who == somebody.person.full_name
    assert refused.value.reference == first.reference
    assert queries.taken_by_run([run.id], now=clock.now())[run.id] == 1


def test_the_same_name_elsewhere_is_somebody_else(inside: Flask, make: MakeHere) -> None:
    run, who = make.run(), attendee()
    first, second = make.held(run, attendees=[who]), make.held(run, attendees=[who])
    assert first.seats[0].person_id != second.seats[0].person_id


def test_people_are_kept_once_and_chosen_again(inside: Flask, make: MakeHere) -> None:
    somebody, who = make.coordinator(), attendee()
    theirs = {"organization": somebody.organization, "booked_by": somebody.person}
    first = make.held(make.run(), attendees=[who], **theirs)
    again = make.held(make.run(days_ahead=50), attendees=[who], **theirs)
    assert again.seats[0].person_id == first.seats[0].person_id
    known = AttendeeFacts(person=first.seats[0].person.reference)
    chosen = make.held(make.run(days_ahead=60), attendees=[known, attendee()], **theirs)
    assert chosen.seats[0].full_name == first.seats[0].full_name
    assert chosen.seats[0].email == who.email
    with pytest.raises(SamePersonTwice):
        make.held(make.run(days_ahead=70), attendees=[known, who], **theirs)


def test_s20_nobody_books_another_organizations_people(inside: Flask, make: MakeHere) -> None:
    other = make.person(make.organization())
    with pytest.raises(AttendeeUnknown):
        make.held(make.run(), attendees=[AttendeeFacts(person=other.reference)])


def test_a_name_that_cannot_be_printed_is_refused(inside: Flask, make: MakeHere) -> None:
    with pytest.raises(GlyphMissing):
        make.held(make.run(), attendees=[attendee(family_name="\U0001f600")])


def test_d13_names_are_kept_byte_for_byte(inside: Flask, make: MakeHere) -> None:
    for name in ("髙﨑", "𠮷野", "葛󠄀城", "\ufa19", "ヴㇰ"):
        booking = make.held(make.run(), attendees=[attendee(family_name=name)])
        assert booking.seats[0].family_name == name
        assert booking.seats[0].person.family_name == name


def test_no_booking_outside_its_time(inside: Flask, make: MakeHere) -> None:
    run = make.run()
    with pytest.raises(BookingNotOpen):
        make.held(run, now=run.booking_opens_at - timedelta(seconds=1))
    with pytest.raises(BookingClosed):
        make.held(run, now=run.booking_closes_at)
    with pytest.raises(RunNotOffered):
        make.held(make.run(published=False, days_ahead=45))
    with pytest.raises(RunNotOffered):
        make.held(CourseRun(reference="R-NOTTHERE9"))


def test_a_hold_that_ran_out_is_free_at_once(inside: Flask, make: MakeHere) -> None:
    run, now = make.run(capacity=2), clock.now()
    over = make.held(run, 2, now=now)
    with pytest.raises(RunFull):
        make.held(run, now=now + HOLD - timedelta(seconds=1))
    assert queries.seats_left(run, now=now + HOLD) == 2  # nobody has swept
    make.held(run, 2, now=now + HOLD)
    assert make.whole(over).status is BookingStatus.EXPIRED
    assert {seat.status for seat in make.whole(over).seats} == {SeatStatus.EXPIRED}
    assert queries.violations(now=now + HOLD) == []


def test_the_same_people_again_after_their_hold_ran_out(inside: Flask, make: MakeHere) -> None:
    run, now, somebody, who = make.run(), clock.now(), make.coordinator(), attendee()
    theirs = {"organization": somebody.organization, "booked_by": somebody.person, "attendees": [who]}
    make.held(run, now=now, **theirs)
    again = make.held(run, now=now + HOLD, **theirs)
    assert again.status is BookingStatus.HELD


def test_an_order_freezes_terms_and_bills(inside: Flask, make: MakeHere) -> None:
    booking = make.ordered(make.run(), 3)
    assert booking.status is BookingStatus.ORDERED
    assert {seat.status for seat in booking.seats} == {SeatStatus.ORDERED}
    assert {seat.hold_until for seat in booking.seats} == {None}
    invoice = booking.invoice
    assert invoice is not None
    assert (invoice.total, invoice.order_reference) == (34_500, booking.reference)
    assert [(line.quantity, line.unit_amount) for line in invoice.lines] == [(3, 11_500)]
    assert [tax.tax for tax in invoice.taxes] == [3_136]
    assert booking.terms is not None
    codes = [item["code"] for item in booking.terms["items"]]
    assert codes == ["quantity", "price", "payment", "supply", "period", "cancellation"]
    assert len(mails("ordered")) == 1


def test_r42_ordering_twice_is_one_order(inside: Flask, make: MakeHere) -> None:
    booking = make.ordered(make.run())
    with make.deed():
        again = operations.order(
            booking=booking, payment_method=PaymentMethod.STRIPE, stripe_enabled=True, language="en", by=SYSTEM,
            now=clock.now(),
        )  # fmt: skip
        assert again.payment_method is PaymentMethod.BANK_TRANSFER
    assert len(mails("ordered")) == 1


def test_a_free_run_is_confirmed_at_once(inside: Flask, make: MakeHere) -> None:
    booking = make.ordered(make.run(price_general=0, price_member=0))
    assert booking.status is BookingStatus.PAID
    assert booking.invoice is None
    assert {seat.status for seat in booking.seats} == {SeatStatus.CONFIRMED}
    assert len(mails("confirmed")) == 1
    assert queries.violations(now=clock.now()) == []


def test_s23_no_order_without_its_steps(inside: Flask, make: MakeHere) -> None:
    make.issuer()
    now = clock.now()
    late, wrong = make.held(make.run(), now=now), make.held(make.run(days_ahead=50), now=now)
    how = {"stripe_enabled": False, "language": "ja", "by": SYSTEM}
    with pytest.raises(HoldRanOut), make.deed():
        operations.order(booking=late, payment_method=PaymentMethod.BANK_TRANSFER, now=now + HOLD, **how)
    for method in (PaymentMethod.NONE, PaymentMethod.STRIPE):
        with pytest.raises(MethodNotOffered), make.deed():
            operations.order(booking=wrong, payment_method=method, now=now, **how)
    with make.deed():
        operations.cancel(booking=wrong, by=SYSTEM, now=now)
    with pytest.raises(MoveNotAllowed), make.deed():
        operations.order(booking=wrong, payment_method=PaymentMethod.BANK_TRANSFER, now=now, **how)


def test_a_name_is_corrected_before_the_order_and_after_it(inside: Flask, make: MakeHere) -> None:
    booking = make.held(make.run(), attendees=[attendee(family_name="高崎")])
    seat = booking.seats[0]
    right = PersonFacts(
        family_name="髙﨑", given_name=seat.given_name, family_name_kana="タカサキ", given_name_kana="イチ",
        born_on=seat.born_on, email=seat.email,
    )  # fmt: skip
    with make.deed():
        operations.correct_attendee(booking=booking, position=1, facts=right, by=by(booking.booked_by), now=clock.now())
    corrected = make.whole(booking).seats[0]
    assert (corrected.family_name, corrected.person.family_name) == ("髙﨑", "髙﨑")
    ordered = make.ordered(make.run(days_ahead=40), attendees=[attendee(family_name="高崎")])
    with pytest.raises(AnotherPerson), make.deed():
        operations.correct_attendee(booking=ordered, position=1, facts=right, by=SYSTEM, now=clock.now())
    same = replace(right, born_on=ordered.seats[0].born_on)
    with make.deed():
        operations.correct_attendee(booking=ordered, position=1, facts=same, by=SYSTEM, now=clock.now())
    assert make.whole(ordered).seats[0].family_name == "髙﨑"
    with pytest.raises(TooLateToChange), make.deed():
        operations.correct_attendee(booking=ordered, position=1, facts=same, by=SYSTEM, now=ordered.first_run.starts_at)


def test_the_organization_cancels_before_it_has_paid(inside: Flask, make: MakeHere) -> None:
    run = make.run(capacity=3)
    held, ordered = make.held(run), make.ordered(run, 2)
    for booking in (held, ordered):
        with make.deed():
            operations.cancel(booking=booking, by=SYSTEM, now=clock.now())
            operations.cancel(booking=booking, by=SYSTEM, now=clock.now())
        assert make.whole(booking).status is BookingStatus.CANCELLED
    assert queries.seats_left(run, now=clock.now()) == 3
    invoice = make.whole(ordered).invoice
    assert invoice is not None
    assert invoice.cancelled_at is not None
    assert [mail.subject_reference for mail in mails("cancelled")] == [ordered.reference]


def test_a_paid_booking_is_cancelled_by_the_office_with_its_money(inside: Flask, make: MakeHere) -> None:
    run = make.run(capacity=2)
    booking = make.paid(run, 2)
    with pytest.raises(CancelBySeat), make.deed():  # where the fee is shown first
        operations.cancel(booking=booking, by=SYSTEM, now=clock.now())
    with pytest.raises(ReasonMissing), make.deed():
        operations.cancel_by_office(booking=booking, reason=" ", by=SYSTEM, now=clock.now())
    with make.deed():
        operations.cancel_by_office(booking=booking, reason="病気のため", by=SYSTEM, now=clock.now())
    assert make.whole(booking).status is BookingStatus.CANCELLED
    refund = session.scalars(select(Refund)).one()
    assert refund.amount == 23_000
    assert queries.seats_left(run, now=clock.now()) == 2
    with make.deed():
        operations.note_refund_sent(refund=refund, sent_on=clock.today(), by=SYSTEM, now=clock.now())
        operations.note_refund_sent(refund=refund, sent_on=clock.today(), by=SYSTEM, now=clock.now())
    assert make.whole(booking).status is BookingStatus.REFUNDED
    assert queries.violations(now=clock.now()) == []


def test_an_unpaid_order_lapses_after_its_grace(inside: Flask, make: MakeHere) -> None:
    run = make.run(capacity=1)
    booking = make.ordered(run)
    assert booking.pay_until is not None
    for now, lapsed in ((booking.pay_until - timedelta(seconds=1), False), (booking.pay_until, True)):
        with make.deed():
            assert operations.lapse_order(booking.id, now=now) is lapsed
    assert make.whole(booking).status is BookingStatus.EXPIRED
    assert booking.invoice is not None
    assert booking.invoice.cancelled_at is not None
    assert len(mails("expired")) == 1
    assert queries.seats_left(run, now=clock.now()) == 1


def test_r08_the_sweep_looks_again(inside: Flask, make: MakeHere) -> None:
    now = clock.now()
    booking = make.paid(make.run(), now=now)
    with make.deed():
        assert operations.lapse_hold(booking.id, now=now + timedelta(days=99)) is False
        assert operations.lapse_order(booking.id, now=now + timedelta(days=99)) is False
    assert make.whole(booking).status is BookingStatus.PAID


def test_r25_capacity_is_not_lowered_below_what_is_sold(inside: Flask, make: MakeHere) -> None:
    run = make.run(capacity=20)
    make.paid(run, 3)
    make.held(run, 2)
    with pytest.raises(CapacityBelowSold) as refused, make.deed():
        operations.change_capacity(run=run, capacity=4, by=SYSTEM, now=clock.now())
    assert refused.value.sold == 5
    with make.deed():
        operations.change_capacity(run=run, capacity=5, by=SYSTEM, now=clock.now())
    with pytest.raises(RunFull):
        make.held(run)
    with make.deed():
        operations.change_capacity(run=run, capacity=6, by=SYSTEM, now=clock.now())
    make.held(run)


def test_calling_off_ends_everything_and_owes_the_money(inside: Flask, make: MakeHere) -> None:
    run = make.run()
    held, ordered, paid = make.held(run), make.ordered(run, 2), make.paid(run, 3)
    looked = queries.consequences_of(run, now=clock.now())
    assert (looked.seats, looked.bookings, looked.refund) == (6, 3, 34_500)
    with pytest.raises(ReasonMissing), make.deed():
        operations.call_off(run=run, reason="", by=SYSTEM, now=clock.now())
    with make.deed():
        assert operations.call_off(run=run, reason="講師の急病のため", by=SYSTEM, now=clock.now()) == 3
    for booking in (held, ordered, paid):
        assert make.whole(booking).status is BookingStatus.CANCELLED
        assert {seat.status for seat in make.whole(booking).seats} == {SeatStatus.CANCELLED}
    assert session.scalars(select(CourseRun.status).where(CourseRun.id == run.id)).one() is RunStatus.CALLED_OFF
    assert [refund.amount for refund in session.scalars(select(Refund))] == [34_500]
    assert len(mails("called_off")) == 3
    assert len(mails("called_off_attendee")) == 6
    assert "講師の急病のため" in mails("called_off")[0].body
    with pytest.raises(RunNotOffered):
        make.held(run)
    assert queries.violations(now=clock.now()) == []


def test_r44_what_took_place_stays(inside: Flask, make: MakeHere) -> None:
    run, free = make.run(), make.run(days_ahead=50, price_general=0, price_member=0)
    paid, attended = make.paid(run), make.ordered(free)
    with pytest.raises(TooLateToCancel), make.deed():
        operations.cancel_by_office(booking=paid, reason="欠席のため", by=SYSTEM, now=run.starts_at)
    with pytest.raises(TooLateToCancel), make.deed():
        operations.cancel(booking=attended, by=SYSTEM, now=free.starts_at)
    with pytest.raises(RunIsOver), make.deed():
        operations.call_off(run=run, reason="中止", by=SYSTEM, now=run.ends_at)
    assert make.whole(paid).status is BookingStatus.PAID


def test_every_move_leaves_an_event(inside: Flask, make: MakeHere) -> None:
    booking = make.paid(make.run())
    events = session.scalars(select(SeatEvent).order_by(SeatEvent.id)).all()
    assert [(event.before, event.after) for event in events] == [
        (None, SeatStatus.HELD),
        (SeatStatus.HELD, SeatStatus.ORDERED),
        (SeatStatus.ORDERED, SeatStatus.CONFIRMED),
    ]
    assert [entry.after for entry in queries.trail_of(booking) if entry.subject_kind == "booking"] == [
        "held", "ordered", "paid",
    ]  # fmt: skip


def test_the_database_refuses_two_live_seats_for_one_person(inside: Flask, make: MakeHere) -> None:
    from sqlalchemy.exc import IntegrityError

    seat = make.held(make.run(), 2).seats[0]
    with pytest.raises(IntegrityError), make.deed():
        session.execute(
            Seat.__table__.update()
            .where(Seat.booking_id == seat.booking_id, Seat.position == 2)
            .values(person_id=seat.person_id)
        )


def test_a_booking_belongs_to_one_organization(inside: Flask, make: MakeHere) -> None:
    booking = make.held(make.run())
    assert queries.booking_of(booking.organization, booking.reference) is not None
    assert queries.booking_of(make.organization(), booking.reference) is None
    assert session.scalar(select(func.count(Booking.id))) == 1
