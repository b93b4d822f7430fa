"""The commands, each opening its own transactions."""

from __future__ import annotations

from flask import Flask
from flask_migrate import Migrate

from courses_app.cli import ledger, lifecycles, seeds, serve, staff, worker
from courses_app.config import ROOT
from courses_app.foundation.db import db


def prepare(app: Flask) -> None:
    """Attach the commands to `flask --app courses_app …`."""
    Migrate(app, db, directory=str(ROOT / "migrations"))
    for command in (
        worker.worker,
        serve.serve,
        ledger.check_ledger,
        lifecycles.lifecycles,
        staff.create_staff,
        seeds.seed,
    ):
        app.cli.add_command(command)
