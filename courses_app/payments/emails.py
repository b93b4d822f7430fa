"""What the organization's contact is told about money, with the papers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import current_app

from courses_app.foundation.documents import StoredDocument
from courses_app.foundation.outbox import queue_mail
from courses_app.payments import queries
from courses_app.payments.models import Invoice, Issuer, PaymentMethod, Refund
from courses_app.payments.rules import TaxTotal, share_of


def invoice_issued(invoice: Invoice, *, document: StoredDocument, issuer: Issuer, now: datetime) -> None:
    """The invoice, and how to transfer the money."""
    _queue("invoice_issued", invoice, issuer=issuer, documents=[document], key=f"invoice:{invoice.reference}", now=now)


def payment_received(invoice: Invoice, *, receipt: StoredDocument, issuer: Issuer, now: datetime) -> None:
    """Thanks for the money, with the receipt, and with the invoice if that was not sent before."""
    documents = [receipt]
    if invoice.document is not None and not queries.was_mailed(f"invoice:{invoice.reference}"):
        documents.append(invoice.document)
    more = {"payment": invoice.payments[0], "with_invoice": len(documents) > 1}
    key = f"receipt:{invoice.reference}"
    _queue("payment_received", invoice, issuer=issuer, documents=documents, key=key, now=now, **more)


def refund_sent(refund: Refund, *, issuer: Issuer, now: datetime) -> None:
    """The money is on its way back: with all that a qualified return invoice must say (消費税法57条の4第3項)."""
    invoice = refund.invoice
    taxes = [TaxTotal(part.category, part.percent, part.amount, part.tax) for part in invoice.taxes]
    by_card = any(payment.provider is PaymentMethod.STRIPE for payment in invoice.payments)
    more = {"refund": refund, "parts": share_of(refund.amount, taxes), "by_card": by_card}
    _queue("refund_sent", invoice, issuer=issuer, documents=[], key=f"refund:{refund.key}", now=now, **more)


def _queue(
    name: str,
    invoice: Invoice,
    *,
    issuer: Issuer,
    documents: Sequence[StoredDocument],
    key: str,
    now: datetime,
    **more: Any,
) -> None:
    base_url = current_app.config["SETTINGS"].base_url
    queue_mail(
        f"payments/{name}",
        to=invoice.organization.contact_email,
        language=invoice.language,
        subject=("invoice", invoice.reference),
        facts={"invoice": invoice, "issuer": issuer, "bookings_url": f"{base_url}/organization/bookings", **more},
        documents=documents,
        dedupe_key=key,
        now=now,
    )
