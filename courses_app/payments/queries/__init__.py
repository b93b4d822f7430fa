"""Questions about invoices, money, checkouts, events and the institution as it stands on its papers."""

from courses_app.payments.queries.accounts import (
    balance,
    is_paid,
    ledger_side,
    payments_of,
    received,
    refunded,
    refunds_due,
)
from courses_app.payments.queries.due import (
    PAPER_FAILED,
    Series,
    invoice_is_due,
    next_invoice,
    next_receipt,
    number_to_come,
    receipt_is_due,
    resting,
    was_mailed,
)
from courses_app.payments.queries.firms import (
    checkout_at,
    checkout_of,
    event_of,
    events_to_work_off,
    invoice_paid_with,
    open_checkouts,
    open_matter_of,
    parked_events,
)
from courses_app.payments.queries.issuer import institution_on, issuer_on, tax_rates_on
from courses_app.payments.queries.lists import invoice_of, invoices, open_refunds, refund_at, refund_of, unpaid
from courses_app.payments.queries.violations import violations

__all__ = [
    "PAPER_FAILED",
    "Series",
    "balance",
    "checkout_at",
    "checkout_of",
    "event_of",
    "events_to_work_off",
    "institution_on",
    "invoice_is_due",
    "invoice_of",
    "invoice_paid_with",
    "invoices",
    "is_paid",
    "issuer_on",
    "ledger_side",
    "next_invoice",
    "next_receipt",
    "number_to_come",
    "open_checkouts",
    "open_matter_of",
    "open_refunds",
    "parked_events",
    "payments_of",
    "receipt_is_due",
    "received",
    "refund_at",
    "refund_of",
    "refunded",
    "refunds_due",
    "resting",
    "tax_rates_on",
    "unpaid",
    "violations",
    "was_mailed",
]
