"""Seats are kept while a list is mended: nobody else takes them, and they go when the list goes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses_app.accounts.models import Organization, Person
from courses_app.bookings import operations, queries
from courses_app.bookings.models import Booking, BookingStatus
from courses_app.bookings.rules import RunFull
from courses_app.catalogue.models import Course, CourseRun
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session, transaction
from courses_app.payments.models import PaymentMethod
from tests.accounts.signing import csrf_token, sign_in
from tests.bookings.conftest import MakeHere
from tests.bookings.making import draft_row
from tests.bookings.test_routes import text_of
from tests.bookings.test_sheets_pages import line, listed, pressed


def states(app: Flask) -> list[tuple[BookingStatus, int]]:
    """Each booking with how many live seats it has; every invariant holds."""
    with app.app_context():
        assert list(queries.violations(now=clock.now())) == []
        found = session.scalars(select(Booking).order_by(Booking.id))
        return [(one.status, len(one.live_seats)) for one in found]


def mending(client: FlaskClient, make: MakeHere, capacity: int = 3) -> tuple[CourseRun, str]:
    """A run with as many seats as the list has rows, one of which has to be mended; the list's address."""
    make.issuer()
    run = make.run(capacity=capacity)
    sign_in(client, make.coordinator().email)
    return run, listed(client, run, line(1), line(2, born="昭和70年1月1日"), line(3))


def test_seats_are_kept_while_the_list_is_mended_and_named_when_it_is_booked(
    app: Flask, client: FlaskClient, make: MakeHere
) -> None:
    run, where = mending(client, make)
    assert states(app) == [(BookingStatus.HELD, 3)]
    assert "この名簿のために3席を確保しています" in text_of(client.get(where))
    with pytest.raises(RunFull):
        make.held(run)
    pressed(client, where, "rows", **{"rows-3-born_on": "１９８６／１／２"})
    review = str(pressed(client, where, "booking").headers["Location"])
    assert states(app) == [(BookingStatus.HELD, 3)]
    page = text_of(client.get(review))
    assert all(f"𠮷野 花子{number}" in page for number in (1, 2, 3))
    data = {"csrf_token": csrf_token(client, review), "names_confirmed": "y", "payment_method": "bank_transfer"}
    assert client.post(f"{review}/confirmation", data=data).status_code == 303
    assert states(app) == [(BookingStatus.ORDERED, 3)]


