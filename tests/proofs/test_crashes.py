"""T4: `kill -9` after each SQL statement and after each commit; then the same once more (R-05, R-23, R-27).

What was not committed leaves no trace: the tables are as before, to the byte. What was committed is whole: check-ledger
finds nothing, and the same request again changes nothing. In the end as many rows were written as by the same deed that
nobody disturbed.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from courses_app.cli.ledger import violations
from courses_app.foundation import audit, clock
from courses_app.foundation.db import Base, db, session, transaction
from tests.accounts.signing import sign_in
from tests.make import Make
from tests.proofs.rounds import kills_in_rounds
from tests.proofs.scenes import DEEDS, Browser, House
from tests.proofs.victim import Victim, a_victim
from tests.stage import Stage

MOST_STATEMENTS, FEWEST_KILLS = 400, 60
MAILS = {
    "bookings/confirmed": 1, "bookings/expired": 1, "bookings/offered": 1, "bookings/ordered": 2, "bookings/ticket": 1,
    "bookings/tickets": 1, "bookings/waiting_joined": 1, "payments/payment_received": 1,
}  # fmt: skip
# What no deed of the tests below may leave half done.
WATCHED = (
    "bookings", "seats", "seat_events", "booking_fees", "booking_supplements", "voucher_uses", "seat_blocks",
    "overbookings", "waiting_parties", "waiting_attendees", "attendee_drafts", "list_parts", "move_questions",
    "move_answers", "seat_absences", "second_looks",
    "course_runs", "meetings", "venues", "dispatches", "dispatch_notes", "quotes", "persons", "memberships",
    "allocations", "invoices", "invoice_lines", "invoice_taxes", "payments", "refunds", "checkouts", "stripe_events",
    "ledger_transactions", "ledger_entries", "outbox_messages", "matters", "audit_entries", "stored_documents",
    "number_series", "papers", "paper_requests", "run_alerts", "run_alerts_told", "reminders_sent",
    "bank_files", "bank_lines", "bank_drafts", "payer_names",
    "rosters", "roster_entries", "meeting_minutes", "certificates", "failure_notices",
)  # fmt: skip
UNWATCHED = {
    "what a deed only reads: facts of the house and its people": (
        "access_roles", "account_roles", "appointments", "change_policies", "change_policy_steps", "courses", "duties",
        "establishments", "fees", "feed_tokens", "issuers", "look_limits", "organizations", "payment_ways",
        "prefectures",
        "reminder_steps", "requirements", "roles", "services", "subjects", "tax_rates",
        "bank_layouts", "fee_allowances",
        "voucher_courses", "vouchers",
        "account_titles", "dunning_steps", "journal_layouts",
    ),
    "written once when a request is made, and never again": ("dispatch_wishes", "quote_lines", "quote_meetings"),
    "of quotes, which no deed here makes": ("estimates", "estimate_lines", "estimate_uses"),
    "of signing in, which has its own transaction in each request": (
        "account_tokens", "accounts", "attempts", "sign_ins",
    ),
    "whom Stripe knows by our name: one row, its key stored before the call": ("stripe_customers",),
    "written in one go, by a press of its own": (
        "dunning_holds", "dunning_letters", "ledger_closes", "ledger_close_sums",
    ),
    "the worker's note of when it last looked": ("reminder_rounds",),
}  # fmt: skip


def test_every_table_is_watched_or_it_is_said_why_not() -> None:
    said = [*WATCHED, *(table for tables in UNWATCHED.values() for table in tables)]
    assert sorted(said) == sorted(Base.metadata.tables)


@pytest.fixture
def house(app: Flask, make: Make) -> House:
    coordinator, clerk = make.coordinator(), make.staff()
    make.issuer()
    browsers = []
    for email in (clerk.email, coordinator.email):
        client = app.test_client()
        sign_in(client, email)
        browsers.append(Browser(client))
    return House(app, make, coordinator, *browsers)


@pytest.fixture(scope="module")
def victim(stage: Stage) -> Iterator[Victim]:
    with a_victim(stage.app) as found:
        yield found


@pytest.mark.parametrize("deed", DEEDS)
def test_killed_after_each_statement_and_sent_again(
    house: House, victim: Victim, deed: Callable[[House], dict[str, Any]]
) -> None:
    undisturbed, request = deed(house), deed(house)
    before = rows(house.app)
    assert done(victim.does(**undisturbed))
    between = rows(house.app)
    written = between - before
    assert written, "the deed writes nothing"
    answer = dies_after_each(house.app, victim, request)
    assert done(answer)
    assert rows(house.app) - between == written


def dies_after_each(app: Flask, victim: Victim, request: dict[str, Any]) -> dict[str, Any]:
    """The answer of the first try that survives."""
    before, committed = tables(app), False
    for statements in range(1, MOST_STATEMENTS):
        answer = victim.tries(statements=statements, **request)
        now = tables(app)
        assert answer is not None or now == before or not committed, "written twice"
        if now != before:
            committed, before = True, now
        if now != before or answer is not None:
            assert broken(app) == []
        if answer is not None:
            assert committed
            return answer
    raise AssertionError("it never survives")


def done(answer: dict[str, Any] | None) -> bool:
    assert answer is not None
    assert answer.get("status") in {303, 409}, answer
    return True


def test_the_worker_is_killed_after_each_statement(app: Flask, make: Make, victim: Victim) -> None:
    """A hold and an order that ran out, a seat to offer, papers to print: each once, whenever it dies."""
    with app.app_context():
        due(make)
        with transaction():
            audit.seal_entries()
    kills = kills_in_rounds(app, victim, tables=tables, broken=broken, most=MOST_STATEMENTS)
    assert kills > FEWEST_KILLS
    with app.app_context():
        mails = session.execute(text("SELECT kind, count(*) FROM outbox_messages GROUP BY kind")).all()
        assert dict(mails) == MAILS


def due(make: Make) -> None:
    now = clock.now()
    run = make.run(capacity=3, days_ahead=30)
    make.ordered(run, now=now - timedelta(days=25))
    make.held(run, now=now - timedelta(hours=1))
    make.paid(run, now=now - timedelta(minutes=50))
    make.waiting(run, 2, now=now - timedelta(minutes=45))


def broken(app: Flask) -> list[str]:
    with app.app_context():
        return [line for line in violations() if not line.startswith("INV-5")]


def rows(app: Flask) -> Counter[str]:
    """How many rows each table has."""
    with app.app_context():
        return Counter({name: session.scalar(text(f"SELECT count(*) FROM {name}")) or 0 for name in WATCHED})


def tables(app: Flask) -> str:
    """A fingerprint of everything that is kept about bookings, money, people and mail."""
    with app.app_context():
        if db.engine.dialect.name == "postgresql":
            return str(session.scalar(text(FINGERPRINT)))
        found = hashlib.sha256()
        for name in WATCHED:
            for row in sorted(repr(tuple(row)) for row in session.execute(text(f"SELECT * FROM {name}"))):
                found.update(row.encode())
        return found.hexdigest()


ROWS = " UNION ALL ".join(f"SELECT '{name}' || md5(t::text) AS seen FROM {name} t" for name in WATCHED)
FINGERPRINT = f"SELECT md5(string_agg(seen, '' ORDER BY seen)) FROM ({ROWS}) everything"
