"""Papers that somebody asked for: what the request says, as facts, and the PDF."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from courses_app.foundation import papers
from courses_app.foundation.papers.facts import (
    InvoiceFacts,
    QuoteFacts,
    RateFacts,
    ReceiptFacts,
    ReturnInvoiceFacts,
    UntaxedFacts,
)
from courses_app.foundation.yen import TaxCategory
from courses_app.payments import queries
from courses_app.payments.documents.issued import addressed, invoice_facts
from courses_app.payments.models import Issuer, PaperKind, PaperRequest

Taxes = Iterable[dict[str, Any]]


def requested_pdf(request: PaperRequest, *, number: str, today: date, now: datetime) -> bytes:
    """The paper under `number`, issued today. Raises papers.GlyphMissing and papers.PaperFailed."""
    template, facts_of = PRINTS[request.kind]
    facts = facts_of(request, queries.issuer_on(today), number, today)
    return papers.render_apart(template, facts, at=now)


def quote_facts(request: PaperRequest, issuer: Issuer, number: str, today: date) -> QuoteFacts:
    """What stands on the quote."""
    said = request.content
    return {
        "institution": issuer.on_paper,
        "number": number,
        "issued_on": today.isoformat(),
        "recipient": said["recipient"],
        "subject": request.subject,
        "lines": said["lines"],
        "rates": rates(said["taxes"]),
        "untaxed": untaxed(said["taxes"]),
        "total": request.amount,
        "valid_until_on": said["valid_until_on"],
        "notes": said["notes"],
    }


def receipt_facts_of(request: PaperRequest, issuer: Issuer, number: str, today: date) -> ReceiptFacts:
    """What stands on a receipt that was asked for: a part of what was paid, or a print once more."""
    said = request.content
    name, honorific = addressed(request.addressee)
    return {
        "institution": issuer.on_paper,
        "number": number,
        "issued_on": today.isoformat(),
        "addressee": name,
        "honorific": honorific,
        "total": request.amount,
        "for_what": said["for_what"],
        "supplied_on": said["supplied_on"],
        "received_on": said["received_on"],
        "method": said["method"],
        "invoice": said["invoice"],
        "booking": request.order_reference,
        "rates": rates(said["taxes"]),
        "untaxed": untaxed(said["taxes"]),
        "notes": said["notes"],
        "copy": queries.copies_of(request.number) if request.number else 0,
        "first_issued_on": said.get("first_issued_on"),
    }


def corrected_facts(request: PaperRequest, issuer: Issuer, number: str, today: date) -> InvoiceFacts:
    """The invoice once more, with what was wrong put right, and which one it replaces."""
    assert request.invoice is not None
    facts, said = invoice_facts(request.invoice, issuer=issuer, number=number, today=today), request.content
    name, honorific = addressed(request.addressee)
    facts["subject"] = request.subject
    facts["recipient"] = {**facts["recipient"], "name": name, "honorific": honorific}
    for line, mended in zip(facts["lines"], said["lines"], strict=True):
        line["description"], line["details"] = mended["description"], mended["details"]
    facts["replaces"], facts["changes"] = said["replaces"], said["changes"]
    return facts


def return_facts(request: PaperRequest, issuer: Issuer, number: str, today: date) -> ReturnInvoiceFacts:
    """Every field of a qualified return invoice (消費税法57条の4第3項)."""
    said = request.content
    name, honorific = addressed(request.addressee)
    return {
        "institution": issuer.on_paper,
        "number": number,
        "issued_on": today.isoformat(),
        "addressee": name,
        "honorific": honorific,
        "refunded_on": said["refunded_on"],
        "supplied_on": said["supplied_on"],
        "invoice": said["invoice"],
        "booking": request.order_reference,
        "subject": request.subject,
        "rates": rates(said["taxes"]),
        "untaxed": untaxed(said["taxes"]),
        "kept": said["kept"],
        "total": request.amount,
        "method": said["method"],
    }


def rates(taxes: Taxes) -> list[RateFacts]:
    """What is taxed, by its rate."""
    return [
        {"percent": part["percent"], "total": part["amount"], "tax": part["tax"]}
        for part in taxes
        if part["category"] == TaxCategory.TAXABLE_10
    ]


def untaxed(taxes: Taxes) -> list[UntaxedFacts]:
    """What is not."""
    facts: list[UntaxedFacts] = []
    for part in taxes:
        if part["category"] == TaxCategory.EXEMPT:
            facts.append({"tax": "exempt", "total": part["amount"]})
        elif part["category"] == TaxCategory.OUT_OF_SCOPE:
            facts.append({"tax": "out_of_scope", "total": part["amount"]})
    return facts


Facts = Callable[[PaperRequest, Issuer, str, date], Any]
PRINTS: dict[PaperKind, tuple[papers.Template, Facts]] = {
    PaperKind.QUOTE: ("quote", quote_facts),
    PaperKind.RECEIPT: ("receipt", receipt_facts_of),
    PaperKind.CORRECTED_INVOICE: ("invoice", corrected_facts),
    PaperKind.RETURN_INVOICE: ("return_invoice", return_facts),
}
