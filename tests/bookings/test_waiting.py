"""The waiting list through its operations and the worker (R-20 to R-23b, R-25, R-26, INV-17)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from courses_app.accounts.models import Person
from courses_app.bookings import operations, queries, tasks
from courses_app.bookings.models import Booking, BookingStatus, WaitingParty
from courses_app.bookings.rules import (
    AlreadyBooked,
    AlreadyWaiting,
    NoOfferNow,
    OthersWait,
    PartyState,
    PartyTooLarge,
    PassingNeedsReason,
    RunFull,
    SeatsAreFree,
    TooFewFree,
    WaitingIsOver,
)
from courses_app.catalogue.models import Course, CourseRun
from courses_app.catalogue.queries import clashes_of, run_for_update
from courses_app.catalogue.rules import fingerprint
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session, transaction
from courses_app.foundation.lifecycle import MoveNotAllowed
from courses_app.foundation.outbox import OutboxMessage
from courses_app.payments.models import PaymentMethod
from tests.bookings.conftest import MakeHere
from tests.bookings.making import attendee, by

pytestmark = pytest.mark.usefixtures("inside")


def state_of(party: WaitingParty) -> PartyState:
    session.expire_all()
    return session.scalars(select(WaitingParty.state).where(WaitingParty.id == party.id)).one()


def offers_of(party: WaitingParty) -> list[Booking]:
    session.expire_all()
    return list(session.scalars(select(Booking).where(Booking.waiting_party_id == party.id).order_by(Booking.id)))


def cancel(booking: Booking) -> None:
    with transaction():
        operations.cancel(booking=booking, by=SYSTEM, now=clock.now())


def mails(party: WaitingParty) -> list[str]:
    rows = select(OutboxMessage.kind).where(OutboxMessage.subject_reference == party.reference)
    return [kind.removeprefix("bookings/") for kind in session.scalars(rows.order_by(OutboxMessage.id))]


def sound(run: CourseRun) -> None:
    now = clock.now()
    assert queries.violations(now=now) == []
    assert queries.taken_by_run([run.id], now=now)[run.id] <= session.get_one(CourseRun, run.id).capacity


def rule(run: CourseRun, *, smaller_may_pass: bool) -> None:
    with transaction():
        session.get_one(Course, run.course_id).smaller_may_pass = smaller_may_pass


def order(booking: Booking) -> None:
    with transaction():
        operations.order(
            booking=booking, payment_method=PaymentMethod.BANK_TRANSFER, stripe_enabled=True, language="ja", by=SYSTEM,
            now=clock.now(),
        )  # fmt: skip


def test_r22_a_freed_seat_is_offered_to_the_first_ordered_and_invoiced(make: MakeHere) -> None:
    make.issuer()
    run = make.run(capacity=1)
    seat, first, second = make.held(run), make.waiting(run), make.waiting(run)
    tasks.run_due(clock=clock.now)
    assert not offers_of(first)
    cancel(seat)
    tasks.run_due(clock=clock.now)
    offer = offers_of(first)[0]
    assert (state_of(first), state_of(second), offers_of(second)) == (PartyState.OFFERED, PartyState.WAITING, [])
    assert offer.hold_until - offer.held_at == timedelta(hours=48)
    assert mails(first) == ["waiting_joined", "offered"]
    tasks.run_due(clock=clock.now)
    assert len(offers_of(first)) == 1
    order(offer)
    session.expire_all()
    assert session.get_one(Booking, offer.id).invoice is not None
    assert state_of(first) is PartyState.SERVED
    sound(run)


def test_r22_a_lapsed_offer_goes_on_to_the_next(make: MakeHere) -> None:
    run = make.run(capacity=1)
    seat, first, second = make.held(run), make.waiting(run), make.waiting(run)
    cancel(seat)
    tasks.run_due(clock=clock.now)
    later = clock.now() + timedelta(hours=49)
    tasks.run_due(clock=lambda: later)
    assert (state_of(first), state_of(second)) == (PartyState.LAPSED, PartyState.OFFERED)
    assert mails(first)[-1] == "offer_lapsed"
    assert session.get_one(WaitingParty, first.id).ended_at == later
    sound(run)


def test_r22_a_declined_offer_goes_on_to_the_next(make: MakeHere) -> None:
    run = make.run(capacity=1)
    seat, first, second = make.held(run), make.waiting(run), make.waiting(run)
    cancel(seat)
    tasks.run_due(clock=clock.now)
    cancel(offers_of(first)[0])
    tasks.run_due(clock=clock.now)
    assert (state_of(first), state_of(second)) == (PartyState.LEFT, PartyState.OFFERED)
    sound(run)


def test_r23_a_crash_between_cancellation_and_offer_loses_nothing(make: MakeHere) -> None:
    """Nothing but the seat's state is needed: the next worker finds the free seat and the line."""
    run = make.run(capacity=2)
    seats, party = make.held(run, 2), make.waiting(run, 2)
    cancel(seats)
    assert queries.runs_to_offer(now=clock.now()) == [run.id]
    tasks.run_due(clock=clock.now)
    assert state_of(party) is PartyState.OFFERED
    assert queries.runs_to_offer(now=clock.now()) == []


