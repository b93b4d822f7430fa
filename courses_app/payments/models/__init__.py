"""Invoices, payments, refunds, the ledger, and what was said to and heard from payment firms."""

from courses_app.payments.models.firms import (
    Checkout,
    CheckoutStatus,
    EventResult,
    StripeEvent,
)
from courses_app.payments.models.invoices import (
    Invoice,
    InvoiceLine,
    InvoiceTax,
    Payment,
    PaymentMethod,
    Refund,
    RefundStatus,
)
from courses_app.payments.models.issuer import (
    Issuer,
    TaxRate,
)
from courses_app.payments.models.ledger import (
    LedgerAccount,
    LedgerEntry,
    LedgerTransaction,
)

__all__ = [
    "Checkout",
    "CheckoutStatus",
    "EventResult",
    "Invoice",
    "InvoiceLine",
    "InvoiceTax",
    "Issuer",
    "LedgerAccount",
    "LedgerEntry",
    "LedgerTransaction",
    "Payment",
    "PaymentMethod",
    "Refund",
    "RefundStatus",
    "StripeEvent",
    "TaxRate",
]
