"""Questions about seats, and the invariants: each is broken here on purpose, by SQL, and found."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from courses_app.bookings import queries
from courses_app.bookings.models import Booking
from courses_app.bookings.queries import Wanted
from courses_app.bookings.rules import BookingStatus
from courses_app.foundation import clock
from courses_app.foundation.db import session, transaction
from tests.bookings.conftest import MakeHere
from tests.bookings.making import attendee


def found(now_in: timedelta = timedelta(0)) -> list[str]:
    return [line.split(":")[0] for line in queries.violations(now=clock.now() + now_in)]


class Undone(Exception):
    """Ends a transaction whose effects nobody wants."""


def broken(*statements: str) -> list[str]:
    """What is found after these statements, which are undone at once (tables and triggers included)."""
    lines: list[str] = []
    with suppress(Undone), transaction():
        for statement in statements:
            session.execute(text(statement))
        lines = found()
        raise Undone
    return lines


def test_taken_counts_live_seats_only(inside: Flask, make: MakeHere) -> None:
    run, other, now = make.run(), make.run(days_ahead=50), clock.now()
    make.held(run, 2, now=now)
    make.ordered(run, 3)
    make.paid(run, 1)
    assert queries.taken_by_run([run.id, other.id], now=now) == {run.id: 6, other.id: 0}
    assert queries.taken_by_run([run.id], now=now + timedelta(minutes=30)) == {run.id: 4}
    assert queries.taken_by_run([], now=now) == {}
    assert queries.seats_left(run, now=now) == 34


def test_seats_of_an_organization_and_of_a_person(inside: Flask, make: MakeHere) -> None:
    later, sooner, now = make.run(days_ahead=60), make.run(days_ahead=20), clock.now()
    somebody = make.coordinator()
    theirs = {"organization": somebody.organization, "booked_by": somebody.person}
    first = make.paid(later, **theirs)
    make.ordered(sooner, 2, **theirs)
    make.paid(sooner)
    seats = queries.seats_of_organization(somebody.organization, now=now)
    assert [seat.run_id for seat in seats] == [sooner.id, sooner.id, later.id]
    assert len(queries.seats_of_organization(somebody.organization, now=now, ending_after=later.starts_at)) == 1
    assert [seat.id for seat in queries.seats_of_person(first.seats[0].person, now=now)] == [first.seats[0].id]
    assert queries.seat_by_reference(first.seats[0].reference) is not None
    assert queries.seat_by_reference("S-NOTTHERE") is None


def test_lists_show_the_state_people_see(inside: Flask, make: MakeHere) -> None:
    run, now = make.run(), clock.now()
    booking = make.held(run, now=now)
    after = now + timedelta(hours=1)

    def shown(state: BookingStatus | None, at: object) -> int:
        return queries.bookings_of(booking.organization, state=state, number=1, now=at).total  # type: ignore[arg-type]

    assert (shown(BookingStatus.HELD, now), shown(BookingStatus.EXPIRED, now)) == (1, 0)
    assert (shown(BookingStatus.HELD, after), shown(BookingStatus.EXPIRED, after)) == (0, 1)
    assert shown(None, now) == 1


def test_staff_find_bookings(inside: Flask, make: MakeHere) -> None:
    run, now = make.run(), clock.now()
    booking = make.ordered(run, attendees=[attendee(family_name="渡邉", family_name_kana="ワタナベ")])
    make.ordered(make.run(days_ahead=50), attendees=[attendee(family_name="山田", family_name_kana="ヤマダ")])

    def hits(**wanted: object) -> list[Booking]:
        return list(queries.office_page(Wanted(**wanted), number=1, now=now).rows)  # type: ignore[arg-type]

    for words in (booking.reference.lower(), "わたなべ", "渡邉", booking.organization.name):
        assert [one.id for one in hits(words=words)] == [booking.id], words
    assert [one.id for one in hits(run=run.reference)] == [booking.id]
    assert [one.id for one in hits(organization=booking.organization.reference)] == [booking.id]
    assert len(hits(state=BookingStatus.ORDERED)) == 2
    assert hits(words="nobody%") == []
    assert len(list(queries.office_rows(Wanted(), now=now))) == 2


def test_everything_holds_after_every_way(inside: Flask, make: MakeHere) -> None:
    run = make.run()
    make.held(run)
    make.ordered(run)
    make.paid(run, 2)
    assert found() == []


def test_inv1_oversold(inside: Flask, make: MakeHere) -> None:
    run = make.run(capacity=3)
    make.paid(run, 3)
    assert broken(f"UPDATE course_runs SET capacity = 2 WHERE id = {run.id}") == ["INV-1"]


def test_inv2_seated_twice(inside: Flask, make: MakeHere) -> None:
    seats = make.paid(make.run(), 2).seats
    assert broken(
        "DROP INDEX uq_seats_live_person",
        f"UPDATE seats SET person_id = {seats[0].person_id} WHERE id = {seats[1].id}",
    ) == ["INV-2"]


@pytest.mark.parametrize("move", ["lapse", "order"])
def test_inv3_a_hold_that_ends_twice(inside: Flask, make: MakeHere, move: str) -> None:
    seat = make.ordered(make.run()).seats[0]
    after = {"lapse": "expired", "order": "ordered"}[move]
    assert "INV-3" in broken(
        "INSERT INTO seat_events (seat_id, at, move, before, after, actor_label, request_id)"
        f" VALUES ({seat.id}, '2026-01-01 00:00:00+00:00', '{move}', 'held', '{after}', 'sql', '-')"
    )


def test_inv3_a_state_no_event_tells(inside: Flask, make: MakeHere) -> None:
    seat = make.paid(make.run()).seats[0]
    assert "INV-3" in broken(f"UPDATE seats SET status = 'cancelled' WHERE id = {seat.id}")


def test_inv4_confirmed_without_money(inside: Flask, make: MakeHere) -> None:
    ordered, paid = make.ordered(make.run()), make.paid(make.run(days_ahead=50))
    assert "INV-4" in broken(f"UPDATE seats SET status = 'confirmed' WHERE booking_id = {ordered.id}")
    assert "INV-4" in broken(f"UPDATE seats SET status = 'ordered' WHERE booking_id = {paid.id}")
    assert "INV-4" in broken(f"UPDATE bookings SET invoice_id = NULL WHERE id = {paid.id}")


def test_inv5_full_because_of_a_forgotten_hold(inside: Flask, make: MakeHere) -> None:
    run = make.run(capacity=1)
    make.held(run)
    assert found(timedelta(minutes=40)) == []
    assert found(timedelta(minutes=46)) == ["INV-5"]


def test_inv13_a_move_nobody_noted(inside: Flask, make: MakeHere) -> None:
    booking = make.held(make.run())
    lines = broken(f"UPDATE bookings SET status = 'cancelled', closed_at = held_at WHERE id = {booking.id}")
    assert "INV-13" in lines


def test_inv14_a_mail_nobody_owes(inside: Flask, make: MakeHere) -> None:
    make.ordered(make.run())
    assert set(broken("DELETE FROM outbox_messages")) == {"INV-14"}
