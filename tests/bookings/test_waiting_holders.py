"""People of a waiting party who hold a seat in the run already, by another booking that nobody has ordered yet."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from courses_app.accounts.models import Organization, Person
from courses_app.bookings import operations
from courses_app.bookings.models import Booking, WaitingParty
from courses_app.bookings.rules import BookingStatus, PartyState, TheyHoldSeats
from courses_app.catalogue.models import Course, CourseRun
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session, transaction
from courses_app.foundation.references import new_token
from tests.bookings.conftest import MakeHere
from tests.bookings.making import attendee
from tests.bookings.test_waiting import cancel, offers_of, order, sound
from tests.bookings.test_waiting_parts import bodies, line, worker

pytestmark = pytest.mark.usefixtures("inside")


def by_telephone(run: CourseRun, party: WaitingParty, *positions: int, now: datetime | None = None) -> Booking:
    """The office keeps seats for these of the party beyond the capacity; it is the coordinator who orders them."""
    with transaction():
        party = session.get_one(WaitingParty, party.id)
        people = [session.get_one(Person, party.attendees[one].person_id).reference for one in positions]
        return operations.book_by_telephone(
            organization=session.get_one(Organization, party.organization_id),
            run=session.get_one(CourseRun, run.id),
            attendees=[attendee(person=one, email=None) for one in people],
            form_token=new_token(),
            contact=session.get_one(Person, party.booked_by_person_id),
            call=operations.Call("電話", "", False, "大切なお客様"),
            by=SYSTEM,
            now=now or clock.now(),
        )


def more_seats(run: CourseRun, capacity: int) -> None:
    with transaction():
        operations.change_capacity(
            run=session.get_one(CourseRun, run.id), capacity=capacity, by=SYSTEM, now=clock.now()
        )


def test_r22_a_hold_that_nobody_orders_costs_no_place_in_the_line(make: MakeHere) -> None:
    run = make.run(capacity=2)
    make.paid(run, 2)
    party, behind = make.waiting(run, 2), make.waiting(run)
    held = by_telephone(run, party, 0, 1)
    more_seats(run, 5)
    worker()
    assert line(party) == (PartyState.WAITING, 2)  # they are kept seats already, and need no offer
    assert line(behind) == (PartyState.OFFERED, 0)  # the line goes on meanwhile
    sound(run)
    worker(held.hold_until)
    [offer] = offers_of(party)
    assert line(party) == (PartyState.OFFERED, 0)
    assert len(offer.seats) == 2
    sound(run)


def test_a_hold_that_is_ordered_ends_the_waiting(make: MakeHere) -> None:
    run = make.run(capacity=2)
    make.paid(run, 2)
    party = make.waiting(run, 2)
    held = by_telephone(run, party, 0, 1)
    order(held)
    more_seats(run, 5)
    worker()
    assert line(party) == (PartyState.SERVED, 0)
    assert not offers_of(party)
    sound(run)


def test_the_rest_of_a_party_is_offered_what_is_free_and_nothing_twice(make: MakeHere) -> None:
    run = make.run(capacity=1)
    make.paid(run)
    party = make.waiting(run, 3, accepts_part=True)
    held = by_telephone(run, party, 0)
    more_seats(run, 4)
    worker()
    [offer] = offers_of(party)
    people = session.get_one(WaitingParty, party.id).attendees
    assert [seat.person_id for seat in offer.seats] == [one.person_id for one in people[1:]]
    assert line(party) == (PartyState.WAITING, 1)  # for the one whose seat is only held
    sound(run)
    order(held)
    more_seats(run, 5)  # so that the worker looks
    worker()
    assert line(party) == (PartyState.OFFERED, 0)  # all have a seat, and the offer is still open
    sound(run)
    order(offer)
    assert line(party) == (PartyState.SERVED, 0)


def test_r23b_seats_that_holders_do_not_need_are_for_a_visitor(make: MakeHere) -> None:
    run = make.run(capacity=2)
    make.paid(run, 2)
    party = make.waiting(run, 2)
    by_telephone(run, party, 0, 1)
    more_seats(run, 5)
    make.held(run)  # the only one who waits has seats, so the fifth is anybody's
    sound(run)


def test_the_office_offers_nothing_to_who_holds_seats(make: MakeHere) -> None:
    run = make.run(capacity=1)
    seat, party = make.held(run), make.waiting(run)
    by_telephone(run, party, 0)
    cancel(seat)
    more_seats(run, 3)
    with pytest.raises(TheyHoldSeats), transaction():
        operations.offer_by_hand(
            party=session.get_one(WaitingParty, party.id), reason="", by=SYSTEM, now=clock.now() + timedelta(minutes=1)
        )
    assert line(party) == (PartyState.WAITING, 1)


def test_a_request_that_is_declined_costs_no_place_in_the_line(make: MakeHere) -> None:
    run = make.run(capacity=1)
    make.paid(run)
    party = make.waiting(run)
    asked = by_telephone(run, party, 0)
    with transaction():
        session.get_one(Booking, asked.id).needs_approval = True
    order(asked)
    assert session.get_one(Booking, asked.id).status is BookingStatus.REQUESTED
    more_seats(run, 3)
    worker()
    assert line(party) == (PartyState.WAITING, 1)
    sound(run)
    with transaction():
        operations.decline(booking=asked, reason="条件を満たさないため", by=SYSTEM, now=clock.now())
    worker()
    assert line(party) == (PartyState.OFFERED, 0)
    sound(run)


@pytest.mark.parametrize("asks", [False, True])
def test_the_mails_of_the_line_say_whether_an_order_is_a_request_first(make: MakeHere, asks: bool) -> None:
    run = make.run(capacity=1)
    with transaction():
        session.get_one(Course, run.course_id).needs_approval = asks
    seat, party = make.held(run), make.waiting(run)
    english = session.get_one(WaitingParty, make.waiting(run).id).reference
    with transaction():
        session.scalars(select(WaitingParty).where(WaitingParty.reference == english)).one().language = "en"
    cancel(seat)
    worker()
    [offer] = offers_of(party)
    assert ("リクエストを送信してください" in bodies("offered")[0]) is asks
    assert ("リクエストを送信していただき" in bodies("waiting_joined")[0]) is asks
    worker(offer.hold_until)
    assert ("リクエストの送信がなかったため" in bodies("offer_lapsed")[0]) is asks
    assert ("Please send your request by" in bodies("offered")[1]) is asks
    assert ("Please order by" in bodies("offered")[1]) is not asks