def test_r23b_a_visitor_cannot_take_what_belongs_to_the_line(make: MakeHere) -> None:
    run = make.run(capacity=2)
    seats, party = make.held(run, 2), make.waiting(run)
    cancel(seats)
    with pytest.raises(OthersWait):
        make.held(run, 2)
    assert make.held(run).status is BookingStatus.HELD  # one seat is left beyond the line
    tasks.run_due(clock=clock.now)
    assert state_of(party) is PartyState.OFFERED
    with pytest.raises(RunFull):
        make.held(run)
    sound(run)


def test_r23b_seats_wait_for_the_first_party_unless_the_rule_lets_smaller_ones_pass(make: MakeHere) -> None:
    run = make.run(capacity=3)
    one, two, large, small = make.held(run), make.held(run, 2), make.waiting(run, 3), make.waiting(run)
    cancel(one)
    tasks.run_due(clock=clock.now)
    assert (state_of(large), state_of(small)) == (PartyState.WAITING, PartyState.WAITING)
    with pytest.raises(OthersWait):
        make.held(run)
    rule(run, smaller_may_pass=True)
    tasks.run_due(clock=clock.now)
    assert (state_of(large), state_of(small)) == (PartyState.WAITING, PartyState.OFFERED)
    assert session.get_one(WaitingParty, large.id).skipped_reason == "smaller_may_pass"
    sound(run)
    cancel(two)
    with pytest.raises(RunFull):
        make.held(run, 3)
    make.held(run, 2)  # by this rule also somebody new may take what is too little for those who wait
    sound(run)


def test_r20_no_offer_when_booking_closes_or_within_its_last_hour(make: MakeHere) -> None:
    run = make.run(capacity=1)
    seat, party = make.held(run), make.waiting(run)
    cancel(seat)
    late = run.booking_closes_at - timedelta(minutes=59)
    tasks.run_due(clock=lambda: late)
    assert (state_of(party), offers_of(party)) == (PartyState.WAITING, [])
    assert make.held(run, now=late).total  # now the seat is anybody's
    with pytest.raises(WaitingIsOver):
        make.waiting(run, now=late)
    tasks.run_due(clock=lambda: run.booking_closes_at)
    assert state_of(party) is PartyState.CLOSED
    assert mails(party)[-1] == "waiting_closed"


def test_r20_an_offer_never_stands_longer_than_booking(make: MakeHere) -> None:
    run = make.run(capacity=1)
    seat, party = make.held(run), make.waiting(run)
    cancel(seat)
    tasks.run_due(clock=lambda: run.booking_closes_at - timedelta(hours=5))
    assert offers_of(party)[0].hold_until == run.booking_closes_at


def test_a_part_is_offered_and_the_rest_keeps_its_place(make: MakeHere) -> None:
    make.issuer()
    run = make.run(capacity=5)
    three, two = make.held(run, 3), make.held(run, 2)
    party, behind = make.waiting(run, 5, accepts_part=True), make.waiting(run)
    cancel(three)
    tasks.run_due(clock=clock.now)
    part = offers_of(party)[0]
    assert len(part.seats) == 3
    assert (state_of(party), session.get_one(WaitingParty, party.id).wanted) == (PartyState.WAITING, 2)
    order(part)
    assert state_of(party) is PartyState.WAITING
    cancel(two)
    tasks.run_due(clock=clock.now)
    assert (state_of(party), state_of(behind)) == (PartyState.OFFERED, PartyState.WAITING)
    names = [seat.full_name for booking in offers_of(party) for seat in booking.seats]
    assert names == [one.full_name for one in session.get_one(WaitingParty, party.id).attendees]
    order(offers_of(party)[1])
    assert state_of(party) is PartyState.SERVED
    sound(run)


