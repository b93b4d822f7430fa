"""A seat moves to another date of its course: by the terms, both runs counted, the difference settled."""

from __future__ import annotations

from datetime import datetime, timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses_app.bookings import operations, queries
from courses_app.bookings.models import Booking, SeatEvent
from courses_app.bookings.rules import (
    MoveByOffice,
    MovesUsedUp,
    MovingClosed,
    OtherCourse,
    OthersWait,
    PriceChanged,
    RunFull,
    SameDate,
    SeatMove,
    Standing,
    TooLateToChange,
    check_movable,
)
from courses_app.bookings.rules.lifecycles import BookingStatus
from courses_app.bookings.tasks import run_due
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import in_transaction, session
from courses_app.foundation.yen import Yen
from courses_app.payments.models import Invoice
from tests.accounts.signing import csrf_token, sign_in
from tests.accounts.test_at_once import at_once
from tests.bookings.conftest import MakeHere
from tests.bookings.mailbox import mails
from tests.bookings.making import attendee
from tests.bookings.test_dates import broken, refunds, taken, two_dates
from tests.bookings.test_routes import text_of


def move(
    make: MakeHere, booking: Booking, run: CourseRun, *, position: int = 1, less: int = 0, office: bool = False,
    now: datetime | None = None,
) -> Booking:  # fmt: skip
    with make.deed():
        operations.move_seat(
            booking=booking, position=position, run_reference=run.reference, agreed=Yen(less), office=office,
            by=SYSTEM, now=now or clock.now(),
        )  # fmt: skip
    return make.whole(booking)


def test_the_rules_say_until_when_and_how_often(inside: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=30)
    paid, none = (
        Standing(BookingStatus.PAID, Yen(1), make.ordered(run).change_terms),
        Standing(BookingStatus.PAID, Yen(1), None),
    )
    facts = {"starts_at": run.starts_at, "moved": 0, "office": False}
    check_movable(paid, **facts, now=run.starts_at - timedelta(days=8))
    for how, raised in (
        ({"now": run.starts_at - timedelta(days=7)}, MovingClosed),
        ({"now": clock.now(), "moved": 1}, MovesUsedUp),
        ({"now": run.starts_at, "office": True}, TooLateToChange),
    ):
        with pytest.raises(raised):
            check_movable(paid, **facts | how)
    with pytest.raises(MoveByOffice):
        check_movable(none, **facts, now=clock.now())
    check_movable(none, **facts | {"office": True, "moved": 3}, now=clock.now())


def test_a_paid_seat_moves_at_the_same_price(inside: Flask, make: MakeHere) -> None:
    early, _late = two_dates(make)
    other = make.run(days_ahead=60)
    booking = make.paid(early, 2)
    while run_due(clock=clock.now):
        pass
    moved = move(make, booking, other)
    assert [seat.run_id for seat in moved.seats] == [other.id, early.id]
    assert (moved.seats[0].ticket_document_id, refunds()) == (None, [])
    assert moved.seats[1].ticket_document_id is not None
    assert taken(early, other) == [1, 1]
    event = session.scalars(select(SeatEvent).where(SeatEvent.move == SeatMove.MOVE)).one()
    assert (event.from_run_id, event.to_run_id) == (early.id, other.id)
    assert "受講日を変更しました" in mails("seat_moved")[0].body
    assert len(mails("seat_moved_attendee")) == 1
    with pytest.raises(MovesUsedUp):
        move(make, booking, early)
    assert [seat.run_id for seat in move(make, booking, early, office=True).seats] == [early.id, early.id]
    assert broken() == []


def test_a_cheaper_date_gives_back(inside: Flask, make: MakeHere) -> None:
    early, late = two_dates(make)
    booking = make.paid(late, 2)
    with pytest.raises(PriceChanged):
        move(make, booking, early)
    moved = move(make, booking, early, less=8_500)
    assert refunds() == [8_500]
    assert [seat.price for seat in moved.seats] == [11_500, 20_000]
    with make.deed():
        rest = queries.quote_of(make.whole(booking), [1, 2], now=clock.now())
        agreed = operations.Agreed(rest.fee, rest.refund)
        operations.cancel_seats(booking=booking, positions=[1, 2], agreed=agreed, by=SYSTEM, now=clock.now())
    assert sum(refunds()) == 40_000
    assert broken() == []


def test_an_unpaid_order_is_billed_anew_and_due_by_its_first_date(inside: Flask, make: MakeHere) -> None:
    make.issuer()
    far, near = make.run(days_ahead=60, price_general=20_000, price_member=20_000), make.run(days_ahead=12)
    booking = make.ordered(far)
    first = booking.invoice_id
    moved = move(make, booking, near, less=8_500)
    assert moved.total == 11_500
    assert moved.invoice
    assert booking.invoice
    alone = make.ordered(near)
    assert alone.invoice
    assert moved.invoice.due_on == min(filter(None, (booking.invoice.due_on, alone.invoice.due_on)))
    assert moved.invoice.lines[0].supplied_on == clock.day_of(near.ends_at)
    assert session.get_one(Invoice, first).cancelled_at is not None
    assert make.pay(moved).status is BookingStatus.PAID
    assert broken() == []


