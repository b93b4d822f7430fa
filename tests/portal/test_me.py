"""My own page: tickets, certificates, duties in words, the calendar."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses_app.bookings.tasks import run_due as print_tickets
from courses_app.certificates.models import Certificate
from courses_app.foundation import clock
from courses_app.foundation.db import session
from tests.accounts.signing import sign_in
from tests.bookings.making import attendee
from tests.make import Make

ROOM = "https://online.example.jp/join/abc-123"


def test_me_has_the_ticket_the_certificate_the_duties_and_the_calendar(
    app: Flask, client: FlaskClient, make: Make
) -> None:
    make.law()
    own = make.coordinator()
    member = make.member(own.organization)
    make.appointed(own, member.person)
    how = {
        "booked_by": own.person, "organization": own.organization,
        "attendees": [attendee(person=member.person.reference)],
    }  # fmt: skip
    with app.app_context():
        held = make.run(days_ahead=-20)
        make.paid(held, now=held.starts_at - timedelta(days=30), **how)
        make.closed_roster(held)
        make.papers(held)
        coming = make.run("TIM", days_ahead=20, online=True, joining_address=ROOM)
        make.paid(coming, **how)
        print_tickets(clock=clock.now)
        waiting = make.run("TIM", days_ahead=40, online=True, joining_address=f"{ROOM}-later")
        make.ordered(waiting, **how)
        code = session.scalars(select(Certificate.code)).one()
    sign_in(client, member.email)
    page = client.get("/me").get_data(as_text=True)
    for there in (
        "/ticket.pdf", ROOM, f"/certificates/{code}/certificate.pdf", 'href="/organization/calendar"',
        "受講義務の状況", "監理責任者", "有効", "この席はまだ確定していません",
    ):  # fmt: skip
        assert there in page, there
    assert f"{ROOM}-later" not in page
    assert client.get(f"/certificates/{code}/certificate.pdf").data.startswith(b"%PDF")


def test_a_person_sees_their_place_in_the_line(app: Flask, client: FlaskClient, make: Make) -> None:
    own = make.coordinator()
    member = make.member(own.organization)
    run = make.run(capacity=1)
    make.held(run)
    make.waiting(run)
    person = attendee(person=member.person.reference)
    make.waiting(run, organization=own.organization, booked_by=own.person, attendees=[person])
    sign_in(client, member.email)
    page = client.get("/me").get_data(as_text=True)
    assert "2番目（前に1組）" in page
    assert f'href="/runs/{run.reference}"' in page
