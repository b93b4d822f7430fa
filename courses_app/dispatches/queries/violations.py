"""What must always be true of requests, asked in SQL: each query names those for which it is not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import text

from courses_app.foundation.db import session

QUERIES = {
    "request {}: it is agreed, but its run or its invoice is missing": """
        SELECT d.reference FROM dispatches d
        LEFT JOIN course_runs r ON r.id = d.run_id LEFT JOIN invoices i ON i.id = d.invoice_id
        WHERE d.state IN ('accepted', 'planned', 'closed') AND (r.id IS NULL OR i.id IS NULL)
    """,
    "request {}: its run is not a private one of its organization": """
        SELECT d.reference FROM dispatches d JOIN course_runs r ON r.id = d.run_id
        WHERE d.state IN ('accepted', 'planned', 'closed')
            AND (r.visibility <> 'private' OR r.organization_id IS NULL OR r.organization_id <> d.organization_id)
    """,
    "request {}: its invoice is not what the accepted quote says, or another organization's": """
        SELECT d.reference FROM dispatches d JOIN invoices i ON i.id = d.invoice_id
            JOIN quotes q ON q.dispatch_id = d.id
            AND q.number = (SELECT MAX(n.number) FROM quotes n WHERE n.dispatch_id = d.id)
        WHERE d.state IN ('accepted', 'planned', 'closed')
            AND (i.total <> q.total OR i.organization_id <> d.organization_id)
    """,
    "request {}: it is agreed, but its invoice has been cancelled": """
        SELECT d.reference FROM dispatches d JOIN invoices i ON i.id = d.invoice_id
        WHERE d.state IN ('accepted', 'planned', 'closed') AND i.cancelled_at IS NOT NULL
    """,
    "request {}: it was called off, but its invoice is still open": """
        SELECT d.reference FROM dispatches d JOIN invoices i ON i.id = d.invoice_id
        WHERE d.state = 'called_off' AND i.cancelled_at IS NULL
            AND (SELECT COALESCE(SUM(f.amount), 0) FROM refunds f
                WHERE f.invoice_id = i.id AND f.status <> 'withdrawn') < i.total
    """,
    "request {}: the total of a quote is not the sum of its lines": """
        SELECT d.reference FROM dispatches d JOIN quotes q ON q.dispatch_id = d.id
        WHERE q.total <> (SELECT COALESCE(SUM(l.quantity * l.unit_amount), 0) FROM quote_lines l
            WHERE l.quote_id = q.id)
    """,
    "request {}: a quote is asked for or accepted, but there is none": """
        SELECT d.reference FROM dispatches d
        WHERE d.state IN ('quoted', 'accepted', 'planned', 'closed', 'expired')
            AND NOT EXISTS (SELECT 1 FROM quotes q WHERE q.dispatch_id = d.id)
    """,
}


def violations(*, now: datetime) -> Iterator[str]:
    """A sentence for each broken promise; nothing when all hold."""
    for sentence, query in QUERIES.items():
        for (reference,) in session.execute(text(query)):
            yield sentence.format(reference)
