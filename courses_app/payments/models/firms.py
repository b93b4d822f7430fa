"""What was said to payment firms, and heard from them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses_app.foundation.db import Base, choice
from courses_app.foundation.yen import Yen
from courses_app.payments.models.invoices import Invoice, PaymentMethod

PARKED = text("result = 'parked'")
RECEIVED = text("result = 'received'")


class CheckoutStatus(StrEnum):
    INTENDED = "intended"  # the key is stored, the call not yet answered
    OPEN = "open"
    PROMISED = "promised"  # to be paid elsewhere: at a convenience store, by transfer
    COMPLETE = "complete"
    EXPIRED = "expired"
    FAILED = "failed"


class Checkout(Base):
    """One attempt to pay an invoice at Stripe. The idempotency key is stored before the call (R-09)."""

    __tablename__ = "checkouts"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("brought >= 0", name="brought"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)  # what Stripe gives back to us as `request_id`
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"), index=True)
    idempotency_key: Mapped[str] = mapped_column(unique=True)
    external_id: Mapped[str | None] = mapped_column(unique=True)
    url: Mapped[str | None] = mapped_column(Text)
    status: Mapped[CheckoutStatus] = mapped_column(choice(CheckoutStatus, "status"), default=CheckoutStatus.INTENDED)
    amount: Mapped[Yen]
    method: Mapped[PaymentMethod] = mapped_column(choice(PaymentMethod, "method"), default=PaymentMethod.STRIPE)
    days: Mapped[int | None]  # for which the numbers of a convenience store are good
    payment_intent: Mapped[str | None] = mapped_column(index=True)  # known once something was promised
    pay_until: Mapped[datetime | None]  # what the payer was told there
    instructions_url: Mapped[str | None] = mapped_column(Text)
    brought: Mapped[Yen] = mapped_column(default=Yen(0))  # of a transfer that came in part
    email: Mapped[str]  # of the payer, as first sent: a repeat must say the same
    language: Mapped[str] = mapped_column(default="ja")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    invoice: Mapped[Invoice] = relationship()


class EventResult(StrEnum):
    RECEIVED = "received"  # stored, not yet worked off
    SETTLED = "settled"
    IGNORED = "ignored"
    PARKED = "parked"  # staff must look


class StripeEvent(Base):
    """One signed event, stored before it is answered with 200; one terminal result each (INV-10)."""

    __tablename__ = "stripe_events"
    __table_args__ = (
        CheckConstraint("(result = 'received') = (finished_at IS NULL)", name="finished_at"),
        Index("ix_stripe_events_parked", "received_at", sqlite_where=PARKED, postgresql_where=PARKED),
        Index("ix_stripe_events_to_work_off", "next_try_at", sqlite_where=RECEIVED, postgresql_where=RECEIVED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    livemode: Mapped[bool]
    object_id: Mapped[str] = mapped_column(index=True)
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    received_at: Mapped[datetime]
    result: Mapped[EventResult] = mapped_column(choice(EventResult, "result"), default=EventResult.RECEIVED)
    reason: Mapped[str] = mapped_column(default="")
    finished_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)  # that ended in a fault of ours
    next_try_at: Mapped[datetime]  # by the worker, while it is `received`
