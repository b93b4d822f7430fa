"""A run called off, and a roster closed: whoever comes second under the run's lock is refused (R-44)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses_app.bookings.models import Booking, Seat
from courses_app.bookings.rules import BookingStatus, RunIsOver, SeatStatus
from courses_app.catalogue.models import CourseRun, RunStatus
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session
from courses_app.foundation.outbox.messages import OutboxMessage
from courses_app.rosters import operations, queries
from courses_app.rosters.rules import RunCalledOff, RunTookPlace
from tests.accounts.signing import csrf_token, sign_in
from tests.make import Make
from tests.rosters.making import present
from tests.rosters.test_operations import BEFORE, fresh, held_run, seats_of

MINUTE = timedelta(minutes=1)


def test_r44_a_closed_roster_keeps_its_run(inside: Flask, make: Make) -> None:
    run = held_run(make)
    in_the_last_meeting = run.meetings[-1].starts_at + MINUTE
    make.closed_roster(run, now=in_the_last_meeting)
    assert in_the_last_meeting < run.ends_at
    with pytest.raises(RunTookPlace), make.deed():
        operations.call_off(run=run, reason="台風のため", by=SYSTEM, now=in_the_last_meeting + MINUTE)
    with pytest.raises(RunTookPlace), make.deed():  # even by a clock that was read before the lock was ours
        operations.call_off(run=run, reason="台風のため", by=SYSTEM, now=run.starts_at - MINUTE)
    assert fresh(run).status is RunStatus.PUBLISHED
    assert set(session.scalars(select(Seat.status))) == {SeatStatus.CONFIRMED}


def test_r44_the_roster_of_a_run_called_off_is_not_closed(inside: Flask, make: Make) -> None:
    run = held_run(make)
    make.recorded(run, {seat: present(4) for seat in seats_of(run)}, now=run.starts_at)
    seen, read_before = queries.state_of(queries.attendees(run)), fresh(run)
    with make.deed():
        assert operations.call_off(run=fresh(run), reason="台風のため", by=SYSTEM, now=run.starts_at) == 1
    with pytest.raises(RunCalledOff), make.deed():
        operations.close_roster(run=read_before, seen=seen, by=SYSTEM, now=run.ends_at)
    with pytest.raises(RunCalledOff), make.deed():
        operations.save_entries(run=fresh(run), changes=[], by=SYSTEM, now=run.ends_at)
    assert not queries.is_closed(run)


def test_r44_a_run_that_is_over_stays(inside: Flask, make: Make) -> None:
    run = held_run(make)
    with pytest.raises(RunIsOver), make.deed():
        operations.call_off(run=run, reason="台風のため", by=SYSTEM, now=run.ends_at)
    assert fresh(run).status is RunStatus.PUBLISHED


def test_a_hold_that_ran_out_lapses_and_hears_nothing(inside: Flask, make: Make) -> None:
    make.issuer()
    run = make.run()
    then = clock.now() - timedelta(hours=1)
    over, kept = make.held(run, 2, now=then), make.held(run)
    assert over.hold_until < clock.now()
    with make.deed():
        assert operations.call_off(run=run, reason="台風のため", by=SYSTEM, now=clock.now()) == 1
    assert make.whole(over).status is BookingStatus.EXPIRED
    assert {seat.status for seat in make.whole(over).seats} == {SeatStatus.EXPIRED}
    assert make.whole(kept).status is BookingStatus.CANCELLED
    told = session.scalars(select(OutboxMessage.subject_reference).where(OutboxMessage.kind.contains("called_off")))
    assert set(told) == {make.whole(kept).reference, make.whole(kept).seats[0].reference}


@pytest.fixture
def clerk(client: FlaskClient, make: Make) -> FlaskClient:
    """A browser of the office."""
    make.issuer()
    sign_in(client, make.staff().email)
    return client


def test_calling_off_shows_its_consequences_first(app: Flask, clerk: FlaskClient, make: Make) -> None:
    with app.app_context():
        run = make.run(capacity=10)
        make.held(run), make.ordered(run, 2), make.paid(run, 3)
        page = f"/office/runs/{run.reference}/calling-off"
    shown = clerk.get(page).get_data(as_text=True)
    for fact in (">6<", "3件（うち請求を取り消す未払いの申込1件）", "¥34,500（銀行振込で返金）"):
        assert fact in shown
    data = {"csrf_token": csrf_token(clerk, page), "agreed": agreed(shown)}
    assert clerk.post(page, data={**data, "reason": " "}).status_code == 422
    assert clerk.post(page, data={**data, "reason": "講師の急病のため"}).status_code == 303
    with app.app_context():
        assert session.scalars(select(CourseRun.status)).one() is RunStatus.CALLED_OFF
        assert set(session.scalars(select(Booking.status))) == {BookingStatus.CANCELLED}
    again = clerk.post(page, data={**data, "reason": "もう一度"})
    assert again.status_code == 409
    assert 'name="reason"' not in clerk.get(page).get_data(as_text=True)
    with app.app_context():
        assert session.scalars(select(CourseRun.called_off_reason)).one() == "講師の急病のため"


def agreed(shown: str) -> str:
    found = re.search(r'name="agreed"[^>]*value="([0-9a-f]+)"', shown)
    assert found
    return found[1]


def test_calling_off_is_done_with_the_figures_shown_or_not_at_all(app: Flask, clerk: FlaskClient, make: Make) -> None:
    with app.app_context():
        run = make.run(capacity=3, instructor=make.instructor().person)
        make.paid(run, 3)
        page = f"/office/runs/{run.reference}/calling-off"
    shown = clerk.get(page).get_data(as_text=True)
    with app.app_context():
        make.waiting(run, 2)  # somebody is faster
    data = {"csrf_token": csrf_token(clerk, page), "reason": "講師の急病のため"}
    for seen in (agreed(shown), "", "nonsense"):
        answer = clerk.post(page, data={**data, "agreed": seen})
        assert answer.status_code == 409
    again = answer.get_data(as_text=True)
    assert "講師の急病のため" in again, "nothing typed is lost"
    assert "1組（2席分）" in again
    with app.app_context():
        assert session.scalars(select(CourseRun.status)).one() is RunStatus.PUBLISHED
    assert clerk.post(page, data={**data, "agreed": agreed(again)}).status_code == 303
    with app.app_context():
        mails = session.scalars(select(OutboxMessage.kind)).all()
        told = [kind for kind in mails if kind in CALLED_OFF]
        assert f"{len(told)}通" in again, (told, "what was shown is what was sent")
        assert session.scalars(select(CourseRun.status)).one() is RunStatus.CALLED_OFF


CALLED_OFF = {"bookings/called_off", "bookings/called_off_attendee", "bookings/waiting_closed"}


def test_r44_the_page_says_why_a_run_can_not_be_called_off(app: Flask, clerk: FlaskClient, make: Make) -> None:
    with app.app_context():
        over, closed = make.run(days_ahead=-3), make.run(days_ahead=-2)
        make.paid(closed, now=closed.starts_at - BEFORE)
        make.closed_roster(closed)
        pages = [f"/office/runs/{run.reference}/calling-off" for run in (over, closed)]
    for page, words in zip(pages, ("中止にできるのは終了（", "受講者名簿は締め切られ"), strict=True):
        shown = clerk.get(page).get_data(as_text=True)
        assert words in shown
        assert 'name="reason"' not in shown
        refused = clerk.post(page, data={"csrf_token": csrf_token(clerk, "/office/runs"), "reason": "台風"})
        assert refused.status_code == 409
        assert words in refused.get_data(as_text=True)
