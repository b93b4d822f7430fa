"""What must always be true of money (INV-6 to INV-10, 13, 14, 18), in SQL: each query names the rows that break it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, text

from courses_app.foundation.clock import day_of
from courses_app.foundation.db import UTCDateTime, session
from courses_app.payments.queries.bank_violations import BANK_QUERIES
from courses_app.payments.queries.book_violations import book_violations

SLOWEST_EVENT = timedelta(hours=1)  # Stripe repeats an unanswered event within the hour

# What the ledger says is owed to us for each invoice; less than zero is held without being owed.
RECEIVABLE = """
    WITH receivable AS (
        SELECT e.invoice_id, SUM(e.debit - e.credit) AS owed
        FROM ledger_entries e WHERE e.account = 'receivable' GROUP BY e.invoice_id
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
    "INV-8 invoice {}: more was refunded of a payment than it brought": """
        SELECT COALESCE(i.reference, p.external_id)
        FROM refunds r JOIN payments p ON p.id = r.payment_id LEFT JOIN invoices i ON i.id = r.invoice_id
        WHERE r.status <> 'withdrawn'
        GROUP BY p.id, p.external_id, p.amount, i.id, i.reference
        HAVING SUM(r.amount) > CASE WHEN i.id IS NULL THEN p.amount ELSE (
            SELECT COALESCE(SUM(a.amount), 0) FROM allocations a
            WHERE a.payment_id = p.id AND a.invoice_id = i.id) END
    """,
    "INV-8 payment {}: it settles, or gives back as credit, more than it brought": """
        SELECT p.external_id FROM payments p
        WHERE p.amount < (SELECT COALESCE(SUM(a.amount), 0) FROM allocations a WHERE a.payment_id = p.id)
            + (SELECT COALESCE(SUM(r.amount), 0) FROM refunds r
               WHERE r.payment_id = p.id AND r.invoice_id IS NULL AND r.status <> 'withdrawn')
    """,
    "INV-8 payment {}: it and the ledger differ": """
        SELECT p.external_id FROM payments p
        WHERE p.amount <> (SELECT COALESCE(SUM(e.debit), 0) FROM ledger_transactions t
               JOIN ledger_entries e ON e.transaction_id = t.id
               WHERE t.key = 'payment:' || p.provider || ':' || p.external_id
                 AND e.account = CASE p.provider WHEN 'stripe' THEN 'stripe_balance' ELSE 'cash' END)
    """,
    "INV-8 payment {}: it settles an invoice of another organization": """
        SELECT DISTINCT p.external_id FROM allocations a
        JOIN payments p ON p.id = a.payment_id JOIN invoices i ON i.id = a.invoice_id
        WHERE p.organization_id <> i.organization_id
    """,
    "INV-8 organization {}: its credit and the ledger differ": """
        SELECT o.reference FROM organizations o
        WHERE (SELECT COALESCE(SUM(p.amount), 0) FROM payments p WHERE p.organization_id = o.id)
            - (SELECT COALESCE(SUM(a.amount), 0) FROM allocations a JOIN payments p ON p.id = a.payment_id
               WHERE p.organization_id = o.id)
            - (SELECT COALESCE(SUM(r.amount), 0) FROM refunds r JOIN payments p ON p.id = r.payment_id
               WHERE p.organization_id = o.id AND r.invoice_id IS NULL AND r.status <> 'withdrawn')
           <> (SELECT COALESCE(SUM(e.credit - e.debit), 0) FROM ledger_entries e
               WHERE e.organization_id = o.id AND e.account = 'customer_credit')
    """,
    "INV-8 invoice {}: settled without money, and the ledger differs": """
        SELECT i.reference FROM invoices i
        WHERE (SELECT COALESCE(SUM(a.amount), 0) FROM allocations a
               WHERE a.invoice_id = i.id AND a.source IN ('bank_fee', 'write_off'))
           <> (SELECT COALESCE(SUM(e.debit - e.credit), 0) FROM ledger_entries e
               WHERE e.invoice_id = i.id AND e.account IN ('bank_fees', 'write_offs'))
    """,
    "INV-8 organization {}: refunds still owed and ledger differ": """
        SELECT o.reference FROM organizations o
        WHERE (SELECT COALESCE(SUM(r.amount), 0) FROM refunds r JOIN payments p ON p.id = r.payment_id
               WHERE p.organization_id = o.id AND r.status NOT IN ('sent', 'withdrawn'))
           <> (SELECT COALESCE(SUM(e.credit - e.debit), 0) FROM ledger_entries e
               WHERE e.organization_id = o.id AND e.account = 'refunds_payable')
    """,
    "INV-8 invoice {}: it is open, and the ledger owes something else than its total less what is settled": """
        SELECT i.reference FROM invoices i LEFT JOIN receivable b ON b.invoice_id = i.id
        WHERE i.cancelled_at IS NULL
          AND COALESCE(b.owed, 0)
           <> i.total - (SELECT COALESCE(SUM(a.amount), 0) FROM allocations a WHERE a.invoice_id = i.id)
    """,
    "INV-8 invoice {}: more is settled than was billed": """
        SELECT i.reference FROM invoices i
        WHERE i.total < (SELECT COALESCE(SUM(a.amount), 0) FROM allocations a WHERE a.invoice_id = i.id)
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
    "INV-8 invoice {}: a refund is owed, and no matter is open": """
        SELECT DISTINCT COALESCE(i.reference, o.reference)
        FROM refunds r JOIN payments p ON p.id = r.payment_id JOIN organizations o ON o.id = p.organization_id
        LEFT JOIN invoices i ON i.id = r.invoice_id
        WHERE r.status NOT IN ('sent', 'withdrawn') AND NOT EXISTS (
            SELECT 1 FROM matters m
            WHERE m.settled_at IS NULL
              AND m.subject_kind = CASE WHEN i.id IS NULL THEN 'organization' ELSE 'invoice' END
              AND m.subject_reference = COALESCE(i.reference, o.reference))
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
        WHERE (SELECT COUNT(*) FROM allocations a WHERE a.invoice_id = i.id)
            + (SELECT COUNT(*) FROM refunds r WHERE r.invoice_id = i.id)
            + (SELECT COUNT(*) FROM refunds r WHERE r.invoice_id = i.id AND r.status IN ('sent', 'withdrawn'))
            + (SELECT COUNT(*) FROM audit_entries a  -- sent, and not arrived
               WHERE a.subject_kind = 'invoice' AND a.subject_reference = i.reference AND a.action = 'refund.reopened')
           <> (SELECT COUNT(*) FROM audit_entries a
               WHERE a.subject_kind = 'invoice' AND a.subject_reference = i.reference
                 AND a.action IN ('payment.received', 'credit.used', 'credit.freed', 'invoice.borne',
                                  'invoice.not_borne', 'refund.owed', 'refund.sent', 'refund.withdrawn'))
    """,
    "INV-14 invoice {}: a refund was sent, and no mail tells of it": """
        SELECT COALESCE(i.reference, r.key) FROM refunds r LEFT JOIN invoices i ON i.id = r.invoice_id
        WHERE r.status = 'sent' AND r.key NOT LIKE 'taken-back:%' AND NOT EXISTS (
            SELECT 1 FROM outbox_messages m WHERE m.dedupe_key = 'refund:' || r.key)
          AND NOT EXISTS (
            SELECT 1 FROM paper_requests q WHERE q.refund_id = r.id AND NOT EXISTS (
                SELECT 1 FROM papers p WHERE p.request_id = q.id))
    """,
    "numbers {}: the series has counted further than there are papers": """
        SELECT n.code FROM number_series n
        WHERE (n.code LIKE 'invoice:%' AND n.last <> (SELECT COUNT(*) FROM papers p
                WHERE p.copy = 1 AND p.series = 'invoice' AND p.number LIKE SUBSTR(n.code, 9) || '-%'))
           OR (n.code LIKE 'receipt:%' AND n.last <> (SELECT COUNT(*) FROM papers p
                WHERE p.copy = 1 AND p.series = 'receipt' AND p.number LIKE 'R-' || SUBSTR(n.code, 9) || '-%'))
           OR (n.code LIKE 'quote:%' AND n.last <> (SELECT COUNT(*) FROM papers p
                WHERE p.copy = 1 AND p.series = 'quote' AND p.number LIKE 'M-' || SUBSTR(n.code, 7) || '-%'))
           OR (n.code LIKE 'return:%' AND n.last <> (SELECT COUNT(*) FROM papers p
                WHERE p.copy = 1 AND p.series = 'return' AND p.number LIKE 'H-' || SUBSTR(n.code, 8) || '-%'))
    """,
    "numbers {}: the paper was issued and is not in the register": """
        SELECT i.reference FROM invoices i
        WHERE (i.number IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM papers p WHERE p.number = i.number AND p.document_id = i.document_id))
           OR (i.receipt_number IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM papers p WHERE p.number = i.receipt_number AND p.document_id = i.receipt_document_id))
    """,
}


def violations(*, now: datetime) -> list[str]:
    """One line for each broken promise; empty when all is well."""
    lines = []
    for sentence, query in (QUERIES | BANK_QUERIES).items():
        statement = text(RECEIVABLE + query)
        if ":long_ago" in query:
            statement = statement.bindparams(bindparam("long_ago", now - SLOWEST_EVENT, type_=UTCDateTime))
        lines += [sentence.format(row[0]) for row in session.execute(statement)]
    return [*lines, *book_violations(today=day_of(now))]
