"""The canary: the same application without its locks. It must go wrong, or the race tests prove nothing.

The product has no switch for this. The locks are taken out of the SQL on its way to the database: the row lock on
PostgreSQL; on SQLite the immediate begin of a writer, and the queue before it. A short pause before a booking or a
payment is written lets the others come between counting and writing, as a busy server does.
"""

from __future__ import annotations

import time
from typing import Any

from flask import Flask
from sqlalchemy import event

import courses_app
from courses_app.foundation import db as ground

PAUSE_SECONDS = 0.25


def create_app() -> Flask:
    ground._queue_path = lambda: None
    app = courses_app.create_app()
    with app.app_context():
        event.listen(ground.db.engine, "before_cursor_execute", _unlocked, retval=True)
    return app


def _unlocked(
    _connection: object, _cursor: object, statement: str, parameters: Any, _context: object, _many: bool
) -> tuple[str, Any]:
    if statement.startswith(("INSERT INTO bookings", "INSERT INTO payments", "INSERT INTO voucher_uses")):
        time.sleep(PAUSE_SECONDS)
    if statement == "BEGIN IMMEDIATE":
        return "BEGIN", parameters
    return statement.partition(" FOR UPDATE")[0], parameters
