"""A sale to parties of one to five, and its history (T3): what people were told is what the database keeps.

Without the locks the history is not true: the canary is that of `test_seats`. And the checker is shown each kind of lie
by itself, so that its silence means something.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from secrets import token_hex

import pytest
from flask import Flask

from courses_app.bookings import queries
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import clock
from courses_app.foundation.db import session
from tests.bookings.conftest import MakeHere
from tests.race.crowd import Answer, all_at_once, attendee, counted, signed_in
from tests.race.history import Attempt, Outcome, attempt, faults_in
from tests.race.servers import serving
from tests.race.test_seats import booking_form, coordinators

pytestmark = pytest.mark.race

SEATS, ATTEMPTS, ORGANIZATIONS, LARGEST = 30, 120, 4, 5


def sale(app: Flask, make: MakeHere) -> tuple[list[Attempt], list[Answer], CourseRun]:
    """Parties of one to five come at once, more of them than there are seats."""
    run = make.run(capacity=SEATS)
    path = f"/runs/{run.reference}/bookings"
    emails = coordinators(app, make, ORGANIZATIONS)
    forms = [(token_hex(16), 1 + turn % LARGEST) for turn in range(ATTEMPTS)]
    with serving(app) as address:
        crowd = [signed_in(address, email) for email in emails]
        tokens = [one.token(f"{path}/new") for one in crowd]
        requests = [
            (
                crowd[turn % len(crowd)],
                path,
                booking_form(tokens[turn % len(crowd)], *map(attendee, range(seats)), form_token=form_token),
            )
            for turn, (form_token, seats) in enumerate(forms)
        ]
        answers = all_at_once(requests)
    history = [
        attempt(form_token, seats, status=answer.status, location=answer.location)
        for (form_token, seats), answer in zip(forms, answers, strict=True)
    ]
    return history, answers, run


def checked(app: Flask, history: Sequence[Attempt], run: CourseRun) -> list[str]:
    with app.app_context():
        return faults_in(history, session.get_one(CourseRun, run.id), now=clock.now())


def test_t3_parties_of_one_to_five(app: Flask, make: MakeHere) -> None:
    history, answers, run = sale(app, make)
    assert checked(app, history, run) == []
    assert set(counted(answers)) == {303, 409}  # everybody was told
    with app.app_context():
        assert queries.taken_by_run([run.id], now=clock.now()) == {run.id: SEATS}  # singles came, so it is full
        assert queries.violations(now=clock.now()) == []


def test_t3_the_checker_finds_each_lie(app: Flask, make: MakeHere) -> None:
    run = make.run(capacity=4)
    kept = make.held(run, 3, form_token="kept")
    true = [Attempt("kept", 3, Outcome.OK, kept.reference), Attempt("late", 2, Outcome.REFUSED)]
    assert checked(app, true, run) == []
    lost, unknown = Attempt("lost", 1, Outcome.OK, "B-LOST"), replace(true[0], outcome=Outcome.UNKNOWN)
    assert checked(app, [unknown, true[1]], run) == []
    for history, word in (
        ([*true, lost], "acknowledged"),
        ([replace(true[0], outcome=Outcome.REFUSED), true[1]], "though it was refused"),
        ([replace(unknown, seats=2), true[1]], "seats of 2"),
        ([true[1]], "nobody sent"),
        ([*true, replace(lost, booking=kept.reference)], "2 times"),
        ([*true, Attempt("one", 1, Outcome.REFUSED)], "though 1 are free"),
    ):
        assert any(word in fault for fault in checked(app, history, run)), word
