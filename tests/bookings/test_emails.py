"""Every mail of the room, in both languages: whole sentences, no blank fields, our own addresses."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select

from courses_app.bookings import emails, operations, queries
from courses_app.bookings.models import Booking
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session
from courses_app.foundation.outbox.messages import OutboxMessage
from courses_app.foundation.yen import Yen
from courses_app.payments.models import PaymentMethod
from tests.bookings.conftest import MakeHere
from tests.bookings.making import attendee


def mails() -> dict[str, OutboxMessage]:
    return {mail.kind.removeprefix("bookings/"): mail for mail in session.scalars(select(OutboxMessage))}


def order(make: MakeHere, language: str, **how: Any) -> Booking:
    booking = make.ordered(make.run(**how), 2, method=PaymentMethod.BANK_TRANSFER)
    with make.deed():
        whole = make.whole(booking)
        whole.language = language
    return make.whole(booking)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("online", [False, True])
def test_every_mail_says_what_it_is_about(inside: Flask, make: MakeHere, language: str, online: bool) -> None:
    booking, now = order(make, language, online=online), clock.now()
    with make.deed():
        booking = make.whole(booking)
        booking.closed_reason = "講師の急病のため"
        for name in ("confirmed", "expired"):
            getattr(emails, name)(booking, now=now)
        emails.cancelled(booking, refund=Yen(23_000), now=now)
        emails.called_off(
            booking, booking.first_run, booking.seats, reason="講師の急病のため", refund=Yen(23_000), now=now
        )
        emails.tickets_to_booker(booking, now=now)
    found = mails()
    for kind in ("confirmed", "expired", "cancelled", "called_off", "tickets"):
        body = found[kind].body
        assert booking.reference in body, kind
        assert booking.seats[0].full_name in body, kind
        assert f"http://127.0.0.1:8000/bookings/{booking.reference}" in body, kind
        assert "None" not in body, kind
        assert "\n\n\n" not in body, kind
        assert re.search(r"\n(会場|Where): .+\n(受講者|Attendees): .+\n\n", body), body
    with force_locale(language):
        assert ("¥23,000" in found["called_off"].body) is True
    assert ("オンライン" in found["confirmed"].body) is (online and language == "ja")


def test_d22_the_order_names_amount_and_day(inside: Flask, make: MakeHere) -> None:
    booking = make.ordered(make.run(), 3)
    body = mails()["ordered"].body
    assert "¥34,500（税込）" in body
    assert booking.invoice is not None
    assert booking.invoice.due_on is not None
    assert f"{booking.invoice.due_on.day}日（" in body


def test_s31_a_name_cannot_write_headers(inside: Flask, make: MakeHere) -> None:
    booking = make.ordered(make.run())
    with make.deed():
        operations.cancel_by_office(
            booking=booking, reason="一行目\r\nBcc: somebody@example.com", by=SYSTEM, now=clock.now()
        )
    assert "\n" not in mails()["cancelled"].subject


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_mail_about_single_seats_says_whom_and_what(inside: Flask, make: MakeHere, language: str) -> None:
    run = make.run(days_ahead=40)
    booking, now = make.paid(run, 3), run.starts_at - timedelta(days=10)
    with make.deed():
        make.whole(booking).language = language
    quote = queries.quote_of(make.whole(booking), [1], now=now)
    gone = make.whole(booking).seats[1].full_name
    with make.deed():
        agreed = operations.Agreed(quote.fee, quote.refund)
        operations.cancel_seats(booking=booking, positions=[1], agreed=agreed, by=SYSTEM, now=now)
        operations.substitute(booking=booking, position=2, attendee=attendee(given_name="新"), by=SYSTEM, now=now)
    found, seats = mails(), make.whole(booking).seats
    for kind in (
        "seats_cancelled",
        "seat_cancelled_attendee",
        "substituted",
        "substituted_former",
        "substituted_attendee",
    ):
        assert "None" not in found[kind].body, kind
        assert "\n\n\n" not in found[kind].body, found[kind].body
    for amount in ("¥3,450", "¥8,050"):
        assert amount in found["seats_cancelled"].body
    assert seats[0].full_name in found["seat_cancelled_attendee"].body
    assert gone in found["substituted"].body
    assert gone in found["substituted_former"].body
    assert seats[1].full_name in found["substituted_attendee"].body
    assert seats[0].full_name not in found["substituted"].body  # given back before
