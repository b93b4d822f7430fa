"""Whether the process lives, and whether it can serve: two questions, two addresses (H-1)."""

from __future__ import annotations

from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, jsonify

from courses_app.foundation.db import session, writable
from courses_app.foundation.web import public

MIGRATIONS = Path(__file__).resolve().parent.parent.parent / "migrations"

pages = Blueprint("health", __name__)


@pages.get("/healthz")
@public
def healthz() -> Response:
    return jsonify(status="ok")


@pages.get("/readyz")
@public
def readyz() -> tuple[Response, int]:
    """503 while the database is away or not migrated to this version."""
    ready = writable() and _migrated()
    return jsonify(status="ok" if ready else "unavailable"), 200 if ready else 503


def _migrated() -> bool:
    current = MigrationContext.configure(session.connection()).get_current_revision()
    return current == ScriptDirectory(str(MIGRATIONS)).get_current_head()
