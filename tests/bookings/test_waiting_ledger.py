"""INV-17: each promise of the waiting list is broken here on purpose, by SQL, and found."""

from __future__ import annotations

import pytest
from flask import Flask

from courses_app.bookings import operations, tasks
from courses_app.bookings.models import WaitingParty
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import transaction
from tests.bookings.conftest import MakeHere
from tests.bookings.test_queries import broken, found


@pytest.fixture
def line(inside: Flask, make: MakeHere) -> tuple[WaitingParty, WaitingParty]:
    """Two parties: the first has an offer, the second waits."""
    run = make.run(capacity=1)
    seat, first, second = make.held(run), make.waiting(run), make.waiting(run)
    with transaction():
        operations.cancel(booking=seat, by=SYSTEM, now=clock.now())
    tasks.run_due(clock=clock.now)
    assert found() == []
    return first, second


def test_inv17_somebody_passed_in_silence(line: tuple[WaitingParty, WaitingParty]) -> None:
    first, second = line
    assert "INV-17" in broken(
        f"UPDATE bookings SET waiting_party_id = {second.id}",
        f"UPDATE waiting_attendees SET booking_id = NULL WHERE party_id = {first.id}",
        f"UPDATE waiting_parties SET state = 'waiting', wanted = 1 WHERE id = {first.id}",
    )


def test_inv17_an_offer_for_nobody_of_the_party(line: tuple[WaitingParty, WaitingParty]) -> None:
    assert "INV-17" in broken(f"UPDATE bookings SET waiting_party_id = {line[1].id} WHERE waiting_party_id IS NOT NULL")


@pytest.mark.parametrize("change", ["state = 'served', ended_at = joined_at", "state = 'offered'"])
def test_inv17_served_without_a_booking(line: tuple[WaitingParty, WaitingParty], change: str) -> None:
    second = line[1]
    assert "INV-17" in broken(f"UPDATE waiting_parties SET wanted = 0, {change} WHERE id = {second.id}")


def test_inv17_a_wrong_count(line: tuple[WaitingParty, WaitingParty]) -> None:
    second = line[1]
    assert broken(f"UPDATE waiting_parties SET wanted = 2 WHERE id = {second.id}") == ["INV-17"]


def test_inv17_a_move_nobody_noted(line: tuple[WaitingParty, WaitingParty]) -> None:
    second = line[1]
    assert broken(f"UPDATE waiting_parties SET state = 'left', ended_at = joined_at WHERE id = {second.id}") == [
        "INV-17"
    ]


def test_inv14_an_offer_nobody_was_told_of(line: tuple[WaitingParty, WaitingParty]) -> None:
    assert "INV-17" in broken("DELETE FROM outbox_messages WHERE kind = 'bookings/offered'")
