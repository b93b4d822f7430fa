"""How connections to the database are opened, kept and checked; the rest of the house sees only `foundation.db`.

PostgreSQL answers questions outside a transaction each on its own (AUTOCOMMIT): at READ COMMITTED that means the same,
and spares three of the six round trips of a page. What is written stands in a transaction of its own.
"""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DisconnectionError

PATIENCE_SECONDS = 3  # how long a page waits for a lock before it says "busy"
TRUSTED_SECONDS = 1.0  # a connection used so lately is not asked whether it lives


def options(url: str) -> dict[str, Any]:
    """What the engine of this database is made with."""
    return {"isolation_level": "AUTOCOMMIT"} if url.startswith("postgresql") else {}


def writing(engine: Engine) -> dict[str, Any]:
    """The execution options of a connection that writes."""
    return {"writes": True, **_at(engine, "READ COMMITTED")}


def of_one_moment(engine: Engine) -> dict[str, Any]:
    """The execution options of a connection whose questions all see the same moment (SQLite's always do)."""
    return _at(engine, "REPEATABLE READ")


def _at(engine: Engine, level: str) -> dict[str, Any]:
    return {"isolation_level": level} if engine.dialect.name == "postgresql" else {}


def prepare(engine: Engine) -> None:
    """Configure and check each connection as it is opened. Raises RuntimeError where locks would not count right."""
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    else:
        event.listen(engine, "connect", _assert_read_committed)
        event.listen(engine, "checkin", _note_use)
        event.listen(engine, "checkout", _ask_if_idle)


def _prepare_sqlite(engine: Engine) -> None:
    if engine.url.database:
        with suppress(OSError):  # whoever opens the database says it better
            Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the begin listener below speaks BEGIN itself
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={PATIENCE_SECONDS * 1000}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _assert_read_committed(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW transaction_isolation")
        level = cursor.fetchone()[0]
        cursor.execute(f"SET lock_timeout = '{PATIENCE_SECONDS}s'")
    if level != "read committed":
        raise RuntimeError(f"PostgreSQL runs at '{level}': set default_transaction_isolation to 'read committed'.")


def _note_use(_connection: Any, record: Any) -> None:
    record.info["used"] = time.monotonic()


def _ask_if_idle(connection: Any, record: Any, _proxy: Any) -> None:
    """A restarted database is noticed before a request trusts the connection; a busy one is not asked each time."""
    if time.monotonic() - record.info.get("used", 0.0) < TRUSTED_SECONDS:
        return
    try:
        connection.execute("")
    except Exception as error:
        raise DisconnectionError from error  # the pool opens another
