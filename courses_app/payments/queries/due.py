"""Which paper is next to get its number, and which number that is."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, literal_column, or_, select
from sqlalchemy.orm import joinedload, selectinload

from courses_app.foundation.db import session
from courses_app.foundation.matters import Matter
from courses_app.foundation.numbering import NumberSeries
from courses_app.foundation.outbox import OutboxMessage
from courses_app.payments.models import (
    Allocation,
    Invoice,
    Paper,
    PaperRequest,
    PaymentMethod,
    Refund,
    RefundStatus,
    Series,
)
from courses_app.payments.queries.paid import PAID
from courses_app.payments.rules.papers import SERIES_OF

PAPER_FAILED = "paper_failed"  # the matter of an invoice whose paper could not be printed
REST = timedelta(minutes=10)
ZERO: ColumnElement[int] = literal_column("0")  # written out, so that the partial indexes are seen to fit
GOES_BACK = exists().where(
    Refund.invoice_id == Invoice.id, Refund.amount == Invoice.total, Refund.status != RefundStatus.WITHDRAWN
)


def next_invoice(*, without: Collection[str] = ()) -> Invoice | None:
    """The oldest ordered invoice that needs a number, but for those with references in `without`.

    One to be paid by card waits until it is paid: what isn't paid then is given up within the hour.
    """
    return session.scalars(_first(_invoice_due(), without)).first()


def next_receipt(*, without: Collection[str] = ()) -> Invoice | None:
    """The oldest paid invoice that needs a receipt (none if all of it goes back), references in `without` left out."""
    return session.scalars(_first(_receipt_due(), without)).first()


def invoice_is_due(invoice: Invoice) -> bool:
    return session.scalar(select(Invoice.id).where(Invoice.id == invoice.id, _invoice_due())) is not None


def receipt_is_due(invoice: Invoice) -> bool:
    return session.scalar(select(Invoice.id).where(Invoice.id == invoice.id, _receipt_due())) is not None


def next_request(series: Series, *, without: Collection[str] = ()) -> PaperRequest | None:
    """The oldest request for a paper that needs a new number of the series, references in `without` left out."""
    kinds = [kind for kind, its in SERIES_OF.items() if its is series]
    return session.scalars(
        _first_request(PaperRequest.kind.in_(kinds) & PaperRequest.number.is_(None), without)
    ).first()


def next_copy(*, without: Collection[str] = ()) -> PaperRequest | None:
    """The oldest request to print a paper once more under the number it has."""
    return session.scalars(_first_request(PaperRequest.number.is_not(None), without)).first()


def request_is_due(request: PaperRequest) -> bool:
    return session.scalar(select(Paper.id).where(Paper.request_id == request.id)) is None


def was_mailed(dedupe_key: str) -> bool:
    """Whether this mail is owed or sent already."""
    return session.scalar(select(OutboxMessage.id).where(OutboxMessage.dedupe_key == dedupe_key)) is not None


def resting(*, now: datetime) -> set[str]:
    """References of invoices whose paper could not be printed just now: they are tried again some minutes later."""
    matters = session.scalars(select(Matter).where(Matter.kind == PAPER_FAILED, Matter.settled_at.is_(None)))
    since = (now - REST).isoformat()
    return {matter.subject_reference for matter in matters if (matter.detail or {}).get("tried_at", "") > since}


def number_to_come(series: Series, day: date) -> str:
    """The number that will be given next, if nobody takes it first; nothing is written."""
    last = session.scalar(select(NumberSeries.last).where(NumberSeries.code == series.code(day)))
    return series.written(day, (last or 0) + 1)


def _invoice_due() -> ColumnElement[bool]:
    wanted = or_(Invoice.method == PaymentMethod.BANK_TRANSFER, PAID)
    return Invoice.number.is_(None) & Invoice.cancelled_at.is_(None) & (Invoice.total > ZERO) & wanted


def _receipt_due() -> ColumnElement[bool]:
    return (
        Invoice.receipt_number.is_(None)
        & Invoice.cancelled_at.is_(None)
        & (Invoice.total > ZERO)
        & Invoice.number.is_not(None)
        & PAID
        & ~GOES_BACK
    )


def _first_request(due: ColumnElement[bool], without: Collection[str]) -> Select[PaperRequest]:
    query = select(PaperRequest).where(due, ~PaperRequest.papers.any()).order_by(PaperRequest.id).limit(1)
    if without:
        query = query.where(PaperRequest.reference.not_in(without))
    return query.options(joinedload(PaperRequest.organization), joinedload(PaperRequest.invoice))


def _first(due: ColumnElement[bool], without: Collection[str]) -> Select[Invoice]:
    query = select(Invoice).where(due).order_by(Invoice.ordered_at, Invoice.id).limit(1)
    if without:
        query = query.where(Invoice.reference.not_in(without))
    return query.options(
        joinedload(Invoice.organization),
        selectinload(Invoice.lines),
        selectinload(Invoice.taxes),
        selectinload(Invoice.allocations).joinedload(Allocation.payment),
    )
