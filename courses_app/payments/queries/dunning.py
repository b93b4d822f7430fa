"""Which invoices would be asked for today, at which step, and what was sent and stopped so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen
from courses_app.payments.models import DunningHold, DunningLetter, DunningStep, Invoice
from courses_app.payments.rules.dunning import DebtKind, debt_kind, step_reached


@dataclass(frozen=True)
class Reminder:
    """What would go out: for which invoice, at which step, how much is still owed."""

    invoice: Invoice
    step: DunningStep
    kind: DebtKind
    owed: Yen
    days: int  # since the due day; negative before it


def dunning_steps() -> Sequence[DunningStep]:
    """The steps that ask for something, the earliest first."""
    query = select(DunningStep).where(DunningStep.ended_at.is_(None))
    return session.scalars(query.order_by(DunningStep.days, DunningStep.id)).all()


def dunning_step_of(code: str) -> DunningStep | None:
    return session.scalar(select(DunningStep).where(DunningStep.code == code))


def reminders_due(*, today: date) -> list[Reminder]:
    """Everything that would go out today, the longest overdue first; stopped invoices are left out."""
    steps = dunning_steps()
    if not steps:
        return []
    invoices = session.scalars(
        select(Invoice)
        .where(
            Invoice.cancelled_at.is_(None),
            Invoice.total > 0,
            Invoice.number.is_not(None),
            Invoice.due_on.is_not(None),
            Invoice.id.not_in(_stopped()),
        )
        .options(joinedload(Invoice.organization), selectinload(Invoice.allocations))
        .order_by(Invoice.due_on, Invoice.id)
    ).all()
    waiting = [invoice for invoice in invoices if not invoice.is_paid]
    sent = _sent([invoice.id for invoice in waiting])
    found = (_reminder(invoice, steps, sent.get(invoice.id, set()), today) for invoice in waiting)
    return [one for one in found if one is not None]


def reminder_of(invoice: Invoice, *, today: date) -> Reminder | None:
    """What would go out for one invoice today; None while it is stopped, too."""
    if invoice.cancelled_at or invoice.is_paid or not invoice.number or not invoice.due_on or is_stopped(invoice):
        return None
    return _reminder(invoice, dunning_steps(), _sent([invoice.id]).get(invoice.id, set()), today)


def letters_of(invoice: Invoice) -> Sequence[DunningLetter]:
    """What was sent, oldest first."""
    query = select(DunningLetter).options(joinedload(DunningLetter.step), joinedload(DunningLetter.sent_by))
    return session.scalars(query.where(DunningLetter.invoice_id == invoice.id).order_by(DunningLetter.id)).all()


def holds_of(invoice: Invoice) -> Sequence[DunningHold]:
    """Where its reminders were stopped and resumed, oldest first."""
    query = select(DunningHold).options(joinedload(DunningHold.by)).where(DunningHold.invoice_id == invoice.id)
    return session.scalars(query.order_by(DunningHold.id)).all()


def is_stopped(invoice: Invoice) -> bool:
    latest = session.scalars(
        select(DunningHold).where(DunningHold.invoice_id == invoice.id).order_by(DunningHold.id.desc()).limit(1)
    ).one_or_none()
    return latest is not None and latest.stopped


def stopped_invoices() -> Sequence[Invoice]:
    """Invoices still owed whose reminders are stopped."""
    query = select(Invoice).options(joinedload(Invoice.organization), selectinload(Invoice.allocations))
    query = query.where(Invoice.id.in_(_stopped()), Invoice.cancelled_at.is_(None))
    found = session.scalars(query.order_by(Invoice.id))
    return [invoice for invoice in found if not invoice.is_paid]


def _stopped() -> Any:
    latest = select(func.max(DunningHold.id)).group_by(DunningHold.invoice_id)
    return select(DunningHold.invoice_id).where(DunningHold.id.in_(latest), DunningHold.stopped)


def _sent(invoices: Sequence[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    query = select(DunningLetter.invoice_id, DunningLetter.step_id).where(DunningLetter.invoice_id.in_(invoices))
    for invoice_id, step_id in session.execute(query):
        found.setdefault(invoice_id, set()).add(step_id)
    return found


def _reminder(invoice: Invoice, steps: Sequence[DunningStep], sent: set[int], today: date) -> Reminder | None:
    assert invoice.due_on is not None  # asked for
    kind = debt_kind(lapses=invoice.lapses, settled=invoice.settled)
    reached = step_reached([step.reachable for step in steps], kind=kind, due_on=invoice.due_on, today=today, sent=sent)
    if reached is None:
        return None
    step = next(one for one in steps if one.id == reached.number)
    return Reminder(invoice, step, kind, invoice.unsettled, (today - invoice.due_on).days)
