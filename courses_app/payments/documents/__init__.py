"""Papers about money: rows to facts, facts to a PDF made in a process of its own."""

from courses_app.payments.documents.corrected import what_changed, wording_of
from courses_app.payments.documents.issued import (
    METHODS,
    addressed,
    invoice_facts,
    invoice_pdf,
    receipt_content,
    receipt_facts,
    receipt_pdf,
)
from courses_app.payments.documents.requested import requested_pdf

__all__ = [
    "METHODS",
    "addressed",
    "invoice_facts",
    "invoice_pdf",
    "receipt_content",
    "receipt_facts",
    "receipt_pdf",
    "requested_pdf",
    "what_changed",
    "wording_of",
]
