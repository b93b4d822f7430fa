"""Which invoice or receipt is next to get its number, and which number that is."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, exists, literal_column, or_, select
from sqlalchemy.orm import joinedload, selectinload

from courses_app.foundation.db import session
from courses_app.foundation.matters import Matter
from courses_app.foundation.numbering import NumberSeries
from courses_app.foundation.outbox import OutboxMessage
from courses_app.payments.models import Allocation, Invoice, PaymentMethod, Refund, RefundStatus
from courses_app.payments.queries.paid import PAID

PAPER_FAILED = "paper_failed"  # the matter of an invoice whose paper could not be printed
REST = timedelta(minutes=10)
ZERO: ColumnElement[int] = literal_column("0")  # written out, so that the partial indexes are seen to fit
GOES_BACK = exists().where(
    Refund.invoice_id == Invoice.id, Refund.amount == Invoice.total, Refund.status != RefundStatus.WITHDRAWN
)


class Series(StrEnum):
    """A series of numbers, begun anew each calendar year."""

    INVOICE = "invoice"
    RECEIPT = "receipt"

    def code(self, day: date) -> str:
        return f"{self.value}:{day.year}"

    def written(self, day: date, number: int) -> str:
        """2026-000123, of receipts R-2026-000123."""
        return f"{'R-' if self is Series.RECEIPT else ''}{day.year}-{number:06}"


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
