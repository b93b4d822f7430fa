"""What it means in SQL that an invoice is paid; said once."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, select

from courses_app.payments.models import Allocation, Invoice

# How many yen of an invoice are settled, by money or without.
SETTLED: ColumnElement[int] = (
    select(func.coalesce(func.sum(Allocation.amount), 0))
    .where(Allocation.invoice_id == Invoice.id)
    .correlate(Invoice)
    .scalar_subquery()
)
PAID = Invoice.total <= SETTLED  # a total of zero is
STILL_OWED = Invoice.total - SETTLED
