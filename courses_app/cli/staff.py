"""The first staff account."""

from __future__ import annotations

import click
from flask.cli import with_appcontext


@click.command("create-staff")
@click.argument("email")
@with_appcontext
def create_staff(email: str) -> None:
    """Give EMAIL a staff account and mail it the link to choose a password."""
    raise click.ClickException("not built yet")
