"""A claimed supporting membership: both prices are said, and what was said happens once the office has decided."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from courses_app.accounts import operations as accounts
from courses_app.accounts.models import Organization
from courses_app.bookings import operations, queries
from courses_app.bookings.models import Booking
from courses_app.bookings.rules import BookingStatus
from courses_app.bookings.tasks import run_due
from courses_app.catalogue.models import FeeAudience
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session
from courses_app.payments.models import Invoice, Provider, Refund
from tests.accounts.making import Coordinator
from tests.accounts.signing import post, sign_in
from tests.bookings.conftest import MakeHere
from tests.bookings.mailbox import mails
from tests.bookings.test_dates import broken, refunds
from tests.bookings.test_routes import text_of

GENERAL, MEMBER = 11_500, 9_200


def claiming(make: MakeHere) -> Coordinator:
    return make.coordinator(make.organization(member_number="M-0815"))


def decide(make: MakeHere, organization: Organization, *, verified: bool) -> None:
    """The office decides, and the worker does what follows."""
    with make.deed():
        found = session.get_one(Organization, organization.id)
        accounts.decide_membership(found, verified=verified, by=SYSTEM, now=clock.now())
    run_due(clock=clock.now)
    session.rollback()
    session.expire_all()


def prices(booking: Booking) -> list[int]:
    return [seat.price for seat in booking.live_seats]


def test_before_payment_the_open_invoice_is_replaced(inside: Flask, make: MakeHere) -> None:
    run, somebody = make.run(price_member=MEMBER), claiming(make)
    ordered = make.ordered(run, 3, organization=somebody.organization, booked_by=somebody.person)
    old = ordered.invoice
    assert (ordered.total, [seat.pending_price for seat in ordered.seats]) == (3 * GENERAL, [MEMBER] * 3)
    assert old is not None
    decide(make, somebody.organization, verified=True)
    now = make.whole(ordered)
    assert now.invoice is not None
    assert (now.total, now.invoice.total, now.invoice.due_on) == (3 * MEMBER, 3 * MEMBER, old.due_on)
    assert session.get_one(Invoice, old.id).cancelled_at is not None
    assert {seat.fee_audience for seat in now.seats} == {FeeAudience.MEMBER}
    (mail,) = mails("membership_decided")
    assert "お支払い金額: ¥27,600（税込）" in mail.body
    assert [line for item in (now.terms or {})["items"] if item["code"] == "price" for line in item["lines"]] == [
        "¥9,200（税込） × 3名", "合計 ¥27,600（税込）",
    ]  # fmt: skip
    assert broken() == []


def test_after_payment_the_difference_goes_back_by_itself_and_once(inside: Flask, make: MakeHere) -> None:
    run, somebody = make.run(price_member=MEMBER), claiming(make)
    paid = make.paid(run, 2, organization=somebody.organization, booked_by=somebody.person)
    decide(make, somebody.organization, verified=True)
    assert (prices(make.whole(paid)), refunds()) == ([MEMBER] * 2, [2 * (GENERAL - MEMBER)])
    run_due(clock=clock.now)
    with make.deed():
        assert not operations.settle_membership(paid.id, now=clock.now())
    assert refunds() == [2 * (GENERAL - MEMBER)]
    (mail,) = mails("membership_decided")
    assert "差額の¥4,600を返金します" in mail.body
    assert broken() == []


def test_r19_who_pays_the_replaced_invoice_gets_the_difference_back(inside: Flask, make: MakeHere) -> None:
    run, somebody = make.run(price_member=MEMBER), claiming(make)
    ordered = make.ordered(run, organization=somebody.organization, booked_by=somebody.person)
    old = ordered.invoice
    decide(make, somebody.organization, verified=True)

    with make.deed():
        assert old is not None
        operations.settle(
            invoice=session.get_one(Invoice, old.id), provider=Provider.BANK_TRANSFER, external_id="late",
            amount=old.total, received_on=clock.today(), by=SYSTEM, now=clock.now(),
        )  # fmt: skip
    found = make.whole(ordered)
    assert (found.status, refunds()) == (BookingStatus.PAID, [GENERAL - MEMBER])
    assert broken() == []


def test_refused_nothing_more_is_asked_and_nothing_happens_later(inside: Flask, make: MakeHere) -> None:
    run, somebody = make.run(price_member=MEMBER), claiming(make)
    who = {"organization": somebody.organization, "booked_by": somebody.person}
    paid, ordered = make.paid(run, **who), make.ordered(run, **who)
    decide(make, somebody.organization, verified=False)
    for booking in (paid, ordered):
        found = make.whole(booking)
        assert (found.total, [seat.pending_price for seat in found.seats]) == (GENERAL, [None])
    assert len(mails("membership_decided")) == 2
    decide(make, somebody.organization, verified=True)
    assert (refunds(), session.scalar(select(func.count(Invoice.id)))) == ([], 2)
    assert broken() == []


def test_a_hold_costs_less_from_then_on_and_what_has_ended_is_left_alone(inside: Flask, make: MakeHere) -> None:
    run, somebody = make.run(price_member=MEMBER), claiming(make)
    who = {"organization": somebody.organization, "booked_by": somebody.person}
    held, gone = make.held(run, 2, **who), make.paid(run, **who)
    with make.deed():
        operations.cancel_by_office(booking=make.whole(gone), reason="講師の都合", by=SYSTEM, now=clock.now())
    assert refunds() == [GENERAL]
    decide(make, somebody.organization, verified=True)
    assert (make.whole(held).total, prices(make.whole(held))) == (2 * MEMBER, [MEMBER] * 2)
    assert (refunds(), [seat.price for seat in make.whole(gone).seats]) == ([GENERAL], [GENERAL])
    assert mails("membership_decided") == []
    assert broken() == []


def test_a_member_who_pays_nothing_is_confirmed_when_verified(inside: Flask, make: MakeHere) -> None:
    run, somebody = make.run(price_member=0), claiming(make)
    ordered = make.ordered(run, organization=somebody.organization, booked_by=somebody.person)
    decide(make, somebody.organization, verified=True)
    assert (make.whole(ordered).status, make.whole(ordered).total) == (BookingStatus.PAID, 0)
    assert session.scalars(select(Refund)).all() == []
    assert broken() == []


@pytest.mark.parametrize("earlier", ["invoice", "nothing"])
def test_both_prices_and_what_happens_are_said_before_the_order(
    client: FlaskClient, app: Flask, make: MakeHere, earlier: str
) -> None:
    run = make.run(price_member=MEMBER if earlier == "invoice" else GENERAL)
    with app.app_context():
        somebody = claiming(make)
    held = make.held(run, 2, organization=somebody.organization, booked_by=somebody.person)
    sign_in(client, somebody.account.email)
    details = text_of(client.get(f"/runs/{run.reference}/bookings/new"))
    review = text_of(client.get(f"/bookings/{held.reference}"))
    assert ("賛助会員であることを確認しています" in details) == (earlier == "invoice")
    assert ("確認後は合計¥18,400（税込）になります" in review) == (earlier == "invoice")
    assert "合計 ¥23,000（税込）" in review


def test_the_office_sees_every_amount_before_it_decides(client: FlaskClient, app: Flask, make: MakeHere) -> None:
    run = make.run(price_member=MEMBER)
    with app.app_context():
        somebody = claiming(make)
        who = {"organization": somebody.organization, "booked_by": somebody.person}
        make.paid(run, **who)
        make.ordered(run, 2, **who)
    sign_in(client, make.staff().email)
    page = f"/office/organizations/{somebody.organization.reference}/membership"
    shown = text_of(client.get(page))
    assert "¥2,300を返金" in shown
    assert "未払いの請求書を¥18,400のものに差替え" in shown
    assert post(client, page, {"verified": "yes"}).status_code == 303
    with app.app_context():
        run_due(clock=clock.now)
        assert queries.decidable_of(session.get_one(Organization, somebody.organization.id)) == []
    assert "金額が変わる申込はありません" in text_of(client.get(page))
    assert client.get("/office/organizations/O-none/membership").status_code == 404
