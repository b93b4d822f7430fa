"""Invoices and refunds, found by reference, day, amount and party (電子帳簿保存法施行規則)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import joinedload, selectinload

from courses_app.accounts.models import Organization
from courses_app.foundation.db import session
from courses_app.foundation.paging import Page, paged
from courses_app.foundation.text import digits, folded, search_key
from courses_app.foundation.yen import Yen
from courses_app.payments.models import Invoice, Payment, PaymentMethod, Refund, RefundStatus

NOT_PAID = ~exists().where(Payment.invoice_id == Invoice.id)


def invoice_of(reference: str) -> Invoice | None:
    """An invoice by its reference, with its lines, taxes, payments and organization."""
    return session.scalar(
        _invoices()
        .options(selectinload(Invoice.lines), selectinload(Invoice.taxes), selectinload(Invoice.refunds))
        .where(Invoice.reference == reference)
    )


def refund_of(key: str) -> Refund | None:
    """A refund by its key, with its invoice."""
    return session.scalar(select(Refund).options(joinedload(Refund.invoice)).where(Refund.key == key))


def refund_at(external_id: str) -> Refund | None:
    """The refund that a payment firm calls so."""
    return session.scalar(select(Refund).where(Refund.external_id == external_id))


def unpaid(page: int = 1, search: str = "", *, method: PaymentMethod | None = None) -> Page[Invoice]:
    """Invoices that still wait for money, the earliest due first; those without a due day last."""
    query = _invoices().where(Invoice.cancelled_at.is_(None), Invoice.total > 0, NOT_PAID, *_matching(search))
    if method is not None:
        query = query.where(Invoice.method == method)
    return paged(query.order_by(Invoice.due_on.is_(None), Invoice.due_on, Invoice.id), number=page)


def invoices(
    page: int = 1,
    search: str = "",
    *,
    from_on: date | None = None,
    until_on: date | None = None,
    amount: Yen | None = None,
) -> Page[Invoice]:
    """All invoices, the newest first; days are days of issue."""
    query = _invoices().where(*_matching(search))
    if from_on is not None:
        query = query.where(Invoice.issued_on >= from_on)
    if until_on is not None:
        query = query.where(Invoice.issued_on <= until_on)
    if amount is not None:
        query = query.where(Invoice.total == amount)
    return paged(query.order_by(Invoice.id.desc()), number=page)


def open_refunds(page: int = 1) -> Page[Refund]:
    """Refunds a person must still send, the oldest first, with invoice and organization."""
    query = select(Refund).options(joinedload(Refund.invoice).joinedload(Invoice.organization))
    query = query.where(Refund.status == RefundStatus.DUE)
    return paged(query.order_by(Refund.due_at, Refund.id), number=page)


def _invoices() -> Select[Invoice]:
    return select(Invoice).options(
        joinedload(Invoice.organization), selectinload(Invoice.payments).joinedload(Payment.recorded_by)
    )


def _matching(search: str) -> list[ColumnElement[bool]]:
    """Reference, number or order as printed or as payers prefix it, name of the party, or the exact amount."""
    typed = (folded(search) or "").upper()
    if not typed:
        return []
    plain = typed.replace("-", "").replace(" ", "")
    party = Invoice.organization_id.in_(
        select(Organization.id).where(Organization.search_key.contains(search_key(search), autoescape=True))
    )
    choices = [
        party,
        Invoice.addressee.contains(search.strip(), autoescape=True),
        Invoice.reference == typed,
        Invoice.number == typed,
        Invoice.receipt_number == typed,
        Invoice.order_reference == typed,
        Invoice.reference == f"{plain[:1]}-{plain[1:]}",
        Invoice.order_reference == f"{plain[:1]}-{plain[1:]}",
    ]
    amount = digits(typed) or ""
    if 0 < len(amount) <= 12 and typed.lstrip("¥\\").replace(",", "").isdigit():
        choices.append(Invoice.total == int(amount))
    return [or_(*choices)]
