"""Two ends that exclude each other, at the same moment, through several server processes; the canary first (T1).

Paid or cancelled (R-19), paid or lapsed while visitors want the seats (R-07, R-08), a question answered in two ways and
many times (R-42), a freed seat offered by hand to everybody who waits (R-21).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_hex
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select

from courses_app.bookings import queries
from courses_app.bookings.models import Booking, MoveQuestion, WaitingParty
from courses_app.bookings.rules import BookingStatus, PartyState, QuestionState
from courses_app.catalogue.models import CourseRun
from courses_app.cli.ledger import violations
from courses_app.foundation import clock
from courses_app.foundation.db import session
from courses_app.payments.models import Refund
from tests.bookings.asked import move_run, question_about
from tests.bookings.conftest import MakeHere
from tests.race.crowd import Answer, Browser, Fields, all_at_once, attendee, counted, signed_in
from tests.race.servers import SHIPPED, UNLOCKED, serving
from tests.race.test_seats import booking_form
from tests.race.test_waiting import a_round, at_once, make_free

pytestmark = pytest.mark.race
PAIRS, PARTIES, ANSWERS, WORKERS = 6, 4, 5, 2
Request = tuple[Browser, str, Fields]


@dataclass(frozen=True)
class Order:
    """What is needed to pay or to cancel it; `names` are those by which check-ledger may speak of it."""

    id: int
    names: tuple[str, ...]
    reference: str
    invoice: str
    total: int


@dataclass
class Scene:
    """Who acts, and on what: runs by their ids, orders, a question, parties in the line."""

    emails: tuple[str, str]
    to_cancel: list[Order]
    overdue: list[Order]
    full_run: tuple[int, str]
    question: str
    line: tuple[int, list[str]]


@pytest.fixture
def scene(app: Flask, make: MakeHere) -> Scene:
    with app.app_context():
        somebody, clerk = make.coordinator(), make.staff().account.email
        theirs = {"organization": somebody.organization, "booked_by": somebody.person}
        run, full, moved, waited_for = (
            make.run(capacity=PAIRS), make.run(capacity=PAIRS, days_ahead=50), make.run(days_ahead=60),
            make.run(capacity=1, days_ahead=70),
        )  # fmt: skip
        long_ago = clock.now() - timedelta(days=25)
        to_cancel = [order_of(make.whole(make.ordered(run, **theirs))) for _ in range(PAIRS)]
        overdue = [order_of(make.whole(make.ordered(full, now=long_ago))) for _ in range(PAIRS)]
        booking = make.paid(moved, 2, **theirs)
        move_run(make, moved)
        seat = make.held(waited_for)
        parties = [make.waiting(waited_for).reference for _ in range(PARTIES)]
        make_free(seat)
        return Scene(
            (somebody.account.email or "", clerk or ""), to_cancel, overdue, (full.id, full.reference),
            question_about(booking).reference, (waited_for.id, parties),
        )  # fmt: skip


def order_of(booking: Booking) -> Order:
    assert booking.invoice is not None
    names = (booking.reference, booking.invoice.reference, *(seat.reference for seat in booking.seats))
    return Order(booking.id, names, booking.reference, booking.invoice.reference, booking.total)


class Crowd:
    """Signed in, at the address of the servers."""

    def __init__(self, app: Flask, scene: Scene, address: str) -> None:
        self.app, self.scene = app, scene
        self.coordinator, self.clerk = (signed_in(address, email) for email in scene.emails)
        self.tokens = {id(one): one.token("/me") for one in (self.coordinator, self.clerk)}

    def all_do(self) -> dict[str, list[Answer]]:
        """The worker last: it would serve the line."""
        return {
            "offered": self.offer(),
            "paid or cancelled": self.pay_or_cancel(),
            "answered": self.answer(),
            "paid or lapsed": self.pay_or_lapse(),
        }

    def pay_or_cancel(self) -> list[Answer]:
        pairs = [
            (self.pay(one), self.form(self.coordinator, f"/bookings/{one.reference}/cancellation"))
            for one in self.scene.to_cancel
        ]
        return all_at_once([request for pair in pairs for request in pair])

    def pay_or_lapse(self) -> list[Answer]:
        """The worker's rounds and visitors come while the money is recorded."""
        path = f"/runs/{self.scene.full_run[1]}/bookings"
        visits = [
            (self.coordinator, path, booking_form(self.tokens[id(self.coordinator)], attendee())) for _ in range(PAIRS)
        ]
        requests = [*map(self.pay, self.scene.overdue), *visits]
        answers: list[Answer] = []
        at_once([lambda: answers.extend(all_at_once(requests)), *([lambda: a_round(self.app)] * WORKERS)])
        return answers

    def answer(self) -> list[Answer]:
        path = f"/questions/{self.scene.question}/answer"
        ways = [(f"1:{way}", f"2:{way}") for way in ("give_back", "keep")]
        shown = self.coordinator.get(
            f"/questions/{self.scene.question}?" + urlencode({"seat": ways[0]}, doseq=True)
        ).text
        less = re.search(r'name="less"[^>]*value="(\d+)"', shown)
        assert less
        figures = [less[1], "0"]
        turns = [turn % 2 for turn in range(2 * ANSWERS)]
        return all_at_once([self.form(self.coordinator, path, seat=ways[one], less=figures[one]) for one in turns])

    def offer(self) -> list[Answer]:
        reason = {"passing-reason": "更新の期限が近いため"}
        return all_at_once(
            [self.form(self.clerk, f"/office/waiting/{one}/offer", **reason) for one in self.scene.line[1]]
        )

    def pay(self, order: Order) -> Request:
        money = {"received_on": clock.today().isoformat(), "amount": str(order.total), "form_token": token_hex(8)}
        return self.form(self.clerk, f"/office/payments/{order.invoice}/receipt", **money)

    def form(self, browser: Browser, path: str, **fields: str | Sequence[str]) -> Request:
        return browser, path, {"csrf_token": self.tokens[id(browser)], **fields}


