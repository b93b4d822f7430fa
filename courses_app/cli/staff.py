"""The first staff account."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from courses_app.accounts import operations
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import transaction
from courses_app.foundation.forms import EMAIL
from courses_app.foundation.text import folded


@click.command("create-staff")
@click.argument("email")
@with_appcontext
def create_staff(email: str) -> None:
    """Give EMAIL a staff account and mail it the link to choose a password."""
    address = (folded(email) or "").lower()
    if not EMAIL.fullmatch(address):
        raise click.ClickException(f"'{email}' is not an e-mail address.")
    with transaction():
        operations.invite_staff(email=address, by=SYSTEM, now=clock.now())
    click.echo(f"{address} is staff. The link to choose a password is in the outbox; it is good for one hour.")
