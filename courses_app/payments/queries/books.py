"""What lines of statements are held against: open invoices and the names of those who owe."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from sqlalchemy import func, select

from courses_app.accounts.models import Organization
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen
from courses_app.payments.models import Allocation, FeeAllowance, Invoice, PayerName
from courses_app.payments.rules.banking import Books, FeeRule, OpenInvoice


def books(*, today: date, lapsed: Iterable[OpenInvoice] = ()) -> Books:
    """Everything that is open today; `lapsed` are orders given up whose money may still come."""
    return Books([*open_invoices(), *lapsed], _names(), _learned(), fee_rule_on(today))


def open_invoices() -> list[OpenInvoice]:
    """Invoices of which something is left to pay."""
    settled = (
        select(Allocation.invoice_id, func.sum(Allocation.amount).label("yen"))
        .group_by(Allocation.invoice_id)
        .subquery()
    )
    left = Invoice.total - func.coalesce(settled.c.yen, 0)
    rows = session.execute(
        select(
            Invoice.reference, Invoice.number, Invoice.order_reference, Invoice.organization_id, left, Invoice.due_on
        )
        .outerjoin(settled, settled.c.invoice_id == Invoice.id)
        .where(Invoice.cancelled_at.is_(None), left > 0)
    )
    return [
        OpenInvoice(row[0], row[3], Yen(int(row[4])), row[5], tuple(filter(None, (row[0], row[1], row[2]))))
        for row in rows
    ]


def fee_rule_on(day: date) -> FeeRule:
    """Which missing yen are forgiven on a day; nothing before the first rule."""
    rule = session.scalar(
        select(FeeAllowance).where(FeeAllowance.from_on <= day).order_by(FeeAllowance.from_on.desc()).limit(1)
    )
    return FeeRule(tuple(Yen(int(fee)) for fee in rule.usual), rule.tolerance) if rule else FeeRule()


def _names() -> list[tuple[int, str]]:
    """The readings of all organizations, and their names where a bank may write them in Latin letters."""
    rows = session.execute(select(Organization.id, Organization.name_kana, Organization.name))
    return [(row[0], name) for row in rows for name in {row[1], row[2] if row[2].isascii() else row[1]} if name]


def _learned() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for folded, organization_id in session.execute(select(PayerName.folded, PayerName.organization_id)):
        found[folded].add(organization_id)
    return {folded: frozenset(ids) for folded, ids in found.items()}