def test_r25_fewer_seats_than_sold_freeze_the_list(make: MakeHere) -> None:
    run = make.run(capacity=3)
    one, two, party = make.held(run), make.held(run, 2), make.waiting(run)
    with transaction():
        session.get_one(CourseRun, run.id).capacity = 1  # by hand: the operation refuses it
    cancel(one)
    tasks.run_due(clock=clock.now)
    assert (state_of(party), offers_of(party)) == (PartyState.WAITING, [])
    cancel(two)
    tasks.run_due(clock=clock.now)
    assert state_of(party) is PartyState.OFFERED


def test_r26_seats_added_go_to_the_line_first(make: MakeHere) -> None:
    run = make.run(capacity=1)
    make.held(run)
    parties = [make.waiting(run), make.waiting(run)]
    with transaction():
        operations.change_capacity(run=session.get_one(CourseRun, run.id), capacity=4, by=SYSTEM, now=clock.now())
    with pytest.raises(OthersWait):
        make.held(run, 2)
    tasks.run_due(clock=clock.now)
    assert [state_of(party) for party in parties] == [PartyState.OFFERED] * 2
    make.held(run)
    sound(run)


def test_joining_is_refused_where_nobody_needs_to_wait(make: MakeHere) -> None:
    run = make.run(capacity=2)
    with pytest.raises(SeatsAreFree):
        make.waiting(run)
    booking = make.held(run, 2)
    known = session.get_one(Person, booking.seats[0].person_id)
    with pytest.raises(AlreadyBooked):
        make.waiting(
            run, booked_by=booking.booked_by, organization=booking.organization,
            attendees=[attendee(person=known.reference)],
        )  # fmt: skip
    with pytest.raises(PartyTooLarge):
        make.waiting(run, 3)
    assert make.waiting(run, 3, accepts_part=True).wanted == 3


def test_r42_the_same_form_waits_once_and_nobody_waits_twice(make: MakeHere) -> None:
    run = make.run(capacity=1)
    make.held(run)
    somebody, who = make.coordinator(), attendee()
    theirs = {"booked_by": somebody.person, "organization": somebody.organization}
    first = make.waiting(run, attendees=[who], form_token="once", **theirs)
    assert make.waiting(run, attendees=[who], form_token="once", **theirs).id == first.id
    with pytest.raises(AlreadyWaiting):
        make.waiting(run, attendees=[who], **theirs)


def test_the_place_is_counted_and_moves_up(make: MakeHere) -> None:
    run = make.run(capacity=1)
    make.held(run)
    parties = [make.waiting(run, accepts_part=True) for _ in range(3)]
    assert [queries.places_of(parties)[party.id].number for party in parties] == [1, 2, 3]
    with transaction():
        operations.leave_waiting_list(party=parties[0], by=SYSTEM, now=clock.now())
    session.expire_all()
    assert [queries.places_of(parties)[party.id].number for party in parties[1:]] == [1, 2]
    assert queries.line_of(run, now=clock.now()).parties == 2


def test_by_hand_the_office_may_pass_others_with_a_reason(make: MakeHere) -> None:
    run = make.run(capacity=1)
    seat, first, second = make.held(run), make.waiting(run), make.waiting(run)
    clerk = by(make.staff().person)
    now = clock.now()
    with pytest.raises(TooFewFree), transaction():
        operations.offer_by_hand(party=second, reason="", by=clerk, now=now)
    cancel(seat)
    with pytest.raises(PassingNeedsReason), transaction():
        operations.offer_by_hand(party=second, reason=" ", by=clerk, now=now)
    with pytest.raises(NoOfferNow), transaction():
        operations.offer_by_hand(party=second, reason="急ぎ", by=clerk, now=run.booking_closes_at)
    with transaction():
        operations.offer_by_hand(party=second, reason="許可の更新が迫っているため", by=clerk, now=now)
    assert (state_of(first), state_of(second)) == (PartyState.WAITING, PartyState.OFFERED)
    assert session.get_one(WaitingParty, first.id).skipped_reason == "許可の更新が迫っているため"
    with pytest.raises(MoveNotAllowed), transaction():
        operations.offer_by_hand(party=second, reason="", by=clerk, now=now)
    sound(run)


def test_the_office_takes_a_party_off_and_says_why(make: MakeHere) -> None:
    run = make.run(capacity=1)
    make.held(run)
    party = make.waiting(run)
    with transaction():
        operations.remove_from_line(party=party, reason="二重の登録のため", by=SYSTEM, now=clock.now())
    assert state_of(party) is PartyState.CLOSED
    said = session.scalars(select(OutboxMessage.body).where(OutboxMessage.kind == "bookings/waiting_closed")).one()
    assert "二重の登録のため" in said


