"""The application on one migrated database, and the fast way back to empty tables."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import upgrade
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event, text

from courses_app import create_app
from courses_app.config import Settings
from courses_app.foundation.connections import writing
from courses_app.foundation.db import Base, db


@dataclass
class Stage:
    """`app` on its database; `empty()` brings it back to the state after migration."""

    app: Flask
    template: Path | None

    def empty(self) -> None:
        with self.app.app_context():
            db.session.remove()
            if self.template is not None:
                self._copy_template(self.template)
            else:
                self._delete_rows()

    def _copy_template(self, template: Path) -> None:
        db.engine.dispose()
        target = Path(str(db.engine.url.database))
        for suffix in ("-wal", "-shm"):
            Path(f"{target}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(template, target)

    def _delete_rows(self) -> None:
        """Only tables that hold rows, with triggers and foreign keys asleep."""
        names = [table.name for table in Base.metadata.sorted_tables]
        filled = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in names)
        with db.engine.execution_options(**writing(db.engine)).begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            for (name,) in connection.execute(text(filled)).all():
                connection.execute(text(f"DELETE FROM {name}"))


@contextmanager
def open_stage(settings: Settings) -> Iterator[Stage]:
    """Create and migrate the application's database."""
    app = create_app(settings)
    app.config["TESTING"] = True
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache()  # a template is compiled once, not once in each process
    with app.app_context():
        upgrade()
        _wait_for_no_disk()
        template = _kept_template(settings)
    try:
        yield Stage(app, template)
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def _wait_for_no_disk() -> None:
    """SQLite as in production but for one thing: a test needn't survive a power failure, nor wait for the disk."""
    if db.engine.dialect.name == "sqlite":

        @event.listens_for(db.engine, "connect")
        def hurry(connection: Any, _record: Any) -> None:
            connection.execute("PRAGMA synchronous=OFF")


def _kept_template(settings: Settings) -> Path | None:
    if not settings.database_url.startswith("sqlite"):
        return None
    source = Path(str(db.engine.url.database))
    with db.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.engine.dispose()
    template = source.with_suffix(".template")
    shutil.copyfile(source, template)
    return template
