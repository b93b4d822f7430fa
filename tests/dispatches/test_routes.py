"""Requests through their pages: nothing typed is lost, nobody sees another's, one story from asking to the roster."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from courses_app.catalogue.models import CourseRun
from courses_app.dispatches import tasks
from courses_app.dispatches.models import Dispatch
from courses_app.dispatches.rules import DispatchState
from courses_app.foundation import clock
from courses_app.foundation.db import session
from courses_app.foundation.outbox import OutboxMessage
from courses_app.payments import tasks as payments
from tests.accounts.counting import MOST_STATEMENTS, statements
from tests.accounts.signing import csrf_token, post, sign_in
from tests.make import Make

ENGLISH = {"Accept-Language": "en"}


def text(response: TestResponse) -> str:
    return unescape(response.get_data(as_text=True))


def day(ahead: int) -> str:
    return (clock.today() + timedelta(days=ahead)).isoformat()


def asked(**changes: str) -> dict[str, object]:
    return {
        "form_token": "t" * 43, "subject": "育成就労制度の説明会", "heads": "２４", "place": "premises",
        "language": "ja", "wishes-0-on": day(40), "wishes-0-time": "morning", "wishes-1-on": "", "wishes-2-on": "",
        "wishes-1-time": "any", "wishes-2-time": "any", "place_name": "協同組合会館", "postal_code": "105-0003",
        "prefecture": "13", "address": "東京都港区西新橋99丁目9番9号", "words": "３階です", "course": "", **changes,
    }  # fmt: skip


def quoted(**changes: str) -> dict[str, object]:
    fields: dict[str, object] = {
        "meetings-0-on": day(40), "meetings-0-begins": "９：００", "meetings-0-ends": "1200", "capacity": "24",
        "lines-0-description": "講師料", "lines-0-quantity": "1", "lines-0-unit_amount": "６６，０００",
        "lines-0-tax_category": "taxable_10", "lines-1-description": "交通費", "lines-1-quantity": "2",
        "lines-1-unit_amount": "4500", "lines-1-tax_category": "taxable_10", "valid_until": day(14), "words": "",
        "instructor": "", **changes,
    }  # fmt: skip
    for n in range(2, 6):
        fields |= {f"lines-{n}-quantity": "1", f"lines-{n}-tax_category": "taxable_10"}
    return fields


def one(app: Flask) -> Dispatch:
    with app.app_context():
        return session.scalars(select(Dispatch)).one()


def test_the_services_stand_in_the_public_navigation(app: Flask, client: FlaskClient, make: Make) -> None:
    make.service()
    assert 'href="/services"' in text(client.get("/"))
    page = text(client.get("/services"))
    for name in ("講師派遣（説明会・勉強会）", "日本語研修（オンデマンド）", "訪問相談"):
        assert name in page
    english = text(client.get("/services/japanese-training", headers=ENGLISH))
    assert "Japanese language training on demand" in english
    assert "Send a request" in english
    assert client.get("/services/unknown").status_code == 404
    assert client.get("/services/briefing/requests/new").headers["Location"].startswith("/sign-in")
    assert "on-request" not in text(client.get("/courses"))
    assert client.get("/courses/on-request-briefing").status_code == 404


def test_from_the_request_to_the_roster(  # noqa: PLR0915 - one story
    app: Flask, client: FlaskClient, make: Make
) -> None:
    make.service()
    somebody, teacher, office = make.coordinator(), make.instructor(), app.test_client()
    sign_in(client, somebody.email)
    sign_in(office, make.staff().email)
    # Asking.
    form = "/services/briefing/requests/new"
    proposed = text(client.get(form))
    assert somebody.organization.address in proposed
    sent = post(client, "/services/briefing/requests", asked(), page=form)
    assert sent.status_code == 303, text(sent)
    page = sent.headers["Location"]
    reference = page.rpartition("/")[2]
    assert "ご依頼を受け付けました" in text(client.get(page))
    assert post(client, "/services/briefing/requests", asked(), page=form).headers["Location"] == page
    # A question, its answer, and the quote.
    ours = f"/office/requests/{reference}"
    assert reference in text(office.get("/office/requests"))
    assert "回答の必要な依頼" in text(office.get("/office/today"))
    assert post(office, f"{ours}/question", {"question": "プロジェクターはありますか"}, page=ours).status_code == 303
    assert "プロジェクターはありますか" in text(client.get(page))
    assert post(client, f"{page}/answer", {"words": "あります"}, page=page).status_code == 303
    assert "あります" in text(office.get(ours))
    quote = quoted(instructor=teacher.person.reference)
    assert post(office, f"{ours}/quote", quote, page=f"{ours}/quote").status_code == 303
    shown = text(client.get(page))
    assert "¥75,000（税込）" in shown
    assert "見積りを承諾する" in shown
    # Accepted with one click, and confirmed.
    assert post(client, f"{page}/acceptance", {"number": "1"}, page=page).status_code == 303
    made = one(app)
    assert made.state is DispatchState.ACCEPTED
    assert "計画を確定する" in text(office.get(ours))
    assert post(office, f"{ours}/plan", {}, page=ours).status_code == 303
    with app.app_context():
        run = session.get_one(CourseRun, made.run_id)
        path = run.path
        mail = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "dispatches/planned")).one()
    assert f"http://127.0.0.1:8000{path}\n" in mail.body
    # Attendees, free of charge, and the instructor's roster.
    assert f'href="/runs/{run.reference}/bookings/new"' in text(client.get(page))
    book = f"/runs/{run.reference}/bookings/new"
    named = {"form_token": "n" * 43, "attendees-0-person": somebody.person.reference}
    held = client.post(f"/runs/{run.reference}/bookings", data={"csrf_token": csrf_token(client, book), **named})
    assert held.status_code == 303, text(held)
    review = held.headers["Location"]
    order = {"csrf_token": csrf_token(client, review), "names_confirmed": "y", "payment_method": "none"}
    assert client.post(f"{review}/confirmation", data=order).status_code == 303
    taught = app.test_client()
    sign_in(taught, teacher.email)
    assert somebody.person.full_name in text(taught.get(f"/teaching/runs/{run.reference}/roster"))
    # Nobody else finds it.
    stranger = app.test_client()
    sign_in(stranger, make.coordinator().email)
    assert run.reference not in text(stranger.get("/runs"))
    assert stranger.get(f"/runs/{run.reference}").status_code == 404
    assert stranger.get(page).status_code == 404
    # The money, recorded as any transfer; then it is held, and finished.
    invoice = reference_of_invoice(app, made)
    paid = {"form_token": "p" * 43, "received_on": day(0), "amount": "75000", "payer": "ﾄｳﾄ"}
    where = f"/office/payments/{invoice}"
    assert post(office, f"{where}/receipt", paid, page=where).headers["Location"] == where
    with app.app_context():
        assert tasks.run_due(clock=lambda: run.ends_at + timedelta(hours=1)) == 1
    assert "完了" in text(client.get(page))


def reference_of_invoice(app: Flask, made: Dispatch) -> str:
    with app.app_context():
        invoice = session.get_one(Dispatch, made.id).invoice
        assert invoice is not None
        return invoice.reference


def test_nothing_typed_is_lost(app: Flask, client: FlaskClient, make: Make) -> None:
    make.service()
    sign_in(client, make.coordinator().email)
    form, path = "/services/briefing/requests/new", "/services/briefing/requests"
    wrong = post(client, path, asked(**{"wishes-0-on": day(2), "heads": "たくさん"}), page=form)
    assert wrong.status_code == 422
    for kept in ("育成就労制度の説明会", "協同組合会館", "３階です", day(2)):
        assert kept in text(wrong), kept
    soon = post(client, path, asked(**{"wishes-0-on": day(2)}), page=form)
    assert soon.status_code == 422
    assert "準備のための日数が必要です" in text(soon)
    assert "育成就労制度の説明会" in text(soon)
    elsewhere = post(client, path, asked(place="nowhere", language="xx", prefecture="99"), page=form)
    assert elsewhere.status_code == 422


def test_a_quote_is_checked_and_its_rows_grow(app: Flask, client: FlaskClient, make: Make) -> None:
    made = make.requested()
    sign_in(client, make.staff().email)
    path = f"/office/requests/{made.reference}/quote"
    more = post(client, path, quoted(add="1"), page=path)
    assert (more.status_code, 'name="meetings-1-on"' in text(more)) == (200, True)
    half = post(client, path, quoted(**{"lines-2-description": "教材"}), page=path)
    assert half.status_code == 422
    assert "それぞれの金額を入力してください" in text(half)
    late = post(client, path, quoted(valid_until=day(40)), page=path)
    assert late.status_code == 409
    assert "見積りの有効期限は、開催日より前にしてください" in text(late)
    assert "６６，０００" in text(late) or "66000" in text(late)
    assert one(app).state is DispatchState.REQUESTED


def test_turned_down_declined_and_too_late(app: Flask, client: FlaskClient, make: Make) -> None:
    somebody = make.coordinator()
    made = make.quoted(somebody)
    sign_in(client, somebody.email)
    page = f"/requests/{made.reference}"
    assert post(client, f"{page}/acceptance", {"number": "7"}, page=page).status_code == 409
    assert post(client, f"{page}/answer", {"words": "x"}, page=page).status_code == 409
    assert post(client, f"{page}/withdrawal", {"reason": "予算の都合"}, page=page).status_code == 303
    assert post(client, f"{page}/acceptance", {"number": "1"}, page=page).status_code == 409
    assert "取下げ" in text(client.get("/organization/requests"))
    other = make.requested(somebody)
    office = app.test_client()
    sign_in(office, make.staff().email)
    ours = f"/office/requests/{other.reference}"
    assert post(office, f"{ours}/refusal", {"reason": " "}, page=ours).status_code == 422
    assert post(office, f"{ours}/refusal", {"reason": "講師の都合"}, page=ours).status_code == 303
    assert "講師の都合" in text(client.get(f"/requests/{other.reference}"))
    assert office.get(f"{ours}/quote").status_code == 409


def test_staff_edit_a_service_and_end_an_agreement(app: Flask, client: FlaskClient, make: Make) -> None:
    from tests.portal.test_private_runs import fields_of

    made = make.accepted()
    sign_in(client, make.staff().email)
    path = "/office/services/briefing"
    assert "講師派遣" in text(client.get("/office/services"))
    form: dict[str, object] = {**fields_of(text(client.get(path))), "languages": ["ja", "vi"]}
    assert client.post(path, data={**form, "most_minutes": "10"}).status_code == 422
    assert client.post(path, data={**form, "notice_days": "45"}).status_code == 303
    assert client.post(path, data=form).status_code == 409, "somebody else was faster"
    assert "ベトナム語" in text(client.get("/services/briefing"))
    ours = f"/office/requests/{made.reference}"
    assert post(client, f"{ours}/calling-off", {"reason": "会場の都合"}, page=ours).status_code == 303
    assert one(app).state is DispatchState.CALLED_OFF


def test_staff_add_a_service_that_can_be_asked_for_at_once(app: Flask, client: FlaskClient, make: Make) -> None:
    from tests.portal.test_private_runs import fields_of

    make.accepted()
    sign_in(client, make.staff().email)
    path = "/office/services/new"
    assert f'href="{path}"' in text(client.get("/office/services"))
    form: dict[str, object] = {
        **fields_of(text(client.get(path))), "code": "interview-training", "languages": ["ja"], "online": "y",
        **{f"{name}_{language}": f"面接の研修 {name}" for name in ("name", "summary", "description", "fee_guide")
           for language in ("ja", "en")},
    }  # fmt: skip
    assert form["notice_days"], "the numbers are those of a service there is"
    assert client.post(path, data={**form, "code": "Größe"}).status_code == 422
    for taken in ("briefing", "new"):
        assert client.post(path, data={**form, "code": taken}).status_code == 409
    assert client.post(path, data=form).status_code == 303
    assert client.get("/office/services/interview-training").status_code == 200
    page = text(client.get("/services"))
    assert "面接の研修 summary" in page
    sign_in(client, make.coordinator().email)
    asking = "/services/interview-training/requests/new"
    wanted = {**asked(place="online", place_name="", postal_code="", prefecture="", address=""), "form_token": "s" * 43}
    sent = post(client, "/services/interview-training/requests", wanted, page=asking)
    assert sent.status_code == 303, text(sent)


def test_papers_of_an_accepted_request_are_downloads(app: Flask, client: FlaskClient, make: Make) -> None:
    somebody = make.coordinator()
    made = make.accepted(somebody)
    sign_in(client, somebody.email)
    page = f"/requests/{made.reference}"
    assert "書類を準備しています" in text(client.get(page))
    assert client.get(f"{page}/invoice.pdf").status_code == 404
    with app.app_context():
        payments.run_due(clock=clock.now)
    assert f'href="{page}/invoice.pdf"' in text(client.get(page))
    assert client.get(f"{page}/invoice.pdf").mimetype == "application/pdf"
    assert client.get(f"{page}/receipt.pdf").status_code == 404
    sign_in(client, make.coordinator().email)
    assert client.get(f"{page}/invoice.pdf").status_code == 404


def test_pages_stay_within_their_statements(app: Flask, client: FlaskClient, make: Make) -> None:
    somebody = make.coordinator()
    made = make.planned(somebody)
    for _ in range(4):
        make.quoted(somebody)
    office = app.test_client()
    sign_in(client, somebody.email)
    sign_in(office, make.staff().email)
    pages = [
        (client, "/services"), (client, "/organization/requests"), (client, f"/requests/{made.reference}"),
        (office, "/office/requests"), (office, f"/office/requests/{made.reference}"),
    ]  # fmt: skip
    for browser, path in pages:
        with statements(app) as asked_for:
            assert browser.get(path).status_code == 200
        assert len(asked_for) <= MOST_STATEMENTS, (path, len(asked_for))
