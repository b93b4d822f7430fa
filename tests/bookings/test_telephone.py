"""The office books by telephone, on the coordinator's own page; beyond the capacity only with a reason."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses_app.bookings import queries
from courses_app.bookings.models import Booking, Overbooking
from courses_app.bookings.rules import BookingStatus
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import clock
from courses_app.foundation.audit import AuditEntry
from courses_app.foundation.db import session
from courses_app.foundation.outbox import OutboxMessage
from tests.accounts.making import Coordinator
from tests.accounts.signing import csrf_token, sign_in
from tests.bookings.conftest import MakeHere
from tests.bookings.test_routes import counted, row, text_of


@pytest.fixture
def clerk(client: FlaskClient, make: MakeHere) -> FlaskClient:
    """A browser of the office."""
    make.issuer()
    sign_in(client, make.staff().email)
    return client


@pytest.fixture
def caller(make: MakeHere) -> Coordinator:
    """Whose organization is on the telephone."""
    return make.coordinator()


def door(run: CourseRun, caller: Coordinator) -> str:
    return f"/office/runs/{run.reference}/telephone?organization={caller.organization.reference}"


def filled(clerk: FlaskClient, page: str, caller: Coordinator, **changes: str) -> dict[str, str]:
    shown = text_of(clerk.get(page))
    token = re.search(r'name="form_token"[^>]*value="([^"]+)"', shown)
    assert token, shown[:400]
    return {
        "csrf_token": csrf_token(clerk, page), "form_token": token[1], "contact": caller.person.reference,
        "caller": "山田 花子", "note": "急ぎとのこと", "then": "order", **row(0), **changes,
    }  # fmt: skip


def mails(app: Flask) -> list[tuple[str, str]]:
    with app.app_context():
        return [(one.kind, one.recipient) for one in session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))]


def broken(app: Flask) -> list[str]:
    with app.app_context():
        return queries.violations(now=clock.now())


def test_first_who_is_calling(clerk: FlaskClient, make: MakeHere, caller: Coordinator) -> None:
    run = make.run()
    page = f"/office/runs/{run.reference}/telephone"
    found = text_of(clerk.get(page, query_string={"q": caller.organization.name}))
    assert f"organization={caller.organization.reference}" in found
    assert "該当する団体はありません" in text_of(clerk.get(page, query_string={"q": "no such"}))
    assert clerk.post(page, data={"csrf_token": csrf_token(clerk, page)}).status_code == 422
    assert clerk.get("/office/runs/R-NOTTHERE9/telephone").status_code == 404


def test_an_order_at_once_goes_to_the_coordinator(
    app: Flask, clerk: FlaskClient, make: MakeHere, caller: Coordinator
) -> None:
    run = make.run(capacity=5)
    page = door(run, caller)
    data = filled(clerk, page, caller)
    for _twice in range(2):  # the same form sent again books once
        assert clerk.post(page, data=data).status_code == 303
    with app.app_context():
        booking = session.scalars(select(Booking)).one()
        assert booking.status is BookingStatus.ORDERED
        assert (booking.organization_id, booking.booked_by_person_id) == (caller.organization.id, caller.person.id)
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "telephone.booked")).one()
        assert entry.detail == {"caller": "山田 花子", "note": "急ぎとのこと", "contact": caller.person.full_name}
        assert entry.actor_label != caller.person.full_name
        shown = text_of(clerk.get(f"/office/bookings/{booking.reference}"))
    assert "山田 花子" in shown
    assert ("bookings/ordered", caller.email) in mails(app)
    assert broken(app) == []


def test_seats_are_kept_with_a_link_for_the_coordinator(
    app: Flask, clerk: FlaskClient, make: MakeHere, caller: Coordinator
) -> None:
    run = make.run(capacity=5)
    page = door(run, caller)
    assert clerk.post(page, data=filled(clerk, page, caller, then="keep")).status_code == 303
    assert mails(app) == [("bookings/kept_for_you", caller.email)]
    with app.app_context():
        booking = session.scalars(select(Booking)).one()
        assert booking.status is BookingStatus.HELD
        assert (booking.hold_until - clock.now()).total_seconds() > 47 * 3600
        mail = session.scalars(select(OutboxMessage)).one()
        assert f"/bookings/{booking.reference}" in str(mail.body)
    sign_in(clerk, caller.email)
    assert clerk.get(f"/bookings/{booking.reference}").status_code == 200
    assert broken(app) == []


def test_the_mail_counts_seats_whose_names_follow(
    app: Flask, clerk: FlaskClient, make: MakeHere, caller: Coordinator
) -> None:
    page = door(make.run(days_ahead=30), caller)
    assert clerk.post(page, data=filled(clerk, page, caller, then="keep", unnamed="2")).status_code == 303
    with app.app_context():
        mail = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "bookings/kept_for_you")).one()
    assert "様、氏名未定2名\n" in mail.body


def test_a_private_run_of_nobody_is_booked_without_its_link(
    app: Flask, clerk: FlaskClient, make: MakeHere, caller: Coordinator
) -> None:
    run = make.run(days_ahead=30, private=True)
    page = door(run, caller)
    for then in ("keep", "order"):
        answer = clerk.post(page, data=filled(clerk, page, caller, then=then, **{"attendees-0-given_name": then}))
        assert answer.status_code == 303, text_of(answer)
    sign_in(clerk, caller.email)
    with app.app_context():
        kept = session.scalars(select(Booking).where(Booking.status == BookingStatus.HELD)).one()
    review = f"/bookings/{kept.reference}"
    order = {"csrf_token": csrf_token(clerk, review), "names_confirmed": "y", "payment_method": "bank_transfer"}
    assert clerk.post(f"{review}/confirmation", data=order).status_code == 303
    assert broken(app) == []


def test_a_private_run_of_another_organization_stays_theirs(
    clerk: FlaskClient, make: MakeHere, caller: Coordinator
) -> None:
    run = make.run(days_ahead=30, private=True, organization=make.coordinator().organization.reference)
    page = door(run, caller)
    refused = clerk.post(page, data=filled(clerk, page, caller))
    assert refused.status_code == 409
    assert "特定の団体のためのものです" in text_of(refused)


def test_what_is_missing_is_said_and_nothing_is_lost(clerk: FlaskClient, make: MakeHere, caller: Coordinator) -> None:
    page = door(make.run(), caller)
    data = filled(clerk, page, caller, contact="P-NOTTHERE9") | {"caller": ""}
    answer = clerk.post(page, data=data)
    assert answer.status_code == 422
    assert data["attendees-0-family_name"] in text_of(answer)
    assert "急ぎとのこと" in text_of(answer)


def test_beyond_the_capacity_only_with_a_reason(
    app: Flask, clerk: FlaskClient, make: MakeHere, caller: Coordinator
) -> None:
    run = make.run(capacity=1)
    make.paid(run)
    page = door(run, caller)
    data = filled(clerk, page, caller)
    refused = clerk.post(page, data=data)
    assert refused.status_code == 409
    assert "定員を超える受付" in text_of(refused)
    assert clerk.post(page, data={**data, "beyond": "来週が更新の期限のため"}).status_code == 303
    with app.app_context():
        allowed = session.scalars(select(Overbooking)).one()
        assert (allowed.seats, allowed.reason) == (1, "来週が更新の期限のため")
    shown = text_of(clerk.get(f"/office/runs/{run.reference}"))
    assert "定員を1席超過しています" in shown
    assert "来週が更新の期限のため" in shown
    assert broken(app) == []


def test_a_coordinator_never_sits_beyond_the_capacity(
    app: Flask, client: FlaskClient, make: MakeHere, caller: Coordinator
) -> None:
    run = make.run(capacity=1)
    make.paid(run)
    sign_in(client, caller.email)
    new = f"/runs/{run.reference}/bookings/new"
    data = {"csrf_token": csrf_token(client, new), "form_token": "x", "beyond": "いつも", "then": "order", **row(0)}
    assert client.post(f"/runs/{run.reference}/bookings", data=data).status_code == 409
    assert client.post(door(run, caller), data=data).status_code == 404
    with app.app_context():
        assert session.scalars(select(Overbooking)).all() == []


def test_the_page_asks_few_questions(app: Flask, clerk: FlaskClient, make: MakeHere, caller: Coordinator) -> None:
    page = door(make.run(), caller)
    with counted(app) as sent:
        assert clerk.get(page).status_code == 200
    assert len(sent) <= 12, sent
