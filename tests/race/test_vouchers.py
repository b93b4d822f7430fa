"""A code with seven uses, and a crowd that types it at once on holds of different runs: never an eighth (S-23).

The lock of the code alone keeps the count: each hold is of a run of its own. The canary without locks goes wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask

from courses_app.bookings import queries
from courses_app.foundation import clock
from courses_app.foundation.db import session
from tests.bookings.conftest import MakeHere
from tests.bookings.test_vouchers import CODE, give_out
from tests.race.crowd import all_at_once, signed_in
from tests.race.servers import SHIPPED, UNLOCKED, serving

pytestmark = pytest.mark.race

USES, HOLDS, ORGANIZATIONS = 7, 24, 4


@dataclass(frozen=True)
class Outcome:
    """How many were told yes and no, how often the code is used, and the promises broken."""

    yes: int
    no: int
    used: int
    broken: list[str]


def rush(app: Flask, make: MakeHere, target: str, **limits: int) -> Outcome:
    """Everybody types the code at once, each for one seat."""
    give_out(make, **limits)
    turns = [turn % ORGANIZATIONS for turn in range(HOLDS)]
    with app.app_context():
        who = [make.coordinator() for _ in range(ORGANIZATIONS)]
        emails = [one.person.email or "" for one in who]
        runs = [make.run() for _ in range(HOLDS)]
        booked = [{"organization": one.organization, "booked_by": one.person} for one in who]
        pages = [f"/bookings/{make.held(run, **booked[turn]).reference}" for turn, run in zip(turns, runs, strict=True)]
    with serving(app, target) as address:
        crowd = [signed_in(address, email) for email in emails]
        fields = [
            {"csrf_token": crowd[turn].token(page), "code": CODE} for turn, page in zip(turns, pages, strict=True)
        ]
        asked = zip(turns, pages, fields, strict=True)
        answers = all_at_once([(crowd[turn], f"{page}/voucher", typed) for turn, page, typed in asked])
    with app.app_context():
        session.rollback()
        now = clock.now()
        code = queries.voucher_by_code(CODE)
        assert code is not None
        used = queries.uses_of(code, 0, now=now).used
        yes = sum(one.status == 303 for one in answers)
        return Outcome(yes, sum(one.status == 409 for one in answers), used, queries.violations(now=now))


def test_the_canary_without_locks_gives_more_uses_than_there_are(app: Flask, make: MakeHere) -> None:
    """On SQLite it sends people away instead, for the reason that `test_seats` gives."""
    went = rush(app, make, UNLOCKED, most_uses=USES)
    if app.config["SETTINGS"].database_url.startswith("sqlite"):
        assert went.yes + went.no < HOLDS
        assert went.used == went.yes <= USES
        return
    assert went.used > USES
    assert any("used more often than it may" in line for line in went.broken)


def test_s23_never_more_uses_than_there_are_in_all(app: Flask, make: MakeHere) -> None:
    assert rush(app, make, SHIPPED, most_uses=USES) == Outcome(USES, HOLDS - USES, USES, [])


def test_s23_nor_by_one_organization(app: Flask, make: MakeHere) -> None:
    went = rush(app, make, SHIPPED, most_per_organization=2)
    assert went == Outcome(2 * ORGANIZATIONS, HOLDS - 2 * ORGANIZATIONS, 2 * ORGANIZATIONS, [])
