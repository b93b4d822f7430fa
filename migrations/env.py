"""Alembic's door to the database: the application's own connection, one transaction, batch mode for SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

from courses_app.foundation.connections import writing

ADVISORY_LOCK = 7_340_912  # two instances starting together migrate once (M-6)

database = current_app.extensions["migrate"].db


def render_item(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """Write our own column types as plain SQLAlchemy ones, so that no migration imports the application."""
    if kind == "type" and type(item).__name__ == "UTCDateTime":
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    with database.engine.connect().execution_options(**writing(database.engine)) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET lock_timeout = '3s'"))
            connection.execute(text(f"SELECT pg_advisory_lock({ADVISORY_LOCK})"))
            connection.commit()
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            render_item=render_item,
            compare_type=True,
            transaction_per_migration=False,
        )
        with _foreign_keys_asleep(connection):
            with context.begin_transaction():
                context.run_migrations()
                _check_whole(connection)
            connection.commit()


@contextmanager
def _foreign_keys_asleep(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by writing it anew, and dropping the old one must not count as losing its rows: foreign
    keys sleep meanwhile and are checked before it is kept (sqlite.org/lang_altertable, "Making other kinds of table
    schema changes"). The pragma does nothing inside a transaction, so it is said to the driver before one begins.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.dbapi_connection
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys = ON")


def _check_whole(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    torn = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if torn:
        raise RuntimeError(f"rows point to nothing after the migration: {torn[:5]}")


run()
