"""What was agreed when the seats were kept stays, whatever happens to the price list (R-24d)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from courses_app.catalogue import operations as catalogue
from courses_app.catalogue import queries
from courses_app.catalogue.rules import FeeAudience
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.yen import TaxCategory, Yen
from tests.accounts.signing import sign_in
from tests.bookings.conftest import MakeHere
from tests.bookings.test_moving_seats import move
from tests.bookings.test_routes import text_of

DAY = timedelta(days=1)


def early_price(make: MakeHere, amount: int, **facts: Any) -> None:
    today = clock.today()
    with make.deed():
        catalogue.set_fee(
            queries.course_by_code("SUP"), audience=FeeAudience.GENERAL, amount=Yen(amount),
            tax_category=TaxCategory.TAXABLE_10, from_on=today, by=SYSTEM, now=clock.now(), today=today, **facts,
        )  # fmt: skip


def test_r24d_the_early_price_stays_with_who_booked_in_time(inside: Flask, make: MakeHere) -> None:
    run, last = make.run(), clock.today() + 3 * DAY
    early_price(make, 10_000, early_until_on=last)
    in_time, late = make.held(run), make.held(run, now=clock.now() + 4 * DAY)
    assert [(one.seats[0].price, one.seats[0].list_price) for one in (in_time, late)] == [
        (10_000, 11_500), (11_500, 11_500),
    ]  # fmt: skip
    ordered = make.ordered(run, 2)
    assert (ordered.total, ordered.invoice.total if ordered.invoice else None) == (20_000, 20_000)
    with make.deed():
        course = queries.course_by_code("SUP")
        (fee,) = queries.early_prices_after(course, clock.today())
        catalogue.withdraw_fee(course, fee, by=SYSTEM, now=clock.now(), today=clock.today())
    paid = make.pay(make.whole(ordered))
    assert (paid.total, [seat.price for seat in paid.seats]) == (20_000, [10_000, 10_000])
    assert make.held(run).seats[0].price == 11_500


def test_r24d_a_moved_seat_costs_what_the_new_date_did_on_the_day_of_booking(inside: Flask, make: MakeHere) -> None:
    here, there = make.run(), make.run(days_ahead=60)
    early_price(make, 10_000, early_until_on=clock.today())
    paid = make.paid(here, now=clock.now())
    moved = move(make, paid, there)
    assert (moved.seats[0].price, moved.total) == (10_000, 10_000)


def test_the_last_page_and_the_invoice_say_why_a_seat_costs_less(
    client: FlaskClient, app: Flask, make: MakeHere
) -> None:
    run, somebody = make.run(), make.coordinator()
    early_price(make, 10_000, early_days_before=5)
    held = make.held(run, 2, organization=somebody.organization, booked_by=somebody.person)
    sign_in(client, somebody.account.email)
    shown = text_of(client.get(f"/bookings/{held.reference}"))
    assert "¥10,000（税込） × 2名［早期割引、通常は¥11,500（税込）］" in shown
    with app.app_context():
        ordered = make.ordered(run, organization=somebody.organization, booked_by=somebody.person)
        assert ordered.invoice is not None
        assert any("早期割引" in str(line.details) for line in ordered.invoice.lines)
