"""Seats the office keeps for a purpose, capacities up and down, and people beyond them (R-25, R-26, INV-1, INV-5)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from courses_app.bookings import operations, queries, tasks
from courses_app.bookings.models import Booking, Overbooking, PartyState, Seat, SeatBlock, WaitingParty
from courses_app.bookings.operations import AttendeeFacts
from courses_app.bookings.operations.overbooking import ByOffice
from courses_app.bookings.rules import (
    BlockEndsAtOnce,
    BookingStatus,
    CapacityBelowSold,
    OthersWait,
    OverbookingNeedsReason,
    RunFull,
    TooFewToBlock,
    over_by,
)
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM, AuditEntry
from courses_app.foundation.db import session, transaction
from courses_app.foundation.references import new_token
from tests.bookings.conftest import MakeHere
from tests.bookings.making import attendee


def taken(run: CourseRun, *, now: datetime | None = None) -> int:
    return queries.taken_by_run([run.id], now=now or clock.now())[run.id]


def block(run: CourseRun, seats: int, *, until_at: datetime | None = None) -> SeatBlock:
    with transaction():
        return operations.block_seats(
            run=run, seats=seats, purpose="視察", until_at=until_at, by=SYSTEM, now=clock.now()
        )


def resize(run: CourseRun, capacity: int, **how: object) -> None:
    with transaction():
        operations.change_capacity(run=run, capacity=capacity, by=SYSTEM, now=clock.now(), **how)  # type: ignore[arg-type]


def beyond(make: MakeHere, run: CourseRun, n: int, *, reason: str = "更新の期限が迫っているため") -> Booking:
    """The office seats people beyond the capacity."""
    somebody = make.coordinator()
    people: list[AttendeeFacts] = [attendee() for _ in range(n)]
    with transaction():
        return operations.hold_seats(
            organization=somebody.organization, run_reference=run.reference, attendees=people, form_token=new_token(),
            by=SYSTEM, booked_by=somebody.person, now=clock.now(), office=ByOffice(beyond=reason),
        )  # fmt: skip


def round_of_the_worker(*, later: timedelta = timedelta()) -> None:
    tasks.run_due(clock=lambda: clock.now() + later)


@pytest.mark.parametrize(("wanted", "full", "over"), [(3, 10, 3), (3, 9, 2), (3, 7, 0), (3, 0, 0), (2, 12, 2)])
def test_how_many_sit_beyond_the_capacity(wanted: int, full: int, over: int) -> None:
    assert over_by(wanted=wanted, taken=full, capacity=10) == over


def test_r25_a_capacity_below_what_is_taken_only_after_a_question(inside: Flask, make: MakeHere) -> None:
    run = make.run(capacity=20)
    make.paid(run, 18)
    with pytest.raises(CapacityBelowSold):
        resize(run, 15)
    with pytest.raises(CapacityBelowSold):
        resize(run, 15, accepted_over=2, reason="小さい会場に変更")  # one more came since the page was shown
    with pytest.raises(OverbookingNeedsReason):
        resize(run, 15, accepted_over=3)
    resize(run, 15, accepted_over=3, reason="小さい会場に変更")
    run = session.scalars(select(CourseRun)).one()
    assert queries.room_of(run, now=clock.now()).over == 3
    assert taken(run) == 18
    assert queries.violations(now=clock.now()) == []
    with pytest.raises(RunFull):
        make.held(run)


def test_r25_an_overbooked_run_freezes_its_waiting_list(inside: Flask, make: MakeHere) -> None:
    run = make.run(capacity=4)
    orders = [make.held(run) for _ in range(4)]
    make.waiting(run)
    resize(run, 2, accepted_over=2, reason="机が足りないため")
    with transaction():
        operations.cancel(booking=orders[0], by=SYSTEM, now=clock.now())
    round_of_the_worker()
    assert session.scalars(select(WaitingParty.state)).one() is PartyState.WAITING
    for order in orders[1:3]:
        with transaction():
            operations.cancel(booking=order, by=SYSTEM, now=clock.now())
    round_of_the_worker()
    assert session.scalars(select(WaitingParty.state)).one() is PartyState.OFFERED
    assert queries.violations(now=clock.now()) == []


def test_r25_a_lowering_counts_until_the_capacity_changes_again(inside: Flask, make: MakeHere) -> None:
    run = make.run(capacity=10)
    make.paid(run, 8)
    resize(run, 5, accepted_over=3, reason="机が足りないため")
    resize(run, 6)  # more seats, still too few: nobody is asked, the reason goes on
    rows = session.scalars(select(Overbooking).order_by(Overbooking.id)).all()
    assert [(row.seats, row.reason, row.ended_at is None) for row in rows] == [
        (3, "机が足りないため", False), (2, "机が足りないため", True),
    ]  # fmt: skip
    assert queries.violations(now=clock.now()) == []
    resize(run, 9)
    assert session.scalars(select(Overbooking.ended_at).where(Overbooking.ended_at.is_(None))).all() == []


def test_r26_more_seats_go_to_those_who_wait_first(inside: Flask, make: MakeHere) -> None:
    run = make.run(capacity=2)
    make.paid(run, 2)
    party = make.waiting(run, 2)
    resize(run, 4)
    with pytest.raises(OthersWait):
        make.held(run)  # nobody slips in before the worker's round
    round_of_the_worker()
    assert session.get_one(WaitingParty, party.id, populate_existing=True).state is PartyState.OFFERED
    assert queries.violations(now=clock.now()) == []


def test_kept_seats_are_taken_everywhere(inside: Flask, make: MakeHere) -> None:
    run = make.run(capacity=5)
    make.paid(run, 2)
    with pytest.raises(TooFewToBlock):
        block(run, 4)
    with pytest.raises(BlockEndsAtOnce):
        block(run, 1, until_at=clock.now() - timedelta(seconds=1))
    block(run, 2)
    run = session.scalars(select(CourseRun)).one()
    assert taken(run) == 4
    assert queries.seats_left(run, now=clock.now()) == 1
    room = queries.room_of(run, now=clock.now())
    assert (room.seated, room.blocked, room.free, room.over) == (2, 2, 1, 0)
    with pytest.raises(RunFull):
        make.held(run, 2)
    with pytest.raises(CapacityBelowSold):
        resize(run, 3)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "run.seats_blocked")).one()
    assert entry.detail == {"seats": 2, "what_for": "視察", "until": None}
    assert queries.violations(now=clock.now()) == []


@pytest.mark.parametrize("by_hand", [True, False])
def test_released_seats_go_to_those_who_wait(inside: Flask, make: MakeHere, by_hand: bool) -> None:
    run = make.run(capacity=2)
    make.paid(run)
    kept = block(run, 1, until_at=None if by_hand else clock.now() + timedelta(hours=3))
    party = make.waiting(run)
    round_of_the_worker()
    assert session.get_one(WaitingParty, party.id, populate_existing=True).state is PartyState.WAITING
    if by_hand:
        for _twice in range(2):
            with transaction():
                operations.release_block(block=kept, by=SYSTEM, now=clock.now())
    round_of_the_worker(later=timedelta() if by_hand else timedelta(hours=4))
    assert session.get_one(WaitingParty, party.id, populate_existing=True).state is PartyState.OFFERED
    assert queries.violations(now=clock.now() + timedelta(hours=4)) == []


def test_a_block_takes_the_seats_of_run_out_holds(inside: Flask, make: MakeHere) -> None:
    run, now = make.run(capacity=2), clock.now()
    make.held(run, 2, now=now - timedelta(hours=2))
    block(run, 2)
    assert session.scalars(select(Booking.status)).one() is BookingStatus.EXPIRED
    assert queries.violations(now=now) == []


def test_inv1_people_beyond_the_capacity_stand_in_a_row(inside: Flask, make: MakeHere) -> None:
    run = make.run(capacity=3)
    make.paid(run, 2)
    order = beyond(make, run, 3)
    row = session.scalars(select(Overbooking)).one()
    assert (row.booking_id, row.seats, row.reason) == (order.id, 2, "更新の期限が迫っているため")
    assert queries.violations(now=clock.now()) == []
    with pytest.raises(RunFull):
        make.held(run)
    with transaction():
        operations.cancel(booking=order, by=SYSTEM, now=clock.now())
    assert queries.overbookings_of(session.scalars(select(CourseRun)).one()) == []
    make.held(run)
    assert queries.violations(now=clock.now()) == []


def test_inv1_a_lowering_excuses_only_what_no_booking_was_allowed(inside: Flask, make: MakeHere) -> None:
    run = make.run(capacity=3)
    make.paid(run, 2)
    order = beyond(make, run, 3)  # two of them beyond the capacity
    resize(run, 2, accepted_over=3, reason="机が足りないため")
    found = queries.overbookings_of(session.scalars(select(CourseRun)).one())
    assert [(row.seats, row.booking_id) for row in found] == [(2, order.id), (1, None)]
    assert queries.violations(now=clock.now()) == []
    resize(run, 4, accepted_over=1, reason="机が増えたため")  # now the booking's allowance is enough
    assert [row.seats for row in queries.overbookings_of(session.scalars(select(CourseRun)).one())] == [2]
    assert queries.violations(now=clock.now()) == []


def test_inv17_whoever_waits_is_told_why_somebody_was_seated_before(inside: Flask, make: MakeHere) -> None:
    run = make.run(capacity=1)
    make.paid(run)
    make.waiting(run)
    beyond(make, run, 1)
    assert session.scalars(select(WaitingParty.skipped_reason)).one() == "更新の期限が迫っているため"


@pytest.mark.parametrize(
    ("spoil", "invariant"),
    [
        ("DELETE FROM overbookings", "INV-1"),
        ("UPDATE overbookings SET seats = 1", "INV-1"),
        ("UPDATE seat_blocks SET seats = 9", "INV-1"),
    ],
)
def test_the_ledger_finds_what_nobody_allowed(inside: Flask, make: MakeHere, spoil: str, invariant: str) -> None:
    run = make.run(capacity=3)
    make.paid(run, 2)
    block(run, 1)
    beyond(make, run, 2)
    assert queries.violations(now=clock.now()) == []
    with transaction():
        session.execute(text(spoil))
    assert [line.partition(":")[0] for line in queries.violations(now=clock.now())] == [invariant]


def test_inv5_a_run_full_by_kept_seats_hides_no_old_hold(inside: Flask, make: MakeHere) -> None:
    run, now = make.run(capacity=2), clock.now()
    block(run, 1)
    make.held(run, now=now)
    assert queries.violations(now=now) == []
    broken = queries.violations(now=now + timedelta(days=1))
    assert [line.partition(":")[0] for line in broken] == ["INV-5"]


def test_inv1_what_is_given_back_of_an_allowance_is_allowed_to_nobody_else(inside: Flask, make: MakeHere) -> None:
    run = make.run(capacity=5)
    first, allowed = make.held(run, 5), beyond(make, run, 3)
    assert queries.violations(now=clock.now()) == []
    seats = update(Seat).where(Seat.booking_id == allowed.id, Seat.position > 1)
    with transaction():  # two of the three go, and by a fault two others sit beyond the capacity
        session.execute(seats.values(booking_id=first.id, position=Seat.position + 10))
    found = [one for one in queries.violations(now=clock.now()) if one.startswith("INV-1:")]
    assert found == [f"INV-1: run {run.reference} has 8 seats taken of 5 and 1 allowed beyond"]