def test_the_new_date_is_counted_and_its_line_comes_first(inside: Flask, make: MakeHere) -> None:
    early, _late = two_dates(make)
    full = make.run(days_ahead=40, capacity=1)
    make.held(full)
    booking = make.paid(early)
    for run, raised in ((full, RunFull), (early, SameDate), (make.run("TIM", days_ahead=41), OtherCourse)):
        with pytest.raises(raised):
            move(make, booking, run)
    waited_for = make.run(days_ahead=45, capacity=1)
    first = make.held(waited_for)
    make.waiting(waited_for)
    with make.deed():
        operations.cancel(booking=first, by=SYSTEM, now=clock.now())
    with pytest.raises(OthersWait):
        move(make, booking, waited_for)
    assert broken() == []


def test_the_freed_seat_is_offered_to_those_who_wait(inside: Flask, make: MakeHere) -> None:
    run, other = make.run(capacity=1), make.run(days_ahead=40)
    make.issuer()
    booking = make.paid(run)
    make.waiting(run)
    move(make, booking, other)
    with make.deed():
        assert operations.offer_free_seats(run.id, now=clock.now()) == 1
    assert broken() == []


def test_r03_two_seats_change_places_at_once(app: Flask, make: MakeHere) -> None:
    with app.app_context():
        runs = [make.run(capacity=3), make.run(days_ahead=40, capacity=3)]
        make.issuer()
        pairs = [(make.paid(one).id, other.reference) for one, other in (runs, runs[::-1])]
        ids = [run.id for run in runs]

    def swap(number: int) -> object:
        booking_id, reference = pairs[number]
        return in_transaction(
            lambda: operations.move_seat(
                booking=session.get_one(Booking, booking_id), position=1, run_reference=reference, agreed=Yen(0),
                by=SYSTEM, now=clock.now(),
            )
        )  # fmt: skip

    answers = at_once(app, swap, hands=2)
    assert not [one for one in answers if isinstance(one, Exception)], answers
    with app.app_context():
        assert queries.taken_by_run(ids, now=clock.now()) == dict.fromkeys(ids, 1)
        assert broken() == []


def test_from_the_page_with_money_to_get_back(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    with app.app_context():
        early, late = two_dates(make)
        somebody = make.coordinator()
        booking = make.paid(late, attendees=[attendee(), attendee()], organization=somebody.organization,
                            booked_by=somebody.person)  # fmt: skip
        page, reference, wanted = f"/bookings/{booking.reference}", booking.reference, early.reference
        email, clerk = somebody.email, make.staff().email
    sign_in(client, email)
    assert f"{page}/seats/1/date" in text_of(client.get(page))
    shown = text_of(client.get(f"{page}/seats/1/date"))
    assert "¥8,500を返金" in shown
    form = {"csrf_token": csrf_token(client, f"{page}/seats/1/date"), "run": f"{wanted}:1:0"}
    stale = client.post(f"{page}/seats/1/date", data=form)
    assert stale.status_code == 409
    assert "受講料または手数料が変わりました" in text_of(stale)
    assert client.post(f"{page}/seats/1/date", data=form | {"run": f"{wanted}:8500:0"}).status_code == 303
    after = text_of(client.get(page))
    assert "受講日を変更しました" in after
    again = client.get(f"{page}/seats/1/date")
    assert again.status_code == 409
    assert "1席につき1回まで" in text_of(again)
    sign_in(client, clerk)
    office = f"/office/bookings/{reference}/seats/2/date"
    assert client.get(office).status_code == 200
    done = client.post(office, data={"csrf_token": csrf_token(client, office), "run": f"{wanted}:8500:0"})
    assert done.status_code == 303
    with app.app_context():
        assert refunds() == [8_500, 8_500]
        assert broken() == []


def test_a_date_that_was_taken_just_now_offers_to_wait(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    with app.app_context():
        early, late = two_dates(make)
        full = make.run(days_ahead=40, capacity=1)
        booking = make.paid(early)
        make.held(full)
        here, person = f"/bookings/{booking.reference}/seats/1/date", booking.seats[0].attendee.reference
        email, there, other = booking.booked_by.email or "", full.reference, late.reference
    sign_in(client, email)
    form = {"csrf_token": csrf_token(client, here), "run": f"{there}:0:0"}
    refused = client.post(here, data=form)
    assert refused.status_code == 409
    page = unescape(text_of(refused))
    assert f'href="/runs/{there}/bookings/new?person={person}"' in page
    assert 'href="/courses/supervision-managers/alerts/new"' in page
    assert f"{other}:" in page
    waits = text_of(client.get(f"/runs/{there}/bookings/new?person={person}"))
    assert "キャンセル待ち" in waits
