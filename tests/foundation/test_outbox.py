"""Mail is data until the commit; the worker sends it once, or once more after a crash, never a third time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select

from courses_app.foundation import audit, documents
from courses_app.foundation.db import session, transaction
from courses_app.foundation.matters import Matter
from courses_app.foundation.outbox import OutboxMessage, OutboxState, deliver_due, queue_mail, retry
from courses_app.foundation.outbox.delivery import LEASE
from courses_app.foundation.outbox.transports import Folder, Smtp
from tests.ports import free_port

NOW = datetime(2026, 12, 1, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Inbox:
    """What a real SMTP server received, and how it answers the next recipients."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answers: list[str] = []
        self.hang_up_after_acceptance = False

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        if self.hang_up_after_acceptance:
            server.transport.close()
        return "250 accepted"


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, Smtp]]:
    inbox = Inbox()
    port = free_port()
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield inbox, Smtp(f"smtp://127.0.0.1:{port}")
    controller.stop()


def owe(to: str = "yamada@example.jp", **more: Any) -> None:
    with transaction():
        queue_mail("foundation/trial", to=to, subject=("trial", "T-1"), now=NOW,
                   facts={"title": "受講票のお知らせ", "name": "髙﨑 𠮷野"}, **more)  # fmt: skip


def only_message() -> OutboxMessage:
    session.rollback()
    session.expire_all()
    return session.scalars(select(OutboxMessage)).one()


def test_r27_inv14_the_mail_is_there_exactly_if_its_cause_is(inside: Flask) -> None:
    with pytest.raises(ValueError), transaction():
        queue_mail(
            "foundation/trial", to="a@example.jp", subject=("t", "1"), facts={"title": "x", "name": "y"}, now=NOW
        )
        raise ValueError
    assert session.scalars(select(OutboxMessage)).all() == []
    owe()
    assert only_message().state is OutboxState.QUEUED


def test_mail_arrives_with_names_and_papers_intact(inside: Flask, inbox: tuple[Inbox, Smtp]) -> None:
    box, smtp = inbox
    with transaction():
        paper = documents.store(kind="trial", filename="受講票.pdf", content=b"%PDF-1.7 x", now=NOW)
        queue_mail("foundation/trial", to="yamada@example.jp", subject=("trial", "T-1"), now=NOW, documents=[paper],
                   facts={"title": "受講票のお知らせ", "name": "髙﨑 𠮷野"})  # fmt: skip
    assert deliver_due(smtp, clock=Clock()) == 1
    (mail,) = box.mails
    assert mail["Subject"] == "受講票のお知らせ"
    assert mail["Message-ID"] == only_message().message_id
    body = mail.get_body()
    assert body is not None
    assert "髙﨑 𠮷野 様" in body.get_content()
    (attachment,) = mail.iter_attachments()
    assert attachment.get_filename() == "受講票.pdf"
    assert attachment.get_content() == b"%PDF-1.7 x"
    assert only_message().state is OutboxState.SENT


def test_s31_a_line_break_in_a_title_adds_no_header(inside: Flask, tmp_path: Path) -> None:
    with transaction():
        queue_mail("foundation/trial", to="a@example.jp", subject=("t", "1"), now=NOW,
                   facts={"title": "x\r\nBcc: thief@example.jp", "name": "y"})  # fmt: skip
    deliver_due(Folder(tmp_path), clock=Clock())
    mail = message_from_bytes(next(tmp_path.glob("*.eml")).read_bytes(), policy=policy.default)
    assert mail["Bcc"] is None


def test_the_same_mail_is_owed_once(inside: Flask) -> None:
    owe(dedupe_key="ticket:S-1")
    owe(dedupe_key="ticket:S-1")
    only_message()


