"""Invoices and refunds, found by reference, day, amount and party (電子帳簿保存法施行規則)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, or_, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload, selectinload

from courses_app.accounts.models import Organization
from courses_app.foundation.db import session, streamed
from courses_app.foundation.paging import Page, paged
from courses_app.foundation.text import day_typed, digits, folded, search_key
from courses_app.foundation.yen import Yen
from courses_app.payments.models import (
    OWED,
    Allocation,
    Invoice,
    Payment,
    PaymentMethod,
    Provider,
    Refund,
    RefundStatus,
)
from courses_app.payments.queries.paid import PAID

WAITING = Invoice.cancelled_at.is_(None) & ~PAID


class InvoiceState(StrEnum):
    """How the office narrows invoices by what happens with their money."""

    OPEN = "open"
    OVERDUE = "overdue"
    PAID = "paid"
    REFUND_OWED = "refund_owed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class InvoicesWanted:
    """Conditions of the office's list; empty ones leave everything in. Days: due or received, both included."""

    search: str = ""
    state: InvoiceState | None = None
    from_on: date | None = None
    until_on: date | None = None


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


def refunds_to_ask(*, now: datetime) -> Sequence[str]:
    """Keys of what Stripe is to be asked for: what is owed, and what it did not answer to."""
    lost = and_(Refund.status == RefundStatus.ASKED, Refund.next_try_at <= now)
    query = select(Refund.key).where(Refund.provider == Provider.STRIPE, or_(Refund.status == RefundStatus.DUE, lost))
    return session.scalars(query.order_by(Refund.id)).all()


def unpaid(page: int = 1, search: str = "", *, method: PaymentMethod | None = None) -> Page[Invoice]:
    """Invoices that still wait for money, the earliest due first; those without a due day last."""
    query = _invoices().where(WAITING, *_matching(search))
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


def listed(wanted: InvoicesWanted, page: int = 1, *, today: date) -> Page[Invoice]:
    """A page of invoices: first those that wait for money, by the day they are due; then the others, the newest first.

    A late transfer is looked for by its number: an order that has lapsed must be found, too (R-07).
    """
    return paged(_wanted(wanted, today), number=page)


def every_listed(wanted: InvoicesWanted, *, today: date) -> Iterator[Invoice]:
    """The same, all of them, read in pieces."""
    yield from streamed(_wanted(wanted, today))


def _wanted(wanted: InvoicesWanted, today: date) -> Select[Invoice]:
    query = _invoices().options(selectinload(Invoice.refunds)).where(*_matching(wanted.search))
    if wanted.state is not None:
        query = query.where(_in_state(wanted.state, today))
    if wanted.from_on or wanted.until_on:
        due, received = _between(Invoice.due_on, wanted), _between(Payment.received_on, wanted)
        query = query.where(or_(and_(*due), _came(*received)))
    waits, pay_by = case((WAITING, 0), else_=1), case((WAITING, Invoice.due_on))
    return query.order_by(waits, pay_by.is_(None), pay_by, Invoice.id.desc())


def _between(column: InstrumentedAttribute[Any], wanted: InvoicesWanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [column.is_not(None)]
    if wanted.from_on:
        found.append(column >= wanted.from_on)
    if wanted.until_on:
        found.append(column <= wanted.until_on)
    return found


def _in_state(state: InvoiceState, today: date) -> ColumnElement[bool]:
    return {
        InvoiceState.OPEN: WAITING,
        InvoiceState.OVERDUE: WAITING & (Invoice.due_on < today),
        InvoiceState.PAID: PAID & (Invoice.total > 0),
        InvoiceState.REFUND_OWED: Invoice.refunds.any(Refund.status.in_(OWED)),
        InvoiceState.CANCELLED: Invoice.cancelled_at.is_not(None),
    }[state]


def _came(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether money of this kind settles a part of the invoice."""
    return Invoice.allocations.any(Allocation.payment.has(and_(*conditions)))


def open_refunds(page: int = 1) -> Page[Refund]:
    """Refunds a person must still send, the oldest first, with invoice and organization."""
    query = select(Refund).options(
        joinedload(Refund.invoice), joinedload(Refund.payment).joinedload(Payment.organization)
    )
    query = query.where(Refund.status.in_(OWED))
    return paged(query.order_by(Refund.due_at, Refund.id), number=page)


def _invoices() -> Select[Invoice]:
    return select(Invoice).options(
        joinedload(Invoice.organization),
        selectinload(Invoice.allocations).joinedload(Allocation.payment).joinedload(Payment.recorded_by),
    )


def _matching(search: str) -> list[ColumnElement[bool]]:
    """Reference, number or order as printed or as payers prefix it, party, exact amount, day due or received."""
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
        _came(Payment.payer.contains(search.strip(), autoescape=True)),
        Invoice.reference == typed,
        Invoice.number == typed,
        Invoice.receipt_number == typed,
        Invoice.order_reference == typed,
        Invoice.reference == f"{plain[:1]}-{plain[1:]}",
        Invoice.order_reference == f"{plain[:1]}-{plain[1:]}",
    ]
    if day := day_typed(typed):
        choices += [Invoice.due_on == day, _came(Payment.received_on == day)]
    amount = digits(typed) or ""
    if 0 < len(amount) <= 12 and typed.lstrip("¥\\").replace(",", "").isdigit():
        choices.append(Invoice.total == int(amount))
    return [or_(*choices)]
