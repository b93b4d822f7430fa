"""Private runs attacked: no way around the fees, and the key in the address told to nobody."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses_app.accounts.models import Organization
from courses_app.bookings import operations
from courses_app.bookings.rules import RunNotOffered
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session, transaction
from courses_app.payments.models import Refund
from tests.bookings.conftest import MakeHere


@pytest.mark.parametrize("office", [False, True])
def test_no_fee_is_escaped_by_moving_a_seat_to_a_private_run_of_ones_own(
    inside: Flask, make: MakeHere, office: bool
) -> None:
    booking = make.paid(make.run(days_ahead=30))
    organization = session.get_one(Organization, booking.organization_id).reference
    own = make.run(days_ahead=33, price_general=0, price_member=0, private=True, organization=organization)

    def moved() -> None:
        with transaction():
            operations.move_seat(
                booking=booking, position=1, run_reference=own.reference, agreed=booking.total, office=office,
                by=SYSTEM, now=clock.now(),
            )  # fmt: skip

    if office:
        moved()
        assert session.scalars(select(Refund.amount)).one() == booking.total
        return
    with pytest.raises(RunNotOffered):
        moved()
    assert session.scalars(select(Refund)).all() == []


def test_s16_the_key_of_a_private_run_is_no_referrer_and_stands_in_no_list(
    app: Flask, client: FlaskClient, make: MakeHere
) -> None:
    make.issuer()
    run = make.run(private=True)
    with app.app_context():
        opened = session.get_one(CourseRun, run.id)
        path, key = opened.path, opened.link_token or "-"
    shown = client.get(path)
    assert (shown.status_code, shown.headers["Referrer-Policy"]) == (200, "no-referrer")
    assert shown.headers["X-Robots-Tag"] == "noindex"
    for public in ("/", "/runs", "/feeds/runs.ics", "/sitemap.xml", "/robots.txt"):
        text = client.get(public).get_data(as_text=True)
        assert key not in text
        assert run.reference not in text
    assert client.get(f"/runs/{run.reference}").status_code == 404
    assert client.get(f"/runs/{run.reference}?key={key[:-1]}").status_code == 404
