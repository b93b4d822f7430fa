"""What a start makes sure of: a folder to write in, the newest schema, and on the very first start something to see."""

from __future__ import annotations

import contextlib
import io
import logging
import sys
from pathlib import Path

import click
from alembic.migration import MigrationContext
from flask_migrate import upgrade
from sqlalchemy.exc import OperationalError

from courses_app.config import Settings
from courses_app.foundation.db import db, session

DEMO_PASSWORD = "demo-course-2026"  # noqa: S105 - of the demonstration accounts, which production refuses
DEMO_SIGN_INS = (
    ("office@example.jp", "事務局 / staff"),
    ("instructor@example.jp", "講師 / instructor"),
    ("coordinator@example.jp", "監理団体の担当者 / coordinator of a supervising organization"),
    ("other@example.jp", "実習実施者の担当者 / coordinator of an implementing organization"),
    ("member@example.jp", "受講者 / attendee"),
)


def prepare_instance(settings: Settings) -> None:
    """A folder to write in, or one sentence that says what to do."""
    try:
        settings.instance.mkdir(parents=True, exist_ok=True)
        probe = settings.instance / ".writable"
        probe.touch()
        probe.unlink()
    except OSError:
        sys.exit(
            f"{settings.instance} can't be written: give yourself permission, or set COURSES_INSTANCE to a folder."
        )


def bring_up_to_date(settings: Settings) -> None:
    """Migrate; on an empty database also load the catalogue, in development with the demonstration data.

    A first start that was killed half-way begins anew: its mark is still there.
    """
    mark = settings.instance / ".first-start"
    if mark.exists():
        _forget_half_made_database()
    try:
        with db.engine.connect() as connection:
            fresh = MigrationContext.configure(connection).get_current_revision() is None
    except OperationalError as error:
        sys.exit(f"The database can't be reached: check DATABASE_URL. ({type(error.orig).__name__})")
    if fresh:
        mark.touch()
    _migrate()
    if fresh:
        _seed(settings)
    session.remove()
    mark.unlink(missing_ok=True)


def _forget_half_made_database() -> None:
    """Only the embedded one: nobody has worked with it yet."""
    url = db.engine.url
    if url.get_backend_name() == "sqlite" and url.database:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{url.database}{suffix}").unlink(missing_ok=True)


def _migrate() -> None:
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with contextlib.redirect_stdout(io.StringIO()):
        upgrade()


def _seed(settings: Settings) -> None:
    from courses_app.cli import seeds

    click.echo("First start: loading the catalogue …")
    seeds.load_catalogue_and_rules()
    if not settings.production:
        click.echo("First start: making the demonstration data …")
        seeds.load_demonstration()


def announce(settings: Settings, address: str) -> None:
    """Where to look, and with which sign-ins."""
    click.echo(f"\n  講習・セミナー申込システム / Course Booking System\n  {address}\n")
    if not settings.production:
        for email, who in DEMO_SIGN_INS:
            click.echo(f"  {email:<26} {who}")
        click.echo(f"  password of all: {DEMO_PASSWORD}\n")
    click.echo("  Ctrl-C ends everything.")
    sys.stdout.flush()
