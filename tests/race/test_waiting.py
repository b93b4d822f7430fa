"""The waiting list under a crowd: each freed seat is offered to exactly one party, in order (R-21, R-23b, INV-17)."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from courses_app.bookings import operations, queries, tasks
from courses_app.bookings.models import Booking, Seat, WaitingParty
from courses_app.bookings.rules import PartyState
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session, transaction
from tests.bookings.conftest import MakeHere
from tests.race.crowd import Browser, all_at_once, attendee, counted, signed_in
from tests.race.servers import serving
from tests.race.test_seats import booking_form

pytestmark = pytest.mark.race

WORKERS, VISITORS = 3, 12


def at_once(deeds: list[Callable[[], object]]) -> None:
    threads = [threading.Thread(target=deed) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def a_round(app: Flask) -> None:
    """One worker's round, on a connection of its own."""
    with app.app_context():
        tasks.run_due(clock=clock.now)


def post(browser: Browser, path: str, page: str, **fields: str) -> tuple[Browser, str, dict[str, str]]:
    return browser, path, {"csrf_token": browser.token(page), **fields}


def test_r21_two_cancellations_a_manual_offer_visitors_and_workers_at_once(app: Flask, make: MakeHere) -> None:
    with app.app_context():
        run = make.run(capacity=2)
        owners = [make.coordinator() for _ in range(2)]
        emails = [owner.account.email for owner in owners]
        places = []
        for owner in owners:
            places.append(
                "/bookings/" + make.held(run, organization=owner.organization, booked_by=owner.person).reference
            )
        parties = [(party.id, party.reference) for party in (make.waiting(run) for _ in range(5))]
        visitor, clerk = make.coordinator().account.email, make.staff().account.email
        run_id, reference = run.id, run.reference
    with serving(app) as address:
        office, stranger = signed_in(address, clerk), signed_in(address, visitor)
        page, form = f"/office/waiting/{parties[3][1]}", f"/runs/{reference}/bookings"
        token = stranger.token(f"{form}/new")
        requests = [
            *(
                post(signed_in(address, email), f"{place}/cancellation", place)
                for email, place in zip(emails, places, strict=True)
            ),
            post(office, f"{page}/offer", page, **{"passing-reason": "更新の期限が近いため"}),
            *((stranger, form, booking_form(token, attendee())) for _ in range(VISITORS)),
        ]  # fmt: skip
        answers: list[list[object]] = []
        at_once([lambda: answers.append(list(all_at_once(requests))), *([lambda: a_round(app)] * WORKERS)])
        a_round(app)
    statuses = counted(answers[0])  # type: ignore[arg-type]
    assert statuses[409] >= VISITORS, statuses  # no visitor, and perhaps not the office, for it came too early
    with app.app_context():
        check_served(run_id, [party_id for party_id, _reference in parties])


def check_served(run_id: int, parties: list[int]) -> None:
    """Both seats are offered, each once, to the first in the line (or to the one served by hand, with its reason)."""
    offered = session.scalars(
        select(WaitingParty.id).where(WaitingParty.state == PartyState.OFFERED).order_by(WaitingParty.id)
    ).all()
    assert list(offered) in (parties[:2], [parties[0], parties[3]])
    held = select(func.count(Seat.id)).join(Seat.booking).where(Booking.waiting_party_id.is_not(None))
    assert session.scalar(held) == 2
    assert queries.taken_by_run([run_id], now=clock.now()) == {run_id: 2}
    assert queries.violations(now=clock.now()) == []


def test_r39_several_workers_offer_once(app: Flask, make: MakeHere) -> None:
    with app.app_context():
        run = make.run(capacity=6)
        booking = make.held(run, 6)
        for size in (2, 1, 3, 1):
            make.waiting(run, size)
        make_free(booking)
    at_once([lambda: a_round(app)] * 6)
    with app.app_context():
        states = session.scalars(select(WaitingParty.state).order_by(WaitingParty.id)).all()
        assert list(states) == [PartyState.OFFERED] * 3 + [PartyState.WAITING]
        assert queries.taken_by_run([run.id], now=clock.now()) == {run.id: 6}
        assert queries.violations(now=clock.now()) == []


def make_free(booking: Booking) -> None:
    with transaction():
        operations.cancel(booking=booking, by=SYSTEM, now=clock.now())
