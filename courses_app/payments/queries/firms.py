"""What stands open with payment firms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from courses_app.foundation.db import session
from courses_app.foundation.matters import Matter
from courses_app.foundation.paging import Page, paged
from courses_app.payments.models import (
    Allocation,
    Checkout,
    CheckoutStatus,
    EventResult,
    Invoice,
    Payment,
    Provider,
    StripeEvent,
)


def open_checkouts(invoice: Invoice, *, now: datetime) -> Sequence[Checkout]:
    """Checkouts on which the invoice could still be paid (or may be, when Stripe's answer got lost), newest first."""
    query = select(Checkout).where(
        Checkout.invoice_id == invoice.id,
        Checkout.status.in_((CheckoutStatus.INTENDED, CheckoutStatus.OPEN)),
        Checkout.expires_at > now,
    )
    return session.scalars(query.order_by(Checkout.id.desc())).all()


def taking_money(invoice: Invoice) -> Sequence[Checkout]:
    """The pages of an invoice that stand open at Stripe, and what was promised there, oldest first."""
    query = select(Checkout).where(
        Checkout.invoice_id == invoice.id,
        Checkout.status.in_((CheckoutStatus.OPEN, CheckoutStatus.PROMISED)),
        Checkout.external_id.is_not(None),
    )
    return session.scalars(query.order_by(Checkout.id)).all()


def checkout_of(reference: str) -> Checkout | None:
    """The checkout with our own reference (Stripe returns it as `request_id`), with its invoice."""
    query = select(Checkout).options(joinedload(Checkout.invoice))
    return session.scalar(query.where(Checkout.reference == reference))


def checkout_at(external_id: str) -> Checkout | None:
    """The checkout with Stripe's id, with its invoice."""
    query = select(Checkout).options(joinedload(Checkout.invoice))
    return session.scalar(query.where(Checkout.external_id == external_id))


def event_of(event_id: str) -> StripeEvent | None:
    """A stored event by Stripe's id."""
    return session.scalar(select(StripeEvent).where(StripeEvent.event_id == event_id))


def parked_events(page: int = 1) -> Page[StripeEvent]:
    """Events that wait for a person, oldest first."""
    query = select(StripeEvent).where(StripeEvent.result == EventResult.PARKED)
    return paged(query.order_by(StripeEvent.received_at, StripeEvent.id), number=page)


def events_to_work_off(*, now: datetime) -> Sequence[str]:
    """Stored events whose time it is: the process died, Stripe could not be asked, or we failed (R-15)."""
    query = select(StripeEvent.event_id).where(StripeEvent.result == EventResult.RECEIVED)
    return session.scalars(query.where(StripeEvent.next_try_at <= now).order_by(StripeEvent.id)).all()


def invoice_paid_with(payment_intent: str) -> Invoice | None:
    """The invoice that a payment at Stripe settled."""
    query = select(Invoice).join(Invoice.allocations).join(Allocation.payment).order_by(Invoice.id).limit(1)
    return session.scalar(query.where(Payment.provider == Provider.STRIPE, Payment.external_id == payment_intent))


def open_matter_of(kind: str, subject_kind: str, reference: str) -> Matter | None:
    """The open matter of one thing, if there is one."""
    return session.scalar(
        select(Matter).where(Matter.key == f"{kind}:{subject_kind}:{reference}", Matter.settled_at.is_(None))
    )
