"""Reminders know what is booked: nobody with a seat in time is told to book again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from sqlalchemy import select

from courses_app.accounts.models import Membership
from courses_app.bookings import operations as bookings
from courses_app.bookings.models import Booking
from courses_app.bookings.operations import AttendeeFacts
from courses_app.catalogue.models import CourseRun
from courses_app.compliance.models import ReminderSent
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session
from tests.compliance.test_reminders import mails, somebody, work

if TYPE_CHECKING:
    from courses_app.accounts.models import Person
    from tests.accounts.making import Coordinator
    from tests.compliance.conftest import MakeHere

BOOKED, TO_BOOK = "　受講予定 ", "期限までに受講できる日程"


@pytest.fixture
def coordinator(make: MakeHere, inside: Flask) -> Coordinator:
    make.law()
    return make.coordinator()


def seated(make: MakeHere, coordinator: Coordinator, person: Person, run: CourseRun, state: str = "paid") -> Booking:
    """The person in the run, by the coordinator: held, ordered or paid."""
    facts = [AttendeeFacts(person=person.reference)]
    theirs = {"booked_by": coordinator.person, "organization": coordinator.organization, "attendees": facts}
    return {"held": make.held, "ordered": make.ordered, "paid": make.paid}[state](run, **theirs)


@pytest.mark.parametrize("state", ["ordered", "paid"])
def test_who_has_a_seat_in_time_gets_no_reminder(make: MakeHere, coordinator: Coordinator, state: str) -> None:
    person = somebody(make, coordinator, clock.today() + timedelta(days=60), email="seated@example.jp")
    seated(make, coordinator, person, make.run(days_ahead=30), state)
    work(clock.today())
    assert mails() == []
    assert session.scalars(select(ReminderSent)).all() == []


def test_a_seat_merely_held_is_no_booking_yet(make: MakeHere, coordinator: Coordinator) -> None:
    person = somebody(make, coordinator, clock.today() + timedelta(days=60), email="held@example.jp")
    seated(make, coordinator, person, make.run(days_ahead=30), "held")
    work(clock.today())
    assert {mail.kind for mail in mails()} == {"compliance/reminder_organization", "compliance/reminder_person"}


def test_a_seat_too_late_or_of_another_course_does_not_help(make: MakeHere, coordinator: Coordinator) -> None:
    person = somebody(make, coordinator, clock.today() + timedelta(days=20), email="late@example.jp")
    seated(make, coordinator, person, make.run(days_ahead=40))
    seated(make, coordinator, person, make.run("TIM", days_ahead=10))
    work(clock.today())
    assert len(mails("reminder_person")) == len(mails("reminder_organization")) == 1
    assert BOOKED not in "".join(mail.body for mail in mails())


def test_the_organization_reads_who_is_booked_beside_who_is_not(make: MakeHere, coordinator: Coordinator) -> None:
    last = clock.today() + timedelta(days=60)
    here = somebody(make, coordinator, last, given_name="予約済", email="here@example.jp")
    somebody(make, coordinator, last, given_name="未予約", email="there@example.jp")
    booked, free = make.run(days_ahead=30), make.run(days_ahead=40)
    seated(make, coordinator, here, booked)
    work(clock.today())
    (ours,), (own,) = mails("reminder_organization"), mails("reminder_person")
    lines = ours.body.splitlines()
    at = next(number for number, line in enumerate(lines) if "予約済" in line)
    assert lines[at + 1].startswith(BOOKED)
    assert booked.reference in lines[at + 1]
    other = next(number for number, line in enumerate(lines) if "未予約" in line)
    assert BOOKED not in lines[other + 1]
    assert f"/runs/{free.reference}" in ours.body
    assert "1名" in ours.subject
    assert (own.recipient, own.body.count(BOOKED)) == ("there@example.jp", 0)


def test_a_course_for_which_all_are_booked_names_no_runs(make: MakeHere, coordinator: Coordinator) -> None:
    last = clock.today() + timedelta(days=60)
    person = somebody(make, coordinator, last)
    make.completed(coordinator, person, on=clock.today() + timedelta(days=60 - 365 * 3), course="TIM")
    seated(make, coordinator, person, make.run(days_ahead=30))
    work(clock.today())
    (mail,) = mails("reminder_organization")
    parts = mail.body.split("■ ")[1:]
    (booked,) = [part for part in parts if BOOKED in part]
    assert TO_BOOK not in booked
    assert all(TO_BOOK in part for part in parts if part is not booked)


def test_a_seat_given_back_brings_the_reminder(make: MakeHere, coordinator: Coordinator) -> None:
    person = somebody(make, coordinator, clock.today() + timedelta(days=60), email="back@example.jp")
    booking = seated(make, coordinator, person, make.run(days_ahead=30), "ordered")
    work(clock.today())
    assert mails() == []
    with make.deed():
        bookings.cancel(booking=make.whole(booking), by=SYSTEM, now=clock.now())
    work(clock.today() + timedelta(days=1))
    assert {mail.kind for mail in mails()} == {"compliance/reminder_organization", "compliance/reminder_person"}


def test_between_the_run_and_its_roster_nobody_is_reminded(make: MakeHere, coordinator: Coordinator) -> None:
    person = somebody(make, coordinator, clock.today() + timedelta(days=60), email="taken@example.jp")
    run = make.run(days_ahead=-2)
    facts = [AttendeeFacts(person=person.reference)]
    theirs = {"booked_by": coordinator.person, "organization": coordinator.organization, "attendees": facts}
    make.paid(run, now=run.starts_at - timedelta(days=20), **theirs)
    work(clock.today())
    assert mails() == []
    make.closed_roster(run, absent=1)
    work(clock.today() + timedelta(days=1))
    assert len(mails("reminder_organization")) == 1


def test_what_another_organization_booked_is_not_told(make: MakeHere, coordinator: Coordinator) -> None:
    """The person needs no reminder; this organization does not hear why."""
    last = clock.today() + timedelta(days=60)
    person = somebody(make, coordinator, last, given_name="兼務", email="both@example.jp")
    somebody(make, coordinator, last, given_name="未予約")
    other = make.coordinator()
    facts = [AttendeeFacts(person=make_known(make, other, person))]
    run = make.run(days_ahead=30)
    make.paid(run, booked_by=other.person, organization=other.organization, attendees=facts)
    work(clock.today())
    (ours,) = [
        mail for mail in mails("reminder_organization") if mail.recipient == coordinator.organization.contact_email
    ]
    assert "兼務" not in ours.body
    assert BOOKED not in ours.body
    assert mails("reminder_person") == []


def make_known(make: MakeHere, other: Coordinator, person: Person) -> str:
    """The person also belongs to the other organization."""
    with make.deed():
        session.add(Membership(person_id=person.id, organization_id=other.organization.id, from_on=clock.today()))
    return person.reference
