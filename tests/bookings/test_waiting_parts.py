"""A party that takes its seats in parts, and one whose people are kept seats by another booking meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from courses_app.accounts.models import Person
from courses_app.bookings import operations, tasks
from courses_app.bookings.models import Booking, WaitingParty
from courses_app.bookings.rules import BookingStatus, PartyState
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session, transaction
from courses_app.foundation.outbox import OutboxMessage
from courses_app.foundation.references import new_token
from tests.bookings.conftest import MakeHere
from tests.bookings.making import attendee
from tests.bookings.test_waiting import cancel, offers_of, order, sound, state_of

pytestmark = pytest.mark.usefixtures("inside")


def line(party: WaitingParty) -> tuple[PartyState, int]:
    return state_of(party), session.get_one(WaitingParty, party.id).wanted


def worker(now: datetime | None = None) -> None:
    tasks.run_due(clock=lambda: now or clock.now())


def bodies(kind: str) -> list[str]:
    found = select(OutboxMessage.body).where(OutboxMessage.kind == f"bookings/{kind}").order_by(OutboxMessage.id)
    return list(session.scalars(found))


@pytest.mark.parametrize("how", ["declined", "lapsed"])
def test_r22_the_others_keep_their_place_whatever_becomes_of_a_part(make: MakeHere, how: str) -> None:
    run = make.run(capacity=3)
    one, two = make.held(run), make.paid(run, 2)
    party, behind = make.waiting(run, 3, accepts_part=True), make.waiting(run)
    cancel(one)
    worker()
    part = offers_of(party)[0]
    assert "残りの2名は、いずれの場合も同じ順番のまま" in bodies("offered")[0]
    if how == "declined":
        cancel(part)
        worker()
    else:
        worker(part.hold_until)
        assert "残りの2名は、同じ順番のまま" in bodies("offer_lapsed")[0]
        assert part.seats[0].full_name in bodies("offer_lapsed")[0]
    assert line(party) == (PartyState.WAITING, 1)  # the freed seat is theirs: they are still the first
    assert line(behind) == (PartyState.WAITING, 1)
    assert [len(offer.seats) for offer in offers_of(party)] == [1, 1]
    names = [offer.seats[0].full_name for offer in offers_of(party)]
    assert names == [who.full_name for who in session.get_one(WaitingParty, party.id).attendees[:2]]
    assert two.id
    sound(run)


def test_r22_one_of_two_offers_runs_out_and_the_other_stands(make: MakeHere) -> None:
    make.issuer()
    run = make.run(capacity=2)
    one, two = make.held(run), make.held(run)
    party = make.waiting(run, 2, accepts_part=True)
    cancel(one)
    worker()
    later = clock.now() + timedelta(hours=1)
    with transaction():
        operations.cancel(booking=two, by=SYSTEM, now=later)
    worker(later)
    first, second = offers_of(party)
    assert line(party) == (PartyState.OFFERED, 0)
    worker(first.hold_until)
    assert line(party) == (PartyState.OFFERED, 0)
    assert "ほかのご案内は" in bodies("offer_lapsed")[0]
    order(second)
    assert line(party) == (PartyState.SERVED, 0)


def test_the_last_offer_that_runs_out_ends_the_waiting(make: MakeHere) -> None:
    run = make.run(capacity=1)
    seat, party = make.held(run), make.waiting(run)
    cancel(seat)
    worker()
    worker(offers_of(party)[0].hold_until)
    assert line(party) == (PartyState.LAPSED, 0)
    assert "すべて終了しました" in bodies("offer_lapsed")[0]


def test_r23b_changing_a_hold_does_not_keep_the_line_waiting_longer(make: MakeHere) -> None:
    run = make.run(capacity=1)
    held, now = make.held(run), clock.now()
    alone = changed(make, held, now=now + timedelta(minutes=5))
    assert alone.hold_until > held.hold_until  # nobody waits: the full time again
    party = make.waiting(run)
    awaited = changed(make, alone, now=now + timedelta(minutes=10))
    assert awaited.hold_until == alone.hold_until
    worker(awaited.hold_until)
    assert line(party) == (PartyState.OFFERED, 0)
    sound(run)


def changed(make: MakeHere, booking: Booking, *, now: datetime) -> Booking:
    whole = make.whole(booking)
    with transaction():
        return operations.change_attendees(
            booking=whole, attendees=[attendee()], form_token=new_token(), by=SYSTEM,
            booked_by=session.get_one(Person, whole.booked_by_person_id), language="ja", now=now,
        )  # fmt: skip


def test_r07_late_money_takes_a_free_seat_before_the_line_but_never_an_offered_one(make: MakeHere) -> None:
    run = make.run(capacity=3, days_ahead=60)
    first, second = make.ordered(run), make.ordered(run)
    make.paid(run)
    party = make.waiting(run, 3)
    lapsed = first.pay_until
    assert lapsed is not None
    worker(lapsed)  # two seats are free, too few for the party, and nobody passes it
    assert line(party) == (PartyState.WAITING, 3)
    late = lapsed + timedelta(minutes=1)
    assert make.pay(first, now=late).status is BookingStatus.PAID  # it was there first
    assert line(party) == (PartyState.WAITING, 3)
    with transaction():
        session.get_one(CourseRun, run.id).capacity = 5
    worker(late)
    assert line(party) == (PartyState.OFFERED, 0)
    assert make.pay(second, now=late + timedelta(minutes=1)).status is BookingStatus.PAID_NO_SEAT
    assert [len(offer.seats) for offer in offers_of(party)] == [3]
    sound(run)
