"""Receipts as the coordinator gets them, corrections by the office, the fee on the return invoice."""

from __future__ import annotations

import re
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses_app.bookings import operations, queries
from courses_app.bookings.models import Booking
from courses_app.bookings.operations import Agreed
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session
from courses_app.payments.models import Paper, PaperRequest, Refund
from courses_app.payments.tasks import run_due as print_papers
from tests.accounts.making import Coordinator
from tests.accounts.signing import csrf_token, sign_in
from tests.bookings.conftest import MakeHere


def printed(app: Flask) -> list[Paper]:
    with app.app_context():
        print_papers(clock=clock.now)
        return list(session.scalars(select(Paper).order_by(Paper.id)))


def bought(app: Flask, make: MakeHere, people: int = 2) -> tuple[Coordinator, Booking, FlaskClient, str]:
    """A paid booking, its coordinator's browser, and the address of its receipts."""
    who = make.coordinator()
    booking = make.paid(make.run(), people, organization=who.organization, booked_by=who.person)
    printed(app)
    client = app.test_client()
    sign_in(client, who.email)
    assert booking.invoice is not None
    return who, booking, client, f"/bookings/{booking.reference}/receipts/{booking.invoice.reference}"


def proposed(client: FlaskClient, address: str) -> dict[str, str]:
    """The form as the page proposes it."""
    page = client.get(address).text
    fields = dict(re.findall(r'name="(rows-\d+-(?:amount|for_what)|form_token)"[^>]*value="([^"]*)"', page))
    for name, options in re.findall(r'name="(rows-\d+-addressee)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"', options)
        assert chosen, options
        fields[name] = chosen[1]
    return {**fields, "csrf_token": csrf_token(client, "/me")}


def test_a_coordinator_splits_a_receipt_by_attendee_and_takes_the_papers(app: Flask, make: MakeHere) -> None:
    who, booking, client, address = bought(app, make)
    form = proposed(client, f"{address}?split=attendees")
    place = f"{booking.seats[0].full_name} 様"
    made = client.post(address, data={**form, "rows-0-addressee": place})
    assert made.status_code == 303, made.text
    papers = printed(app)
    assert [paper.counterparty for paper in papers[2:]] == [place, who.organization.name]
    assert sum(paper.amount for paper in papers[2:]) == booking.total
    page = client.get(f"/bookings/{booking.reference}").text
    for paper in papers:
        assert paper.number in page
        got = client.get(f"/bookings/{booking.reference}/papers/{paper.number}/1.pdf")
        assert got.status_code == 200
    assert "差替え済み" in page


def test_amounts_that_do_not_add_up_are_told_and_nothing_typed_is_lost(app: Flask, make: MakeHere) -> None:
    _who, _booking, client, address = bought(app, make)
    form = {**proposed(client, address), "rows-0-amount": "1", "rows-0-for_what": "研修費として"}
    refused = client.post(address, data=form)
    assert refused.status_code == 409
    assert "研修費として" in refused.text
    assert "お支払額は" in refused.text
    other = client.post(address, data={**form, "rows-0-addressee": "知らない株式会社"})
    assert other.status_code == 422


def test_a_receipt_is_printed_again_however_often_the_button_is_pressed_before(app: Flask, make: MakeHere) -> None:
    _who, booking, client, _address = bought(app, make)
    number = next(paper.number for paper in printed(app) if paper.number.startswith("R-"))
    again = f"/bookings/{booking.reference}/papers/{number}/copies"
    for _ in range(2):
        assert client.post(again, data={"csrf_token": csrf_token(client, "/me")}).status_code == 303
    assert [paper.copy for paper in printed(app) if paper.number == number] == [1, 2]


def test_s20_papers_of_a_booking_are_not_there_for_others(app: Flask, make: MakeHere) -> None:
    _who, booking, _client, address = bought(app, make)
    number = printed(app)[0].number
    stranger = app.test_client()
    sign_in(stranger, make.coordinator().email)
    assert stranger.get(address).status_code == 404
    assert stranger.get(f"/bookings/{booking.reference}/papers/{number}/1.pdf").status_code == 404


def test_the_office_corrects_an_invoice(app: Flask, make: MakeHere) -> None:
    _who, booking, _client, _address = bought(app, make)
    office = app.test_client()
    sign_in(office, make.staff().email)
    assert booking.invoice is not None
    address = f"/office/payments/{booking.invoice.reference}/correction"
    page = office.get(address).text
    assert "修正請求書には新しい番号が付き" in page
    typed = {
        "csrf_token": csrf_token(office, address), "addressee": "髙﨑商事株式会社", "subject": "受講料",
        "lines-0-description": "監理責任者等講習", "lines-0-details": "東京会場\n山田 花子",
    }  # fmt: skip
    assert office.post(address, data={**typed, "addressee": ""}).status_code == 422
    assert office.post(address, data=typed).status_code == 303
    last = printed(app)[-1]
    assert (last.kind.value, last.counterparty) == ("corrected_invoice", "髙﨑商事株式会社")


def test_a_fee_that_grows_with_time_is_out_of_scope_on_the_return_invoice(inside: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=40)
    booking, now = make.paid(run, 2), run.starts_at - timedelta(days=10)
    quote = queries.quote_of(make.whole(booking), [1], now=now)
    with make.deed():
        agreed = Agreed(quote.fee, quote.refund)
        operations.cancel_seats(booking=booking, positions=[1], agreed=agreed, by=SYSTEM, now=now)
    refund = session.scalars(select(Refund)).one()
    with make.deed():
        operations.note_refund_sent(refund=refund, sent_on=clock.day_of(now), by=SYSTEM, now=now)
    said = session.scalars(select(PaperRequest)).one()
    assert said.amount == refund.amount == 8_050
    assert said.content["taxes"] == [{"category": "taxable_10", "percent": 10, "amount": 11_500, "tax": 1_045}]
    assert [(one["tax"], one["amount"]) for one in said.content["kept"]] == [("out_of_scope", 3_450)]