def test_a_row_taken_out_frees_its_seat(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    run, where = mending(client, make)
    assert pressed(client, where, "rows", remove="3").status_code == 303
    assert states(app) == [(BookingStatus.HELD, 2)]
    make.held(run)
    assert "/bookings/B-" in str(pressed(client, where, "booking").headers["Location"])
    with app.app_context():
        first = session.scalars(select(Booking).order_by(Booking.id)).first()
        assert first is not None
        assert first.total == sum(seat.price for seat in first.live_seats)
    assert states(app) == [(BookingStatus.HELD, 2), (BookingStatus.HELD, 1)]


def test_a_list_given_up_gives_its_seats_up(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    run, where = mending(client, make)
    pressed(client, where, "deletion")
    assert states(app) == [(BookingStatus.CANCELLED, 0)]
    make.held(run, 3)


def test_seats_that_ran_out_are_kept_again_by_one_press_if_there_are_any(
    app: Flask, client: FlaskClient, make: MakeHere
) -> None:
    run, where = mending(client, make)
    with app.app_context(), transaction():
        for booking in session.scalars(select(Booking)):
            booking.hold_until = clock.now() - timedelta(minutes=1)
            for seat in booking.seats:
                seat.hold_until = booking.hold_until
    assert "この名簿のための席は確保されていません" in text_of(client.get(where))
    assert pressed(client, where, "seats").status_code == 303
    assert states(app) == [(BookingStatus.EXPIRED, 0), (BookingStatus.HELD, 3)]
    pressed(client, where, "deletion")
    make.held(run, 1)
    again = listed(client, run, line(1), line(2, born="昭和70年1月1日"), line(3))
    refused = pressed(client, again, "seats")
    assert refused.status_code == 409
    assert "昭和70年1月1日" in text_of(refused)


@pytest.mark.parametrize("removed", [[], [4]])
def test_kept_seats_that_were_ordered_meanwhile_get_the_names_and_none_is_lost(
    inside: Flask, make: MakeHere, removed: list[int]
) -> None:
    make.issuer()
    run, somebody = make.run(capacity=10, days_ahead=60), make.coordinator()
    with transaction():
        session.get_one(Course, run.course_id).naming_days_before = 7
    draft = make.draft(run, draft_row(2), draft_row(3), draft_row(4, born_on="x"), somebody=somebody)

    def mine() -> dict[str, Any]:
        who = session.get_one(Person, somebody.person.id)
        organization = session.get_one(Organization, somebody.organization.id)
        found = queries.draft_for_update(organization, draft.reference)
        assert found is not None
        return {"draft": found, "booked_by": who, "language": "ja", "by": SYSTEM, "now": clock.now()}

    with transaction():
        held = operations.keep_seats(**mine())
    with transaction():
        operations.order(
            booking=held, payment_method=PaymentMethod.BANK_TRANSFER, stripe_enabled=False, language="ja", by=SYSTEM,
            now=clock.now(),
        )  # fmt: skip
    make.pay(make.whole(held))
    with transaction():
        listed_now = mine()["draft"]
        operations.mend_draft(
            draft=listed_now, version=listed_now.version, typed={4: {"born_on": "1980-01-01"}}, removed=removed,
            by=SYSTEM, now=clock.now(),
        )  # fmt: skip
    with transaction():
        facts = mine()
        (booked,) = operations.book_draft(version=facts["draft"].version, **facts)
    assert booked.id == held.id
    order = make.whole(held)
    assert (order.status, len(order.live_seats), len(order.unnamed)) == (BookingStatus.PAID, 3, len(removed))
    assert all(seat.hold_until is None for seat in order.seats)
    assert list(queries.violations(now=clock.now())) == []


@pytest.mark.parametrize("waiting", [0, 2])
def test_r23b_a_list_that_is_booked_gains_time_only_while_nobody_waits(
    inside: Flask, make: MakeHere, waiting: int
) -> None:
    make.issuer()
    run, me, begun = make.run(capacity=2, days_ahead=60), make.coordinator(), clock.now()
    draft = make.draft(run, draft_row(2), draft_row(3), somebody=me)

    def mine(now: datetime) -> dict[str, Any]:
        organization = session.get_one(Organization, me.organization.id)
        found = queries.draft_for_update(organization, draft.reference)
        assert found is not None
        who = session.get_one(Person, me.person.id)
        return {"draft": found, "booked_by": who, "language": "ja", "by": SYSTEM, "now": now}

    with transaction():
        until = operations.keep_seats(**mine(begun)).hold_until
    if waiting:
        make.waiting(run, waiting)
    later = begun + timedelta(minutes=20)
    with transaction():
        facts = mine(later)
        (booked,) = operations.book_draft(version=facts["draft"].version, **facts)
        assert booked.hold_until == (until if waiting else until + timedelta(minutes=20))
        assert {seat.hold_until for seat in booked.seats} == {booked.hold_until}


def test_the_page_says_until_when_seats_are_kept_that_others_wait_for(
    app: Flask, client: FlaskClient, make: MakeHere
) -> None:
    run, where = mending(client, make)
    pressed(client, where, "rows", **{"rows-3-born_on": "1986-01-02"})
    assert "期限は" not in text_of(client.get(where))
    make.waiting(run)
    page = text_of(client.get(where))
    assert "ほかにお待ちの方がいるため" in page
    assert "分間、受講席を仮押さえします" not in page