def test_r28_a_worker_that_died_after_acceptance_sends_at_most_one_duplicate(
    inside: Flask, inbox: tuple[Inbox, Smtp]
) -> None:
    box, smtp = inbox
    clock = Clock()
    owe()

    class Killed(BaseException):
        """What `kill -9` looks like from inside: nothing after it runs."""

    class DiesAfterAcceptance:
        def send(self, message: EmailMessage) -> None:
            smtp.send(message)
            raise Killed

    for _ in range(2):
        with pytest.raises(Killed):
            deliver_due(DiesAfterAcceptance(), clock=clock)
        assert deliver_due(smtp, clock=clock) == 0, "the lease still holds"
        clock.now += LEASE + timedelta(seconds=1)
    deliver_due(smtp, clock=clock)
    assert len(box.mails) == 2
    assert len({mail["Message-ID"] for mail in box.mails}) == 1
    message = only_message()
    assert message.state is OutboxState.FAILED
    assert message.possible_duplicate
    assert session.scalars(select(Matter.kind)).all() == ["mail_not_delivered"]


def test_r29_a_server_that_is_down_is_asked_less_and_less_then_a_person_is(inside: Flask) -> None:
    clock = Clock()
    owe()
    closed = Smtp("smtp://127.0.0.1:9")
    waits = []
    while only_message().state is OutboxState.QUEUED:
        due = only_message().next_attempt_at
        waits.append(due - clock.now)
        clock.now = due
        assert deliver_due(closed, clock=clock) == 1
    assert clock.now - NOW > timedelta(days=3)
    assert waits[1] < waits[3] < waits[6]
    message = only_message()
    assert message.state is OutboxState.FAILED
    with transaction():
        retry(session.get_one(OutboxMessage, message.id), by=audit.SYSTEM, now=clock.now)
    assert only_message().state is OutboxState.QUEUED


def test_r30_a_refused_recipient_is_not_tried_again(inside: Flask, inbox: tuple[Inbox, Smtp]) -> None:
    box, smtp = inbox
    box.answers = ["550 no such user"]
    owe()
    deliver_due(smtp, clock=Clock())
    assert only_message().state is OutboxState.FAILED
    assert deliver_due(smtp, clock=Clock()) == 0


def test_a_busy_server_is_asked_again_later(inside: Flask, inbox: tuple[Inbox, Smtp]) -> None:
    box, smtp = inbox
    box.answers = ["450 mailbox busy"]
    owe()
    deliver_due(smtp, clock=Clock())
    assert only_message().state is OutboxState.QUEUED
    assert only_message().last_error == "SMTPRecipientsRefused"


def test_r39_two_workers_send_each_mail_once(app: Flask, inbox: tuple[Inbox, Smtp]) -> None:
    box, smtp = inbox
    with app.app_context():
        for number in range(20):
            owe(to=f"a{number}@example.jp")

    def work() -> None:
        with app.app_context():
            deliver_due(smtp, clock=Clock())

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(mail["To"] for mail in box.mails) == sorted(f"a{number}@example.jp" for number in range(20))


def test_s05_a_personal_link_is_forgotten_once_it_was_sent(inside: Flask, inbox: tuple[Inbox, Smtp]) -> None:
    box, smtp = inbox
    owe(personal_link=True)
    deliver_due(smtp, clock=Clock())
    body = box.mails[0].get_body()
    assert body is not None
    assert "髙﨑 𠮷野" in body.get_content()
    assert only_message().body == ""


def test_r28_a_server_that_falls_silent_gets_a_message_twice_at_most(inside: Flask, inbox: tuple[Inbox, Smtp]) -> None:
    box, smtp = inbox
    box.hang_up_after_acceptance = True
    clock = Clock()
    owe()
    for _ in range(4):
        deliver_due(smtp, clock=clock)
        clock.now += timedelta(days=1)
    assert len(box.mails) == 2
    assert only_message().state is OutboxState.FAILED
    assert only_message().possible_duplicate


def test_r29_an_unreachable_server_is_tried_once_a_round(inside: Flask) -> None:
    owe(to="a@example.jp")
    owe(to="b@example.jp")
    assert deliver_due(Smtp("smtp://127.0.0.1:9"), clock=Clock()) == 1
