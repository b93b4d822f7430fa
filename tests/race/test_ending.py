"""The server is told to end while people wait for it (R-34)."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask

from courses_app.bookings import queries
from courses_app.foundation import clock
from tests.bookings.conftest import MakeHere
from tests.race import slow
from tests.race.crowd import Answer, all_at_once, counted, signed_in
from tests.race.servers import PROCESSES, SLOW, THREADS, served
from tests.race.test_seats import booking_form, coordinators

pytestmark = pytest.mark.race
IN_FLIGHT, ORGANIZATIONS, PATIENCE_SECONDS = 50, 4, 60
LISTENING = "0A"


def test_r34_nobody_who_came_in_is_turned_out(app: Flask, make: MakeHere) -> None:
    """Every request that has reached a server is answered, and what was answered is kept."""
    run = make.run(capacity=IN_FLIGHT)
    path = f"/runs/{run.reference}/bookings"
    emails = coordinators(app, make, ORGANIZATIONS)
    with served(app, SLOW) as (address, server):
        crowd = [signed_in(address, email) for email in emails]
        tokens = [one.token(f"{path}/new") for one in crowd]
        turns = [turn % len(crowd) for turn in range(IN_FLIGHT)]
        requests = [(crowd[turn], path, booking_form(tokens[turn])) for turn in turns]
        answers: list[Answer] = []
        waiting = threading.Thread(target=lambda: answers.extend(all_at_once(requests)))
        waiting.start()
        _wait_until_all_are_in(app, urlsplit(address).port or 0)
        server.terminate()
        waiting.join()
        assert server.wait(timeout=PATIENCE_SECONDS) == 0
    assert counted(answers) == {303: IN_FLIGHT}
    with app.app_context():
        assert queries.taken_by_run([run.id], now=clock.now()) == {run.id: IN_FLIGHT}
        assert queries.violations(now=clock.now()) == []


def _wait_until_all_are_in(app: Flask, port: int) -> None:
    """Every thread is at work, and nobody stands before the door any more."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while slow.begun(app) < PROCESSES * THREADS or _at_the_door(port):
        assert time.monotonic() < deadline, (slow.begun(app), _at_the_door(port))
        time.sleep(0.02)


def _at_the_door(port: int) -> int:
    """How many connections no process has taken yet, as Linux counts them."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = [row for row in rows if row[3] == LISTENING and int(row[1].rpartition(":")[2], 16) == port]
    return sum(int(row[4].rpartition(":")[2], 16) for row in listening)
