"""Two server processes, 200 people at the door, 19 seats: never one too many, never one too few (T1).

The canary comes first: without the locks the same crowd must break it, or the other tests prove nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from secrets import token_hex

import pytest
from flask import Flask
from sqlalchemy import func, select

from courses_app.accounts.models import Person
from courses_app.bookings import queries
from courses_app.bookings.models import Booking
from courses_app.bookings.rules import BookingStatus
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import clock
from courses_app.foundation.db import session
from courses_app.payments.models import Payment
from tests.bookings.conftest import MakeHere
from tests.race.crowd import Answer, all_at_once, attendee, counted, signed_in
from tests.race.history import attempt, faults_in
from tests.race.servers import SHIPPED, UNLOCKED, serving

pytestmark = pytest.mark.race

# No multiple of the threads: where one process serves all, they count in step, and would fill it exactly unlocked.
SEATS, ATTEMPTS, ORGANIZATIONS = 19, 200, 4


def coordinators(app: Flask, make: MakeHere, count: int) -> list[str]:
    """The e-mail addresses of coordinators of different organizations."""
    with app.app_context():
        return [make.coordinator().person.email or "" for _ in range(count)]


def booking_form(token: str, *rows: dict[str, str], form_token: str = "") -> dict[str, str]:
    """The form of a new booking; without rows, for somebody new."""
    fields = {"csrf_token": token, "form_token": form_token or token_hex(16)}
    for row in rows or (attendee(),):
        fields |= row
    return fields


@dataclass(frozen=True)
class Sale:
    """The answers, the seats taken, the invariants broken, and what the database says otherwise than the answers."""

    answers: list[Answer]
    taken: int
    broken: list[str]
    untrue: list[str]


def sale(app: Flask, make: MakeHere, target: str) -> Sale:
    """Everybody books one seat at once."""
    run = make.run(capacity=SEATS)
    path = f"/runs/{run.reference}/bookings"
    emails = coordinators(app, make, ORGANIZATIONS)
    forms = [token_hex(16) for _ in range(ATTEMPTS)]
    with serving(app, target) as address:
        crowd = [signed_in(address, email) for email in emails]
        tokens = [one.token(f"{path}/new") for one in crowd]
        turns = [turn % len(crowd) for turn in range(ATTEMPTS)]
        answers = all_at_once(
            [
                (crowd[turn], path, booking_form(tokens[turn], form_token=form))
                for turn, form in zip(turns, forms, strict=True)
            ]
        )
    history = [
        attempt(form, 1, status=answer.status, location=answer.location)
        for form, answer in zip(forms, answers, strict=True)
    ]
    with app.app_context():
        now, untrue = clock.now(), faults_in(history, session.get_one(CourseRun, run.id), now=clock.now())
        return Sale(answers, queries.taken_by_run([run.id], now=now)[run.id], queries.violations(now=now), untrue)


def test_canary_without_locks_it_goes_wrong(app: Flask, make: MakeHere) -> None:
    """PostgreSQL must oversell. SQLite cannot: a transaction that has counted the seats and wants to write after
    another one wrote is ended ("database is locked"), because its snapshot is old. What our queue and BEGIN IMMEDIATE
    are for there is that nobody is sent away in this manner, so the canary must send people away, and oversell to
    nobody; with the locks (the next test) each of the same crowd gets a seat or is told that the run is full.
    """
    found = sale(app, make, UNLOCKED)
    answers = counted(found.answers)
    if app.config["SETTINGS"].database_url.startswith("sqlite"):
        assert answers[503] > 0, answers
        assert found.taken == answers[303] <= SEATS, answers
        assert found.broken == []
        return
    assert found.taken > SEATS, answers
    assert any(line.startswith("INV-1") for line in found.broken)
    assert any("seats are sold" in fault for fault in found.untrue), answers  # the history is untrue, too (T3)


def test_r01_two_hundred_at_once_for_nineteen_seats(app: Flask, make: MakeHere) -> None:
    found = sale(app, make, SHIPPED)
    assert counted(found.answers) == {303: SEATS, 409: ATTEMPTS - SEATS}
    assert len({answer.location for answer in found.answers if answer.status == 303}) == SEATS
    assert found.taken == SEATS
    assert found.broken == found.untrue == []


def test_one_effect_however_many_press_at_once(app: Flask, make: MakeHere) -> None:
    """R-04: two colleagues, one person. R-05, R-42: one form, many times. R-16: many staff, one payment."""
    with app.app_context():
        first = make.coordinator()
        emails = [first.account.email, make.coordinator(first.organization).account.email]
    with app.app_context():
        clerk = make.staff().account.email
        run, other = make.run(), make.run(days_ahead=50)
        order = make.whole(make.ordered(run, 2))
        addresses = [f"/runs/{one.reference}/bookings" for one in (run, other)]
        payment = f"/office/payments/{order.invoice.reference if order.invoice else ''}"
    with serving(app) as address:
        pair = [signed_in(address, email) for email in emails]
        tokens = [one.token(f"{addresses[0]}/new") for one in pair]
        who = attendee(given_name="一郎")
        at_once = [(pair[turn % 2], addresses[0], booking_form(tokens[turn % 2], who)) for turn in range(20)]
        same_person = all_at_once(at_once)
        form = booking_form(tokens[0], attendee(0), attendee(1), form_token="one-form")
        same_form = all_at_once([(pair[0], addresses[1], form)] * 20)
        staff = signed_in(address, clerk)
        money = {"csrf_token": staff.token(payment), "received_on": clock.today().isoformat(), "amount": "23000"}
        paid = all_at_once([(staff, f"{payment}/receipt", money | {"form_token": token_hex(8)}) for _ in range(10)])
    assert counted(same_person) == {303: 1, 409: 19}
    assert counted(same_form) == {303: 20}
    assert len({answer.location for answer in same_form}) == 1
    assert counted(paid) == {303: 1, 409: 9}
    check_one_effect(app, order, {run.id: 3, other.id: 2})


def check_one_effect(app: Flask, order: Booking, taken: dict[int, int]) -> None:
    with app.app_context():
        assert session.scalar(select(func.count(Person.id)).where(Person.given_name == "一郎")) == 1
        assert session.scalar(select(func.count(Payment.id))) == 1
        assert session.scalars(select(Booking.status).where(Booking.id == order.id)).one() is BookingStatus.PAID
        assert queries.taken_by_run(taken, now=clock.now()) == taken
        assert queries.violations(now=clock.now()) == []
