"""Outgoing mail as staff see it: found, read, sent again; exports stay plain text."""

from __future__ import annotations

import csv
import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses_app.foundation import clock, documents, matters
from courses_app.foundation.audit import SYSTEM, AuditEntry
from courses_app.foundation.db import session
from courses_app.foundation.matters import Matter
from courses_app.foundation.outbox import OutboxMessage, OutboxState, queue_mail
from tests.accounts.signing import csrf_token
from tests.office.conftest import HOSTILE, MakeHere

BOM = "\ufeff"


def rows_of(text: str) -> list[list[str]]:
    assert text.startswith(BOM)
    return list(csv.reader(io.StringIO(text.removeprefix(BOM))))


def test_o10_mail_is_found_by_recipient_state_and_kind(make: MakeHere, desk: FlaskClient) -> None:
    make.mail("届きました", to="yoshino@example.jp")
    make.mail("届きませんでした", to="other@example.jp", failed=True)
    assert "届きませんでした" not in desk.get("/office/outbox?q=ＹＯＳＨＩＮＯ").get_data(as_text=True)
    assert "届きました" not in desk.get("/office/outbox?state=failed").get_data(as_text=True)
    assert "届きました" in desk.get("/office/outbox?kind=foundation/trial&q=b-7k4mq9xha").get_data(as_text=True)
    assert "届きました" in desk.get("/office/outbox?state=nonsense&kind=nonsense").get_data(as_text=True)


def test_a_long_list_is_cut_into_pages(make: MakeHere, desk: FlaskClient) -> None:
    for number in range(21):
        make.mail(f"便り{number:02}")
    first, second = (desk.get(f"/office/outbox?page={page}").get_data(as_text=True) for page in (1, 2))
    assert "便り20" in first
    assert "便り00" not in first
    assert "便り00" in second


def test_r29_failed_mail_is_sent_again_by_hand(make: MakeHere, desk: FlaskClient, app: Flask) -> None:
    mail = make.mail(failed=True)
    with make.deed():
        matters.open_matter(kind="mail_not_delivered", subject=("outbox", str(mail.id)), now=clock.now(), by=SYSTEM)
    page = desk.get(f"/office/outbox/{mail.id}").get_data(as_text=True)
    assert "宛先のサーバーが受取りを拒否しました (550)" in page
    token = csrf_token(desk, f"/office/outbox/{mail.id}")
    answer = desk.post(f"/office/outbox/{mail.id}/retry", data={"csrf_token": token})
    assert answer.location == f"/office/outbox/{mail.id}"
    with app.app_context():
        assert session.get_one(OutboxMessage, mail.id).state is OutboxState.QUEUED
        assert session.scalars(select(Matter)).one().settled_at is not None
        assert (
            session.scalars(select(AuditEntry.actor_label).where(AuditEntry.action == "outbox.retried")).one()
            == "森田 直美"
        )
    assert desk.post(f"/office/outbox/{mail.id}/retry", data={"csrf_token": token}).status_code == 409


def test_r28_a_possible_duplicate_is_named(make: MakeHere, desk: FlaskClient, app: Flask) -> None:
    mail = make.mail()
    with make.deed():
        session.get_one(OutboxMessage, mail.id).possible_duplicate = True
    assert "Message-ID" in desk.get(f"/office/outbox/{mail.id}").get_data(as_text=True)


def test_kinds_of_mail_are_words_and_no_parts_of_mails(make: MakeHere, desk: FlaskClient) -> None:
    make.mail("届きました")
    page = desk.get("/office/outbox").get_data(as_text=True)
    assert '<option value="bookings/ordered">申込受付のお知らせ</option>' in page
    assert "bookings/_about" not in page
    assert "試験メール" in page.partition("<table")[2]


def test_attachments_are_named(make: MakeHere, desk: FlaskClient) -> None:
    with make.deed():
        now = clock.now()
        paper = documents.store(kind="admission_ticket", filename="ticket-S-7K4MQ9XHA.pdf", content=b"%PDF", now=now)
        facts = {"title": "受講票", "name": "髙﨑"}
        mail = queue_mail(
            "foundation/trial", to="a@example.jp", subject=("booking", "B"), facts=facts, now=now, documents=[paper]
        )
        session.flush()
        assert mail is not None
        number = mail.id
    assert "ticket-S-7K4MQ9XHA.pdf" in desk.get(f"/office/outbox/{number}").get_data(as_text=True)


def test_mail_that_is_not_there_is_not_found(desk: FlaskClient) -> None:
    assert desk.get("/office/outbox/999").status_code == 404


@pytest.mark.parametrize("title", HOSTILE)
def test_s32_no_cell_of_the_outbox_comes_alive(make: MakeHere, desk: FlaskClient, title: str) -> None:
    make.mail(title, to=f"{title.strip()[:1]}x@example.jp")
    _header, row = rows_of(desk.get("/office/outbox.csv").get_data(as_text=True))
    assert all(not cell.startswith(tuple("=+-@\t＝＋－＠")) for cell in row)


def test_d14_the_export_follows_the_conditions(make: MakeHere, desk: FlaskClient) -> None:
    make.mail("𠮷野様", to="yoshino@example.jp")
    make.mail("別の便り", to="other@example.jp")
    answer = desk.get("/office/outbox.csv?q=yoshino")
    assert answer.headers["Content-Disposition"] == "attachment; filename=outbox.csv"
    assert [row[2] for row in rows_of(answer.get_data(as_text=True))[1:]] == ["𠮷野様"]
