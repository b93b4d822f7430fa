"""Invoices, payments and what they settle, refunds, the ledger, and what was said to and heard from payment firms."""

from courses_app.payments.models.banking import (
    BankDraft,
    BankFile,
    BankLayout,
    BankLine,
    FeeAllowance,
    PayerName,
)
from courses_app.payments.models.books import AccountTitle, JournalLayout, LedgerClose, LedgerCloseSum
from courses_app.payments.models.dunning import DunningHold, DunningLetter, DunningStep
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
    PaymentMethod,
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
from courses_app.payments.models.looking import (
    LookDecision,
    LookKind,
    LookLimit,
    SecondLook,
)
from courses_app.payments.models.money import (
    OWED,
    Allocation,
    AllocationSource,
    Payment,
    Provider,
    Refund,
    RefundStatus,
)
from courses_app.payments.models.papers import Paper, PaperRequest
from courses_app.payments.models.ways import (
    AT_STRIPE,
    PaymentWay,
    StripeCustomer,
)
from courses_app.payments.rules.papers import PaperKind, Series

__all__ = [
    "AT_STRIPE",
    "OWED",
    "AccountTitle",
    "Allocation",
    "AllocationSource",
    "BankDraft",
    "BankFile",
    "BankLayout",
    "BankLine",
    "Checkout",
    "CheckoutStatus",
    "DunningHold",
    "DunningLetter",
    "DunningStep",
    "EventResult",
    "FeeAllowance",
    "Invoice",
    "InvoiceLine",
    "InvoiceTax",
    "Issuer",
    "JournalLayout",
    "LedgerAccount",
    "LedgerClose",
    "LedgerCloseSum",
    "LedgerEntry",
    "LedgerTransaction",
    "LookDecision",
    "LookKind",
    "LookLimit",
    "Paper",
    "PaperKind",
    "PaperRequest",
    "PayerName",
    "Payment",
    "PaymentMethod",
    "PaymentWay",
    "Provider",
    "Refund",
    "RefundStatus",
    "SecondLook",
    "Series",
    "StripeCustomer",
    "StripeEvent",
    "TaxRate",
]
