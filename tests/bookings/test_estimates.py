"""Quotes before anything is booked: prices promised until a day, a paper, the way to a booking."""

from __future__ import annotations

import io
import re
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from courses_app.bookings import operations, queries
from courses_app.bookings.models import Booking, Estimate
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import clock
from courses_app.foundation.db import session, transaction
from courses_app.foundation.outbox import OutboxMessage
from courses_app.foundation.yen import Yen
from courses_app.payments import queries as money
from courses_app.payments.models import Paper
from courses_app.payments.tasks import run_due as print_papers
from tests.accounts.making import Coordinator
from tests.accounts.signing import csrf_token, sign_in
from tests.bookings.conftest import MakeHere
from tests.bookings.making import attendee, by


def words(pdf: bytes) -> str:
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


def signed_in(app: Flask, email: str) -> FlaskClient:
    client = app.test_client()
    sign_in(client, email)
    return client


def sent(client: FlaskClient, address: str, data: dict[str, str]) -> TestResponse:
    return client.post(address, data={"csrf_token": csrf_token(client, "/me"), **data})


def seen_in(page: str) -> str:
    found = re.search(r'name="seen"[^>]*value="([^"]+)"', page)
    assert found is not None
    return found[1]


def typed(run: CourseRun, people: int = 3, **more: str) -> dict[str, str]:
    return {
        "form_token": "t1", "addressee": "髙﨑商事株式会社", "rows-0-run": run.reference, "rows-0-people": str(people),
        **more,
    }  # fmt: skip


def test_a_coordinator_makes_a_quote_sees_its_sum_first_and_gets_the_paper(app: Flask, make: MakeHere) -> None:
    make.issuer()
    who, run = make.coordinator(), make.run()
    client = signed_in(app, who.email)
    assert client.get(f"/organization/quotes/new?run={run.reference}").status_code == 200
    shown = sent(client, "/organization/quotes", typed(run))
    assert (shown.status_code, quotes(app)) == (200, 0)
    seen = seen_in(shown.text)
    for _ in range(2):  # pressed twice: one quote
        made = sent(client, "/organization/quotes", typed(run, seen=seen))
        assert made.status_code == 303
    assert quotes(app) == 1
    address = made.headers["Location"]
    assert client.get(f"{address}/quote.pdf").status_code == 404
    assert client.get(address).status_code == 200
    printed(app)
    said = words(client.get(f"{address}/quote.pdf").data)
    for expected in (
        "見積書", f"M-{clock.today().year}-000001", "髙﨑商事株式会社御中", "3名", "有効期限",
        "席を確保するものではありません",
    ):  # fmt: skip
        assert expected in said, expected
    assert f"M-{clock.today().year}-000001" in client.get("/organization/quotes").text
    with app.app_context():
        mail = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "payments/paper_issued")).one()
        assert "見積書" in mail.subject
        assert "有効期限" in mail.body
        paper = session.scalars(select(Paper)).one()
        assert paper.counterparty == "髙﨑商事株式会社"
        assert money.violations(now=clock.now()) == []


def quotes(app: Flask) -> int:
    with app.app_context():
        return session.scalar(select(func.count(Estimate.id))) or 0


def printed(app: Flask) -> None:
    with app.app_context():
        assert print_papers(clock=clock.now) == 1


def test_the_sum_is_shown_again_when_it_has_changed_meanwhile(app: Flask, make: MakeHere) -> None:
    make.issuer()
    who, run = make.coordinator(), make.run()
    again = sent(signed_in(app, who.email), "/organization/quotes", typed(run, seen="1"))
    assert (again.status_code, quotes(app)) == (200, 0)


def test_a_row_half_filled_or_no_row_is_told_at_the_form_and_nothing_is_lost(app: Flask, make: MakeHere) -> None:
    who, run = make.coordinator(), make.run()
    client = signed_in(app, who.email)
    half = sent(client, "/organization/quotes", {**typed(run), "rows-0-people": ""})
    assert half.status_code == 422
    assert "髙﨑商事株式会社" in half.text
    none = sent(client, "/organization/quotes", {"addressee": "髙﨑商事株式会社", "form_token": "t"})
    assert none.status_code == 409
    assert "日程を1つ以上選び" in none.text


def test_the_office_makes_a_quote_for_an_organization(app: Flask, make: MakeHere) -> None:
    make.issuer()
    who, run, office = make.coordinator(), make.run(), make.staff()
    client = signed_in(app, office.email)
    address = f"/office/organizations/{who.organization.reference}/quotes"
    assert client.get(f"{address}/new").status_code == 200
    seen = seen_in(sent(client, address, typed(run)).text)
    made = sent(client, address, typed(run, seen=seen))
    assert made.status_code == 303
    assert client.get(made.headers["Location"]).status_code == 200
    with app.app_context():
        assert session.scalars(select(Estimate)).one().organization_id == who.organization.id


def test_a_quote_holds_its_prices_for_as_many_seats_as_it_names(app: Flask, make: MakeHere) -> None:
    who, run = make.coordinator(), make.run(price_general=10_000, price_member=10_000)
    quote = make.quote(who, run, people=2)
    priced(app, run, 12_000)
    held = booked(make, who, quote, people=3)
    assert [seat.price for seat in held.seats] == [10_000, 10_000, 12_000]
    assert held.total == 32_000
    with app.app_context():
        assert queries.estimate_behind(held) is not None


def test_a_quote_never_makes_a_seat_dearer_and_ends_with_its_day(app: Flask, make: MakeHere) -> None:
    who, run = make.coordinator(), make.run(days_ahead=80, price_general=10_000, price_member=10_000)
    quote = make.quote(who, run, people=2)
    priced(app, run, 9_000)
    assert booked(make, who, quote, people=1).total == 9_000
    priced(app, run, 12_000)
    assert booked(make, who, quote, people=1, days_later=31).total == 12_000


def test_a_quote_ends_when_booking_does_at_the_latest(make: MakeHere) -> None:
    who, run = make.coordinator(), make.run(days_ahead=20)
    assert make.quote(who, run).valid_until_on == clock.day_of(run.booking_closes_at)


def test_the_way_from_a_quote_to_a_booking_brings_the_number_of_people(app: Flask, make: MakeHere) -> None:
    who, run = make.coordinator(), make.run()
    quote = make.quote(who, run, people=4)
    client = signed_in(app, who.email)
    assert f"quote={quote.reference}" in client.get(f"/organization/quotes/{quote.reference}").text
    for days, expected in ((3, 'name="unnamed"[^>]*value="4"'), (0, "(repeat-row__legend.*){4}")):
        with app.app_context(), transaction():
            session.get_one(CourseRun, run.id).course.naming_days_before = days
        page = client.get(f"/runs/{run.reference}/bookings/new?quote={quote.reference}").text
        assert re.search(expected, page, re.DOTALL)


def priced(app: Flask, run: CourseRun, price: int) -> None:
    with app.app_context(), transaction():
        session.get_one(CourseRun, run.id).price_general = Yen(price)


def booked(make: MakeHere, who: Coordinator, quote: Estimate, *, people: int, days_later: int = 0) -> Booking:
    """Seats kept at the prices of the quote."""
    with make.deed():
        held = operations.hold_seats(
            organization=who.organization, run_reference=quote.lines[0].run.reference,
            attendees=[attendee() for _ in range(people)], form_token=f"f{people}{days_later}", by=by(who.person),
            booked_by=who.person, now=clock.now() + timedelta(days=days_later),
            quote=queries.estimate_of(who.organization, quote.reference),
        )  # fmt: skip
        return make.whole(held)
