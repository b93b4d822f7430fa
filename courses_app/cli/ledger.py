"""`flask check-ledger`: every invariant of the house, each an SQL query; a line for each violation (A.3)."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click
from flask.cli import with_appcontext

from courses_app.bookings import queries as bookings
from courses_app.catalogue import queries as catalogue
from courses_app.certificates import queries as certificates
from courses_app.dispatches import queries as dispatches
from courses_app.foundation import audit, clock
from courses_app.foundation.db import snapshot
from courses_app.payments import queries as payments
from courses_app.rosters import queries as rosters

# Rooms whose tables could break a promise: `queries.violations(*, now)`.
ROOMS = (payments, catalogue, bookings, rosters, dispatches, certificates)


def violations() -> Iterator[str]:
    """A sentence for each broken invariant; nothing when all hold."""
    snapshot()
    yield from audit.broken_seals()
    now = clock.now()
    for room in ROOMS:
        yield from room.violations(now=now)


@click.command("check-ledger")
@with_appcontext
def check_ledger() -> None:
    """Check all invariants; exit 1 and a line for each violation."""
    found = list(violations())
    for line in found:
        click.echo(line)
    if found:
        sys.exit(1)
    click.echo("All invariants hold.")
