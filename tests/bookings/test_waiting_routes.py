"""The waiting list through its pages: nothing typed twice, everybody sees their place, nothing of others."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from courses_app.bookings import operations, queries, tasks
from courses_app.bookings.models import Booking, PartyState, WaitingAttendee, WaitingParty
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session, transaction
from courses_app.foundation.outbox import OutboxMessage
from tests.accounts.counting import MOST_STATEMENTS, statements
from tests.accounts.signing import csrf_token, sign_in
from tests.bookings.conftest import MakeHere
from tests.bookings.test_routes import filled, row, text_of


def parties(app: Flask) -> list[WaitingParty]:
    with app.app_context():
        return list(session.scalars(select(WaitingParty).order_by(WaitingParty.id)))


def cancelled(app: Flask, booking: Booking) -> None:
    with app.app_context(), transaction():
        operations.cancel(booking=booking, by=SYSTEM, now=clock.now())


def test_from_a_full_run_through_the_mail_to_the_order(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    make.issuer()
    run = make.run(capacity=2)
    seats, somebody = make.held(run, 2), make.coordinator()
    sign_in(client, somebody.email)
    assert "キャンセル待ちに登録する" in text_of(client.get(f"/runs/{run.reference}"))
    form = filled(client, run, row(0), row(1))
    answer = client.post(f"/runs/{run.reference}/waiting", data=form)
    assert answer.status_code == 303
    address = answer.headers["Location"]
    assert "1番目" in text_of(client.get(address))
    assert client.post(f"/runs/{run.reference}/waiting", data=form).headers["Location"] == address
    assert "1組・2席分" in text_of(client.get(f"/runs/{run.reference}"))
    assert "1番目" in text_of(client.get(f"/runs/{run.reference}"))
    assert "1番目" not in text_of(app.test_client().get(f"/runs/{run.reference}"))
    assert "1番目" in text_of(client.get("/organization/bookings"))
    cancelled(app, seats)
    with app.app_context():
        tasks.run_due(clock=clock.now)
        mail = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "bookings/offered")).one()
        offer = session.scalars(select(Booking).where(Booking.waiting_party_id.is_not(None))).one()
    assert mail.recipient == somebody.email
    assert f"/bookings/{offer.reference}\n" in mail.body
    assert "お待ちの席が空きました" in text_of(client.get(address))
    assert "2席を確認して申し込む" in text_of(client.get("/organization/bookings"))
    review = text_of(client.get(f"/bookings/{offer.reference}"))
    assert "案内を辞退する" in review
    order = {
        "csrf_token": csrf_token(client, f"/bookings/{offer.reference}"), "names_confirmed": "y",
        "payment_method": "bank_transfer",
    }  # fmt: skip
    assert client.post(f"/bookings/{offer.reference}/confirmation", data=order).status_code == 303
    assert parties(app)[0].state is PartyState.SERVED


def test_r02_what_was_typed_for_a_run_too_full_can_wait_with_one_press(
    app: Flask, client: FlaskClient, make: MakeHere
) -> None:
    run = make.run(capacity=2)
    make.held(run)
    make.issuer()
    sign_in(client, make.coordinator().email)
    form = filled(client, run, row(0), row(1))
    refused = client.post(f"/runs/{run.reference}/bookings", data=form)
    assert refused.status_code == 409
    page = text_of(refused)
    assert "花子0" in page
    assert f'formaction="/runs/{run.reference}/waiting"' in page
    assert client.post(f"/runs/{run.reference}/waiting", data=form | {"accepts_part": "y"}).status_code == 303
    assert parties(app)[0].accepts_part


def test_r23b_the_visitor_is_told_that_others_wait(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    run = make.run(capacity=1)
    seat = make.held(run)
    make.waiting(run)
    cancelled(app, seat)
    sign_in(client, make.coordinator().email)
    page = text_of(client.get(f"/runs/{run.reference}/bookings/new"))
    assert "キャンセル待ちの方がいます" in page
    refused = client.post(f"/runs/{run.reference}/bookings", data=filled(client, run, row(0)))
    assert refused.status_code == 409
    assert "先にご案内します" in text_of(refused)
    assert "この受講者でキャンセル待ちに登録する" in text_of(refused)


def test_with_free_seats_nobody_waits(client: FlaskClient, make: MakeHere) -> None:
    run = make.run()
    sign_in(client, make.coordinator().email)
    assert "/waiting" not in text_of(client.get(f"/runs/{run.reference}/bookings/new"))
    refused = client.post(f"/runs/{run.reference}/waiting", data=filled(client, run, row(0)))
    assert refused.status_code == 409
    assert "空席があります" in text_of(refused)


def test_an_invalid_form_does_not_wait_and_loses_nothing(client: FlaskClient, make: MakeHere) -> None:
    run = make.run(capacity=1)
    make.held(run)
    sign_in(client, make.coordinator().email)
    form = filled(client, run, row(0, family_name_kana="abc"))
    answer = client.post(f"/runs/{run.reference}/waiting", data=form)
    assert answer.status_code == 422
    assert "花子0" in text_of(answer)


def test_leaving_is_one_button(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    run = make.run(capacity=1)
    make.held(run)
    somebody = make.coordinator()
    party = make.waiting(run, organization=somebody.organization, booked_by=somebody.person)
    sign_in(client, somebody.email)
    page = f"/waiting/{party.reference}"
    answer = client.post(f"{page}/leaving", data={"csrf_token": csrf_token(client, page)}, follow_redirects=True)
    assert "キャンセル待ちを取りやめました。" in text_of(answer)
    assert parties(app)[0].state is PartyState.LEFT


def test_declining_is_one_button_and_the_next_is_served(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    run = make.run(capacity=1)
    seat, somebody = make.held(run), make.coordinator()
    make.waiting(run, organization=somebody.organization, booked_by=somebody.person)
    make.waiting(run)
    cancelled(app, seat)
    with app.app_context():
        tasks.run_due(clock=clock.now)
        offer = session.scalars(select(Booking).where(Booking.waiting_party_id.is_not(None))).one()
    sign_in(client, somebody.email)
    page = f"/bookings/{offer.reference}"
    client.post(f"{page}/cancellation", data={"csrf_token": csrf_token(client, page)})
    with app.app_context():
        tasks.run_due(clock=clock.now)
    assert [party.state for party in parties(app)] == [PartyState.LEFT, PartyState.OFFERED]


def offered_to(app: Flask, make: MakeHere, wanted: int = 1) -> tuple[str, str]:
    """A run with a line of two, the first of whom has an offer: their address, and that of the offer."""
    run = make.run(capacity=wanted)
    seats, somebody = make.held(run, wanted), make.coordinator()
    make.waiting(run, wanted, organization=somebody.organization, booked_by=somebody.person)
    make.waiting(run)
    cancelled(app, seats)
    with app.app_context():
        tasks.run_due(clock=clock.now)
        offer = session.scalars(select(Booking).where(Booking.waiting_party_id.is_not(None))).one()
        return somebody.email, f"/bookings/{offer.reference}"


def test_the_link_of_the_mail_leads_to_the_order_after_signing_in(
    app: Flask, client: FlaskClient, make: MakeHere
) -> None:
    make.issuer()
    email, offer = offered_to(app, make)
    asked = client.get(offer)
    assert asked.headers["Location"] == f"/sign-in?next={offer}"
    assert f'name="next" type="hidden" value="{offer}"' in text_of(client.get(asked.headers["Location"]))
    assert sign_in(client, email, next=offer).headers["Location"] == offer
    assert f'action="{offer}/confirmation"' in text_of(client.get(offer))


def test_an_offer_is_ordered_or_declined_as_it_is(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    email, offer = offered_to(app, make)
    sign_in(client, email)
    assert f"{offer}/attendees" not in text_of(client.get(offer))
    form = {"csrf_token": csrf_token(client, offer), "form_token": "other", **row(0)}
    refused = client.post(f"{offer}/attendees", data=form)
    assert refused.status_code == 409
    assert "受講者を変更できます" in text_of(refused)
    assert [party.state for party in parties(app)] == [PartyState.OFFERED, PartyState.WAITING]


def test_an_offer_that_lapsed_does_not_promise_seats(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    email, offer = offered_to(app, make)
    with app.app_context(), transaction():
        for booking in session.scalars(select(Booking).where(Booking.waiting_party_id.is_not(None))):
            booking.hold_until = clock.now() - timedelta(minutes=1)
    sign_in(client, email)
    page = text_of(client.get(offer))
    assert "/hold" not in page
    assert "順にご案内します" in page


def test_the_office_sees_the_line_offers_by_hand_and_removes(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    run = make.run(capacity=2)
    seat, _other = make.held(run), make.held(run)
    first, second = make.waiting(run, 2), make.waiting(run)
    cancelled(app, seat)
    sign_in(client, make.staff().email)
    listed = text_of(client.get(f"/office/runs/{run.reference}/waiting"))
    assert listed.index(first.reference) < listed.index(second.reference)
    page = f"/office/waiting/{second.reference}"
    token = {"csrf_token": csrf_token(client, page)}
    refused = client.post(f"{page}/offer", data=token)
    assert refused.status_code == 409
    assert "理由を入力してください" in text_of(refused)
    reason = {"passing-reason": "更新の期限が近いため"}
    assert client.post(f"{page}/offer", data=token | reason).status_code == 303
    assert "更新の期限が近いため" in text_of(client.get(f"/office/runs/{run.reference}/waiting"))
    page = f"/office/waiting/{first.reference}"
    assert client.post(f"{page}/removal", data=token).status_code == 422
    assert client.post(f"{page}/removal", data=token | {"removal-reason": "重複"}).status_code == 303
    assert [party.state for party in parties(app)] == [PartyState.CLOSED, PartyState.OFFERED]


def fill_line(app: Flask, make: MakeHere, run: CourseRun, length: int) -> None:
    """A long line, written in bulk behind one real party."""
    model = make.waiting(run)
    with app.app_context(), transaction():
        columns = WaitingParty.__table__.c
        one = dict(session.execute(select(WaitingParty.__table__).where(columns.id == model.id)).mappings().one())
        who = WaitingAttendee.__table__
        person = dict(session.execute(select(who).where(who.c.party_id == model.id)).mappings().one())
        del one["id"], person["id"]
        rows = [{**one, "reference": f"W-{turn:05}", "form_token": f"t{turn}"} for turn in range(1, length)]
        written = insert(WaitingParty.__table__).returning(columns.id)
        ids = session.connection().execute(written, rows).scalars().all()
        session.connection().execute(insert(who), [{**person, "party_id": party_id} for party_id in ids])


def test_a_line_of_5000_keeps_the_pages_short(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    run = make.run(capacity=1)
    seat = make.held(run)
    fill_line(app, make, run, 5000)
    make.waiting(run)
    sign_in(client, make.staff().email)
    office = app.test_client()
    sign_in(client, make.coordinator().email)
    sign_in(office, make.staff().email)
    own = app.test_client()
    with app.app_context():
        last = session.scalars(select(WaitingParty).order_by(WaitingParty.id.desc())).first()
        assert last is not None
        mine = last.booked_by.email or ""
    sign_in(own, mine)
    for browser, path in (
        (client, f"/runs/{run.reference}"),
        (client, f"/runs/{run.reference}/bookings/new"),
        (office, f"/office/runs/{run.reference}/waiting"),
        (office, f"/office/runs/{run.reference}/waiting?page=250"),
        (office, "/office/waiting/W-04999"),
        (own, f"/waiting/{last.reference}"),
        (own, "/organization/bookings"),
    ):
        with statements(app) as seen:
            assert browser.get(path).status_code == 200
        assert len(seen) <= MOST_STATEMENTS, (path, len(seen))
    assert "5001番目（前に5000組）" in text_of(own.get(f"/waiting/{last.reference}"))
    cancelled(app, seat)
    with app.app_context():
        later = clock.now() + timedelta(minutes=1)
        assert tasks.run_due(clock=lambda: later) == 1


def test_each_date_of_a_form_waits_as_a_party_of_its_own(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    make.issuer()
    run, other = make.run(capacity=2), make.run(days_ahead=70, capacity=2)
    make.held(run, 2)
    make.held(other, 2)
    sign_in(client, make.coordinator().email)
    form = filled(client, run, row(0), row(1)) | {"attendees-1-run": other.reference}
    refused = client.post(f"/runs/{run.reference}/bookings", data=form)
    assert refused.status_code == 409
    assert "満席の日程の方は、その日程の組として" in text_of(refused)
    answers = [client.post(f"/runs/{run.reference}/waiting", data=form) for _ in range(2)]
    assert [one.headers["Location"] for one in answers] == ["/organization/bookings"] * 2
    with app.app_context():
        found = session.scalars(select(WaitingParty).order_by(WaitingParty.run_id)).all()
        assert [(one.run.reference, [who.given_name for who in one.attendees]) for one in found] == [
            (run.reference, ["花子0"]), (other.reference, ["花子1"])
        ]  # fmt: skip
        assert queries.violations(now=clock.now()) == []
    changed = client.post(f"/runs/{run.reference}/waiting", data=form | {"attendees-1-run": ""})
    assert changed.status_code == 409
    assert len(parties(app)) == 2


def test_whose_date_has_room_gets_a_seat_at_once_and_the_others_wait(
    app: Flask, client: FlaskClient, make: MakeHere
) -> None:
    make.issuer()
    run, other = make.run(capacity=2), make.run(days_ahead=70, capacity=1)
    make.held(other)
    sign_in(client, make.coordinator().email)
    form = filled(client, run, row(0), row(1)) | {"attendees-1-run": other.reference}
    refused = client.post(f"/runs/{run.reference}/bookings", data=form)
    assert f'formaction="/runs/{run.reference}/waiting"' in text_of(refused)
    answers = [client.post(f"/runs/{run.reference}/waiting", data=form) for _ in range(2)]
    review = str(answers[0].headers["Location"])
    assert "/bookings/B-" in review
    assert answers[1].headers["Location"] == review
    page = text_of(client.get(review))
    assert "1名のキャンセル待ちを登録しました" in page
    assert "花子0" in page
    assert [party.wanted for party in parties(app)] == [1]
    with app.app_context():
        assert queries.violations(now=clock.now()) == []


def test_where_a_date_cannot_wait_nothing_happens(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    make.issuer()
    run, other = make.run(capacity=2), make.run(days_ahead=70, capacity=1)
    make.held(run)
    make.held(other)
    sign_in(client, make.coordinator().email)
    form = filled(client, run, row(0), row(1), row(2))
    form |= {"attendees-1-run": other.reference, "attendees-2-run": other.reference}
    refused = client.post(f"/runs/{run.reference}/waiting", data=form)
    assert refused.status_code == 409
    assert "定員は1名です" in text_of(refused)
    assert 'name="accepts_part"' in text_of(refused)
    assert all(f"花子{number}" in text_of(refused) for number in range(3))
    assert not parties(app)
