"""Migrations carry the rows that are there: money written by an older version stands in the new tables, to the yen."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import MetaData, Table, insert, text

from courses_app import create_app
from courses_app.foundation.connections import writing
from courses_app.foundation.db import db
from courses_app.payments.queries import violations
from tests.house.test_schema import own_database, settings_for

NOW = datetime(2026, 10, 1, 3, tzinfo=UTC)
# An invoice of ¥11,500 that was paid, half of which goes back, as 0017 wrote it down.
ROWS: list[tuple[str, dict[str, Any]]] = [
    ("organizations", {"id": 1, "reference": "G-1", "name": "東都", "kind": "supervising", "member_status": "none"}),
    ("invoices", {"id": 1, "reference": "Q-1", "organization_id": 1, "method": "stripe", "total": 11_500}),
    ("invoice_lines", {
        "invoice_id": 1, "position": 1, "quantity": 1, "unit_amount": 11_500, "amount": 11_500,
        "tax_category": "taxable_10",
    }),
    ("invoice_taxes", {"invoice_id": 1, "category": "taxable_10", "percent": 10, "amount": 11_500, "tax": 1_045}),
    ("payments", {"id": 1, "invoice_id": 1, "provider": "stripe", "external_id": "pi_1", "amount": 11_500}),
    ("refunds", {"invoice_id": 1, "key": "k", "amount": 5_750, "status": "due"}),
    ("ledger_transactions", {"id": 1, "key": "invoice:Q-1", "kind": "invoice", "invoice_id": 1}),
    ("ledger_transactions", {"id": 2, "key": "payment:stripe:pi_1", "kind": "payment", "invoice_id": 1}),
    ("ledger_transactions", {"id": 3, "key": "refund:k", "kind": "refund", "invoice_id": 1}),
    *(
        ("ledger_entries", {
            "transaction_id": transaction, "account": account, "organization_id": 1, "debit": debit, "credit": credit,
        })
        for transaction, account, debit, credit in (
            (1, "receivable", 11_500, 0), (1, "revenue", 0, 11_500), (2, "stripe_balance", 11_500, 0),
            (2, "receivable", 0, 11_500), (3, "revenue", 5_750, 0), (3, "refunds_payable", 0, 5_750),
        )
    ),
    ("matters", {"key": "m", "kind": "refund_due", "subject_kind": "invoice", "subject_reference": "Q-1"}),
    *(
        ("audit_entries", {
            "position": number, "actor_kind": "system", "action": action, "subject_kind": "invoice",
            "subject_reference": "Q-1", "after": after, "request_id": "-",
        })
        for number, (action, after) in enumerate(
            (("invoice.billed", "open"), ("payment.received", "paid"), ("refund.owed", "due")), start=1
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_m1_money_of_an_older_version_is_carried_over(
    dialect: str, tmp_path: Path, request: pytest.FixtureRequest, worker_id: str
) -> None:
    if dialect == "sqlite":
        url = f"sqlite:///{tmp_path / 'old.sqlite3'}"
    else:
        url = own_database(request.getfixturevalue("postgresql_url"), f"rows_{worker_id}")
    with create_app(settings_for(tmp_path, url)).app_context():
        upgrade(revision="0017")
        _write()
        upgrade()
        assert _broken() == []
        told = "SELECT a.amount, p.method, p.organization_id FROM allocations a JOIN payments p ON p.id = a.payment_id"
        assert _rows(told) == [(11_500, "stripe", 1)]
        assert _rows("SELECT payment_id, provider, status FROM refunds") == [(1, "stripe", "due")]
        downgrade(revision="0017")
        assert _rows("SELECT invoice_id, amount FROM payments") == [(1, 11_500)]
        assert _rows("SELECT invoice_id FROM ledger_transactions") == [(1,), (1,), (1,)]
        upgrade()
        assert _broken() == []
        db.engine.dispose()


def _broken() -> list[str]:
    try:
        return violations(now=NOW)
    finally:
        db.session.remove()  # its connection holds the lock of the migrations


def _write() -> None:
    meta = MetaData()
    meta.reflect(db.engine)
    with db.engine.execution_options(**writing(db.engine)).begin() as connection:
        for name, facts in ROWS:
            table = meta.tables[name]
            connection.execute(insert(table).values(_filled(table, facts)))


def _filled(table: Table, facts: dict[str, Any]) -> dict[str, Any]:
    """The facts, and something harmless in every other column that must not be empty."""
    harmless = {str: "", int: 0, bool: False, date: date(2026, 10, 1), datetime: NOW, dict: [], list: []}
    must = [one for one in table.c if not one.nullable and not one.primary_key and one.server_default is None]
    return {**{one.name: harmless.get(one.type.python_type, "") for one in must}, **facts}


def _rows(query: str) -> list[Any]:
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]
