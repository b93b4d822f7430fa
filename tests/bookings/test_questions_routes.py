"""The pages of a question after a move: the organization's, the office's, and the plan that asks."""

from __future__ import annotations

import re
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses_app.bookings import operations
from courses_app.bookings.models import Booking, MoveQuestion
from courses_app.bookings.rules import QuestionState
from courses_app.foundation import clock
from courses_app.foundation.audit import AuditEntry
from courses_app.foundation.clock import end_of
from courses_app.foundation.db import session
from tests.accounts.counting import MOST_STATEMENTS, statements
from tests.accounts.signing import csrf_token, sign_in
from tests.bookings.asked import move_run, question_about
from tests.bookings.conftest import MakeHere
from tests.bookings.test_dates import broken, refunds
from tests.bookings.test_routes import text_of
from tests.catalogue.test_routes import changed_run

DAY = timedelta(days=1)
HIDDEN = re.compile(r'<input type="hidden" name="(seat|less)" value="([^"]*)">')


def asked(app: Flask, make: MakeHere, n: int = 3, *, price: int = 10_000) -> tuple[str, str, str, str]:
    """The coordinator's address, the question, the booking, and another date's reference."""
    with app.app_context():
        make.issuer()
        run, other = make.run(days_ahead=40), make.run(days_ahead=60, price_general=price, price_member=price)
        somebody = make.coordinator()
        booking = make.paid(run, n, organization=somebody.organization, booked_by=somebody.person)
        move_run(make, run)
        return somebody.email, question_about(booking).reference, booking.reference, other.reference


def shown_form(page: str) -> dict[str, list[str]]:
    """What the preview would send."""
    form: dict[str, list[str]] = {}
    for name, value in HIDDEN.findall(page):
        form.setdefault(name, []).append(value)
    return form


