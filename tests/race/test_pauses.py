"""Two deeds that meet at the worst moment, each pair in both orders; without locks it goes wrong (the canary)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest
from flask import Flask

from courses_app.accounts.models import Organization, Person
from courses_app.bookings import operations
from courses_app.bookings.models import Booking, WaitingParty
from courses_app.bookings.rules import BookingStatus
from courses_app.cli.ledger import violations
from courses_app.config import Settings
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session, transaction
from courses_app.payments.models import Invoice, Provider
from tests.bookings.conftest import MakeHere
from tests.bookings.making import attendee, by
from tests.race.pausing import AFTER_COUNT, BEFORE_COMMIT, Deed, met, unlocked

pytestmark = pytest.mark.race
PACKAGE = Path(__file__).resolve().parents[2] / "courses_app"
ENDED = {BookingStatus.PAID, BookingStatus.PAID_NO_SEAT, BookingStatus.CANCELLED}


def test_the_product_has_no_pause_points() -> None:
    """In production there is nothing to switch on: no setting, and no word of them in the code."""
    assert not [field.name for field in fields(Settings) if "pause" in field.name]
    for path in PACKAGE.rglob("*.py"):
        assert not re.search(r"pause_point|after_count|before_commit|after_send_before_mark", path.read_text()), path


def in_transaction_of_its_own(deed: Callable[[], object]) -> Deed:
    def done() -> object:
        with transaction():
            return deed()

    return done


@pytest.fixture
def order(app: Flask, make: MakeHere) -> Booking:
    """A whole order by transfer that ought to have been paid by now."""
    with app.app_context():
        return make.whole(make.ordered(make.run(days_ahead=60), 2))


def paying(order: Booking) -> Deed:
    invoice_id, total = order.invoice_id, order.total
    return in_transaction_of_its_own(
        lambda: operations.settle(
            invoice=session.get_one(Invoice, invoice_id), provider=Provider.BANK_TRANSFER, external_id="one",
            amount=total, received_on=clock.today(), by=SYSTEM, now=clock.now(),
        ).status
    )  # fmt: skip


def cancelling(order: Booking) -> Deed:
    return in_transaction_of_its_own(
        lambda: (
            operations.cancel_by_office(
                booking=session.get_one(Booking, order.id), reason="急病のため", by=SYSTEM, now=clock.now()
            ).status
        )
    )


def sweeping(order: Booking) -> Deed:
    assert order.pay_until is not None
    after = order.pay_until
    return in_transaction_of_its_own(lambda: operations.lapse_order(order.id, now=after))


@pytest.mark.parametrize("pay_first", [True, False])
@pytest.mark.parametrize("other", [cancelling, sweeping])
def test_r08_r19_money_comes_while_the_order_ends(
    app: Flask, order: Booking, other: Callable[[Booking], Deed], pay_first: bool
) -> None:
    """Paid and kept, or ended and owed back; never ended with the money kept, nor lapsed though it was paid."""
    deeds = [paying(order), other(order)]
    results = met(app, BEFORE_COMMIT, *(deeds if pay_first else reversed(deeds)))
    assert not [one for one in results if isinstance(one, Exception)], results
    with app.app_context():
        assert list(violations()) == []
        status = session.get_one(Booking, order.id).status
        assert status in ENDED
        if other is sweeping:
            assert status is BookingStatus.PAID  # in time, or its seats found again


@pytest.mark.parametrize("other", [cancelling, sweeping])
def test_canary_without_locks_money_and_seats_part(
    app: Flask, order: Booking, other: Callable[[Booking], Deed]
) -> None:
    skip_where_there_is_one_writer(app)
    with unlocked(app):
        results = met(app, BEFORE_COMMIT, paying(order), other(order))
    with app.app_context():
        assert list(violations()) or any(isinstance(one, Exception) for one in results)


def booking_one(make: MakeHere, run_reference: str) -> Deed:
    somebody = make.coordinator()
    actor, keys = by(somebody.person), (somebody.organization.id, somebody.person.id)
    return in_transaction_of_its_own(
        lambda: operations.hold_seats(
            organization=session.get_one(Organization, keys[0]), booked_by=session.get_one(Person, keys[1]), by=actor,
            run_reference=run_reference, attendees=[attendee()], form_token=f"form-{keys[1]}", now=clock.now(),
        ).reference
    )  # fmt: skip


def the_last_seat(app: Flask, make: MakeHere) -> list[object]:
    with app.app_context():
        run = make.run(capacity=1)
        reference = run.reference
        deeds = [booking_one(make, reference) for _ in range(2)]
    return met(app, AFTER_COUNT, *deeds)


def test_r01_the_last_seat_is_counted_by_two(app: Flask, make: MakeHere) -> None:
    results = the_last_seat(app, make)
    assert [type(one).__name__ for one in results] == ["str", "RunFull"]
    with app.app_context():
        assert list(violations()) == []


def test_canary_without_locks_the_last_seat_is_sold_twice(app: Flask, make: MakeHere) -> None:
    skip_where_there_is_one_writer(app)
    with unlocked(app):
        assert [type(one).__name__ for one in the_last_seat(app, make)] == ["str", "str"]
    with app.app_context():
        assert any(line.startswith("INV-1") for line in violations())


def skip_where_there_is_one_writer(app: Flask) -> None:
    if app.config["SETTINGS"].database_url.startswith("sqlite"):
        pytest.skip("SQLite has one writer at a time: the transaction itself is the lock (see test_seats)")


def test_r21_two_cancellations_and_an_offer_by_hand(app: Flask, make: MakeHere) -> None:
    """The first cancellation stands still; the offer of the office finds its seat nevertheless, once, and in order."""
    with app.app_context():
        run = make.run(capacity=2)
        held = [make.held(run).id for _ in range(2)]
        parties = [make.waiting(run).id for _ in range(3)]

    def giving_back(booking_id: int) -> Deed:
        return in_transaction_of_its_own(
            lambda: operations.cancel(booking=session.get_one(Booking, booking_id), by=SYSTEM, now=clock.now()).status
        )

    def offering() -> object:
        giving_back(held[1])()
        with transaction():
            party = session.get_one(WaitingParty, parties[2])
            return operations.offer_by_hand(party=party, reason="更新の期限が近いため", by=SYSTEM, now=clock.now()).id

    results = met(app, BEFORE_COMMIT, giving_back(held[0]), offering)
    assert not [one for one in results if isinstance(one, Exception)], results
    with app.app_context():
        for _ in range(2):
            with transaction():
                operations.offer_free_seats(run.id, now=clock.now())
        states = [session.get_one(WaitingParty, party).state.value for party in parties]
        assert states == ["offered", "waiting", "offered"]
        assert list(violations()) == []
