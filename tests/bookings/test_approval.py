"""Orders that the office looks at first: requested, approved, declined, withdrawn, forgotten; each told (INV-14)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from courses_app.bookings import operations, queries, tasks
from courses_app.bookings.models import Booking, Seat
from courses_app.bookings.rules import (
    AnsweredAlready,
    BookingStatus,
    NotAnsweredYet,
    ReasonMissing,
    RequestIsOver,
    RunFull,
    SeatStatus,
)
from courses_app.catalogue.models import Course, CourseRun
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session, transaction
from courses_app.foundation.matters import Matter
from courses_app.foundation.outbox import OutboxMessage
from courses_app.foundation.yen import Yen
from courses_app.payments.models import PaymentMethod
from courses_app.rosters import operations as rosters
from tests.accounts.signing import csrf_token, sign_in
from tests.bookings.conftest import MakeHere
from tests.bookings.test_move import later, moved
from tests.bookings.test_routes import text_of
from tests.bookings.test_telephone import broken, door, filled, mails


def run_to_ask_for(make: MakeHere, *, capacity: int = 5, price: int | None = None, days: int = 2) -> CourseRun:
    """A run of a course whose bookings are requests."""
    run = make.run(capacity=capacity) if price is None else make.run(capacity=capacity, price_general=Yen(price))
    with make.deed():
        course = session.get_one(Course, run.course_id)
        course.needs_approval, course.approval_business_days = True, days
    return run


def kinds(app: Flask, reference: str) -> list[str]:
    with app.app_context():
        found = select(OutboxMessage.kind).where(OutboxMessage.subject_reference == reference)
        return [one.removeprefix("bookings/") for one in session.scalars(found.order_by(OutboxMessage.id))]


def now_of(app: Flask, booking: Booking) -> Booking:
    with app.app_context():
        found = queries.booking_for_office(booking.reference)
        assert found is not None
        return found


def approve(make: MakeHere, booking: Booking, *, now: datetime | None = None) -> Booking:
    with make.deed():
        return make.whole(operations.approve(booking=booking, by=SYSTEM, now=now or clock.now()))


def decline(make: MakeHere, booking: Booking, reason: str = "対象の方ではありません") -> Booking:
    with make.deed():
        return make.whole(operations.decline(booking=booking, reason=reason, by=SYSTEM, now=clock.now()))


def test_a_request_keeps_its_seats_and_owes_nothing(app: Flask, make: MakeHere) -> None:
    run = run_to_ask_for(make, capacity=2)
    asked = make.ordered(run, 2)
    assert (asked.status, asked.invoice, asked.ordered_at) == (BookingStatus.REQUESTED, None, None)
    assert {seat.status for seat in asked.seats} == {SeatStatus.ORDERED}
    assert asked.answer_by_on is not None
    assert asked.answer_by_on > clock.today()
    assert asked.terms is not None
    assert kinds(app, asked.reference) == ["requested", "requested_office"]
    with pytest.raises(RunFull):
        make.held(run)
    with make.deed():  # the same click again
        again = operations.order(
            booking=asked, payment_method=PaymentMethod.BANK_TRANSFER, stripe_enabled=True, language="ja", by=SYSTEM,
            now=clock.now(),
        )  # fmt: skip
        assert again.id == asked.id
    assert kinds(app, asked.reference) == ["requested", "requested_office"]
    assert broken(app) == []


def test_approved_it_is_an_order_of_that_instant(app: Flask, make: MakeHere) -> None:
    asked = make.ordered(run_to_ask_for(make))
    later = clock.now() + timedelta(days=1)
    approved = approve(make, asked, now=later)
    assert (approved.status, approved.ordered_at) == (BookingStatus.ORDERED, later)
    assert approved.invoice is not None
    assert approved.invoice.due_on is not None
    assert approved.invoice.due_on > clock.day_of(later)
    approve(make, asked)  # twice is once
    assert kinds(app, asked.reference) == ["requested", "requested_office", "approved"]
    paid = make.pay(approved)
    assert paid.status is BookingStatus.PAID
    assert broken(app) == []


def test_by_card_there_are_days_to_pay_and_not_minutes(app: Flask, make: MakeHere) -> None:
    asked = make.ordered(run_to_ask_for(make), method=PaymentMethod.STRIPE)
    approved = approve(make, asked)
    assert approved.pay_until is not None
    assert approved.pay_until - clock.now() > timedelta(days=1)
    items = {item["code"]: item["lines"] for item in (approved.terms or {})["items"]}
    assert "お支払いのページ" in items["payment"][0]
    assert broken(app) == []


def test_a_free_one_is_confirmed_by_the_approval(app: Flask, make: MakeHere) -> None:
    asked = make.ordered(run_to_ask_for(make, price=0))
    assert asked.status is BookingStatus.REQUESTED
    assert approve(make, asked).status is BookingStatus.PAID
    assert kinds(app, asked.reference) == ["requested", "requested_office", "confirmed"]
    assert broken(app) == []


def test_declined_its_seats_are_free_and_the_reason_is_told(app: Flask, make: MakeHere) -> None:
    run = run_to_ask_for(make, capacity=1)
    asked = make.ordered(run)
    with pytest.raises(ReasonMissing):
        decline(make, asked, " ")
    assert decline(make, asked).status is BookingStatus.CANCELLED
    decline(make, asked)
    with pytest.raises(AnsweredAlready):
        approve(make, asked)
    assert kinds(app, asked.reference) == ["requested", "requested_office", "declined"]
    with app.app_context():
        mail = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "bookings/declined")).one()
        assert "対象の方ではありません" in str(mail.body)
    make.held(run)
    assert broken(app) == []


def test_r20_a_declined_seat_goes_to_who_waits(app: Flask, make: MakeHere) -> None:
    run = run_to_ask_for(make, capacity=1)
    asked = make.ordered(run)
    party = make.waiting(run)
    decline(make, asked)
    with app.app_context():
        tasks.run_due(clock=clock.now)
        offer = session.scalars(select(Booking).where(Booking.waiting_party_id == party.id)).one()
    assert offer.needs_approval
    with make.deed():
        operations.order(
            booking=offer, payment_method=PaymentMethod.BANK_TRANSFER, stripe_enabled=False, language="ja", by=SYSTEM,
            now=clock.now(),
        )  # fmt: skip
    assert now_of(app, offer).status is BookingStatus.REQUESTED
    assert broken(app) == []


def test_withdrawn_by_who_sent_it(app: Flask, make: MakeHere) -> None:
    asked = make.ordered(run_to_ask_for(make))
    with make.deed():
        operations.cancel(booking=asked, by=SYSTEM, now=clock.now())
    with pytest.raises(AnsweredAlready):
        decline(make, asked)
    assert kinds(app, asked.reference) == ["requested", "requested_office", "cancelled"]
    assert broken(app) == []


def test_after_its_days_the_office_is_asked_and_nothing_else_happens(app: Flask, make: MakeHere) -> None:
    asked = make.ordered(run_to_ask_for(make))
    assert asked.answer_by_on is not None
    late = clock.end_of(asked.answer_by_on) + timedelta(hours=1)
    for _twice in range(2):
        with app.app_context():
            tasks.run_due(clock=lambda: late)
    with app.app_context():
        matter = session.scalars(select(Matter)).one()
    assert (matter.kind, matter.subject_reference) == ("request_unanswered", asked.reference)
    assert now_of(app, asked).status is BookingStatus.REQUESTED
    approve(make, asked, now=late)
    with app.app_context():
        assert session.scalars(select(Matter.settled_at)).one() is not None
    assert broken(app) == []


def test_when_booking_closes_an_unanswered_request_ends_with_words(app: Flask, make: MakeHere) -> None:
    run = run_to_ask_for(make)
    asked = make.ordered(run)
    closed = run.booking_closes_at
    with pytest.raises(RequestIsOver):
        approve(make, asked, now=closed)
    with app.app_context():
        tasks.run_due(clock=lambda: closed)
    ended = now_of(app, asked)
    assert ended.status is BookingStatus.CANCELLED
    assert "受付が終了" in ended.closed_reason
    assert kinds(app, asked.reference)[-1] == "declined"
    assert broken(app) == []


def test_a_party_whose_request_was_declined_reads_so(inside: Flask, client: FlaskClient, make: MakeHere) -> None:
    make.issuer()
    run = run_to_ask_for(make, capacity=1)
    other, party = make.held(run), make.waiting(run, 1)
    with make.deed():
        operations.cancel(booking=other, by=SYSTEM, now=clock.now())
    tasks.run_due(clock=clock.now)
    with make.deed():
        asked = operations.order(
            booking=session.scalars(select(Booking).where(Booking.waiting_party_id == party.id)).one(),
            payment_method=PaymentMethod.BANK_TRANSFER, stripe_enabled=False, language="ja", by=SYSTEM,
            now=clock.now(),
        )  # fmt: skip
    sign_in(client, make.staff().email)
    page = f"/office/waiting/{party.reference}"
    assert "申込リクエスト中" in text_of(client.get(page))
    decline(make, asked)
    said = text_of(client.get(page))
    assert "申込リクエストのお断り" in said
    assert "申込済み" not in said.split("これまでの経過")[0]


def test_a_run_called_off_ends_its_requests(app: Flask, make: MakeHere) -> None:
    run = run_to_ask_for(make)
    asked = make.ordered(run)
    with make.deed():
        rosters.call_off(run=session.get_one(CourseRun, run.id), reason="台風", by=SYSTEM, now=clock.now())
    assert now_of(app, asked).status is BookingStatus.CANCELLED
    assert kinds(app, asked.reference)[-1] == "called_off"
    assert broken(app) == []


def test_a_moved_run_tells_who_asked_and_the_request_waits_on(app: Flask, make: MakeHere) -> None:
    run = run_to_ask_for(make)
    asked = make.ordered(run)
    moved(run, later(run, make), make)
    assert now_of(app, asked).status is BookingStatus.REQUESTED
    assert kinds(app, asked.reference)[-1] == "moved"
    assert approve(make, asked).status is BookingStatus.ORDERED
    assert broken(app) == []


def test_single_seats_wait_for_the_answer(make: MakeHere) -> None:
    run = run_to_ask_for(make)
    asked = make.ordered(run, 2)
    with pytest.raises(NotAnsweredYet), make.deed():
        operations.cancel_seats(
            booking=asked, positions=[1], agreed=operations.Agreed(Yen(0), Yen(0)), by=SYSTEM, now=clock.now()
        )


def test_what_was_shown_counts_when_the_course_changes_meanwhile(make: MakeHere) -> None:
    run = run_to_ask_for(make)
    held = make.held(run)
    with make.deed():
        session.get_one(Course, run.course_id).needs_approval = False
    make.issuer()
    with make.deed():
        done = operations.order(
            booking=held, payment_method=PaymentMethod.BANK_TRANSFER, stripe_enabled=False, language="ja", by=SYSTEM,
            now=clock.now(),
        )  # fmt: skip
        assert done.status is BookingStatus.REQUESTED


@pytest.mark.parametrize(
    ("spoilt", "finding"),
    [
        ("UPDATE seats SET status = 'confirmed'", "only asked for"),
        ("DELETE FROM outbox_messages WHERE kind = 'bookings/requested'", "no mail bookings/requested"),
    ],
)
def test_the_ledger_finds_a_request_that_went_wrong(app: Flask, make: MakeHere, spoilt: str, finding: str) -> None:
    make.ordered(run_to_ask_for(make))
    with app.app_context(), transaction():
        session.execute(text(spoilt))
    assert any(finding in line for line in broken(app))


def test_who_books_reads_it_on_every_page(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    make.issuer()
    run, somebody = run_to_ask_for(make), make.coordinator()
    held = make.held(run, organization=somebody.organization, booked_by=somebody.person)
    sign_in(client, somebody.email)
    assert "この講習の申込はリクエスト制です" in text_of(client.get(f"/runs/{run.reference}"))
    page = f"/bookings/{held.reference}"
    review = text_of(client.get(page))
    assert "この内容で申込をリクエストする" in review
    assert "これは申込リクエストです" in review
    data = {"csrf_token": csrf_token(client, page), "names_confirmed": "y", "payment_method": "bank_transfer"}
    assert client.post(f"{page}/confirmation", data=data).status_code == 303
    assert "申込リクエストを受け付けました" in text_of(client.get(page))
    assert "承認待ち" in text_of(client.get("/organization/bookings"))
    answer = client.post(f"{page}/cancellation", data=data, follow_redirects=True)
    assert "申込リクエストを取り下げました" in text_of(answer)


def test_the_office_answers_on_the_page_of_the_booking(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    run = run_to_ask_for(make)
    yes, no = make.ordered(run), make.ordered(run)
    sign_in(client, make.staff().email)
    assert "承認待ちの申込" in text_of(client.get("/office/today"))
    assert yes.reference in text_of(client.get("/office/bookings?state=requested"))
    page = f"/office/bookings/{no.reference}"
    data = {"csrf_token": csrf_token(client, page)}
    assert client.post(f"{page}/refusal", data=data | {"reason": ""}).status_code == 422
    assert client.post(f"{page}/refusal", data=data | {"reason": "満席です"}).status_code == 303
    assert "満席です" in text_of(client.get(page))
    assert client.post(f"/office/bookings/{yes.reference}/approval", data=data).status_code == 303
    assert now_of(app, yes).status is BookingStatus.ORDERED
    assert client.post(f"/office/bookings/{no.reference}/approval", data=data).status_code == 409


def test_what_the_office_books_by_telephone_is_approved(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    make.issuer()
    run, caller = run_to_ask_for(make), make.coordinator()
    sign_in(client, make.staff().email)
    page = door(run, caller)
    assert client.post(page, data=filled(client, page, caller)).status_code == 303
    with app.app_context():
        assert session.scalars(select(Booking.status)).one() is BookingStatus.ORDERED
        assert session.scalars(select(Seat.status)).one() is SeatStatus.ORDERED
    assert [kind for kind, _to in mails(app)] == ["bookings/ordered"]
    assert broken(app) == []
