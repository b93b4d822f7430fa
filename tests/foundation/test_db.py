"""The one transaction of the house."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import NullPool, create_engine, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from courses_app.foundation import audit, connections, documents
from courses_app.foundation.connections import writing
from courses_app.foundation.db import db, in_transaction, session, snapshot, transaction
from courses_app.foundation.numbering import next_number
from tests.triggers import asleep

NOW = datetime(2026, 12, 1, tzinfo=UTC)


def test_a_transaction_keeps_on_return_and_undoes_on_raise(inside: Flask) -> None:
    with transaction():
        assert next_number("T") == 1
    with pytest.raises(ValueError, match="undo"), transaction():
        assert next_number("T") == 2
        raise ValueError("undo")
    assert in_transaction(lambda: next_number("T")) == 2


def test_a_transaction_inside_another_is_refused(inside: Flask) -> None:
    with pytest.raises(RuntimeError), transaction(), transaction():
        pass


def test_inv13_audit_rows_are_sealed_once_and_never_changed(inside: Flask) -> None:
    with transaction():
        audit.record(by=audit.SYSTEM, now=NOW, action="a.b", subject=("thing", "T-1"))
        audit.record(by=audit.SYSTEM, now=NOW, action="a.c", subject=("thing", "T-1"))
    with transaction():
        assert audit.seal_entries() == 2
    entries = session.scalars(select(audit.AuditEntry).order_by(audit.AuditEntry.position)).all()
    assert entries[0].seal == audit.seal_of(entries[0], "")
    assert entries[1].seal == audit.seal_of(entries[1], entries[0].seal or "")
    assert audit.broken_seals() == []
    for statement in ("UPDATE audit_entries SET action = 'x'", "DELETE FROM audit_entries"):
        with pytest.raises(DatabaseError, match="append-only"), transaction():
            session.execute(text(statement))


def test_inv7_stored_documents_are_append_only(inside: Flask) -> None:
    with transaction():
        documents.store(kind="invoice", filename="a.pdf", content=b"x", now=NOW)
    for statement in ("UPDATE stored_documents SET content = 'y'", "DELETE FROM stored_documents"):
        with pytest.raises(DatabaseError, match="append-only"), transaction():
            session.execute(text(statement))


def test_nothing_is_written_outside_a_transaction(inside: Flask) -> None:
    session.add(documents.StoredDocument())
    with pytest.raises(RuntimeError, match="outside"):
        session.scalars(select(audit.AuditEntry)).all()
    session.rollback()


def test_a_snapshot_sees_one_moment(inside: Flask) -> None:
    snapshot()
    assert not session.scalars(select(audit.AuditEntry)).all()
    with Session(db.engine.execution_options(**writing(db.engine))) as other, other.begin():
        other.execute(text("INSERT INTO number_series (code, last) VALUES ('T', 7)"))
    assert session.scalar(text("SELECT last FROM number_series WHERE code = 'T'")) is None
    session.rollback()
    assert session.scalar(text("SELECT last FROM number_series WHERE code = 'T'")) == 7


def test_r32_connections_the_database_dropped(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = app.test_client()
    with app.app_context():
        if db.engine.dialect.name != "postgresql":
            pytest.skip("an embedded database drops nobody")
    assert visitor.get("/runs").status_code == 200
    _drop_everybody(app)
    assert [visitor.get("/runs").status_code for _ in range(2)] == [503, 200]  # it was trusted: used a moment ago
    _drop_everybody(app)
    monkeypatch.setattr(connections, "TRUSTED_SECONDS", 0)
    assert visitor.get("/runs").status_code == 200
    with app.app_context():
        db.engine.dispose()


def _drop_everybody(app: Flask) -> None:
    with app.app_context():
        administrator = create_engine(db.engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
    with administrator.connect() as connection:
        connection.execute(text(others + "pg_backend_pid()"))


def test_read_committed_or_immediate(inside: Flask) -> None:
    with transaction() as database:
        if database.get_bind().dialect.name == "postgresql":
            assert database.scalar(text("SHOW transaction_isolation")) == "read committed"
            assert database.scalar(text("SHOW lock_timeout")) == "15s"
        else:
            assert database.scalar(text("PRAGMA foreign_keys")) == 1
            assert database.scalar(text("PRAGMA journal_mode")) == "wal"


def test_r35_what_is_kept_on_sqlite_is_on_the_disk(tmp_path: Path) -> None:
    """The tests' own database doesn't wait for the disk; the product's does."""
    engine = create_engine(f"sqlite:///{tmp_path / 'own.sqlite3'}", poolclass=NullPool)
    connections.prepare(engine)
    with engine.connect() as connection:
        assert connection.scalar(text("PRAGMA synchronous")) == 2


def test_s55_a_row_changed_behind_our_back_is_named(inside: Flask) -> None:
    with transaction():
        for number in range(3):
            audit.record(by=audit.SYSTEM, now=NOW, action=f"a.{number}", subject=("thing", "T-1"))
    with transaction():
        audit.seal_entries()
    with transaction() as database:
        asleep("audit_entries")
        database.execute(text("UPDATE audit_entries SET action = 'forged' WHERE position = 2"))
    session.expire_all()
    assert audit.broken_seals() == ["INV-13: the audit row at position 2 does not carry its seal"]
    with transaction() as database:
        asleep("audit_entries")
        database.execute(text("DELETE FROM audit_entries WHERE position = 1"))
    session.expire_all()
    assert audit.broken_seals() == ["INV-13: the audit row at position 1 is missing"]


def test_r45_a_series_begun_by_many_at_once_has_no_gap(app: Flask) -> None:
    numbers: list[int] = []
    start = threading.Barrier(8)

    def take() -> None:
        with app.app_context():
            start.wait()
            numbers.append(in_transaction(lambda: next_number("NEW")))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 9))


def test_r03_a_deadlock_is_repeated_and_nobody_sees_it(app: Flask) -> None:
    """Two transactions lock two rows in opposite orders; PostgreSQL ends one, which does its work again."""
    with app.app_context():
        if db.engine.dialect.name != "postgresql":
            pytest.skip("on SQLite one writes at a time")
        with transaction() as database:
            database.execute(text("INSERT INTO number_series (code, last) VALUES ('A', 0), ('B', 0)"))
    both_hold_one = threading.Barrier(2)
    tries: list[str] = []
    failures: list[BaseException] = []

    def add(first: str, second: str) -> None:
        tries.append(first)
        _add_one(first)
        if tries.count(first) == 1:
            both_hold_one.wait()
        _add_one(second)

    def run(first: str, second: str) -> None:
        try:
            with app.app_context():
                in_transaction(lambda: add(first, second))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=order) for order in (("A", "B"), ("B", "A"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(tries) >= 3, "one of the two was ended and repeated; whoever repeats may be ended once more"
    with app.app_context():
        rows = session.execute(
            text("SELECT code, last FROM number_series WHERE code IN ('A', 'B') ORDER BY code")
        ).all()
    assert [tuple(row) for row in rows] == [("A", 2), ("B", 2)]


def _add_one(code: str) -> None:
    session.execute(text("UPDATE number_series SET last = last + 1 WHERE code = :code"), {"code": code})
