"""What we hold against what Stripe says: which of our payments, refunds and events it should know."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select

from courses_app.foundation.audit import AuditEntry
from courses_app.foundation.db import session
from courses_app.foundation.matters import Matter
from courses_app.foundation.yen import Yen
from courses_app.payments.models import Payment, Provider, Refund, RefundStatus, StripeEvent

UNKNOWN_HERE = "stripe_only"  # the matter of a payment that Stripe knows and we don't
UNKNOWN_THERE = "ours_only"  # and of one that we know and Stripe doesn't
AMOUNTS_DIFFER = "stripe_differs"  # and of one whose amount, or what went back of it, is not the same
DIFFERENCES = (UNKNOWN_HERE, UNKNOWN_THERE, AMOUNTS_DIFFER)
COMPARED = ("stripe.compared", "stripe.not_compared")


def compared_at() -> datetime | None:
    """When it was last compared, or tried to be."""
    return session.scalar(select(func.max(AuditEntry.at)).where(AuditEntry.action.in_(COMPARED)))


def last_comparison() -> AuditEntry | None:
    """What came of the last comparison that could be made."""
    query = select(AuditEntry).where(AuditEntry.action == "stripe.compared")
    return session.scalar(query.order_by(AuditEntry.id.desc()).limit(1))


def differences() -> Sequence[Matter]:
    """What differs and nobody has settled, the oldest first."""
    query = select(Matter).where(Matter.kind.in_(DIFFERENCES), Matter.settled_at.is_(None))
    return session.scalars(query.order_by(Matter.id)).all()


def events_known(ids: Collection[str]) -> set[str]:
    """Which of these events have reached us."""
    return set(session.scalars(select(StripeEvent.event_id).where(StripeEvent.event_id.in_(list(ids)))))


def payments_at_stripe(*, since: datetime, until: datetime) -> Sequence[Payment]:
    """Our payments by Stripe that were recorded in this time."""
    query = select(Payment).where(
        Payment.provider == Provider.STRIPE, Payment.recorded_at >= since, Payment.recorded_at < until
    )
    return session.scalars(query.order_by(Payment.id)).all()


def given_back_through_stripe(payment: Payment) -> Yen:
    """What of a payment has left us, or is on its way, through Stripe."""
    out = (RefundStatus.SENT, RefundStatus.PENDING)
    query = select(func.coalesce(func.sum(Refund.amount), 0)).where(
        Refund.payment_id == payment.id, Refund.provider == Provider.STRIPE, Refund.status.in_(out)
    )
    return Yen(session.scalar(query) or 0)
