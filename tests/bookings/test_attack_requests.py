"""Requests for seats attacked: dates that fall away, names that never come, and answers that come after the end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from courses_app.bookings import operations, queries, tasks
from courses_app.bookings.models import Booking
from courses_app.bookings.operations import AttendeeFacts
from courses_app.bookings.rules import AnsweredAlready, BookingStatus, NamesNeeded, NotAnsweredYet
from courses_app.catalogue.models import Course, CourseRun
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session, transaction
from courses_app.foundation.yen import Yen
from courses_app.payments.models import PaymentMethod
from courses_app.payments.queries import violations as money_violations
from courses_app.rosters import operations as rosters
from tests.bookings.conftest import MakeHere
from tests.bookings.making import attendee

pytestmark = pytest.mark.usefixtures("inside")


def asked(make: MakeHere, run: CourseRun, *people: AttendeeFacts, naming_days: int = 0) -> Booking:
    make.issuer()
    with transaction():
        course = session.get_one(Course, run.course_id)
        course.needs_approval, course.naming_days_before = True, naming_days
    held = make.held(run, attendees=people)
    with transaction():
        operations.order(
            booking=held, payment_method=PaymentMethod.BANK_TRANSFER, stripe_enabled=True, language="ja", by=SYSTEM,
            now=clock.now(),
        )  # fmt: skip
    return make.whole(held)


def sound() -> None:
    session.expire_all()
    now = clock.now()
    assert [*queries.violations(now=now), *money_violations(now=now)] == []


def called_off(run: CourseRun) -> None:
    with transaction():
        rosters.call_off(run=session.get_one(CourseRun, run.id), reason="台風", by=SYSTEM, now=clock.now())


def test_one_of_two_dates_is_called_off_and_the_rest_approved(make: MakeHere) -> None:
    first, second = make.run(days_ahead=40), make.run(days_ahead=50, venue="osaka-nakanoshima")
    booking = asked(make, first, attendee(), attendee(run=second.reference))
    called_off(second)
    sound()
    with transaction():
        operations.approve(booking=booking, by=SYSTEM, now=clock.now())
    booking = make.whole(booking)
    assert booking.invoice is not None
    assert booking.invoice.total == booking.total == sum(seat.price for seat in booking.live_seats)
    assert make.pay(booking).status is BookingStatus.PAID
    sound()


def test_nothing_is_approved_once_every_date_is_called_off(make: MakeHere) -> None:
    run = make.run(days_ahead=40)
    booking = asked(make, run, attendee(), attendee())
    called_off(run)
    with pytest.raises(AnsweredAlready), transaction():
        operations.approve(booking=booking, by=SYSTEM, now=clock.now())
    sound()


def test_seats_without_a_name_are_not_approved_after_the_last_day_for_names(make: MakeHere) -> None:
    run = make.run(days_ahead=40)
    booking = asked(make, run, attendee(), AttendeeFacts(), naming_days=14)
    late = run.starts_at - timedelta(days=13)
    tasks.run_due(clock=lambda: late)
    with pytest.raises(NamesNeeded), transaction():
        operations.approve(booking=booking, by=SYSTEM, now=late)
    assert make.whole(booking).status is BookingStatus.REQUESTED
    sound()


def test_no_seat_of_a_request_is_given_back_or_handed_on(make: MakeHere) -> None:
    booking = asked(make, make.run(days_ahead=40), attendee(), attendee())
    nothing = operations.Agreed(Yen(0), Yen(0))
    with pytest.raises(NotAnsweredYet), transaction():
        operations.cancel_seats(booking=booking, positions=[1], agreed=nothing, by=SYSTEM, now=clock.now())
    with pytest.raises(NotAnsweredYet), transaction():
        operations.substitute(booking=booking, position=1, attendee=attendee(), office=True, by=SYSTEM, now=clock.now())
    with transaction():
        assert not operations.lapse_order(booking.id, now=clock.now() + timedelta(days=300))
    assert len(make.whole(booking).live_seats) == 2
    sound()
