"""What must always be true of statements (INV-18), in SQL: each query names the lines or payments that break it."""

BANK_QUERIES = {
    "INV-18 line {}: it is posted, and its payment is not of its amount and its day": """
        SELECT l.reference FROM bank_lines l
        JOIN bank_drafts d ON d.line_id = l.id JOIN payments p ON p.id = d.payment_id
        WHERE p.amount <> l.amount OR p.received_on <> l.came_on OR p.organization_id <> d.organization_id
           OR p.provider <> 'bank_transfer'
    """,
    "INV-18 line {}: several payments of it stand": """
        SELECT l.reference FROM bank_lines l JOIN payments p
            ON p.provider = 'bank_transfer'
           AND (p.external_id = 'line:' || l.reference OR p.external_id LIKE 'line:' || l.reference || ':%')
        WHERE NOT EXISTS (SELECT 1 FROM refunds r WHERE r.key = 'taken-back:' || p.external_id)
        GROUP BY l.reference HAVING COUNT(*) > 1
    """,
    "INV-18 payment {}: it is called after a line that is not posted": """
        SELECT p.external_id FROM payments p
        WHERE p.provider = 'bank_transfer' AND p.external_id LIKE 'line:%'
          AND NOT EXISTS (SELECT 1 FROM bank_drafts d WHERE d.payment_id = p.id)
          AND NOT EXISTS (SELECT 1 FROM refunds r WHERE r.key = 'taken-back:' || p.external_id)
    """,
    "INV-18 payment {}: it was taken back, and still settles something": """
        SELECT p.external_id FROM payments p JOIN refunds r ON r.key = 'taken-back:' || p.external_id
        WHERE r.amount <> p.amount
           OR (SELECT COALESCE(SUM(a.amount), 0) FROM allocations a WHERE a.payment_id = p.id) <> 0
    """,
    "INV-18 line {}: nobody can see it": """
        SELECT l.reference FROM bank_lines l WHERE NOT EXISTS (SELECT 1 FROM bank_drafts d WHERE d.line_id = l.id)
    """,
    "INV-18 line {}: it was set aside without a reason": """
        SELECT l.reference FROM bank_lines l JOIN bank_drafts d ON d.line_id = l.id
        WHERE d.status = 'set_aside' AND d.note = ''
    """,
    "INV-13 line {}: the audit trail tells of another state": """
        SELECT l.reference FROM bank_lines l JOIN bank_drafts d ON d.line_id = l.id
        WHERE d.status <> COALESCE((
            SELECT a.after FROM audit_entries a WHERE a.id = (
                SELECT MAX(b.id) FROM audit_entries b
                WHERE b.subject_kind = 'bank_line' AND b.subject_reference = l.reference)), 'open')
    """,
}
