"""The institution's catalogue, read from its files once in a process; later tests get the very rows it became.

Reading and checking two dozen files costs more than most tests: the rows are put back as they were first written, their
audit rows with the instant of now. The import itself has its own tests, and every process begins with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, exists, func, insert, select

from courses_app.catalogue.imports import load_catalogue
from courses_app.catalogue.models import ChangePolicy, Course, Prefecture, Venue
from courses_app.foundation.audit import SYSTEM, AuditEntry
from courses_app.foundation.db import Base, db, session

HOME = "courses_app.catalogue.models"
AUDIT = AuditEntry.__table__
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Content:
    """What the import wrote into an empty catalogue."""

    tables: list[tuple[Table, Rows]]
    audit: Rows


_of_database: dict[str, Content] = {}


def load_once(*, now: datetime) -> None:
    """The catalogue is there afterwards; a test that has put something of its own there gets the import itself."""
    if session.scalar(select(exists().where(Prefecture.code.is_not(None)))):
        return
    if any(session.scalar(select(exists().where(model.id.is_not(None)))) for model in (Course, Venue, ChangePolicy)):
        load_catalogue(by=SYSTEM, now=now)
        return
    here = str(db.engine.url)  # each database has counted its own ids
    if here in _of_database:
        _put_back(_of_database[here], now=now)
    else:
        _of_database[here] = _read(now=now)


def _read(*, now: datetime) -> Content:
    last = session.scalar(select(func.max(AuditEntry.id))) or 0
    load_catalogue(by=SYSTEM, now=now)
    homes = {mapper.local_table for mapper in Base.registry.mappers if mapper.class_.__module__.startswith(HOME)}
    tables = [(table, _rows(select(table))) for table in Base.metadata.sorted_tables if table in homes]
    audit = _rows(select(AUDIT).where(AUDIT.c.id > last).order_by(AUDIT.c.id))
    for row in audit:
        del row["id"]
    return Content([(table, rows) for table, rows in tables if rows], audit)


def _rows(query: Any) -> Rows:
    return [dict(row) for row in session.execute(query).mappings()]


def _put_back(content: Content, *, now: datetime) -> None:
    connection = session.connection()
    for table, rows in content.tables:
        connection.execute(insert(table), rows)
    connection.execute(insert(AUDIT), [{**row, "at": now} for row in content.audit])
