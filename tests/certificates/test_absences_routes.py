"""An absence on the pages: of who booked, of the office, before a roster is reopened; each within its statements."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from courses_app.bookings.models import Booking
from courses_app.catalogue.models import ChangePolicy, CourseRun
from courses_app.foundation import clock
from courses_app.foundation.db import session
from tests.accounts.signing import csrf_token, sign_in
from tests.bookings.test_routes import counted
from tests.certificates.conftest import MakeHere
from tests.certificates.test_absences import PAID_BEFORE, keeps


def text_of(answer: TestResponse) -> str:
    assert answer.status_code == 200, answer.status
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))).split())


def missed(app: Flask, make: MakeHere, percent: int = 50) -> tuple[CourseRun, Booking, str, str]:
    """A run of last week to which one of two did not come; the e-mails of its coordinator and of the office."""
    coordinator, clerk = make.coordinator(), make.staff()
    with app.app_context():
        keeps(make, percent)
    run = make.run(days_ahead=-7)
    booking = make.paid(
        run, 2, now=run.starts_at - PAID_BEFORE, organization=coordinator.organization, booked_by=coordinator.person
    )
    make.closed_roster(run, absent=1, failed=1)
    make.papers(run)
    return run, booking, coordinator.email, clerk.email


def test_who_booked_reads_what_is_kept_and_given_back(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    _run, booking, email, _clerk = missed(app, make)
    sign_in(client, email)
    page = f"/bookings/{booking.reference}"
    client.get(page)
    with counted(app) as sent:
        words = text_of(client.get(page))
    assert len(sent) <= 12
    assert "受講料のうち¥5,750を申し受け、¥5,750をお返しします" in words
    assert "様は欠席でした" in words
    assert "返金 ¥5,750" in words


def test_the_office_sees_it_and_the_refund_to_send(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    _run, booking, _email, clerk = missed(app, make)
    sign_in(client, clerk)
    page = f"/office/bookings/{booking.reference}"
    client.get(page)
    with counted(app) as sent:
        words = text_of(client.get(page))
    assert len(sent) <= 12
    for expected in ("受講料のうち¥5,750を申し受け", "欠席: 受講料の50%", "返金予定", "欠席の精算"):
        assert expected in words, words
    assert "欠席: 受講料の50%" in text_of(client.get("/office/payments?view=refunds"))


def test_all_is_kept_says_so(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    _run, booking, email, _clerk = missed(app, make, 100)
    sign_in(client, email)
    assert "受講料¥11,500の返金はありません" in text_of(client.get(f"/bookings/{booking.reference}"))


def test_reopening_says_what_becomes_of_refunds_and_does_it(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    run, booking, email, clerk = missed(app, make)
    sign_in(client, clerk)
    path = f"/office/rosters/{run.reference}/reopening"
    words = text_of(client.get(path))
    assert "欠席1名分" in words
    assert "¥5,750" in words
    data = {"csrf_token": csrf_token(client, path), "reason": "遅れて出席していたため"}
    assert client.post(path, data=data).status_code == 303
    make.closed_roster(run, failed=2, now=run.ends_at + timedelta(hours=2))
    make.papers(run, now=run.ends_at + timedelta(hours=3))
    words = text_of(client.get(f"/office/bookings/{booking.reference}"))
    assert "返金の取消し（返金不要）" in words
    assert "出席の確認により取り消しました" in words
    sign_in(other := app.test_client(), email)
    words = text_of(other.get(f"/bookings/{booking.reference}"))
    assert "名簿が訂正されました" in words
    assert "返金 ¥" not in words


def test_before_ordering_the_rule_is_said_as_it_is_kept(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    run = make.run(days_ahead=30)
    with make.deed():
        for policy in session.scalars(select(ChangePolicy)):
            policy.no_show_percent, policy.from_on = 40, clock.today() - timedelta(days=300)
    assert "受講料の40%をいただき、残りは講習の終了後に返金します" in text_of(client.get(f"/runs/{run.reference}"))
