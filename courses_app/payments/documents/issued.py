"""Invoice and receipt as they are issued first: rows to facts, facts to a PDF."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

from courses_app.foundation import papers
from courses_app.foundation.papers.facts import (
    BankAccountFacts,
    InvoiceFacts,
    InvoiceLineFacts,
    RateFacts,
    ReceiptContent,
    ReceiptFacts,
    UntaxedFacts,
)
from courses_app.foundation.yen import TaxCategory
from courses_app.payments import queries
from courses_app.payments.models import Invoice, InvoiceLine, InvoiceTax, Issuer, PaymentMethod

PEOPLE = "名"  # what lines count
Honorific = Literal["御中", "様"]
METHODS = {
    PaymentMethod.BANK_TRANSFER: "銀行振込",
    PaymentMethod.STRIPE: "クレジットカード",
    PaymentMethod.KONBINI: "コンビニエンスストア",
    PaymentMethod.VIRTUAL_ACCOUNT: "銀行振込",
    PaymentMethod.ON_ACCOUNT: "掛払い",
    PaymentMethod.NONE: "―",
}


def invoice_pdf(invoice: Invoice, *, number: str, today: date, now: datetime) -> bytes:
    """The invoice under `number`, issued today. Raises papers.GlyphMissing and papers.PaperFailed."""
    facts = invoice_facts(invoice, issuer=queries.issuer_on(today), number=number, today=today)
    return papers.render_apart("invoice", facts, at=now)


def receipt_pdf(invoice: Invoice, *, number: str, today: date, now: datetime) -> bytes:
    """The receipt under `number`, issued today. Raises like `invoice_pdf`."""
    facts = receipt_facts(invoice, issuer=queries.issuer_on(today), number=number, today=today)
    return papers.render_apart("receipt", facts, at=now)


def invoice_facts(invoice: Invoice, *, issuer: Issuer, number: str, today: date) -> InvoiceFacts:
    """What stands on the invoice: every field of a qualified invoice (消費税法57条の4第1項)."""
    name, honorific = addressed(invoice.addressee)
    to_transfer = invoice.method is PaymentMethod.BANK_TRANSFER and not invoice.is_paid
    return {
        "institution": issuer.on_paper,
        "number": number,
        "issued_on": today.isoformat(),
        "booking": invoice.order,
        "recipient": {
            "name": name,
            "person": "",
            "honorific": honorific,
            "postal_code": invoice.organization.postal_code,
            "address": invoice.organization.address,
        },
        "subject": invoice.subject,
        "lines": [_line(line) for line in invoice.lines],
        "rates": _rates(invoice.taxes),
        "untaxed": _untaxed(invoice.taxes),
        "total": invoice.total,
        "due_on": invoice.due_on.isoformat() if to_transfer and invoice.due_on else None,
        "bank": _bank(invoice, issuer) if to_transfer else None,
        "notes": _notes(invoice, issuer, to_transfer=to_transfer),
        "replaces": "",
        "changes": [],
    }


def receipt_facts(invoice: Invoice, *, issuer: Issuer, number: str, today: date) -> ReceiptFacts:
    """What stands on the receipt for all of it."""
    name, honorific = addressed(invoice.addressee)
    return {
        "institution": issuer.on_paper,
        "number": number,
        "issued_on": today.isoformat(),
        "addressee": name,
        "honorific": honorific,
        "total": invoice.total,
        "booking": invoice.order,
        "rates": _rates(invoice.taxes),
        "untaxed": _untaxed(invoice.taxes),
        "copy": 0,
        "first_issued_on": None,
        **receipt_content(invoice),
    }


def receipt_content(invoice: Invoice) -> ReceiptContent:
    """What every receipt for an invoice says, whole or a part."""
    payment = invoice.payments[-1]
    return {
        "for_what": f"{invoice.subject}として" if invoice.language == "ja" else invoice.subject,
        "supplied_on": sorted({line.supplied_on.isoformat() for line in invoice.lines}),
        "received_on": payment.received_on.isoformat(),
        "method": METHODS[payment.method],
        "invoice": invoice.number or invoice.reference,
        "notes": [],
    }


def addressed(addressee: str) -> tuple[str, Honorific]:
    """Some people type the honorific themselves: it is printed once."""
    name = addressee.strip()
    if name.endswith("様"):
        return name.removesuffix("様").rstrip(), "様"
    return name.removesuffix("御中").rstrip(), "御中"


def _line(line: InvoiceLine) -> InvoiceLineFacts:
    return {
        "description": line.description,
        "details": list(line.details),
        "supplied_on": line.supplied_on.isoformat(),
        "quantity": line.quantity,
        "unit": PEOPLE,
        "unit_price": line.unit_amount,
        "tax": line.tax_category.value,
        "amount": line.amount,
    }


def _rates(taxes: Iterable[InvoiceTax]) -> list[RateFacts]:
    return [
        {"percent": part.percent, "total": part.amount, "tax": part.tax}
        for part in taxes
        if part.category is TaxCategory.TAXABLE_10
    ]


def _untaxed(taxes: Iterable[InvoiceTax]) -> list[UntaxedFacts]:
    facts: list[UntaxedFacts] = []
    for part in taxes:
        if part.category is TaxCategory.EXEMPT:
            facts.append({"tax": "exempt", "total": part.amount})
        elif part.category is TaxCategory.OUT_OF_SCOPE:
            facts.append({"tax": "out_of_scope", "total": part.amount})
    return facts


def _bank(invoice: Invoice, issuer: Issuer) -> BankAccountFacts:
    account = issuer.bank_account
    return {
        "bank": account["bank_ja"],
        "branch": f"{account['branch_ja']}（{account['branch_code']}）",
        "kind": account["kind_ja"],
        "number": account["number"],
        "holder": account["holder_ja"],
        "holder_kana": account["holder_kana"],
        "transfer_reference": invoice.transfer_reference,
    }


def _notes(invoice: Invoice, issuer: Issuer, *, to_transfer: bool) -> list[str]:
    """Beside what the template says in Japanese: that it is paid, or the same words for readers of English."""
    if to_transfer:
        return issuer.transfer_note_en.splitlines() if invoice.language == "en" else []
    payment = invoice.payments[-1] if invoice.payments else None
    if payment is None:
        return []
    if invoice.language == "en":
        return [f"Paid on {payment.received_on.isoformat()}. No further payment is needed."]
    received = f"{payment.received_on.year}年{payment.received_on.month}月{payment.received_on.day}日"
    return [f"{received}に{METHODS[payment.method]}でお支払いいただきました。お振込は不要です。"]