def statuses(orders: Sequence[Order]) -> list[BookingStatus]:
    return [session.scalars(select(Booking.status).where(Booking.id == one.id)).one() for one in orders]


def test_canary_without_locks_ends_exclude_each_other_no_more(app: Flask, scene: Scene) -> None:
    """On PostgreSQL money is kept for what was cancelled, and one seat is offered to several. On SQLite (see
    test_seats) people must have been sent away."""
    with serving(app, UNLOCKED) as address:
        answers = Crowd(app, scene, address).all_do()
    if app.config["SETTINGS"].database_url.startswith("sqlite"):
        assert sum(counted(each)[503] for each in answers.values()) > 0
        return
    with app.app_context():
        broken = list(violations())
        names = [name for one in scene.to_cancel for name in one.names]
        assert [line for line in broken if any(name in line for name in names)], broken
        run_id, _parties = scene.line
        assert queries.taken_by_run([run_id], now=clock.now())[run_id] > 1, counted(answers["offered"])
        assert any(line.startswith("INV-1:") for line in broken), broken


def test_of_two_ends_one_comes_true(app: Flask, scene: Scene) -> None:
    with serving(app, SHIPPED) as address:
        answers = Crowd(app, scene, address).all_do()
    assert not [one.status for each in answers.values() for one in each if one.status not in (303, 409)]
    with app.app_context():
        assert list(violations()) == []
        paid_or_cancelled(scene, answers["paid or cancelled"])
        paid_or_lapsed(scene)
        answered_once(scene, answers["answered"])
        assert counted(answers["offered"]) == {303: 1, 409: PARTIES - 1}
        states = session.scalars(select(WaitingParty.state)).all()
        assert sorted(states) == sorted([PartyState.OFFERED, *[PartyState.WAITING] * (PARTIES - 1)])


def paid_or_cancelled(scene: Scene, answers: list[Answer]) -> None:
    """Paid and kept: then the cancellation was refused, or the money goes back. Never cancelled with the money kept."""
    for status, paid in zip(statuses(scene.to_cancel), answers[::2], strict=True):
        assert paid.status == 303
        assert status in {BookingStatus.PAID, BookingStatus.PAID_NO_SEAT}


def paid_or_lapsed(scene: Scene) -> None:
    """All money is recorded: for seats, or for a refund where visitors were faster; no seat is sold twice."""
    run_id, _reference = scene.full_run
    ends = statuses(scene.overdue)
    assert set(ends) <= {BookingStatus.PAID, BookingStatus.PAID_NO_SEAT}
    assert queries.taken_by_run([run_id], now=clock.now())[run_id] == session.get_one(CourseRun, run_id).capacity
    due = session.scalars(select(Refund.reason)).all()
    wanted = [*ends, *statuses(scene.to_cancel)].count(BookingStatus.PAID_NO_SEAT)
    assert due.count("paid_no_seat") == wanted


def answered_once(scene: Scene, answers: list[Answer]) -> None:
    """The first way counts, however often it is sent; the other one is told that it came too late."""
    question = session.scalars(select(MoveQuestion).where(MoveQuestion.reference == scene.question)).one()
    assert question.state in {QuestionState.GIVEN_BACK, QuestionState.KEPT}
    given_back = question.state is QuestionState.GIVEN_BACK
    assert {one.status for one in answers[0 if given_back else 1 :: 2]} == {303}
    assert {one.status for one in answers[1 if given_back else 0 :: 2]} == {409}
    back = session.scalars(select(Refund.amount).where(Refund.invoice_id == question.booking.invoice_id)).all()
    assert sum(back) == (question.booking.total if given_back else 0)
