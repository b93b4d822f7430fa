"""A run at another time or place: who is told, what becomes of the tickets (R-46)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import func, select

from courses_app.bookings import documents, operations, tasks
from courses_app.bookings.models import Booking
from courses_app.catalogue import queries as catalogue
from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.rules import PlanRefused, RunPlan, fingerprint
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session
from courses_app.foundation.outbox.messages import OutboxMessage
from courses_app.foundation.templating import period
from tests.accounts.signing import csrf_token, sign_in
from tests.bookings.conftest import MakeHere
from tests.bookings.mailbox import mails
from tests.bookings.making import attendee
from tests.catalogue.test_operations import DAY, moved_by, plan_of
from tests.catalogue.test_routes import changed_run


def moved(run: CourseRun, plan: RunPlan, make: MakeHere) -> int:
    """How many bookings were told."""
    with make.deed():
        locked = catalogue.run_for_update(run.reference)
        assert locked is not None
        seen = fingerprint(catalogue.clashes_of(plan, except_run=locked))
        return operations.change_run(
            locked, plan, version=locked.version, by=SYSTEM, now=clock.now(), clashes_seen=seen
        )


def later(run: CourseRun, make: MakeHere) -> RunPlan:
    """A week later, in Osaka."""
    return replace(moved_by(plan_of(run, make), 7 * DAY), venue="osaka-honmachi")


def work() -> None:
    tasks.run_due(clock=clock.now)


def test_r46_everybody_is_told_what_was_and_what_is(inside: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=40)
    paid = make.paid(run, attendees=[attendee(), attendee(email=None)])
    ordered, held = make.ordered(run), make.held(run)
    over = make.held(run, now=clock.now() - timedelta(hours=1))
    was = period(run.starts_at, run.ends_at)
    assert moved(run, later(run, make), make) == 3
    told = {mail.subject_reference: mail for mail in mails("moved")}
    assert set(told) == {one.reference for one in (paid, ordered, held)}
    assert over.reference not in told
    own = mails("moved_attendee")
    assert {mail.recipient for mail in own} == {paid.seats[0].email, ordered.seats[0].email}
    after = catalogue.run_by_reference(run.reference)
    assert after is not None
    for mail in (told[paid.reference], own[0]):
        for words in (was, period(after.starts_at, after.ends_at), "神田するが学習ホール", "大阪", "時間割"):
            assert words in mail.body, words
        assert "\n\n\n" not in mail.body
        assert "None" not in mail.body
    assert f"http://127.0.0.1:8000/bookings/{paid.reference}" in told[paid.reference].body
    assert "受講票を作り直し" in told[paid.reference].body
    assert "受講票" not in told[ordered.reference].body


def test_r46_in_english(inside: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=40, online=True)
    booking = make.paid(run)
    with make.deed():
        session.get_one(Booking, booking.id).language = "en"
    run = make.whole(booking).first_run
    moved(run, moved_by(replace(plan_of(run, make), venue=None), DAY), make)
    for kind in ("moved", "moved_attendee"):
        (mail,) = mails(kind)
        assert mail.subject.startswith("New time or place: ")
        for words in ("Was: ", "Was at: online\n", "Now: ", "Now at: online\n", "new timetable"):
            assert words in f"{mail.body}\n", words
        assert "\n\n\n" not in mail.body


def test_r46_tickets_are_printed_anew_and_sent_again(inside: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=40)
    booking = make.paid(run, 2)
    work()
    first = [seat.ticket_document_id for seat in make.whole(booking).seats]
    assert moved(run, later(run, make), make) == 1
    assert [seat.ticket_document_id for seat in make.whole(booking).seats] == [None, None]
    work()
    seats = make.whole(booking).seats
    assert not {seat.ticket_document_id for seat in seats} & {None, *first}
    assert seats[0].ticket is not None
    words = "".join(page.extract_text() for page in PdfReader(BytesIO(seats[0].ticket.content)).pages)
    assert "大阪" in words
    assert (len(mails("ticket")), len(mails("tickets"))) == (4, 2)
    work()
    assert len(mails("tickets")) == 2


def test_r46_a_ticket_printed_while_the_run_was_moved_is_thrown_away(inside: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=40)
    seat = make.paid(run).seats[0]
    moved(run, later(run, make), make)
    with make.deed():
        assert operations.keep_ticket(seat=seat, content=b"%PDF", sequence=0, now=clock.now()) is False
    assert mails("ticket") == []


def test_nobody_is_told_of_what_is_no_move_or_was_refused(inside: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=40)
    booking = make.paid(run)
    work()
    assert moved(run, plan_of(run, make, language="en"), make) == 0
    with pytest.raises(PlanRefused):
        moved(run, moved_by(plan_of(run, make), -50 * DAY), make)
    assert mails("moved") == []
    assert make.whole(booking).seats[0].ticket_document_id is not None


def test_each_move_is_told(inside: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=40)
    make.paid(run)
    for days in (1, 2):
        fresh = catalogue.run_by_reference(run.reference)
        assert fresh is not None
        assert moved(fresh, moved_by(plan_of(run, make), days * DAY), make) == 1
    assert len({mail.body for mail in mails("moved")}) == 2


def test_r46_the_page_says_how_many_will_be_told(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    make.issuer()
    sign_in(client, make.staff().email)
    with app.app_context():
        run = make.run(days_ahead=40)
        make.paid(run, 2), make.held(run)
    path = f"/office/runs/{run.reference}/edit"
    shown = client.get(path).get_data(as_text=True)
    assert "申込2件" in shown
    assert "4通のメール" in shown
    fields = changed_run(app, run.reference, venue="osaka-nakanoshima")
    assert client.post(path, data={**fields, "csrf_token": csrf_token(client, path)}).status_code == 303
    assert "2件の申込にメールで" in client.get(f"/office/runs/{run.reference}").get_data(as_text=True)
    with app.app_context():
        assert session.scalar(select(func.count(OutboxMessage.id)).where(OutboxMessage.kind.contains("moved"))) == 4


ROOM = "https://online.example.jp/join/abc-123"


def joined_at(run: CourseRun, make: MakeHere, address: str = ROOM, **notes: str) -> RunPlan:
    plan = replace(plan_of(run, make), venue=None)
    return replace(plan, joining_address=address, **notes)  # type: ignore[arg-type]


def test_r46_another_address_to_join_prints_the_tickets_anew_and_moves_nobody(inside: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=40, online=True)
    booking = make.paid(run)
    work()
    first = make.whole(booking).seats[0].ticket_document_id
    assert first is not None
    assert moved(run, joined_at(run, make, joining_note_ja="ID：812\nパスコード：4711"), make) == 0
    assert make.whole(booking).seats[0].ticket_document_id is None
    work()
    ticket = make.whole(booking).seats[0].ticket
    assert ticket is not None
    assert ticket.id != first
    words = "".join(page.extract_text() for page in PdfReader(BytesIO(ticket.content)).pages)
    assert ROOM in words
    assert "4711" in words
    assert mails("moved") == []
    assert len(mails("tickets")) == 2
    again = make.whole(booking).first_run
    assert moved(again, joined_at(again, make, joining_note_ja="ID：812\nパスコード：4711"), make) == 0
    assert make.whole(booking).seats[0].ticket_document_id == ticket.id  # nothing else was said


def test_a_ticket_says_how_to_join_in_the_language_of_its_booking(inside: Flask, make: MakeHere) -> None:
    notes = {
        "online_note_ja": "カメラ",
        "online_note_en": "Camera",
        "joining_note_ja": "入室",
        "joining_note_en": "Room",
    }
    booking = make.paid(make.run(days_ahead=40, online=True, joining_address=ROOM, **notes))
    seat = booking.seats[0]
    facts = documents.ticket_facts(seat, today=clock.today())
    assert (facts["online_note"], facts["joining_address"], facts["joining_note"]) == ("カメラ", ROOM, ["入室"])
    with make.deed():
        session.get_one(Booking, booking.id).language = "en"
    facts = documents.ticket_facts(make.whole(booking).seats[0], today=clock.today())
    assert (facts["online_note"], facts["joining_note"]) == ("Camera", ["Room"])
