"""The first content of an empty database."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import click
from flask import current_app
from flask.cli import with_appcontext

from courses_app.catalogue.imports import load_catalogue
from courses_app.config import ROOT
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import transaction

# Rooms with content of their own: `load(*, by, now) -> int`, the number of rows added.
ROOMS = ("compliance.imports", "payments.imports", "dispatches.imports")


def load_catalogue_and_rules() -> int:
    """Courses, venues, roles, requirements, the issuer and the tax rates; returns how many rows were added."""
    now = clock.now()
    with transaction():
        added = load_catalogue(by=SYSTEM, now=now)
        for name in ROOMS:
            added += import_module(f"courses_app.{name}").load(by=SYSTEM, now=now)
    return added


def load_demonstration() -> None:
    """Everything that makes the product look inhabited, dated around the present day.

    In a process of its own: it prints many papers, and the memory that takes goes with it when it ends.
    """
    command = [sys.executable, "-m", "flask", "--app", "courses_app", "seed", "demo"]
    done = subprocess.run(command, cwd=ROOT, check=False)  # noqa: S603 - our own command
    if done.returncode:
        sys.exit("The demonstration data could not be made; the lines above say why.")


@click.group("seed")
def seed() -> None:
    """Load content; what is there already stays as it is."""


@seed.command("catalogue")
@with_appcontext
def _catalogue() -> None:
    """Courses, venues, roles, requirements, the issuer and the tax rates."""
    click.echo(f"{load_catalogue_and_rules()} rows added.")


@seed.command("demo")
@with_appcontext
def _demo() -> None:
    """The demonstration data (never in production)."""
    from courses_app.portal.imports import DemonstrationRefused
    from courses_app.portal.imports import load_demonstration as play

    if current_app.config["SETTINGS"].production:
        raise click.ClickException("The demonstration data is never loaded in production.")
    load_catalogue_and_rules()
    try:
        loaded = play(clock=clock.now)
    except DemonstrationRefused as refused:
        raise click.ClickException(str(refused)) from None
    if not loaded:
        click.echo("The demonstration data is there already.")
