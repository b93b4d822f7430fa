"""The first page of the staff: what needs a hand, and matters that are settled there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from courses_app.foundation import clock, matters
from courses_app.foundation.audit import SYSTEM, AuditEntry
from courses_app.foundation.db import session
from courses_app.foundation.matters import Matter
from courses_app.office import operations, queries
from courses_app.office.rules import MatterSettled, SettledByDeed
from tests.accounts.signing import csrf_token, post
from tests.office.conftest import MakeHere


def opened(make: MakeHere, kind: str = "mail_not_delivered", reference: str = "17") -> Matter:
    with make.deed():
        return matters.open_matter(kind=kind, subject=("outbox", reference), now=clock.now(), by=SYSTEM)


def settled(desk: FlaskClient, matter: Matter, *, note: str) -> TestResponse:
    path, fields = f"/office/matters/{matter.id}/settlement", {f"matter-{matter.id}-note": note}
    return post(desk, path, fields, page="/office/today")


def test_an_empty_house_needs_no_hand(desk: FlaskClient) -> None:
    page = desk.get("/office/today").get_data(as_text=True)
    assert "figure--warning" not in page
    assert "figure--error" not in page


def test_everything_that_waits_is_counted(inside: Flask) -> None:
    make, now = MakeHere(inside), clock.now()
    soon = make.run("SUP", days_ahead=12, capacity=10, booking_closes_at=now + timedelta(days=5))
    make.ordered(make.run("TIM", days_ahead=40), now=now - timedelta(days=30))
    held = make.run("SUP", days_ahead=-5, venue="osaka-honmachi")
    make.paid(held, 2, now=held.booking_closes_at - timedelta(days=5))
    make.mail(failed=True)
    make.organization(member_number="M-0001")
    desk = queries.desk(now=now)
    assert (desk.payments_due, desk.payments_overdue) == (1, 1)
    assert (desk.rosters_open, desk.runs_nearly_empty) == (1, 1)
    assert (desk.mails_failed, desk.members_pending) == (1, 1)
    assert {line.run.id for line in queries.runs_to_look_at(now=now)} == {soon.id, held.id}
    make.closed_roster(held, failed=1)
    desk = queries.desk(now=now)
    assert (desk.rosters_open, desk.certificates_due) == (0, 1)


def test_a_hold_that_ran_out_takes_no_seat(inside: Flask) -> None:
    make, now = MakeHere(inside), clock.now()
    make.held(make.run("SUP"), 2, now=now - timedelta(hours=2))
    assert [line.taken for line in queries.next_runs(now=now)] == [0]
    assert [line.taken for line in queries.next_runs(now=now - timedelta(hours=2))] == [2]


def test_inv13_a_matter_is_settled_with_a_note(make: MakeHere, desk: FlaskClient, app: Flask) -> None:
    matter = opened(make)
    answer = post(
        desk,
        f"/office/matters/{matter.id}/settlement",
        {f"matter-{matter.id}-note": "電話で連絡した"},
        page="/office/today",
    )
    assert answer.location == "/office/today"
    with app.app_context():
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "matter.settled")).one()
        assert (entry.actor_label, entry.detail) == ("森田 直美", {"note": "電話で連絡した"})
        assert queries.desk(now=clock.now()).matters == 0


def test_d04_a_missing_note_is_asked_for(make: MakeHere, desk: FlaskClient) -> None:
    matter = opened(make)
    answer = settled(desk, matter, note=" ")
    assert answer.status_code == 422
    assert f'href="#matter-{matter.id}-note"' in answer.get_data(as_text=True)


def test_a_matter_that_is_not_there_is_not_found(desk: FlaskClient) -> None:
    token = csrf_token(desk, "/office/today")
    assert desk.post("/office/matters/999/settlement", data={"csrf_token": token}).status_code == 404


def test_inv8_money_is_not_closed_by_hand(inside: Flask) -> None:
    make = MakeHere(inside)
    for kind in ("refund_due", "money_held", "paid_no_seat", "stripe_event", "membership_claimed"):
        matter = opened(make, kind)
        with pytest.raises(SettledByDeed), make.deed():
            operations.settle_matter(matter, note="done", by=SYSTEM, now=clock.now())


def test_who_comes_second_is_told_so(inside: Flask) -> None:
    make = MakeHere(inside)
    matter = opened(make)
    with make.deed():
        operations.settle_matter(matter, note="done", by=SYSTEM, now=clock.now())
    with pytest.raises(MatterSettled), make.deed():
        operations.settle_matter(matter, note="done", by=SYSTEM, now=clock.now())
