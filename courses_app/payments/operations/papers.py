"""Receipts in parts or once more, corrected invoices, return invoices: asked for here, issued by the worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from courses_app.foundation.audit import Actor
from courses_app.foundation.clock import day_of
from courses_app.foundation.yen import Yen, total
from courses_app.payments import documents, queries
from courses_app.payments.models import Invoice, Paper, PaperKind, PaperRequest, Refund, Series
from courses_app.payments.operations.ledger import locked
from courses_app.payments.operations.requesting import PaperWanted, request_paper
from courses_app.payments.rules import TaxTotal, share_of
from courses_app.payments.rules.papers import PaperNotReady, tax_parts
from courses_app.payments.rules.receipts import NothingChanged, ReceiptPart, spread


def split_receipt(
    *, invoice: Invoice, parts: Sequence[ReceiptPart], form_token: str, by: Actor, now: datetime
) -> list[PaperRequest]:
    """New receipts for what was paid and not given back, instead of those that stand; the same form once.

    Raises PaperNotReady before the first one was issued or while others are printed, SumDiffers.
    """
    invoice = locked(invoice)
    key = f"receipt:{invoice.reference}:{form_token}"
    if (known := queries.requests_by(key)) != []:
        return list(known)
    standing = queries.standing_papers(invoice, Series.RECEIPT)
    if not standing or queries.requests_waiting(invoice):
        raise PaperNotReady()
    rates = {part.category: part.percent for part in invoice.taxes}
    rates = {**queries.tax_rates_on(invoice.supplied_on), **rates}
    shares = spread(parts, queries.kept_by_category(invoice))
    edition = queries.newest_of(invoice, Series.RECEIPT) + 1
    replaces = [paper.number for paper in standing]
    said: dict[str, Any] = {**documents.receipt_content(invoice), "replaces": replaces}
    said["notes"] = [f"領収書 {'、'.join(replaces)} に代わるものです。"]
    made = []
    for number, (part, share) in enumerate(zip(parts, shares, strict=True), start=1):
        taxes = [one.as_data() for one in tax_parts(share, rates)]
        content = {**said, "for_what": part.for_what or said["for_what"], "taxes": taxes}
        wanted = PaperWanted(PaperKind.RECEIPT, part.addressee, invoice.subject, part.amount, content, edition)
        made.append(_ask(wanted, invoice, key=f"{key}:{number}", by=by, now=now))
    return made


def reprint_receipt(*, paper: Paper, form_token: str, by: Actor, now: datetime) -> PaperRequest:
    """The same receipt once more under its number, marked 再発行 with the count; the same form once.

    Raises PaperNotReady for one that another has replaced.
    """
    assert paper.invoice is not None
    invoice = locked(paper.invoice)
    if paper.number not in {one.number for one in queries.standing_papers(invoice, Series.RECEIPT)}:
        raise PaperNotReady()
    first = paper.request.content if paper.request else None
    taxes = [TaxTotal(one.category, one.percent, one.amount, one.tax) for one in invoice.taxes]
    content = {
        **(first or {**documents.receipt_content(invoice), "taxes": [_as_data(one) for one in taxes]}),
        "first_issued_on": paper.issued_on.isoformat(),
    }
    wanted = PaperWanted(
        PaperKind.RECEIPT, paper.counterparty, paper.subject, paper.amount, content, paper.edition, paper.number
    )
    return _ask(wanted, invoice, key=f"copy:{paper.number}:{form_token}", by=by, now=now)


def correct_invoice(
    *, invoice: Invoice, addressee: str, subject: str, lines: Sequence[Mapping[str, Any]], by: Actor, now: datetime
) -> PaperRequest:
    """A corrected invoice with a number of its own instead of the one that stands; amounts stay as they are.

    `lines` say description and details of each line. Raises PaperNotReady, NothingChanged.
    """
    invoice = locked(invoice)
    standing = queries.standing_papers(invoice, Series.INVOICE)
    if not standing or queries.requests_waiting(invoice):
        raise PaperNotReady()
    before = documents.wording_of(standing[0])
    changes = documents.what_changed(before, {"addressee": addressee, "subject": subject, "lines": list(lines)})
    if not changes:
        raise NothingChanged()
    edition = queries.newest_of(invoice, Series.INVOICE) + 1
    content = {"lines": [dict(line) for line in lines], "changes": changes, "replaces": standing[0].number}
    wanted = PaperWanted(PaperKind.CORRECTED_INVOICE, addressee, subject, invoice.total, content, edition)
    return _ask(wanted, invoice, key=f"correction:{invoice.reference}:{edition}", by=by, now=now)


def notify_of_return(
    refund: Refund, *, kept: Sequence[Mapping[str, Any]], by: Actor, now: datetime
) -> PaperRequest | None:
    """The 適格返還請求書 of money that left us, with what was kept of it; None where credit went back.

    What is given back of the price is the money and what was kept of it (消費税法57条の4第3項).
    """
    invoice = refund.invoice
    if invoice is None:
        return None
    whole = Yen(refund.amount + total(Yen(one["amount"]) for one in kept))
    taxes = [TaxTotal(part.category, part.percent, part.amount, part.tax) for part in invoice.taxes]
    content = {
        "refunded_on": (refund.sent_on or day_of(now)).isoformat(),
        "supplied_on": sorted({line.supplied_on.isoformat() for line in invoice.lines}),
        "invoice": invoice.number or invoice.reference,
        "taxes": [_as_data(part) for part in share_of(whole, taxes)],
        "kept": [dict(one) for one in kept],
        "method": documents.METHODS[refund.payment.method],
    }
    wanted = PaperWanted(PaperKind.RETURN_INVOICE, invoice.addressee, invoice.subject, refund.amount, content)
    return _ask(wanted, invoice, key=f"refund:{refund.key}", by=by, now=now, refund=refund)


def _ask(
    wanted: PaperWanted, invoice: Invoice, *, key: str, by: Actor, now: datetime, refund: Refund | None = None
) -> PaperRequest:
    return request_paper(
        wanted, key=key, organization=invoice.organization, language=invoice.language, by=by, now=now,
        invoice=invoice, refund=refund,
    )  # fmt: skip


def _as_data(part: TaxTotal) -> dict[str, object]:
    return {"category": part.category.value, "percent": part.percent, "amount": part.amount, "tax": part.tax}
