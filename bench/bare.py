"""The ceiling: a bare Flask + SQLAlchemy Core application of the same shape, without our product around it.

`/page` reads twenty runs and renders them; `/book/<run>` locks the run's row, counts, and writes a booking of three
seats with their history in one transaction, answering 303, or 409 where the run is full. No sign-in, no CSRF, no forms,
no audit, no translations. On SQLite a writing transaction takes the database's lock at its beginning.
"""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime
from typing import Any

from flask import Flask, redirect, render_template, request
from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    func,
    insert,
    select,
)
from werkzeug.wrappers import Response

metadata = MetaData()
runs = Table(
    "runs", metadata, Column("id", Integer, primary_key=True), Column("name", String), Column("place", String),
    Column("capacity", Integer), Column("starts_at", DateTime(timezone=True)),
)  # fmt: skip
bookings = Table(
    "bookings", metadata, Column("id", Integer, primary_key=True), Column("reference", String, unique=True),
    Column("at", DateTime(timezone=True)),
)  # fmt: skip
seats = Table(
    "seats", metadata, Column("id", Integer, primary_key=True),
    Column("booking_id", ForeignKey("bookings.id"), index=True),
    Column("run_id", ForeignKey("runs.id"), index=True), Column("name", String), Column("kana", String),
    Column("price", Integer),
)  # fmt: skip
events = Table(
    "events", metadata, Column("id", Integer, primary_key=True), Column("seat_id", ForeignKey("seats.id"), index=True),
    Column("at", DateTime(timezone=True)), Column("what", String),
)  # fmt: skip


def create_app() -> Flask:
    app = Flask(__name__, template_folder="templates")
    engine = _engine(os.environ["BARE_DATABASE_URL"])

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    @app.get("/page")
    def page() -> str:
        taken = select(seats.c.run_id, func.count().label("taken")).group_by(seats.c.run_id).subquery()
        query = select(runs, func.coalesce(taken.c.taken, 0).label("taken")).outerjoin(
            taken, taken.c.run_id == runs.c.id
        )
        with engine.connect() as connection:
            rows = connection.execute(query.order_by(runs.c.starts_at).limit(20)).all()
        return render_template("page.html", rows=rows)

    @app.post("/book/<int:run>")
    def book(run: int) -> tuple[str, int] | Response:
        names = [name for field, name in request.form.items() if field.endswith("-family_name")]
        now = datetime.now(UTC)
        with engine.execution_options(writes=True).begin() as connection:
            capacity = connection.scalar(select(runs.c.capacity).where(runs.c.id == run).with_for_update()) or 0
            taken = connection.scalar(select(func.count()).where(seats.c.run_id == run)) or 0
            if taken + len(names) > capacity:
                return "full", 409
            reference = secrets.token_hex(8)
            booking = connection.scalar(insert(bookings).values(reference=reference, at=now).returning(bookings.c.id))
            rows = [
                {"booking_id": booking, "run_id": run, "name": name, "kana": name, "price": 11500} for name in names
            ]
            ids = connection.scalars(insert(seats).returning(seats.c.id), rows).all()
            connection.execute(insert(events), [{"seat_id": seat, "at": now, "what": "hold"} for seat in ids])
        return redirect(f"/bookings/{reference}", code=303)

    return app


def _engine(url: str) -> Engine:
    """On SQLite with the product's durability and patience, and without its queue."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def configure(connection: Any, _record: Any) -> None:
            connection.isolation_level = None
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
                connection.execute(f"PRAGMA {pragma}")

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            writes = connection.get_execution_options().get("writes", False)
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def fill(url: str, *, spread: int, capacity: int = 10**6) -> None:
    """Make the tables, with twenty runs or more: unless said otherwise with room for every booking."""
    engine = create_engine(url)
    metadata.drop_all(engine)
    metadata.create_all(engine)
    now = datetime.now(UTC)
    with engine.begin() as connection:
        connection.execute(
            insert(runs),
            [
                {"name": f"監理責任者等講習 第{n}回", "place": "東京", "capacity": capacity, "starts_at": now}
                for n in range(max(spread, 20))
            ],
        )
    engine.dispose()
