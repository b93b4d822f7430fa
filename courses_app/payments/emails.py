"""What the organization's contact is told about money, with the papers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from flask import current_app
from flask_babel import force_locale

from courses_app.foundation.documents import StoredDocument
from courses_app.foundation.outbox import queue_mail
from courses_app.foundation.templating import day, local, yen, yen_incl
from courses_app.payments import queries
from courses_app.payments.models import Invoice, Issuer, Paper, PaperRequest, PaymentMethod, Provider, Refund
from courses_app.payments.queries import Reminder
from courses_app.payments.rules.dunning import Placeholder, filled_in


def invoice_issued(invoice: Invoice, *, document: StoredDocument, issuer: Issuer, now: datetime) -> None:
    """The invoice, and how to transfer the money."""
    _queue("invoice_issued", invoice, issuer=issuer, documents=[document], key=f"invoice:{invoice.reference}", now=now)


def payment_received(invoice: Invoice, *, receipt: StoredDocument, issuer: Issuer, now: datetime) -> None:
    """Thanks for the money, with the receipt, and with the invoice if that was not sent before."""
    documents = [receipt]
    if invoice.document is not None and not queries.was_mailed(f"invoice:{invoice.reference}"):
        documents.append(invoice.document)
    more = {"payment": invoice.payments[-1], "with_invoice": len(documents) > 1}
    key = f"receipt:{invoice.reference}"
    _queue("payment_received", invoice, issuer=issuer, documents=documents, key=key, now=now, **more)


def refund_sent(refund: Refund, *, paper: Paper, issuer: Issuer, now: datetime) -> None:
    """The money is on its way back, with the 適格返還請求書."""
    assert refund.invoice is not None
    by_card = refund.provider is Provider.STRIPE and refund.payment.method is PaymentMethod.STRIPE
    more = {
        "refund": refund,
        "paper": paper,
        "said": paper.request.content if paper.request else {},
        "by_card": by_card,
    }
    documents, key = [paper.document], f"refund:{refund.key}"
    _queue("refund_sent", refund.invoice, issuer=issuer, documents=documents, key=key, now=now, **more)


def credit_sent(refund: Refund, *, issuer: Issuer, now: datetime) -> None:
    """What nobody owed us goes back: nothing was supplied for it, so there is no return invoice."""
    organization = refund.payment.organization
    queue_mail(
        "payments/credit_sent",
        to=organization.contact_email,
        language=queries.language_of(organization),
        subject=("organization", organization.reference),
        facts={"refund": refund, "organization": organization, "issuer": issuer},
        dedupe_key=f"refund:{refund.key}",
        now=now,
    )


def paper_issued(paper: Paper, *, request: PaperRequest, issuer: Issuer, now: datetime) -> None:
    """A paper that was asked for is there: the quote, a receipt, a corrected invoice."""
    base_url = current_app.config["SETTINGS"].base_url
    queue_mail(
        "payments/paper_issued",
        to=request.organization.contact_email,
        language=request.language,
        subject=("paper_request", request.reference),
        facts={
            "paper": paper,
            "request": request,
            "organization": request.organization,
            "issuer": issuer,
            "valid_until_on": date.fromisoformat(valid) if (valid := request.content.get("valid_until_on")) else None,
            "bookings_url": f"{base_url}/organization/bookings",
            "quotes_url": f"{base_url}/organization/quotes",
        },
        documents=[paper.document],
        dedupe_key=f"paper:{request.reference}",
        now=now,
    )


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


def dunning(due: Reminder, *, issuer: Issuer, today: date, now: datetime) -> None:
    """The text of a step, filled in, with the invoice once more."""
    invoice, key = due.invoice, f"dunning:{due.invoice.reference}:{due.step.code}"
    subject, body = dunning_words(due, issuer=issuer)
    documents = [invoice.document] if invoice.document else []
    _queue("dunning", invoice, issuer=issuer, documents=documents, key=key, now=now, title=subject, body=body)


def dunning_words(due: Reminder, *, issuer: Issuer) -> tuple[str, str]:
    """(subject, body) of the mail a step would send, in the invoice's language."""
    english = due.invoice.language == "en"
    with force_locale(due.invoice.language):
        values = _filling(due, issuer)
    subject, body = (due.step.subject_en, due.step.body_en) if english else (due.step.subject_ja, due.step.body_ja)
    return filled_in(subject, values), filled_in(body, values)


def _filling(due: Reminder, issuer: Issuer) -> dict[Placeholder, str]:
    invoice, account = due.invoice, issuer.bank_account
    bank, branch, kind, holder = (local(account, name) for name in ("bank", "branch", "kind", "holder"))
    return {
        Placeholder.ADDRESSEE: invoice.addressee,
        Placeholder.CONTACT: invoice.organization.contact_name,
        Placeholder.NUMBER: invoice.number or invoice.reference,
        Placeholder.ORDER: invoice.order,
        Placeholder.SUBJECT: invoice.subject,
        Placeholder.OWED: yen(due.owed),
        Placeholder.TOTAL: yen_incl(invoice.total),
        Placeholder.DUE_ON: day(invoice.due_on),
        Placeholder.DAYS: str(abs(due.days)),
        Placeholder.ACCOUNT: f"{bank} {branch} {kind} {account['number']}\n{holder} ({account['holder_kana']})",
        Placeholder.PAGE: f"{current_app.config['SETTINGS'].base_url}/organization/bookings",
    }
