"""Fixtures of this room's tests: the whole house's builder, a browser of the staff, and a counter of statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from courses_app.foundation import clock
from courses_app.foundation.db import db
from courses_app.foundation.outbox import OutboxMessage, OutboxState, queue_mail
from tests.accounts.signing import sign_in
from tests.make import Make

OFFICE = "office@example.jp"
HOSTILE = ("=cmd|'/C calc'!A0", "＝1+2", "＠SUM(A1)", "-1+1", "+81 90", "\t=1")


class MakeHere(Make):
    """Everything the office looks at."""

    def mail(
        self, title: str = "受講票のお届け", *, to: str = "someone@example.jp", failed: bool = False
    ) -> OutboxMessage:
        """A mail owed, or one that was given up."""
        with self.deed():
            facts = {"title": title, "name": "髙﨑"}
            message = queue_mail(
                "foundation/trial", to=to, subject=("booking", "B-7K4MQ9XHA"), facts=facts, now=clock.now()
            )
            assert message is not None
            if failed:
                message.state, message.last_error = OutboxState.FAILED, "recipient refused (550)"
            return message


@pytest.fixture
def make(app: Flask) -> MakeHere:
    return MakeHere(app)


@pytest.fixture
def desk(make: MakeHere, client: FlaskClient) -> FlaskClient:
    """A browser in which somebody of the office is signed in."""
    make.staff(OFFICE, family_name="森田", given_name="直美")
    sign_in(client, OFFICE)
    return client


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """The SQL statements executed within, BEGIN and the like left out."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.split(maxsplit=1)[0] in {"SELECT", "WITH", "INSERT", "UPDATE", "DELETE"}:
            seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