def test_from_the_booking_to_the_answer(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    email, reference, booking, other = asked(app, make)
    sign_in(client, email)
    page = f"/questions/{reference}"
    assert page in text_of(client.get(f"/bookings/{booking}"))
    assert page in text_of(client.get("/organization/bookings"))
    first = text_of(client.get(page))
    assert "全員そのまま受講する" in first
    preview = text_of(client.get(f"{page}?all=keep&seat=1:{other}&seat=2:give_back&seat=3:"))
    assert "¥13,000" in preview
    form = shown_form(preview)
    assert form == {"seat": [f"1:{other}", "2:give_back", "3:keep"], "less": ["13000"]}
    token = {"csrf_token": csrf_token(client, page)}
    stale = client.post(f"{page}/answer", data={**form, **token, "less": "1"})
    assert stale.status_code == 409
    assert "¥13,000" in text_of(stale)
    for _twice in range(2):
        assert client.post(f"{page}/answer", data={**form, **token}).status_code == 303
    after = text_of(client.get(page))
    assert "席ごとに選択" in after
    assert 'name="less"' not in after
    with app.app_context():
        assert sorted(refunds()) == [1_500, 11_500]
        assert broken() == []


def test_a_dearer_date_and_money_back_are_two_sums_of_a_paid_order(
    app: Flask, client: FlaskClient, make: MakeHere
) -> None:
    """What goes back and what is billed in addition are two papers; neither hides behind the other."""
    email, reference, booking, other = asked(app, make, price=20_000)
    sign_in(client, email)
    page = f"/questions/{reference}"
    preview = text_of(client.get(f"{page}?seat=1:{other}&seat=2:give_back"))
    assert "追加のお支払い: ¥8,500" in preview
    for label, amount in (("返金の合計", "¥11,500"), ("追加のお支払いの合計", "¥8,500")):
        assert re.search(rf"{label}</dt>\s*<dd[^>]*>\s*{amount}", preview), label
    form = {**shown_form(preview), "csrf_token": csrf_token(client, page)}
    assert form["less"] == ["3000"]
    for _twice in range(2):
        assert client.post(f"{page}/answer", data=form).status_code == 303
    with app.app_context():
        assert refunds() == [11_500]
        found = make.whole(session.scalars(select(Booking).where(Booking.reference == booking)).one())
        assert [one.invoice.total for one in found.supplements] == [8_500]
        assert broken() == []


def test_all_stay_with_one_press(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    email, reference, _booking, _other = asked(app, make)
    sign_in(client, email)
    page = f"/questions/{reference}"
    form = {"csrf_token": csrf_token(client, page), "all": "keep", "less": "0"}
    for _twice in range(2):
        assert client.post(f"{page}/answer", data=form).status_code == 303
    assert "全席そのまま" in text_of(client.get(page))


def test_nothing_chosen_and_too_late_are_said_on_the_page(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    email, reference, _booking, _other = asked(app, make)
    sign_in(client, email)
    page = f"/questions/{reference}"
    token = csrf_token(client, page)
    nothing = client.post(f"{page}/answer", data={"csrf_token": token})
    assert (nothing.status_code, "少なくとも1席" in text_of(nothing)) == (409, True)
    for odd in ("x:keep", "99:keep", "1:R-NOWHERE99", "1", ":"):
        assert client.get(page, query_string={"seat": odd}).status_code == 200
        assert client.post(f"{page}/answer", data={"csrf_token": token, "seat": odd, "less": "0"}).status_code == 409
    with make.deed():
        question = session.scalars(select(MoveQuestion)).one()
        question.asked_at, question.answer_until = clock.now() - 9 * DAY, clock.now() - DAY
    late = client.post(f"{page}/answer", data={"csrf_token": token, "all": "keep", "less": "0"})
    assert (late.status_code, "期限" in text_of(late)) == (409, True)
    assert 'name="less"' not in text_of(client.get(page))


def test_the_office_answers_on_the_telephone(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    _email, reference, booking, _other = asked(app, make, 2)
    with app.app_context():
        clerk = make.staff().email
        run = session.scalars(select(MoveQuestion)).one().run.reference
    sign_in(client, clerk)
    page = f"/office/questions/{reference}"
    assert page in text_of(client.get(f"/office/questions?run={run}&open=y"))
    assert "未回答" in text_of(client.get(f"/office/runs/{run}"))
    assert "/office/questions?open=y" in text_of(client.get("/office/today"))
    preview = text_of(client.get(f"{page}?all=give_back"))
    form = {**shown_form(preview), "csrf_token": csrf_token(client, page)}
    assert client.post(f"{page}/answer", data=form).status_code == 303
    assert "全席取消し" in text_of(client.get(page))
    assert "回答: 席の取消し" in text_of(client.get(f"/office/bookings/{booking}"))
    with app.app_context():
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "question.give_back")).one()
        assert (entry.actor_kind, refunds()) == ("person", [11_500, 11_500])
        assert broken() == []


def test_a_question_is_nobody_elses(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    _email, reference, _booking, _other = asked(app, make)
    sign_in(client, make.coordinator().email)
    assert client.get(f"/questions/{reference}").status_code == 404


def test_the_plan_says_who_is_asked_and_until_when(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    with app.app_context():
        make.issuer()
        run, clerk = make.run(days_ahead=40), make.staff().email
        booking = make.paid(run, 2)
        fields = changed_run(app, run.reference, venue="osaka-nakanoshima")
    sign_in(client, clerk)
    path = f"/office/runs/{run.reference}/edit"
    shown = text_of(client.get(path))
    assert f'value="{(clock.today() + 7 * DAY).isoformat()}"' in shown
    assert "1団体の申込1件（2席）" in shown
    wrong = {**fields, "csrf_token": csrf_token(client, path), "answer_on": "2099-01-01"}
    refused = client.post(path, data=wrong)
    assert refused.status_code == 409
    assert "開催日" in text_of(refused)
    assert "2099-01-01" in text_of(refused)
    day = clock.today() + 12 * DAY
    assert client.post(path, data={**wrong, "answer_on": day.isoformat()}).status_code == 303
    with app.app_context():
        assert question_about(booking).answer_until == end_of(day)


def test_the_pages_ask_little_however_many_seats(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    email, reference, _booking, _other = asked(app, make, 20)
    with app.app_context():
        clerk = make.staff().email
        run = session.scalars(select(MoveQuestion)).one().run
        for _more in range(3):
            make.paid(run)
        move_run(make, run, days=1)
        newest = session.scalars(select(MoveQuestion).order_by(MoveQuestion.id)).all()[1].reference
    sign_in(client, email)
    for page in (f"/questions/{reference}", f"/questions/{newest}", f"/questions/{newest}?all=keep"):
        with statements(app) as asked_for:
            assert client.get(page).status_code == 200
        assert len(asked_for) <= MOST_STATEMENTS, page
    sign_in(client, clerk)
    for page in ("/office/questions", f"/office/questions/{newest}"):
        with statements(app) as asked_for:
            assert client.get(page).status_code == 200
        assert len(asked_for) <= MOST_STATEMENTS, page


def test_who_is_asked_twice_sees_the_last_question(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    email, reference, booking, _other = asked(app, make, 1)
    with app.app_context():
        run = session.scalars(select(MoveQuestion)).one().run
        move_run(make, run, days=1)
    sign_in(client, email)
    assert f"/questions/{reference}" not in text_of(client.get(f"/bookings/{booking}"))
    assert "確認終了" in text_of(client.get(f"/questions/{reference}"))
    with make.deed():
        found = session.scalars(select(MoveQuestion).where(MoveQuestion.state == QuestionState.ASKED)).one()
        operations.close_unanswered(found.id, now=found.answer_until)
    assert "回答なし" in text_of(client.get(f"/questions/{found.reference}"))
