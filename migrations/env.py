"""Alembic's door to the database: the application's own connection, one transaction, batch mode for SQLite."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import text

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
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
