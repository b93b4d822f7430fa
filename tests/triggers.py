"""What guards rows that are written once, put to sleep where a test breaks them by hand."""

from __future__ import annotations

from sqlalchemy import text

from courses_app.foundation.db import session


def asleep(*tables: str) -> None:
    """Until the transaction ends on PostgreSQL; on SQLite, where each test has a file of its own, for good."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL session_replication_role = replica"))
        return
    for table in tables:
        for deed in ("update", "delete"):
            session.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{deed}"))
