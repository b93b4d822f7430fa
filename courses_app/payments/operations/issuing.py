"""Numbers without gaps, papers and their mails: each in the one transaction of `tasks` that gives the number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from courses_app.foundation import audit, matters, numbering
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.documents import StoredDocument, store
from courses_app.foundation.text import search_key
from courses_app.foundation.yen import Yen
from courses_app.payments import emails, queries
from courses_app.payments.models import Invoice, Paper, PaperKind, PaperRequest, Series
from courses_app.payments.operations.ledger import locked
from courses_app.payments.rules.papers import SERIES_OF, kept_until


class NumberTaken(Exception):
    """The number printed on the paper went to another one meanwhile: nothing is kept, print again."""


def issue_invoice(
    invoice: Invoice, *, number: str, paper: bytes, today: date, by: Actor, now: datetime
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
    file_paper(_of_invoice(PaperKind.INVOICE, invoice), number=number, document=document, today=today, now=now)
    _note("invoice.issued", invoice, number, by=by, now=now)
    _printed("invoice", invoice.reference, by=by, now=now)
    if not queries.is_paid(invoice):
        emails.invoice_issued(invoice, document=document, issuer=queries.issuer_on(today), now=now)
    session.flush()
    return invoice


def issue_receipt(
    invoice: Invoice, *, number: str, paper: bytes, today: date, by: Actor, now: datetime
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
    file_paper(_of_invoice(PaperKind.RECEIPT, invoice), number=number, document=document, today=today, now=now)
    _note("receipt.issued", invoice, number, by=by, now=now)
    _printed("invoice", invoice.reference, by=by, now=now)
    emails.payment_received(invoice, receipt=document, issuer=queries.issuer_on(today), now=now)
    session.flush()
    return invoice


def issue_requested(
    request: PaperRequest, *, number: str, paper: bytes, today: date, by: Actor, now: datetime
) -> PaperRequest | None:
    """Give a paper that was asked for the number it was printed with, keep it, owe its mail. None if it was issued.

    One that is printed once more keeps its number and is counted. Raises NumberTaken.
    """
    request = locked_request(request)
    if not queries.request_is_due(request):
        return None
    copy = queries.copies_of(request.number) + 1 if request.number else 1
    if request.number is None:
        _take(SERIES_OF[request.kind], number, today)
    name = f"{request.kind.value.replace('_', '-')}-{number}" + (f"-copy-{copy - 1}" if copy > 1 else "")
    document = store(kind=request.kind.value, filename=f"{name}.pdf", content=paper, now=now)
    filed = file_paper(_of_request(request, copy), number=number, document=document, today=today, now=now)
    detail = {"number": number, "amount": request.amount, "copy": copy}
    subject = ("paper_request", request.reference)
    audit.record(by=by, now=now, action="paper.issued", subject=subject, after=request.kind.value, detail=detail)
    _printed(*subject, by=by, now=now)
    if request.refund is not None:
        emails.refund_sent(request.refund, paper=filed, issuer=queries.issuer_on(today), now=now)
    else:
        emails.paper_issued(filed, request=request, issuer=queries.issuer_on(today), now=now)
    session.flush()
    return request


def put_off_paper(*, subject: tuple[str, str], paper: Series, reason: str, by: Actor, now: datetime) -> None:
    """Note that a paper could not be printed: it is tried again later, and staff see why (a character, a fault)."""
    detail = {"paper": paper.value, "reason": reason, "tried_at": now.isoformat()}
    matter = matters.open_matter(kind=queries.PAPER_FAILED, subject=subject, now=now, by=by, detail=detail)
    matter.detail = detail
    session.flush()


def file_paper(facts: PaperFacts, *, number: str, document: StoredDocument, today: date, now: datetime) -> Paper:
    """Enter a paper into the register, for as long as the law wants it kept."""
    paper = Paper(
        **vars(facts),
        series=SERIES_OF[facts.kind],
        number=number,
        issued_on=today,
        issued_at=now,
        search_key=search_key(facts.counterparty, number),
        document_id=document.id,
        kept_until_on=kept_until(today, year_ends_in=queries.issuer_on(today).business_year_ends_in),
    )
    session.add(paper)
    session.flush()
    return paper


@dataclass(frozen=True)
class PaperFacts:
    """What the register says of a paper beside its number."""

    kind: PaperKind
    amount: Yen
    organization_id: int
    counterparty: str
    subject: str
    order_reference: str
    invoice_id: int | None
    refund_id: int | None = None
    request_id: int | None = None
    edition: int = 1
    copy: int = 1


def _of_invoice(kind: PaperKind, invoice: Invoice) -> PaperFacts:
    """A paper of the whole invoice."""
    return PaperFacts(
        kind, invoice.total, invoice.organization_id, invoice.addressee, invoice.subject, invoice.order_reference,
        invoice.id,
    )  # fmt: skip


def _of_request(request: PaperRequest, copy: int) -> PaperFacts:
    return PaperFacts(
        request.kind, request.amount, request.organization_id, request.addressee, request.subject,
        request.order_reference, request.invoice_id, request.refund_id, request.id, request.edition, copy,
    )  # fmt: skip


def locked_request(request: PaperRequest) -> PaperRequest:
    """The request, nobody else printing it until the transaction ends."""
    fresh = select(PaperRequest).where(PaperRequest.id == request.id).with_for_update()
    return session.scalars(fresh.execution_options(populate_existing=True)).one()


def _printed(kind: str, reference: str, *, by: Actor, now: datetime) -> None:
    """Close the matter of a paper that could not be printed before."""
    matter = queries.open_matter_of(queries.PAPER_FAILED, kind, reference)
    if matter is not None:
        matters.settle(matter, by=by, now=now, note="printed")


def _take(series: Series, number: str, today: date) -> None:
    if series.written(today, numbering.next_number(series.code(today))) != number:
        raise NumberTaken(number)


def _note(action: str, invoice: Invoice, number: str, *, by: Actor, now: datetime) -> None:
    audit.record(by=by, now=now, action=action, subject=("invoice", invoice.reference), detail={"number": number})
