"""Numbers without gaps, papers and their mails: each in the one transaction of `tasks` that gives the number."""

from __future__ import annotations

from datetime import date, datetime

from courses_app.foundation import audit, matters, numbering
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.documents import store
from courses_app.payments import emails, queries
from courses_app.payments.models import Invoice
from courses_app.payments.operations.ledger import locked, settle_matter
from courses_app.payments.queries import Series


class NumberTaken(Exception):
    """The number printed on the paper went to another one meanwhile: nothing is kept, print again."""


def issue_invoice(
    *, invoice: Invoice, number: str, paper: bytes, today: date, by: Actor, now: datetime
) -> Invoice | None:
    """Give an invoice the number its paper was printed with, keep the paper, owe the mail. None if it is no longer due.

    Who has paid already (always so by card) gets the invoice with the receipt, in one mail. Raises NumberTaken.
    """
    invoice = locked(invoice)
    if not queries.invoice_is_due(invoice):
        return None
    _take(Series.INVOICE, number, today)
    document = store(kind="invoice", filename=f"invoice-{number}.pdf", content=paper, now=now)
    invoice.number, invoice.issued_on, invoice.document = number, today, document
    _note("invoice.issued", invoice, number, by=by, now=now)
    settle_matter(queries.PAPER_FAILED, invoice, by=by, now=now, note="printed")
    if not queries.is_paid(invoice):
        emails.invoice_issued(invoice, document=document, issuer=queries.issuer_on(today), now=now)
    session.flush()
    return invoice


def issue_receipt(
    *, invoice: Invoice, number: str, paper: bytes, today: date, by: Actor, now: datetime
) -> Invoice | None:
    """Give the receipt of a paid invoice its number, keep the paper, owe the mail. None if it is no longer due.

    Raises NumberTaken.
    """
    invoice = locked(invoice)
    if not queries.receipt_is_due(invoice):
        return None
    _take(Series.RECEIPT, number, today)
    document = store(kind="receipt", filename=f"receipt-{number}.pdf", content=paper, now=now)
    invoice.receipt_number, invoice.receipt_document = number, document
    _note("receipt.issued", invoice, number, by=by, now=now)
    settle_matter(queries.PAPER_FAILED, invoice, by=by, now=now, note="printed")
    emails.payment_received(invoice, receipt=document, issuer=queries.issuer_on(today), now=now)
    session.flush()
    return invoice


def put_off_paper(*, invoice: Invoice, paper: Series, reason: str, by: Actor, now: datetime) -> None:
    """Note that a paper could not be printed: it is tried again later, and staff see why (a character, a fault)."""
    invoice = locked(invoice)
    detail = {"paper": paper.value, "reason": reason, "tried_at": now.isoformat()}
    matter = matters.open_matter(
        kind=queries.PAPER_FAILED, subject=("invoice", invoice.reference), now=now, by=by, detail=detail
    )
    matter.detail = detail
    session.flush()


def _take(series: Series, number: str, today: date) -> None:
    if series.written(today, numbering.next_number(series.code(today))) != number:
        raise NumberTaken(number)


def _note(action: str, invoice: Invoice, number: str, *, by: Actor, now: datetime) -> None:
    audit.record(by=by, now=now, action=action, subject=("invoice", invoice.reference), detail={"number": number})
