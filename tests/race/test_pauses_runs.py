"""Deeds that touch two runs meet at the worst moment, each pair in both orders (R-03); the canary locks as named."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from courses_app.accounts.models import Organization, Person
from courses_app.bookings import operations, queries
from courses_app.bookings.models import Booking
from courses_app.bookings.operations import AttendeeFacts
from courses_app.bookings.rules import RunFull
from courses_app.catalogue.models import CourseRun
from courses_app.cli.ledger import violations
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import DEADLOCK, db, session
from courses_app.foundation.references import new_token
from courses_app.foundation.yen import Yen
from tests.bookings.conftest import MakeHere
from tests.bookings.making import attendee, by
from tests.race.pausing import AFTER_COUNT, BEFORE_COMMIT, PATIENCE_SECONDS, Deed, met, unlocked
from tests.race.test_pauses import in_transaction_of_its_own, skip_where_there_is_one_writer

pytestmark = pytest.mark.race
POINTS = [AFTER_COUNT, BEFORE_COMMIT]


@dataclass(frozen=True)
class TwoRuns:
    """Two dates of a course, by id and reference, with so many seats each."""

    make: MakeHere
    first: tuple[int, str]
    second: tuple[int, str]

    def taken(self) -> list[int]:
        ids = [self.first[0], self.second[0]]
        found = queries.taken_by_run(ids, now=clock.now())
        return [found[one] for one in ids]

    def ordering(self, *references: str) -> Deed:
        """A seat in each of these runs, held and ordered, named in this order."""
        somebody = self.make.coordinator()
        actor, keys, form = by(somebody.person), (somebody.organization.id, somebody.person.id), new_token()
        people: list[AttendeeFacts] = [attendee(run=reference) for reference in references]
        return in_transaction_of_its_own(
            lambda: operations.hold_seats(
                organization=session.get_one(Organization, keys[0]), booked_by=session.get_one(Person, keys[1]),
                by=actor, run_reference=references[0], attendees=people, form_token=form, now=clock.now(),
            ).reference
        )  # fmt: skip

    def moving(self, booking: Booking, to: str) -> Deed:
        """The first seat of the booking goes to the other date."""
        booking_id = booking.id
        return in_transaction_of_its_own(
            lambda: (
                operations.move_seat(
                    booking=session.get_one(Booking, booking_id), position=1, run_reference=to, agreed=Yen(0),
                    office=True, by=SYSTEM, now=clock.now(),
                ).reference
            )
        )  # fmt: skip


def two_runs(app: Flask, make: MakeHere, *, capacity: int) -> TwoRuns:
    with app.app_context():
        first, second = make.run(capacity=capacity), make.run(capacity=capacity, days_ahead=50)
        return TwoRuns(make, (first.id, first.reference), (second.id, second.reference))


@contextmanager
def locking_as_named(app: Flask) -> Iterator[None]:
    """The canary: before the product locks its runs in order, each deed locks them as its turn wants, one by one."""
    turns: dict[int, bool] = {}
    both_have_one = threading.Barrier(2, timeout=PATIENCE_SECONDS)
    gate = threading.Lock()

    def lock(connection: Any, _cursor: object, statement: str, *_: object) -> None:
        me = threading.get_ident()
        if "FOR UPDATE OF course_runs" not in statement or me in turns:
            return
        with gate:
            turns[me] = backwards = bool(turns)
        wanted = "SELECT id FROM course_runs ORDER BY id" + (" DESC" if backwards else "")
        own = connection.connection.cursor()
        for number, (run_id,) in enumerate(own.execute(wanted).fetchall()):
            own.execute("SELECT id FROM course_runs WHERE id = %s FOR UPDATE", (run_id,))
            if not number:
                both_have_one.wait()

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", lock)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", lock)


@contextmanager
def both_about_to_lock(app: Flask) -> Iterator[None]:
    """Both deeds stand before their lock until the other one stands there too."""
    there = threading.Barrier(2, timeout=PATIENCE_SECONDS)
    seen: set[int] = set()

    def stand(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "FOR UPDATE OF course_runs" in statement and threading.get_ident() not in seen:
            seen.add(threading.get_ident())
            there.wait()

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", stand)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", stand)


def at_once(app: Flask, *deeds: Deed) -> list[object]:
    results: list[object] = [None] * len(deeds)

    def live(turn: int, deed: Callable[[], object]) -> None:
        with app.app_context():
            try:
                results[turn] = deed()
            except Exception as fault:
                results[turn] = fault

    threads = [threading.Thread(target=live, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive(), results
    return results


def in_opposite_order(app: Flask, make: MakeHere, *, capacity: int = 2) -> tuple[TwoRuns, list[Deed]]:
    runs = two_runs(app, make, capacity=capacity)
    here, there = runs.first[1], runs.second[1]
    with app.app_context():
        return runs, [runs.ordering(here, there), runs.ordering(there, here)]


def test_canary_r03_runs_locked_as_they_are_named_block_each_other(app: Flask, make: MakeHere) -> None:
    skip_where_there_is_one_writer(app)
    _runs, deeds = in_opposite_order(app, make)
    with locking_as_named(app):
        results = at_once(app, *deeds)
    broken = [one for one in results if isinstance(one, OperationalError)]
    assert [getattr(one.orig, "sqlstate", "") for one in broken] == [DEADLOCK], results


def test_r03_two_orders_in_opposite_order_at_the_very_lock(app: Flask, make: MakeHere) -> None:
    skip_where_there_is_one_writer(app)
    runs, deeds = in_opposite_order(app, make)
    with both_about_to_lock(app):
        results = at_once(app, *deeds)
    assert [type(one) for one in results] == [str, str], results
    assert_seats(app, runs, [2, 2])


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("capacity", [2, 1])
@pytest.mark.parametrize("turned", [False, True])
def test_r03_two_orders_in_opposite_order(app: Flask, make: MakeHere, point: str, capacity: int, turned: bool) -> None:
    """Both are placed, or the second is told that the last seats are gone: neither meets a deadlock."""
    runs, deeds = in_opposite_order(app, make, capacity=capacity)
    results = met(app, point, *(reversed(deeds) if turned else deeds))
    assert [type(one) for one in results] == [str, str if capacity == 2 else RunFull], results
    assert_seats(app, runs, [capacity, capacity])


def moving_and_ordering(app: Flask, make: MakeHere) -> tuple[TwoRuns, list[Deed]]:
    """A seat moves from the first run to the second, where one is left; an order wants it as well, and one here."""
    runs = two_runs(app, make, capacity=2)
    with app.app_context():
        booking = make.paid(session.get_one(CourseRun, runs.first[0]))
        make.held(session.get_one(CourseRun, runs.second[0]))
        return runs, [runs.moving(booking, runs.second[1]), runs.ordering(runs.second[1], runs.first[1])]


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("move_first", [True, False])
def test_r03_a_seat_moves_while_an_order_wants_both_runs(
    app: Flask, make: MakeHere, point: str, move_first: bool
) -> None:
    runs, deeds = moving_and_ordering(app, make)
    results = met(app, point, *(deeds if move_first else reversed(deeds)))
    assert [type(one) for one in results] == [str, RunFull], results
    assert_seats(app, runs, [0, 2] if move_first else [2, 2])


def test_canary_without_locks_the_seat_moves_to_a_place_that_was_sold(app: Flask, make: MakeHere) -> None:
    skip_where_there_is_one_writer(app)
    _runs, deeds = moving_and_ordering(app, make)
    with unlocked(app):
        results = met(app, AFTER_COUNT, *deeds)
    assert [type(one) for one in results] == [str, str], results
    with app.app_context():
        assert any(line.startswith("INV-1") for line in violations())


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("turned", [False, True])
def test_r03_two_seats_change_places(app: Flask, make: MakeHere, point: str, turned: bool) -> None:
    """Each moves to where the other one is: with a place to spare both get there, and neither blocks the other."""
    runs = two_runs(app, make, capacity=2)
    with app.app_context():
        one, other = (make.paid(session.get_one(CourseRun, run_id)) for run_id, _ in (runs.first, runs.second))
        deeds = [runs.moving(one, runs.second[1]), runs.moving(other, runs.first[1])]
    results = met(app, point, *(reversed(deeds) if turned else deeds))
    assert [type(each) for each in results] == [str, str], results
    assert_seats(app, runs, [1, 1])


def assert_seats(app: Flask, runs: TwoRuns, taken: list[int]) -> None:
    with app.app_context():
        assert runs.taken() == taken
        assert list(violations()) == []
