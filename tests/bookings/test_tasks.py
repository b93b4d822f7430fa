"""What the clock does: holds and orders that ran out, tickets; each once, whatever fails beside it."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import func, select

from courses_app.bookings import operations, queries, tasks
from courses_app.bookings.models import Booking, Seat
from courses_app.bookings.rules import BookingStatus
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session
from courses_app.foundation.documents import StoredDocument
from courses_app.foundation.matters import Matter
from courses_app.foundation.papers import GlyphMissing
from tests.bookings.conftest import MakeHere
from tests.bookings.mailbox import mails
from tests.bookings.making import attendee


def run_due(after: timedelta = timedelta(0)) -> int:
    return tasks.run_due(clock=lambda: clock.now() + after)


def test_run_out_holds_are_written_down(inside: Flask, make: MakeHere) -> None:
    run = make.run()
    over, ordered = make.held(run, 2), make.ordered(run)
    assert run_due() == 0
    assert run_due(timedelta(minutes=31)) == 1
    assert run_due(timedelta(minutes=31)) == 0
    assert make.whole(over).status is BookingStatus.EXPIRED
    assert make.whole(ordered).status is BookingStatus.ORDERED
    assert queries.violations(now=clock.now() + timedelta(hours=1)) == []


def test_unpaid_orders_end_after_their_grace(inside: Flask, make: MakeHere) -> None:
    unpaid, paid = make.ordered(make.run()), make.paid(make.run(days_ahead=50))
    run_due()  # the ticket
    wait = (make.whole(unpaid).pay_until or clock.now()) - clock.now()
    assert run_due(wait - timedelta(minutes=1)) == 0
    assert run_due(wait + timedelta(minutes=1)) == 1
    assert make.whole(unpaid).status is BookingStatus.EXPIRED
    assert make.whole(paid).status is BookingStatus.PAID
    assert [mail.subject_reference for mail in mails("expired")] == [unpaid.reference]


def test_one_that_fails_does_not_stop_the_others(
    inside: Flask, make: MakeHere, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = make.held(make.run()), make.held(make.run(days_ahead=50))
    lapse = operations.lapse_hold

    def failing(booking_id: int, **more: object) -> bool:
        if booking_id == first.id:
            raise RuntimeError("the disk is full")
        return lapse(booking_id, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(operations, "lapse_hold", failing)
    assert run_due(timedelta(minutes=31)) == 1
    assert make.whole(first).status is BookingStatus.HELD
    assert make.whole(second).status is BookingStatus.EXPIRED


def test_tickets_are_printed_once_and_mailed(inside: Flask, make: MakeHere) -> None:
    booking = make.paid(make.run(), attendees=[attendee(), attendee(email=None)])
    assert run_due() == 2
    assert run_due() == 0
    seats = make.whole(booking).seats
    assert all(seat.ticket is not None for seat in seats)
    assert [mail.recipient for mail in mails("ticket")] == [seats[0].email]
    together = mails("tickets")
    assert len(together) == 1
    assert sorted(together[0].document_ids) == sorted(seat.ticket_document_id for seat in seats)


def test_a_ticket_says_who_where_and_when(inside: Flask, make: MakeHere) -> None:
    booking = make.paid(make.run(), attendees=[attendee(family_name="髙﨑", given_name="𠮷野")])
    run_due()
    document = session.scalars(select(StoredDocument).where(StoredDocument.kind == "admission_ticket")).one()
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(document.content)).pages)
    seat = make.whole(booking).seats[0]
    for words in ("髙﨑 𠮷野", seat.reference, booking.reference, "監理責任者等講習", "神田するが学習ホール", "受講票"):
        assert words.replace(" ", "") in text.replace(" ", "").replace("\u3000", ""), words


def test_free_and_online_runs_have_tickets_too(inside: Flask, make: MakeHere) -> None:
    make.ordered(make.run(price_general=0, price_member=0, online=True))
    assert run_due() == 1
    assert session.scalar(select(func.count(Seat.id)).where(Seat.ticket_document_id.is_not(None))) == 1


def test_no_ticket_without_a_confirmed_seat(inside: Flask, make: MakeHere) -> None:
    run = make.run()
    make.ordered(run)
    cancelled = make.paid(run)
    with make.deed():
        operations.cancel_by_office(booking=cancelled, reason="病気のため", by=SYSTEM, now=clock.now())
    assert run_due() == 0


def test_no_ticket_for_a_run_that_is_over(inside: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=-2)
    make.paid(run, now=run.starts_at - timedelta(days=40))
    assert run_due() == 0
    assert mails("tickets") == []


def test_a_ticket_that_cannot_be_printed_is_put_before_the_office(
    inside: Flask, make: MakeHere, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.paid(make.run())

    def unprintable(*_: object, **__: object) -> bytes:
        raise GlyphMissing("\U0001f600")

    with monkeypatch.context() as patched:
        patched.setattr(tasks.documents, "ticket_pdf", unprintable)
        assert run_due() == 0
        assert run_due() == 0
    open_ = select(func.count(Matter.id)).where(Matter.kind == "ticket_failed", Matter.settled_at.is_(None))
    assert session.scalar(open_) == 1
    assert run_due() == 0  # it rests a while
    assert run_due(timedelta(minutes=31)) == 1
    assert session.scalar(open_) == 0


def test_a_seat_cancelled_while_its_ticket_was_printed(inside: Flask, make: MakeHere) -> None:
    booking = make.paid(make.run())
    seat = booking.seats[0]
    with make.deed():
        operations.cancel_by_office(booking=booking, reason="病気のため", by=SYSTEM, now=clock.now())
    with make.deed():
        assert operations.keep_ticket(seat=seat, content=b"%PDF", sequence=0, now=clock.now()) is False
    assert session.scalar(select(func.count(Booking.id))) == 1
    assert mails("tickets") == []
