"""What must always be true of the books (INV-7): closed periods stay, ages and the journal are the ledger's own."""

from __future__ import annotations

from collections import Counter
from datetime import date

from sqlalchemy import text

from courses_app.foundation.db import session
from courses_app.payments.models import LedgerAccount
from courses_app.payments.queries.journal import postings
from courses_app.payments.queries.ledger import account_balance, account_sums
from courses_app.payments.queries.receivables import ageing
from courses_app.payments.rules.journal import lines_of

QUERIES = {
    "INV-7 books closed until {}: the entries until then are not those that were closed": """
        SELECT DISTINCT c.until_on
        FROM ledger_closes c
        CROSS JOIN (SELECT account FROM ledger_entries UNION SELECT account FROM ledger_close_sums) a
        LEFT JOIN ledger_close_sums s ON s.close_id = c.id AND s.account = a.account
        WHERE COALESCE(s.debit, 0) <> (
                SELECT COALESCE(SUM(e.debit), 0) FROM ledger_entries e
                JOIN ledger_transactions t ON t.id = e.transaction_id
                WHERE e.account = a.account AND t.booked_on <= c.until_on)
           OR COALESCE(s.credit, 0) <> (
                SELECT COALESCE(SUM(e.credit), 0) FROM ledger_entries e
                JOIN ledger_transactions t ON t.id = e.transaction_id
                WHERE e.account = a.account AND t.booked_on <= c.until_on)
    """,
    "INV-7 ledger {}: something is owed that is of no invoice": """
        SELECT t.key FROM ledger_entries e JOIN ledger_transactions t ON t.id = e.transaction_id
        WHERE e.account = 'receivable' AND e.invoice_id IS NULL
    """,
    "INV-7 ledger {}: revenue of no invoice, its tax unknown": """
        SELECT t.key FROM ledger_entries e JOIN ledger_transactions t ON t.id = e.transaction_id
        WHERE e.account = 'revenue' AND e.invoice_id IS NULL
    """,
}


def book_violations(*, today: date) -> list[str]:
    """One line for each broken promise; empty when all is well."""
    lines = [sentence.format(row[0]) for sentence, query in QUERIES.items() for row in session.execute(text(query))]
    return [*lines, *_ages(today), *_journal()]


def _ages(today: date) -> list[str]:
    found, ledger = ageing(today), account_balance(LedgerAccount.RECEIVABLE, until_on=today)
    credit = -account_balance(LedgerAccount.CUSTOMER_CREDIT, until_on=today)
    if (found.owed, sum(found.ages.values()), found.credit) == (ledger, ledger, credit):
        return []
    return [f"INV-7 receivables on {today}: their ages and credits are not what the ledger's accounts hold"]


def _journal() -> list[str]:
    """The lines of the whole journal, added up, against the accounts."""
    debits: Counter[str] = Counter()
    credits: Counter[str] = Counter()
    for posting in postings(from_on=date.min, until_on=date.max):
        for line in lines_of(posting):
            debits[line.debit.account] += line.amount
            credits[line.credit.account] += line.amount
    return [
        f"INV-7 account {one.account}: the journal does not hold what was entered on it"
        for one in account_sums()
        if (debits[one.account], credits[one.account]) != (one.debit, one.credit)
    ]
