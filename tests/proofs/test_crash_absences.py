"""T4 for absences: the worker is killed again and again on its way; what goes back, goes back once (INV-8)."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from flask import Flask
from sqlalchemy import select, text

from courses_app.bookings import operations as bookings
from courses_app.catalogue.models import ChangePolicy, CourseRun
from courses_app.certificates import operations
from courses_app.cli import worker
from courses_app.cli.ledger import violations
from courses_app.foundation import audit, clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session, transaction
from courses_app.foundation.papers.press import printing_here
from courses_app.foundation.yen import Yen
from tests.make import Make
from tests.proofs.rounds import kills_in_rounds
from tests.proofs.victim import a_victim

MOST_STATEMENTS, STEP, FEWEST_KILLS = 100, 3, 10  # after every third statement that writes
WATCHED = (
    "seats", "seat_events", "seat_absences", "booking_supplements", "invoices", "invoice_lines", "payments",
    "allocations", "refunds", "ledger_transactions", "ledger_entries", "outbox_messages", "matters", "audit_entries",
)  # fmt: skip


def test_inv8_the_worker_is_killed_while_it_settles_absences(app: Flask, make: Make) -> None:
    with app.app_context(), printing_here():
        scene(make)
        with transaction():
            audit.seal_entries()
    with a_victim(app) as victim:
        kills = kills_in_rounds(app, victim, tables=tables, broken=broken, most=MOST_STATEMENTS, step=STEP)
    assert kills > FEWEST_KILLS
    with app.app_context():
        refunds = session.execute(text("SELECT amount, status FROM refunds ORDER BY amount, status")).all()
        assert [tuple(row) for row in refunds] == [(1_500, "due"), (2_500, "withdrawn")]
        standing = session.execute(text("SELECT refund, paid_back FROM seat_absences WHERE taken_back_at IS NULL"))
        assert [tuple(row) for row in standing] == [(10_000, 1_500)]
        told = "SELECT COUNT(*) FROM outbox_messages WHERE kind = 'certificates/%s'"
        assert [session.scalar(text(told % kind)) for kind in ("absent", "attended")] == [2, 1]


def scene(make: Make) -> None:
    """Somebody owes us for a dearer date and did not come; somebody else did come, and was settled as absent."""
    now = clock.now()
    dearer = make.run(days_ahead=-8, price_general=20_000, price_member=20_000)
    mistaken = make.run("EJS", days_ahead=-9, price_general=5_000, price_member=5_000)  # without certificates to print
    with make.deed():
        for policy in session.scalars(select(ChangePolicy)):
            policy.no_show_percent, policy.from_on = 50, clock.today() - timedelta(days=300)
    ordered_at = mistaken.starts_at - timedelta(days=30)
    make.paid(mistaken, now=ordered_at)
    debtor = make.paid(make.run(days_ahead=-20), now=ordered_at)
    with make.deed():
        bookings.move_seat(
            booking=debtor, position=1, run_reference=dearer.reference, agreed=Yen(0), more=Yen(8_500), by=SYSTEM,
            now=ordered_at + timedelta(hours=1),
        )  # fmt: skip
    make.closed_roster(mistaken, absent=1, now=now)
    while sum(task() for name, task in worker.tasks() if name != "foundation.outbox"):
        pass  # until nothing is due but what is made due now
    with make.deed():
        operations.reopen_roster(run=session.get_one(CourseRun, mistaken.id), reason="x", by=SYSTEM, now=now)
    make.closed_roster(mistaken, now=now)
    make.closed_roster(dearer, absent=1, now=now)


def broken(app: Flask) -> list[str]:
    with app.app_context():
        return list(violations())


def tables(app: Flask) -> str:
    """A fingerprint of all rows about seats, money and mail."""
    found = hashlib.sha256()
    with app.app_context():
        for name in WATCHED:
            for row in sorted(repr(tuple(row)) for row in session.execute(text(f"SELECT * FROM {name}"))):
                found.update(row.encode())
    return found.hexdigest()
