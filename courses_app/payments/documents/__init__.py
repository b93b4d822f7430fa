"""Papers about money: rows to facts, facts to a PDF made in a process of its own."""

from courses_app.payments.documents.issued import (
    addressed,
    invoice_facts,
    invoice_pdf,
    receipt_content,
    receipt_facts,
    receipt_pdf,
)
from courses_app.payments.documents.requested import requested_pdf

__all__ = [
    "addressed",
    "invoice_facts",
    "invoice_pdf",
    "receipt_content",
    "receipt_facts",
    "receipt_pdf",
    "requested_pdf",
]
