"""T4 for mail: `kill -9` after each statement of a delivery, and when the server has the mail but we have not noted it.

Allowed (R-28): a message whose sender died may arrive twice, never more often, and both carry the same Message-ID; it
is marked as a possible duplicate. One that was noted as sent, or never reached the server, arrives once.
"""

from __future__ import annotations

from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import select

from courses_app.foundation import clock
from courses_app.foundation.db import session, transaction
from courses_app.foundation.matters import Matter
from courses_app.foundation.outbox import OutboxMessage, OutboxState, queue_mail
from courses_app.foundation.outbox.delivery import LEASE
from courses_app.foundation.outbox.transports import Smtp
from tests.foundation.test_outbox import Inbox, inbox
from tests.proofs.test_crashes import victim
from tests.proofs.victim import Victim

__all__ = ["inbox", "victim"]  # fixtures
AFTERWARDS = int(LEASE.total_seconds()) + 1
MOST_STATEMENTS = 40


def owe(app: Flask, number: int) -> int:
    with app.app_context():
        with transaction():
            queue_mail(
                "foundation/trial", to=f"reader{number}@example.jp", subject=("trial", f"T-{number}"), now=clock.now(),
                facts={"title": "受講票のお知らせ", "name": "髙﨑 𠮷野"},
            )  # fmt: skip
        return session.scalars(select(OutboxMessage.id).order_by(OutboxMessage.id.desc())).first() or 0


def state(app: Flask, message_id: int) -> tuple[OutboxState, bool]:
    with app.app_context():
        found = session.get_one(OutboxMessage, message_id)
        return found.state, found.possible_duplicate


def copies(box: Inbox) -> Counter[str]:
    return Counter(str(mail["Message-ID"]) for mail in box.mails)


def test_r28_killed_after_the_server_accepted_and_before_it_was_noted(
    app: Flask, victim: Victim, inbox: tuple[Inbox, Smtp]
) -> None:
    box, smtp = inbox
    mail = f"smtp://127.0.0.1:{smtp.url.port}"
    first, second = owe(app, 1), owe(app, 2)
    assert victim.tries(mail=mail, statements=0, after_send=True) is None
    assert len(box.mails) == 1
    assert state(app, first) == (OutboxState.SENDING, False)
    assert victim.tries(mail=mail, statements=0) == {"done": 1}, "the others don't wait for the lease of the first"
    assert state(app, second) == (OutboxState.SENT, False)
    assert victim.tries(mail=mail, statements=0, after_send=True, ahead=AFTERWARDS) is None
    assert state(app, first) == (OutboxState.SENDING, True)
    assert victim.tries(mail=mail, statements=0, ahead=2 * AFTERWARDS) == {"done": 1}
    assert state(app, first) == (OutboxState.FAILED, True)
    assert victim.tries(mail=mail, statements=0, ahead=3 * AFTERWARDS) == {"done": 0}
    assert sorted(copies(box).values()) == [1, 2]
    with app.app_context():
        assert session.scalars(select(Matter.kind)).all() == ["mail_not_delivered"]


def test_r28_killed_after_each_statement_of_a_delivery(app: Flask, victim: Victim, inbox: tuple[Inbox, Smtp]) -> None:
    """One mail, one death, and the next worker: it arrives; a second time only if the first may not have been noted."""
    box, smtp = inbox
    mail = f"smtp://127.0.0.1:{smtp.url.port}"
    seen: set[tuple[int, bool]] = set()
    for statements in range(1, MOST_STATEMENTS):
        message, before = owe(app, statements), len(box.mails)
        answer = victim.tries(mail=mail, statements=statements)
        noted = state(app, message)[0] is OutboxState.SENT
        victim.tries(mail=mail, statements=0, ahead=AFTERWARDS)
        now, doubtful = state(app, message)
        arrived = len(box.mails) - before
        assert now is OutboxState.SENT
        assert arrived == 1 or (arrived == 2 and doubtful and not noted), (statements, arrived)
        seen.add((arrived, answer is None))
        if answer is not None:
            break
    assert seen == {(1, True), (2, True), (1, False)}
    assert max(copies(box).values()) == 2


@pytest.fixture(autouse=True)
def _nothing_else_is_owed(app: Flask) -> None:
    with app.app_context():
        assert session.scalars(select(OutboxMessage.id)).all() == []