def test_called_off_ends_the_line_and_moved_keeps_it(make: MakeHere) -> None:
    run = make.run(capacity=2)
    one, _two = make.held(run), make.held(run)
    offered, waits = make.waiting(run), make.waiting(run)
    cancel(one)
    tasks.run_due(clock=clock.now)
    with transaction():
        whole = session.get_one(CourseRun, run.id)
        operations.call_off(run=whole, reason="台風のため", by=SYSTEM, now=clock.now())
    assert (state_of(offered), state_of(waits)) == (PartyState.CLOSED, PartyState.CLOSED)
    assert mails(waits) == ["waiting_joined", "waiting_closed"]
    assert mails(offered) == ["waiting_joined", "offered"]  # and the booking's own mail
    assert (
        "台風のため"
        in session.scalars(select(OutboxMessage.body).where(OutboxMessage.kind == "bookings/waiting_closed")).one()
    )
    sound(run)


def test_moved_keeps_the_place_and_is_told_in_the_readers_language(make: MakeHere) -> None:
    run = make.run(capacity=1)
    make.held(run)
    party = make.waiting(run)
    with transaction():
        session.get_one(WaitingParty, party.id).language = "en"
    with transaction():
        locked = run_for_update(run.reference)
        assert locked is not None
        plan = make.plan(locked.course, on=clock.today() + timedelta(days=40), capacity=1)
        seen = fingerprint(clashes_of(plan, except_run=locked))
        version = locked.version
        operations.change_run(locked, plan, version=version, by=SYSTEM, now=clock.now(), clashes_seen=seen)
    assert (state_of(party), mails(party)) == (PartyState.WAITING, ["waiting_joined", "waiting_moved"])
    body = session.scalars(select(OutboxMessage.body).where(OutboxMessage.kind == "bookings/waiting_moved")).one()
    assert "You keep your place" in body


def test_every_mail_in_english(make: MakeHere) -> None:
    run = make.run(capacity=2)
    seat, other = make.held(run), make.held(run)
    party, late = make.waiting(run, 2, accepts_part=True), make.waiting(run)
    with transaction():
        for one in session.scalars(select(WaitingParty)):
            one.language = "en"
    cancel(seat)
    tasks.run_due(clock=clock.now)
    later = clock.now() + timedelta(hours=49)
    tasks.run_due(clock=lambda: later)
    tasks.run_due(clock=lambda: run.booking_closes_at)
    assert mails(party) == ["waiting_joined", *["offered", "offer_lapsed"] * 2]  # one after the other, in their place
    about = select(OutboxMessage).where(OutboxMessage.subject_reference == party.reference)
    bodies = {row.kind: row.body for row in session.scalars(about.order_by(OutboxMessage.id.desc()))}  # the first ones
    assert "The other person keeps their place" in bodies["bookings/offered"]
    assert "are offered to the next" in bodies["bookings/offer_lapsed"]
    assert state_of(late) is PartyState.LAPSED
    assert other.reference


def test_who_found_a_seat_elsewhere_no_longer_waits_for_one(make: MakeHere) -> None:
    run = make.run(capacity=2)
    booking, party = make.held(run, 2), make.waiting(run, 2)
    cancel(booking)
    with transaction():
        session.get_one(CourseRun, run.id).capacity = 3
    person = session.scalars(select(Person.reference).join_from(WaitingParty, WaitingParty.attendees).join(
        Person, Person.id == session.get_one(WaitingParty, party.id).attendees[0].person_id
    ).limit(1)).one()  # fmt: skip
    make.ordered(
        run, attendees=[attendee(person=person)], organization=party.organization,
        booked_by=session.get_one(Person, party.booked_by_person_id),
    )  # fmt: skip
    tasks.run_due(clock=clock.now)
    offer = offers_of(party)[0]
    assert (state_of(party), len(offer.seats)) == (PartyState.OFFERED, 1)
    sound(run)


def test_twenty_seats_are_offered_in_one_round_each_once(make: MakeHere, inside: Flask) -> None:
    run = make.run(capacity=20)
    seats = make.held(run, 20)
    parties = [make.waiting(run, n) for n in (5, 8, 4, 2, 3)]
    cancel(seats)
    tasks.run_due(clock=clock.now)
    assert [state_of(party) for party in parties] == [PartyState.OFFERED] * 4 + [PartyState.WAITING]
    assert session.scalar(select(func.count(Booking.id)).where(Booking.waiting_party_id.is_not(None))) == 4
    sound(run)
