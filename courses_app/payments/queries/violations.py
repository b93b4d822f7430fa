"""What must always be true of money (INV-6 to INV-10, 13, 14), in SQL: each query names the rows that break it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, text

from courses_app.foundation.db import UTCDateTime, session

SLOWEST_EVENT = timedelta(hours=1)  # Stripe repeats an unanswered event within the hour

# What the ledger says is owed to us for each invoice; less than zero is held without being owed.
RECEIVABLE = """
    WITH receivable AS (
        SELECT t.invoice_id, SUM(e.debit - e.credit) AS owed
        FROM ledger_transactions t JOIN ledger_entries e ON e.transaction_id = t.id
        WHERE e.account = 'receivable' GROUP BY t.invoice_id
    )
"""

QUERIES = {
    "INV-6 invoice {}: the total is not the sum of its lines": """
        SELECT i.reference FROM invoices i
        WHERE i.total <> (SELECT COALESCE(SUM(l.amount), 0) FROM invoice_lines l WHERE l.invoice_id = i.id)
    """,
    "INV-6 invoice {}: a category's total is not the sum of its lines": """
        SELECT i.reference
        FROM invoice_lines l
        JOIN invoices i ON i.id = l.invoice_id
        LEFT JOIN invoice_taxes x ON x.invoice_id = l.invoice_id AND x.category = l.tax_category
        GROUP BY i.reference, l.tax_category, x.amount
        HAVING x.amount IS NULL OR x.amount <> SUM(l.amount)
    """,
    "INV-6 invoice {}: the categories don't add up to the total": """
        SELECT i.reference FROM invoices i
        WHERE i.total <> (SELECT COALESCE(SUM(x.amount), 0) FROM invoice_taxes x WHERE x.invoice_id = i.id)
    """,
    "INV-6 invoice {}: a tax is not the one rounded once": """
        SELECT i.reference FROM invoice_taxes x JOIN invoices i ON i.id = x.invoice_id
        WHERE x.tax <> x.amount * x.percent / (100 + x.percent)
    """,
    "INV-7 ledger {}: debit and credit differ, or there is no entry": """
        SELECT t.key FROM ledger_transactions t LEFT JOIN ledger_entries e ON e.transaction_id = t.id
        GROUP BY t.key HAVING COALESCE(SUM(e.debit), -1) <> COALESCE(SUM(e.credit), -2)
    """,
    "INV-7 invoice {}: it was never posted to the ledger": """
        SELECT i.reference FROM invoices i
        WHERE i.total > 0 AND NOT EXISTS (SELECT 1 FROM ledger_transactions t WHERE t.key = 'invoice:' || i.reference)
    """,
    "INV-8 invoice {}: more was refunded than received": """
        SELECT i.reference FROM invoices i
        WHERE (SELECT COALESCE(SUM(r.amount), 0) FROM refunds r
               WHERE r.invoice_id = i.id AND r.status <> 'withdrawn')
            > (SELECT COALESCE(SUM(p.amount), 0) FROM payments p WHERE p.invoice_id = i.id)
    """,
    "INV-8 invoice {}: payments and ledger differ": """
        SELECT i.reference FROM invoices i
        WHERE (SELECT COALESCE(SUM(p.amount), 0) FROM payments p WHERE p.invoice_id = i.id)
           <> (SELECT COALESCE(SUM(e.debit), 0) FROM ledger_transactions t
               JOIN ledger_entries e ON e.transaction_id = t.id
               WHERE t.invoice_id = i.id AND e.account IN ('cash', 'stripe_balance'))
    """,
    "INV-8 invoice {}: refunds still due and ledger differ": """
        SELECT i.reference FROM invoices i
        WHERE (SELECT COALESCE(SUM(r.amount), 0) FROM refunds r WHERE r.invoice_id = i.id AND r.status = 'due')
           <> (SELECT COALESCE(SUM(e.credit - e.debit), 0) FROM ledger_transactions t
               JOIN ledger_entries e ON e.transaction_id = t.id
               WHERE t.invoice_id = i.id AND e.account = 'refunds_payable')
    """,
    "INV-8 invoice {}: it is open, and the ledger owes something else than its total less what was received": """
        SELECT i.reference FROM invoices i LEFT JOIN receivable b ON b.invoice_id = i.id
        WHERE i.cancelled_at IS NULL
          AND COALESCE(b.owed, 0)
           <> i.total - (SELECT COALESCE(SUM(p.amount), 0) FROM payments p WHERE p.invoice_id = i.id)
    """,
    "INV-8 invoice {}: it is cancelled and still owed": """
        SELECT i.reference FROM invoices i JOIN receivable b ON b.invoice_id = i.id
        WHERE i.cancelled_at IS NOT NULL AND b.owed > 0
    """,
    "INV-8 invoice {}: money is held without being owed, and no matter is open": """
        SELECT i.reference FROM invoices i JOIN receivable b ON b.invoice_id = i.id
        WHERE b.owed < 0 AND NOT EXISTS (
            SELECT 1 FROM matters m
            WHERE m.settled_at IS NULL AND m.subject_kind = 'invoice' AND m.subject_reference = i.reference)
    """,
    "INV-8 invoice {}: a refund is due, and no matter is open": """
        SELECT DISTINCT i.reference FROM refunds r JOIN invoices i ON i.id = r.invoice_id
        WHERE r.status = 'due' AND NOT EXISTS (
            SELECT 1 FROM matters m
            WHERE m.settled_at IS NULL AND m.subject_kind = 'invoice' AND m.subject_reference = i.reference)
    """,
    "INV-9 payment {}: recorded more than once": """
        SELECT external_id FROM payments GROUP BY provider, external_id HAVING COUNT(*) > 1
    """,
    "INV-9 refund {}: recorded more than once": """
        SELECT external_id FROM refunds WHERE external_id IS NOT NULL GROUP BY external_id HAVING COUNT(*) > 1
    """,
    "INV-10 event {}: stored more than once": """
        SELECT event_id FROM stripe_events GROUP BY event_id HAVING COUNT(*) > 1
    """,
    "INV-10 event {}: without a result for an hour": """
        SELECT event_id FROM stripe_events WHERE result = 'received' AND received_at < :long_ago
    """,
    "INV-10 event {}: parked, and never put before the office": """
        SELECT s.event_id FROM stripe_events s
        WHERE s.result = 'parked' AND NOT EXISTS (
            SELECT 1 FROM matters m WHERE m.subject_kind = 'stripe_event' AND m.subject_reference = s.event_id)
    """,
    "INV-13 invoice {}: it is cancelled, or owed again, and the audit trail does not tell": """
        SELECT i.reference FROM invoices i
        WHERE (i.cancelled_at IS NULL) <> (COALESCE((
            SELECT a.after FROM audit_entries a WHERE a.id = (
                SELECT MAX(b.id) FROM audit_entries b
                WHERE b.subject_kind = 'invoice' AND b.subject_reference = i.reference
                  AND b.action IN ('invoice.billed', 'invoice.cancelled', 'invoice.reinstated'))), '') = 'open')
    """,
    "INV-13 invoice {}: money came or went, and the audit trail does not tell how often": """
        SELECT i.reference FROM invoices i
        WHERE (SELECT COUNT(*) FROM payments p WHERE p.invoice_id = i.id)
            + (SELECT COUNT(*) FROM refunds r WHERE r.invoice_id = i.id)
            + (SELECT COUNT(*) FROM refunds r WHERE r.invoice_id = i.id AND r.status IN ('sent', 'withdrawn'))
           <> (SELECT COUNT(*) FROM audit_entries a
               WHERE a.subject_kind = 'invoice' AND a.subject_reference = i.reference
                 AND a.action IN ('payment.received', 'refund.owed', 'refund.sent', 'refund.withdrawn'))
    """,
    "INV-14 invoice {}: a refund was sent, and no mail tells of it": """
        SELECT i.reference FROM refunds r JOIN invoices i ON i.id = r.invoice_id
        WHERE r.status = 'sent' AND NOT EXISTS (
            SELECT 1 FROM outbox_messages m WHERE m.dedupe_key = 'refund:' || r.key)
    """,
    "numbers {}: the series has counted further than there are papers": """
        SELECT n.code FROM number_series n
        WHERE (n.code LIKE 'invoice:%' AND n.last <> (
                SELECT COUNT(*) FROM invoices i WHERE i.number LIKE SUBSTR(n.code, 9) || '-%'))
           OR (n.code LIKE 'receipt:%' AND n.last <> (
                SELECT COUNT(*) FROM invoices i WHERE i.receipt_number LIKE 'R-' || SUBSTR(n.code, 9) || '-%'))
    """,
}


def violations(*, now: datetime) -> list[str]:
    """One line for each broken promise; empty when all is well."""
    lines = []
    for sentence, query in QUERIES.items():
        statement = text(RECEIVABLE + query)
        if ":long_ago" in query:
            statement = statement.bindparams(bindparam("long_ago", now - SLOWEST_EVENT, type_=UTCDateTime))
        lines += [sentence.format(row[0]) for row in session.execute(statement)]
    return lines
