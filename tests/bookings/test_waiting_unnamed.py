"""A party for seats without a name: it waits, is offered seats, orders them, and the names follow (or come first)."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from courses_app.bookings import queries, tasks
from courses_app.bookings.models import Booking, PartyState, WaitingParty
from courses_app.catalogue.models import Course, CourseRun
from courses_app.foundation import clock
from courses_app.foundation.db import session, transaction
from courses_app.foundation.outbox import OutboxMessage
from tests.accounts.signing import csrf_token, sign_in
from tests.bookings.conftest import MakeHere
from tests.bookings.making import attendee
from tests.bookings.test_naming import NOBODY
from tests.bookings.test_routes import filled, row, text_of
from tests.bookings.test_waiting_routes import cancelled, parties


def names_follow(app: Flask, run: CourseRun, days: int = 7) -> None:
    with app.app_context(), transaction():
        session.get_one(Course, run.course_id).naming_days_before = days


def offered(app: Flask) -> tuple[str, dict[str, str]]:
    """After a round of the worker: the reference of the offer, and the last mail of each kind."""
    with app.app_context():
        tasks.run_due(clock=clock.now)
        assert queries.violations(now=clock.now()) == []
        offer = session.scalars(select(Booking).where(Booking.waiting_party_id.is_not(None))).one()
        sent = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
        return offer.reference, {one.kind.removeprefix("bookings/"): one.body for one in sent}


def ordered(client: FlaskClient, offer: str) -> int:
    order = {
        "csrf_token": csrf_token(client, f"/bookings/{offer}"), "names_confirmed": "y",
        "payment_method": "bank_transfer",
    }  # fmt: skip
    return client.post(f"/bookings/{offer}/confirmation", data=order).status_code


def named(client: FlaskClient, offer: str) -> int:
    names = {"csrf_token": csrf_token(client, f"/bookings/{offer}/names"), **row(1), **row(2)}
    return client.post(f"/bookings/{offer}/names", data=names).status_code


@pytest.mark.parametrize("taken", [3, 2])  # all seats (the quick page says so), or some
def test_seats_without_a_name_wait_are_offered_and_named_later(
    app: Flask, client: FlaskClient, make: MakeHere, taken: int
) -> None:
    make.issuer()
    run = make.run(capacity=3, days_ahead=60)
    names_follow(app, run)
    seat = make.held(run, taken)
    sign_in(client, make.coordinator().email)
    assert "氏名未定の席の数" in text_of(client.get(f"/runs/{run.reference}/bookings/new"))
    form = filled(client, run, row(0)) | {"unnamed": "2"}
    refused = client.post(f"/runs/{run.reference}/bookings", data=form)
    assert refused.status_code == 409
    assert "3名一組でキャンセル待ちをする" in text_of(refused)
    where = str(client.post(f"/runs/{run.reference}/waiting", data=form).headers["Location"])
    assert [(party.wanted, party.state) for party in parties(app)] == [(3, PartyState.WAITING)]
    assert "氏名未定2名" in text_of(client.get(where)).replace(" ", "")
    assert "氏名未定2名" in text_of(client.get("/organization/bookings")).replace(" ", "")
    cancelled(app, seat)
    offer, bodies = offered(app)
    assert "花子0様、氏名未定2名（3名）" in bodies["waiting_joined"]
    assert "氏名が未定の席が2名分あります" in bodies["offered"]
    assert f"/bookings/{offer}/names" in bodies["offered"]
    assert ordered(client, offer) == 303
    assert parties(app)[0].state is PartyState.SERVED
    assert named(client, offer) == 303
    with app.app_context():
        assert queries.violations(now=clock.now()) == []


@pytest.mark.parametrize("days", [0, 59])  # the course names everybody from now on; or the day is over
def test_an_offer_after_the_naming_day_asks_for_names_before_the_order(
    app: Flask, client: FlaskClient, make: MakeHere, days: int
) -> None:
    """The line went on while the time for names ran out: nothing is lost, the names come first."""
    make.issuer()
    run = make.run(capacity=2, days_ahead=60)
    names_follow(app, run)
    seat = make.held(run, 2)
    sign_in(client, make.coordinator().email)
    assert client.post(f"/runs/{run.reference}/waiting", data=filled(client, run) | {"unnamed": "2"}).status_code == 303
    names_follow(app, run, days)
    cancelled(app, seat)
    offer, bodies = offered(app)
    assert "この席は、申し込む前に次のページで全員の氏名を入力してください" in bodies["offered"]
    assert f"/bookings/{offer}/names" in text_of(client.get(f"/bookings/{offer}"))
    assert ordered(client, offer) == 409
    assert named(client, offer) == 303
    assert ordered(client, offer) == 303


def test_where_names_cannot_follow_who_waits_is_named_and_the_page_says_why(
    app: Flask, client: FlaskClient, make: MakeHere
) -> None:
    run = make.run(capacity=1)
    make.ordered(run)
    names_follow(app, run, 0)
    sign_in(client, make.coordinator().email)
    page = text_of(client.get(f"/runs/{run.reference}/bookings/new"))
    assert "氏名未定の席の数" not in page
    assert "キャンセル待ちにも全員の氏名が必要です" in page
    form = filled(client, run, row(0)) | {"unnamed": "2"}
    for deed in ("bookings", "waiting"):
        refused = client.post(f"/runs/{run.reference}/{deed}", data=form)
        assert refused.status_code == 409
        assert 'name="unnamed"' in text_of(refused)
        assert 'value="2"' in text_of(refused)
    assert "全員の氏名を入力してください" in text_of(refused)


def test_r22_a_part_goes_to_those_with_a_name_first_and_lapses_like_any_offer(
    app: Flask, inside: Flask, make: MakeHere
) -> None:
    run = make.run(capacity=2, days_ahead=60)
    names_follow(app, run)
    one, _other = make.held(run), make.held(run)
    party = make.waiting(run, attendees=[attendee(given_name="先"), NOBODY, NOBODY], accepts_part=True)
    cancelled(app, one)
    offer, bodies = offered(app)
    assert "氏名未定" not in bodies["offered"].split("金額")[0].split("受講者")[1]
    with app.app_context():
        seats = session.scalars(select(Booking).where(Booking.reference == offer)).one().seats
        assert [seat.given_name for seat in seats] == ["先"]
        session.expire_all()
        assert session.get_one(WaitingParty, party.id).wanted == 2


def test_the_database_refuses_half_a_name_in_the_line(app: Flask, inside: Flask, make: MakeHere) -> None:
    run = make.run(capacity=1, days_ahead=60)
    names_follow(app, run)
    make.held(run)
    make.waiting(run, attendees=[NOBODY])
    with pytest.raises(IntegrityError), transaction():
        session.execute(text("UPDATE waiting_attendees SET family_name = '山田'"))


def test_seats_without_a_name_are_asked_for_once(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    make.issuer()
    run = make.run(capacity=3, days_ahead=60)
    names_follow(app, run)
    make.held(run, 3)
    sign_in(client, make.coordinator().email)
    address = f"/runs/{run.reference}/waiting"
    where = str(client.post(address, data=filled(client, run, row(0)) | {"unnamed": "2"}).headers["Location"])
    refused = client.post(address, data=filled(client, run, row(1)) | {"unnamed": "1"})
    page = text_of(refused)
    assert (refused.status_code, len(parties(app))) == (409, 1)
    assert "氏名が未定の2席のキャンセル待ちを、すでに登録しています" in page
    assert f'href="{where}"' in page
    assert 'value="花子1"' in page
    assert client.post(address, data=filled(client, run, row(1))).status_code == 303  # who has a name may wait as well
    make.waiting(run, attendees=[NOBODY])  # and so may another organization
    assert [party.wanted for party in parties(app)] == [3, 1, 1]
