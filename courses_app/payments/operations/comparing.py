"""Our books held against Stripe's: each difference is a matter, and settled by itself once it is gone (R-14)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from courses_app.foundation import audit, matters
from courses_app.foundation.audit import Actor
from courses_app.foundation.yen import Yen
from courses_app.payments import queries
from courses_app.payments.gateways.stripe_answers import ChargeState
from courses_app.payments.models import Payment, Provider
from courses_app.payments.operations.ledger import settle_matter_of
from courses_app.payments.queries.comparing import (
    AMOUNTS_DIFFER,
    DIFFERENCES,
    UNKNOWN_HERE,
    UNKNOWN_THERE,
    given_back_through_stripe,
    payments_at_stripe,
)

NEWS_TRAVELS = timedelta(hours=1)  # what is younger may still be on its way


def compare_with_stripe(
    *, charges: Sequence[ChargeState], since: datetime, missed: int, by: Actor, now: datetime
) -> int:
    """Hold what Stripe has taken since against our payments, and the reverse; returns how many differences stand."""
    settled = now - NEWS_TRAVELS
    taken = {one.payment_intent or one.id: one for one in charges if one.paid and one.created < settled}
    found = {intent: _difference(intent, charge) for intent, charge in taken.items()}
    young = {one.payment_intent for one in charges}
    for payment in payments_at_stripe(since=since + NEWS_TRAVELS, until=settled):
        if payment.external_id not in young:
            found[payment.external_id] = (UNKNOWN_THERE, payment.amount)
    for intent, difference in found.items():
        _tell(intent, difference, by=by, now=now)
    standing = sum(difference is not None for difference in found.values())
    detail = {"payments": len(taken), "events": missed, "differences": standing}
    audit.record(by=by, now=now, action="stripe.compared", subject=("stripe_object", "account"), detail=detail)
    return standing


def note_not_compared(*, by: Actor, now: datetime) -> None:
    """Stripe could not be asked; it is tried again the next night, or by hand."""
    audit.record(by=by, now=now, action="stripe.not_compared", subject=("stripe_object", "account"))


def _difference(intent: str, charge: ChargeState) -> tuple[str, Yen] | None:
    """The kind of matter, and how many yen it is about."""
    payment: Payment | None = queries.payment_by(Provider.STRIPE, intent)
    if payment is None:
        return UNKNOWN_HERE, Yen(charge.amount)
    if payment.amount != charge.amount or charge.currency != "jpy":
        return AMOUNTS_DIFFER, Yen(charge.amount - payment.amount)
    back = given_back_through_stripe(payment)
    return (AMOUNTS_DIFFER, Yen(charge.refunded - back)) if back != charge.refunded else None


def _tell(intent: str, difference: tuple[str, Yen] | None, *, by: Actor, now: datetime) -> None:
    subject = ("stripe_object", intent)
    for kind in DIFFERENCES:
        if difference is None or kind != difference[0]:
            settle_matter_of(kind, subject, by=by, now=now, note="balanced")
    if difference is not None:
        matter = matters.open_matter(kind=difference[0], subject=subject, now=now, by=by, detail=None)
        matter.detail = {"amount": difference[1]}
