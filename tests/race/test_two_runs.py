"""R-03: orders over two runs, half of them naming the runs in the other order: no deadlock, no seat too many or few."""

from __future__ import annotations

import pytest
from flask import Flask

from courses_app.bookings import queries
from courses_app.foundation import clock
from tests.bookings.conftest import MakeHere
from tests.race.crowd import all_at_once, attendee, counted, signed_in
from tests.race.servers import serving
from tests.race.test_seats import booking_form, coordinators

pytestmark = pytest.mark.race

SEATS, ATTEMPTS, ORGANIZATIONS = 10, 60, 4


def test_r03_two_runs_in_opposite_order(app: Flask, make: MakeHere) -> None:
    """Each order wants a seat in both; the page's run is the one, the attendee's the other. Mixed with single ones."""
    with app.app_context():
        made = [make.run(capacity=SEATS), make.run(capacity=SEATS, days_ahead=50)]
        runs = {run.id: run.reference for run in made}
        emails = coordinators(app, make, ORGANIZATIONS)
    references = list(runs.values())
    pages = [f"/runs/{reference}/bookings" for reference in references]
    with serving(app) as address:
        crowd = [signed_in(address, email) for email in emails]
        tokens = [one.token(f"{pages[0]}/new") for one in crowd]
        requests = []
        for turn in range(ATTEMPTS):
            here, there = turn % 2, 1 - turn % 2
            rows = [attendee(0)] if turn % 5 == 4 else [attendee(0), attendee(1, run=references[there])]
            requests.append((crowd[turn % 4], pages[here], booking_form(tokens[turn % 4], *rows)))
        answers = all_at_once(requests)
    assert set(counted(answers)) <= {303, 409}, counted(answers)
    with app.app_context():
        taken = queries.taken_by_run(runs, now=clock.now())
        assert queries.violations(now=clock.now()) == []
        wanted = [len([one for one in request[2] if one.endswith("-given_name")]) for request in requests]
        sold = sum(size for size, answer in zip(wanted, answers, strict=True) if answer.status == 303)
    assert sum(taken.values()) == sold
    assert max(taken.values()) == SEATS
    assert min(taken.values()) > 0
