"""The migrated schema is the models' schema, forwards, backwards and forwards again (M-1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Engine, create_engine, inspect

from courses_app import create_app
from courses_app.foundation.db import Base, db
from tests.conftest import own_database, settings_for

Schema = dict[str, object]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_app(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Iterator[Flask]:
    """The application on a database without tables."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'schema.sqlite3'}"
    else:
        url = own_database(request.getfixturevalue("postgresql_url"), f"schema_{worker_id}")
    app = create_app(settings_for(tmp_path, url))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def test_m1_the_migrations_build_what_the_models_say(empty_app: Flask, tmp_path: Path) -> None:
    upgrade()
    migrated = schema_of(db.engine)
    for table in Base.metadata.tables:
        assert table in migrated, f"{table}: run `flask db revision --autogenerate`"
    db.engine.dispose()
    expected = _schema_of_the_models(empty_app, tmp_path)
    migrated.pop("alembic_version")
    assert migrated == expected


def test_m1_down_and_up_again_ends_where_it_began(empty_app: Flask) -> None:
    upgrade()
    before = schema_of(db.engine)
    downgrade(revision="base")
    assert set(schema_of(db.engine)) <= {"alembic_version"}
    upgrade()
    assert schema_of(db.engine) == before


def schema_of(engine: Engine) -> Schema:
    """Columns, keys, CHECKs and indexes of every table, in a form that two databases' spellings don't disturb."""
    inspector = inspect(engine)
    return {table: _table(inspector, table) for table in inspector.get_table_names()}


def _table(inspector: object, name: str) -> Schema:
    look = inspector
    return {
        "columns": sorted((c["name"], str(c["type"]), c["nullable"]) for c in look.get_columns(name)),  # type: ignore[attr-defined]
        "checks": sorted((c["name"], _plain(c["sqltext"])) for c in look.get_check_constraints(name)),  # type: ignore[attr-defined]
        "uniques": sorted((u["name"], tuple(u["column_names"])) for u in look.get_unique_constraints(name)),  # type: ignore[attr-defined]
        "foreign": sorted(
            (tuple(f["constrained_columns"]), f["referred_table"])
            for f in look.get_foreign_keys(name)  # type: ignore[attr-defined]
        ),
        "indexes": sorted(
            (i["name"], tuple(i["column_names"]), bool(i["unique"]), _plain(str(_condition(i))))
            for i in look.get_indexes(name)  # type: ignore[attr-defined]
        ),
    }


def _condition(index: dict[str, object]) -> object:
    options = index.get("dialect_options")
    if not isinstance(options, dict):
        return ""
    return options.get("sqlite_where") if "sqlite_where" in options else options.get("postgresql_where", "")


def _plain(sql: str) -> str:
    return re.sub(r"\s+", " ", sql).strip()


def _schema_of_the_models(app: Flask, tmp_path: Path) -> Schema:
    """What `create_all` would build, in a second empty database of the same kind."""
    url = app.config["SETTINGS"].database_url
    if url.startswith("sqlite"):
        url = f"sqlite:///{tmp_path / 'models.sqlite3'}"
    else:
        url = own_database(url, db.engine.url.database + "_models")
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    schema = schema_of(engine)
    engine.dispose()
    return schema
