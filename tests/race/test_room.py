"""The office changes the room of a run while a crowd books: the lock of the run keeps the count right (R-01, R-25)."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from courses_app.bookings import queries
from courses_app.bookings.models import Overbooking, Seat, SeatBlock
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import clock
from courses_app.foundation.db import session
from tests.bookings.conftest import MakeHere
from tests.race.crowd import Answer, Browser, all_at_once, counted, signed_in
from tests.race.servers import serving
from tests.race.test_seats import booking_form, coordinators

pytestmark = pytest.mark.race

SEATS, VISITORS = 10, 30


def crowd_of(address: str, emails: list[str], path: str) -> list[tuple[Browser, str, dict[str, str]]]:
    """So many visitors, each with a form for somebody new."""
    browsers = [signed_in(address, email) for email in emails]
    tokens = [one.token(f"{path}/new") for one in browsers]
    turns = [turn % len(browsers) for turn in range(VISITORS)]
    return [(browsers[turn], path, booking_form(tokens[turn])) for turn in turns]


def test_seats_are_kept_while_a_crowd_books(app: Flask, make: MakeHere) -> None:
    """Whoever comes first: never more people and kept seats than there are, and none too few."""
    run, emails = make.run(capacity=SEATS), coordinators(app, make, 3)
    with app.app_context():
        clerk = make.staff().account.email
    page = f"/office/runs/{run.reference}/blocks"
    with serving(app) as address:
        office = signed_in(address, clerk)
        fields = {"csrf_token": office.token(page), "seats": "3", "purpose": "視察"}
        visitors = crowd_of(address, emails, f"/runs/{run.reference}/bookings")
        answers = all_at_once([*((office, page, fields) for _ in range(4)), *visitors])
    with app.app_context():
        kept = session.scalar(select(func.coalesce(func.sum(SeatBlock.seats), 0)))
        seated = session.scalar(select(func.count(Seat.id)))
        assert (kept, seated) == (accepted(answers[:4]) * 3, accepted(answers[4:])), counted(answers)
        assert kept + seated == SEATS
        assert queries.violations(now=clock.now()) == []


def test_r25_the_capacity_falls_while_a_crowd_books(app: Flask, make: MakeHere) -> None:
    """Nobody agreed to overbook: the capacity falls only as far as the seats that are free at that moment."""
    run, emails = make.run(capacity=SEATS), coordinators(app, make, 3)
    with app.app_context():
        clerk = make.staff().account.email
        make.paid(run, 4)
    page = f"/office/runs/{run.reference}/capacity"
    with serving(app) as address:
        office = signed_in(address, clerk)
        token = office.token(page)
        lower = [(office, page, {"csrf_token": token, "capacity": str(capacity)}) for capacity in (4, 6, 8)]
        yes = {"over": "1", "sure": "y", "reason": "机が足りないため"}
        agreed = (office, page, {"csrf_token": token, "capacity": "3", **yes})
        answers = all_at_once([*lower, agreed, *crowd_of(address, emails, f"/runs/{run.reference}/bookings")])
    with app.app_context():
        found = queries.room_of(session.scalars(select(CourseRun)).one(), now=clock.now())
        assert found.taken == 4 + accepted(answers[4:])
        assert found.over == (
            session.scalar(select(func.sum(Overbooking.seats).filter(Overbooking.ended_at.is_(None)))) or 0
        )
        assert queries.violations(now=clock.now()) == []


def accepted(answers: list[Answer]) -> int:
    return counted(answers)[303]
