"""Who hears of an absence, and what: who booked, no invoice twice; and our office of what could not be settled."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import select, text

from courses_app.accounts.models import Membership
from courses_app.bookings.models import Booking
from courses_app.bookings.rules import BookingStatus
from courses_app.certificates.queries import ABSENCE_FAILED
from courses_app.foundation import clock
from courses_app.foundation.db import session
from courses_app.foundation.matters import Matter
from tests.bookings.making import attendee
from tests.certificates.conftest import MakeHere
from tests.certificates.test_absences import PAID_BEFORE, broken, corrected, dearer, held, keeps, mails, refunds


def test_who_booked_hears_of_it_and_after_they_left_their_colleague(inside: Flask, make: MakeHere) -> None:
    keeps(make, 50)
    first = make.coordinator(email="first@example.jp")
    make.coordinator(first.organization, email="second@example.jp")
    run, _booking = held(make, 2, organization=first.organization, booked_by=first.person)
    make.papers(run)
    assert {mail.recipient for mail in mails("absent") + mails("issued")} == {"first@example.jp"}
    with make.deed():
        for one in session.scalars(select(Membership).where(Membership.person_id == first.person.id)):
            one.until_on = clock.today()
    later = run.ends_at + timedelta(days=1)
    run, _booking = held(make, 1, organization=first.organization, booked_by=first.person)
    make.papers(run, now=later)
    assert mails("absent")[-1].recipient == "second@example.jp"


def test_an_invoice_that_is_part_of_a_new_one_is_said_to_be_void(inside: Flask, make: MakeHere) -> None:
    keeps(make, 90)
    run, _booking = dearer(make)
    later = run.ends_at + timedelta(days=1)
    make.papers(run)
    corrected(make, run, come=True, now=later)
    make.papers(run, now=later)
    [mail] = mails("attended")
    assert "¥8,500（税込）の請求書" in mail.body
    assert "これまでの追加の請求書（¥6,500（税込））は、新しい請求書に含まれるため無効です" in mail.body
    assert broken() == []


def test_what_cannot_be_settled_is_shown_to_the_office_and_holds_up_nobody(inside: Flask, make: MakeHere) -> None:
    keeps(make, 50)
    run, spoilt = held(make, 1)
    other, _booking = held(make, 1)
    terms = session.get_one(Booking, spoilt.id).terms
    with make.deed():
        session.get_one(Booking, spoilt.id).terms = {"changes": {"steps": "none"}}
    assert make.papers(run) == 1
    assert refunds() == [(5_750, "due")]
    [matter] = session.scalars(select(Matter).where(Matter.kind == ABSENCE_FAILED))
    assert (matter.subject_kind, matter.settled_at) == ("seat", None)
    with make.deed():
        session.get_one(Booking, spoilt.id).terms = terms
    assert make.papers(other) == 0, "it rests"
    assert make.papers(run, now=run.ends_at + timedelta(hours=2)) == 1
    assert refunds() == [(5_750, "due"), (5_750, "due")]
    settled = "SELECT COUNT(*) FROM matters WHERE kind = 'absence_failed' AND settled_at IS NOT NULL"
    assert session.scalar(text(settled)) == 1
    assert broken() == []


def test_late_money_seats_nobody_in_a_run_that_is_over(inside: Flask, make: MakeHere) -> None:
    """INV-19: nobody swept; one date of an unpaid order is over and its roster closed, another is to come (R-07)."""
    keeps(make, 50)
    over, to_come = make.run(days_ahead=-7), make.run(days_ahead=20)
    at = over.starts_at - PAID_BEFORE
    make.paid(over, 1, now=at)
    order = make.ordered(over, attendees=[attendee(run=over.reference), attendee(run=to_come.reference)], now=at)
    make.closed_roster(over)
    make.pay(order, now=clock.now())
    make.papers(over)
    assert session.get_one(Booking, order.id).status is BookingStatus.PAID_NO_SEAT
    assert broken() == []
