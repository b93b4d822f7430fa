"""Places first, names later: what the operations promise, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError

from courses_app.bookings import operations, queries
from courses_app.bookings.models import Booking, Seat, SeatEvent
from courses_app.bookings.operations import AttendeeFacts
from courses_app.bookings.rules import (
    AlreadyBooked,
    BookingStatus,
    NamesNeeded,
    NamingClosed,
    NobodyNamed,
    SeatHasName,
    SeatMove,
    SeatStatus,
    TooLateToChange,
    TooManyNames,
)
from courses_app.bookings.tasks import run_due
from courses_app.catalogue.models import Course, CourseRun
from courses_app.catalogue.rules import UnnamedSeats
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM, AuditEntry
from courses_app.foundation.clock import day_of, end_of, start_of
from courses_app.foundation.db import db, in_transaction, session
from courses_app.foundation.matters import Matter
from courses_app.payments.models import Invoice
from courses_app.rosters.queries import attendees as roster_of
from courses_app.rosters.queries import violations as roster_violations
from tests.accounts.test_at_once import at_once
from tests.bookings.conftest import MakeHere
from tests.bookings.mailbox import mails
from tests.bookings.making import attendee
from tests.bookings.test_changes import broken, refunds

NOBODY = AttendeeFacts()
HOUR = timedelta(hours=1)


@pytest.fixture
def run(inside: Flask, make: MakeHere) -> CourseRun:
    return make.run(days_ahead=40)


def rule(make: MakeHere, run: CourseRun, **changes: Any) -> None:
    with make.deed():
        session.execute(update(Course).where(Course.id == run.course_id).values(**changes))


def last_day(run: CourseRun) -> datetime:
    """Noon of the last day for names: three business days before the run, as seeded."""
    terms = session.get_one(Course, run.course_id).naming
    assert terms is not None
    return start_of(terms.until(run_day=day_of(run.starts_at))) + 12 * HOUR


def at(moment: datetime) -> Any:
    return lambda: moment


def name(make: MakeHere, booking: Booking, *who: AttendeeFacts, now: datetime | None = None, **how: Any) -> Booking:
    with make.deed():
        operations.name_seats(
            booking=booking, run=booking.seats[0].run, attendees=who, by=SYSTEM, now=now or clock.now(), **how
        )
    return make.whole(booking)


def moves(seat: Seat) -> list[str]:
    events = select(SeatEvent.move).where(SeatEvent.seat_id == seat.id).order_by(SeatEvent.id)
    return [one.value for one in session.scalars(events)]


def test_places_without_a_name_cost_and_count_like_others(run: CourseRun, make: MakeHere) -> None:
    booking = make.held(run, attendees=[attendee(), NOBODY, NOBODY])
    assert booking.total == 34_500
    assert [seat.person_id is None for seat in booking.seats] == [False, True, True]
    assert queries.taken_by_run([run.id], now=clock.now()) == {run.id: 3}
    assert queries.unnamed_by_run([run.id], now=clock.now()) == {run.id: 2}
    assert broken(clock.now()) == []


def test_where_everybody_is_named_when_booking_nobody_is_left_out(run: CourseRun, make: MakeHere) -> None:
    rule(make, run, naming_days_before=0)
    with pytest.raises(NamesNeeded):
        make.held(run, attendees=[attendee(), NOBODY])
    rule(make, run, naming_days_before=3)
    held = make.held(run, attendees=[NOBODY])
    rule(make, run, naming_days_before=50)
    make.issuer()
    with pytest.raises(NamesNeeded) as late, make.deed():
        operations.order(
            booking=held, payment_method="bank_transfer", stripe_enabled=True, language="ja", by=SYSTEM,
            now=clock.now(),
        )  # fmt: skip
    assert late.value.field == "unnamed"
    assert make.whole(held).status is BookingStatus.HELD


def test_the_rule_is_the_one_the_order_was_placed_under(run: CourseRun, make: MakeHere) -> None:
    booking = make.ordered(run, attendees=[attendee(), NOBODY])
    lines = next(item["lines"] for item in (booking.terms or {})["items"] if item["code"] == "quantity")
    assert "氏名未定1名" in lines[1]
    assert "取り消します" in lines[3]
    rule(make, run, naming_days_before=0, unnamed_seats=UnnamedSeats.KEPT)
    session.expire_all()
    terms = make.whole(booking).naming
    assert terms is not None
    assert (terms.days_before, terms.unnamed) == (3, UnnamedSeats.GIVEN_UP)


def test_a_named_seat_has_its_event_its_audit_row_and_then_its_ticket(run: CourseRun, make: MakeHere) -> None:
    booking = make.paid(run, attendees=[attendee(), NOBODY, NOBODY])
    run_due(clock=clock.now)
    booking = make.whole(booking)
    assert [seat.ticket_document_id is None for seat in booking.seats] == [False, True, True]
    assert len(mails("tickets")) == 1, "who booked needn't wait for those without a name"
    new = attendee(family_name="小林", given_name="次郎")
    booking = name(make, booking, new)
    assert [seat.full_name for seat in booking.seats[1:]] == ["小林 次郎", ""]
    assert moves(booking.seats[1]) == ["hold", "order", "confirm", "name"]
    assert booking.seats[1].status is SeatStatus.CONFIRMED
    named = session.scalars(select(AuditEntry.subject_reference).where(AuditEntry.action == "seat.named")).all()
    assert named == [booking.seats[1].reference]
    run_due(clock=clock.now)
    assert [seat.ticket_document_id is None for seat in make.whole(booking).seats] == [False, False, True]
    assert [mail.recipient for mail in mails("ticket")][-1] == new.email
    assert len(mails("tickets")) == 2
    assert broken(clock.now()) == []


def test_inv3_a_name_given_while_the_seat_is_held_does_not_end_the_hold(run: CourseRun, make: MakeHere) -> None:
    booking = make.held(run, attendees=[attendee(), NOBODY])
    name(make, booking, attendee())
    assert broken(clock.now()) == []


def test_r04_who_has_a_seat_is_named_for_no_second_and_all_or_none_are(run: CourseRun, make: MakeHere) -> None:
    booking = make.ordered(run, attendees=[attendee(), NOBODY, NOBODY])
    known = AttendeeFacts(person=booking.seats[0].attendee.reference)
    with pytest.raises(AlreadyBooked):
        name(make, booking, attendee(), known)
    with pytest.raises(TooManyNames) as many:
        name(make, booking, attendee(), attendee(), attendee())
    assert many.value.left == 2
    with pytest.raises(NobodyNamed):
        name(make, booking, attendee(), NOBODY)
    assert len(make.whole(booking).unnamed) == 2
    booking = name(make, booking, attendee(), attendee())
    with pytest.raises(SeatHasName):
        name(make, booking, attendee())
    assert broken(clock.now()) == []


def test_names_come_until_the_last_day_the_office_until_the_run(run: CourseRun, make: MakeHere) -> None:
    booking = make.paid(run, attendees=[NOBODY, NOBODY, NOBODY])
    late = last_day(run) + timedelta(days=1)
    booking = name(make, booking, attendee(), now=last_day(run))
    with pytest.raises(NamingClosed) as closed:
        name(make, booking, attendee(), now=late)
    assert closed.value.until_on == day_of(last_day(run))
    booking = name(make, booking, attendee(), now=late, office=True)
    with pytest.raises(TooLateToChange):
        name(make, booking, attendee(), now=run.starts_at, office=True)
    assert len(make.whole(booking).unnamed) == 1


def test_two_colleagues_name_the_last_seat_at_once(app: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=40)
    booking = make.ordered(run, attendees=[attendee(), NOBODY])
    who = [attendee() for _ in range(4)]

    def deed(hand: int) -> object:
        return in_transaction(
            lambda: [
                seat.full_name
                for seat in operations.name_seats(
                    booking=session.get_one(Booking, booking.id), run=session.get_one(CourseRun, run.id),
                    attendees=[who[hand]], by=SYSTEM, now=clock.now(),
                )
            ]
        )  # fmt: skip

    answers = at_once(app, deed)
    assert sum(isinstance(one, SeatHasName) for one in answers) == 3
    with app.app_context():
        assert session.scalar(select(func.count()).where(SeatEvent.move == SeatMove.NAME)) == 1
        assert broken(clock.now()) == []


def test_who_booked_is_reminded_once_before_each_last_day(run: CourseRun, make: MakeHere) -> None:
    booking = make.paid(run, attendees=[attendee(), NOBODY])
    early, due = last_day(run) - timedelta(days=4), last_day(run) - timedelta(days=3)
    run_due(clock=at(early))
    assert mails("naming_reminder") == []
    for _again in range(2):
        run_due(clock=at(due))
    assert [(mail.recipient, mail.subject_reference) for mail in mails("naming_reminder")] == [
        (booking.address, booking.reference)
    ]
    rule(make, run, naming_reminder_days=0)
    run_due(clock=at(due))
    assert len(mails("naming_reminder")) == 1


def test_an_order_younger_than_the_reminder_is_not_reminded_at_once(run: CourseRun, make: MakeHere) -> None:
    make.ordered(run, attendees=[NOBODY], now=last_day(run) - timedelta(days=10))
    rule(make, run, naming_reminder_days=15)
    run_due(clock=at(last_day(run) - timedelta(days=9)))
    assert mails("naming_reminder") == []


def test_a_seat_without_a_name_is_given_up_at_the_fee_of_the_day_after(run: CourseRun, make: MakeHere) -> None:
    booking = make.paid(run, attendees=[attendee(), NOBODY, NOBODY])
    booking = name(make, booking, attendee())
    run_due(clock=at(last_day(run)))
    assert len(make.whole(booking).unnamed) == 1
    quote = queries.quote_of(make.whole(booking), [3], now=end_of(day_of(last_day(run))))
    for late in (1, 2, 2):  # the worker comes a day late and again: the fee is that of the day after the last
        run_due(clock=at(last_day(run) + timedelta(days=late)))
    booking = make.whole(booking)
    assert [seat.status.value for seat in booking.seats] == ["confirmed", "confirmed", "cancelled"]
    assert booking.status is BookingStatus.PAID
    assert sum(refunds()) == quote.refund
    assert sum(fee.amount for fee in booking.fees) == quote.fee
    assert len(mails("unnamed_given_up")) == 1
    assert broken(last_day(run) + timedelta(days=2)) == []


def test_an_unpaid_order_is_billed_anew_for_those_with_a_name(run: CourseRun, make: MakeHere) -> None:
    rule(make, run, naming_days_before=25)
    booking = make.ordered(run, attendees=[attendee(), NOBODY])
    with make.deed():
        session.execute(update(Booking).values(pay_until=run.starts_at))
    run_due(clock=at(last_day(run) + timedelta(days=1)))
    booking = make.whole(booking)
    assert (booking.status, booking.total) == (BookingStatus.ORDERED, 11_500)
    assert session.scalar(select(func.count(Invoice.id))) == 2
    assert booking.fees == []
    assert broken(clock.now()) == []


def test_nobody_named_at_all_ends_the_booking(run: CourseRun, make: MakeHere) -> None:
    booking = make.paid(run, attendees=[NOBODY, NOBODY])
    run_due(clock=at(last_day(run) + timedelta(days=1)))
    assert make.whole(booking).status is BookingStatus.CANCELLED
    assert broken(last_day(run) + timedelta(days=1)) == []


def test_where_seats_are_kept_the_office_is_told_once_and_names_them(run: CourseRun, make: MakeHere) -> None:
    rule(make, run, unnamed_seats=UnnamedSeats.KEPT)
    booking = make.paid(run, attendees=[attendee(), NOBODY])
    late = last_day(run) + timedelta(days=1)
    for _again in range(2):
        run_due(clock=at(late))
    assert len(mails("unnamed_kept")) == 1
    [matter] = session.scalars(select(Matter).where(Matter.kind == "unnamed_seats")).all()
    assert (matter.subject_reference, matter.settled_at) == (booking.reference, None)
    assert len(make.whole(booking).unnamed) == 1
    name(make, booking, attendee(), now=late, office=True)
    session.expire_all()
    assert session.get_one(Matter, matter.id).settled_at is not None
    assert refunds() == []
    assert broken(late) == []


def test_a_moved_run_moves_the_last_day(run: CourseRun, make: MakeHere) -> None:
    booking = make.paid(run, attendees=[NOBODY])
    before = last_day(run)
    with make.deed():
        later = {"starts_at": run.starts_at + timedelta(days=28), "ends_at": run.ends_at + timedelta(days=28)}
        session.execute(update(CourseRun).where(CourseRun.id == run.id).values(**later))
    run_due(clock=at(before + timedelta(days=1)))
    assert len(make.whole(booking).unnamed) == 1
    session.expire_all()
    run_due(clock=at(last_day(session.get_one(CourseRun, run.id)) + timedelta(days=1)))
    assert make.whole(booking).unnamed == []


def test_late_money_finds_seats_without_a_name_again(run: CourseRun, make: MakeHere) -> None:
    booking = make.ordered(run, attendees=[attendee(), NOBODY])
    assert booking.pay_until is not None
    run_due(clock=at(booking.pay_until + HOUR))
    assert make.whole(booking).status is BookingStatus.EXPIRED
    assert make.pay(booking).status is BookingStatus.PAID
    assert [seat.status.value for seat in make.whole(booking).seats] == ["confirmed", "confirmed"]
    assert broken(clock.now()) == []


def test_inv19_the_roster_has_no_seat_without_a_name(run: CourseRun, make: MakeHere) -> None:
    booking = make.paid(run, attendees=[attendee(), NOBODY])
    assert [one.seat.position for one in roster_of(session.get_one(CourseRun, run.id))] == [1]
    assert list(roster_violations(now=clock.now())) == []
    assert len(queries.seats_of_run(run, now=clock.now())) == len(booking.seats)


def test_on_the_waiting_list_names_follow_only_where_they_do_in_a_booking(inside: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=40, capacity=1)
    make.ordered(run)
    assert make.waiting(run, attendees=[NOBODY]).unnamed == 1
    with make.deed():
        session.get_one(Course, run.course_id).naming_days_before = 0
    with pytest.raises(NamesNeeded):
        make.waiting(run, attendees=[attendee(), NOBODY])


@pytest.mark.parametrize(
    "nonsense", ["family_name = '山田'", "ticket_document_id = 1", "person_id = (SELECT min(id) FROM persons)"]
)
def test_the_database_refuses_half_a_name(run: CourseRun, make: MakeHere, nonsense: str) -> None:
    booking = make.held(run, attendees=[attendee(), NOBODY])
    seat = booking.seats[1].id
    with pytest.raises(IntegrityError), make.deed():
        session.execute(text(f"UPDATE seats SET {nonsense} WHERE id = {seat}"))
    db.session.rollback()


def test_nobody_is_substituted_for_a_seat_without_a_name(run: CourseRun, make: MakeHere) -> None:
    booking = make.paid(run, attendees=[attendee(), NOBODY])
    with pytest.raises(NobodyNamed), make.deed():
        operations.substitute(booking=booking, position=1, attendee=NOBODY, by=SYSTEM, now=clock.now())
    twice = replace(NOBODY, family_name="山田")
    assert not twice.is_unnamed
