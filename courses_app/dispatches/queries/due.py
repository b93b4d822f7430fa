"""What time or others have changed about a request; each is looked at again under its lock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from courses_app.catalogue.models import CourseRun, RunStatus
from courses_app.dispatches.models import Dispatch, Quote
from courses_app.dispatches.rules import DispatchState
from courses_app.foundation.db import session
from courses_app.payments.models import Invoice
from courses_app.payments.queries import PAID


def quotes_to_expire(*, today: date) -> Sequence[int]:
    """Requests whose latest quote's last day is over."""
    any_quote = aliased(Quote)
    latest = select(func.max(any_quote.number)).where(any_quote.dispatch_id == Dispatch.id).correlate(Dispatch)
    return session.scalars(
        select(Dispatch.id)
        .join(Quote, (Quote.dispatch_id == Dispatch.id) & (Quote.number == latest.scalar_subquery()))
        .where(Dispatch.state == DispatchState.QUOTED, Quote.valid_until < today)
        .order_by(Dispatch.id)
    ).all()


def runs_called_off() -> Sequence[int]:
    """Requests whose run the office has called off."""
    return session.scalars(
        select(Dispatch.id)
        .join(CourseRun, CourseRun.id == Dispatch.run_id)
        .where(Dispatch.state == DispatchState.PLANNED, CourseRun.status == RunStatus.CALLED_OFF)
        .order_by(Dispatch.id)
    ).all()


def runs_finished(*, now: datetime) -> Sequence[int]:
    """Requests whose run is over and whose invoice is paid, or was nothing."""
    return session.scalars(
        select(Dispatch.id)
        .join(CourseRun, CourseRun.id == Dispatch.run_id)
        .join(Invoice, Invoice.id == Dispatch.invoice_id)
        .where(
            Dispatch.state == DispatchState.PLANNED,
            CourseRun.status == RunStatus.PUBLISHED,
            CourseRun.ends_at <= now,
            PAID,
        )
        .order_by(Dispatch.id)
    ).all()
