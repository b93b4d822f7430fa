"""The database: typed base, column types, and the one transaction of the house.

The same code runs on SQLite and PostgreSQL. On SQLite a writer waits in a fair queue (a file lock) and then starts with
BEGIN IMMEDIATE; on PostgreSQL it runs at READ COMMITTED, which `prepare` asserts: row locks count right only there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask, current_app, has_request_context
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, BigInteger, DateTime, Enum, MetaData, Select, String, TypeDecorator, event, text
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, registry, scoped_session

from courses_app.foundation import connections
from courses_app.foundation.connections import PATIENCE_SECONDS
from courses_app.foundation.writers_queue import turn_at
from courses_app.foundation.yen import Yen

Result = TypeVar("Result")

DEADLOCK, SERIALIZATION = "40P01", "40001"
ROWS_AT_ONCE = 500
TRIES = 4  # one try and at most three repeats
PATIENCE_OF_TASKS_SECONDS = 15  # the worker and the commands wait longer than pages: nobody looks at them


class UTCDateTime(TypeDecorator[datetime]):
    """An aware instant: kept in UTC, comes back aware on both databases. A naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a zone can't be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def choice(values: type[StrEnum], column: str) -> Enum:
    """A column type for one of a StrEnum's values, kept as text with a CHECK named after the column."""
    return Enum(
        values,
        name=column,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [str(member.value) for member in members],
    )


NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """What every table of the house inherits."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={
            Yen: BigInteger,
            datetime: UTCDateTime,
            dict[str, Any]: JSON,
            list[Any]: JSON,
            str: String,
        },
    )


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})
session: scoped_session[Any] = db.session


def prepare(app: Flask) -> None:
    """Bind the database to the application and check that it can keep our promises. Raises RuntimeError."""
    db.init_app(app)
    with app.app_context():
        connections.prepare(db.engine)


class _Writing(threading.local):
    """Whether this thread is inside `transaction()`."""

    active = False


_writing = _Writing()


@event.listens_for(session, "before_flush")
def _only_in_transactions(_session: Session, _context: Any, _instances: Any) -> None:
    if not _writing.active:
        raise RuntimeError("nothing is written outside transaction()")


@contextmanager
def transaction() -> Iterator[Session]:
    """One writing transaction: kept when the block ends, undone when it raises. The only place that commits.

    Objects loaded before it are forgotten, so that what is written rests on what the transaction itself has read.
    Raises RuntimeError when opened inside another.
    """
    if _writing.active:
        raise RuntimeError("a transaction is open already")
    session.rollback()  # end the read transaction: it can't be upgraded safely on SQLite
    session.expire_all()
    with _writers_queue():
        _writing.active = True
        try:
            _begin()
            yield session()
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            _writing.active = False


def _begin() -> None:
    connection = session.connection(execution_options=connections.writing(db.engine))
    if connection.dialect.name == "postgresql" and not has_request_context():
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE_OF_TASKS_SECONDS}s'")


def snapshot() -> None:
    """From here every question sees the same moment, until the request or the command ends."""
    if not _writing.active:
        session.rollback()
        session.connection(execution_options=connections.of_one_moment(db.engine))


def streamed(query: Select[Result]) -> Iterator[Result]:
    """The objects of a long list for a download, read piece by piece, all of one moment."""
    snapshot()
    yield from session.scalars(query.execution_options(yield_per=ROWS_AT_ONCE))


def in_transaction(work: Callable[[], Result]) -> Result:
    """Run `work` in one transaction; repeat it when PostgreSQL broke a deadlock at its cost (R-03)."""
    for attempt in range(1, TRIES + 1):
        try:
            with transaction():
                return work()
        except OperationalError as error:
            if attempt == TRIES or getattr(error.orig, "sqlstate", None) not in {DEADLOCK, SERIALIZATION}:
                raise
    raise AssertionError("unreachable")


@contextmanager
def _writers_queue() -> Iterator[None]:
    """On SQLite: writers of all processes line up, first come first served. Raises QueueTooLong."""
    path = _queue_path()
    if path is None:
        yield
        return
    with turn_at(path, seconds=PATIENCE_SECONDS if has_request_context() else PATIENCE_OF_TASKS_SECONDS):
        yield


def _queue_path() -> Path | None:
    url = db.engine.url
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    return Path(url.database + ".queue")


def writable() -> bool:
    """Whether the database answers a query now (for /readyz)."""
    try:
        session.execute(text("SELECT 1"))
    except OperationalError:
        current_app.logger.exception("database.unreachable")
        return False
    return True
