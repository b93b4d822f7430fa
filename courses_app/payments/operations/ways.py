"""How people may pay is set by the office from a day on; what was in force before stays as it was."""

from __future__ import annotations

from datetime import date, datetime

from courses_app.accounts.models import Organization
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.references import new_token
from courses_app.payments import queries
from courses_app.payments.models import PaymentMethod, PaymentWay, StripeCustomer
from courses_app.payments.rules.ways import LastWay, WayFacts, check_way


def set_way(
    *, method: PaymentMethod, facts: WayFacts, from_on: date, by: Actor, now: datetime, today: date
) -> PaymentWay:
    """A new version of a way to pay from a day on. Raises WayBeginsBefore, LimitsUnclear, DaysUnclear, LastWay."""
    check_way(facts, method=method.value, from_on=from_on, today=today)
    others = [way for way in queries.ways_on(from_on) if way.method is not method]
    if not facts.is_on and not any(way.is_on for way in others):
        raise LastWay()
    way = PaymentWay(
        method=method, from_on=from_on, set_at=now, set_by_person_id=by.person_id, **facts.as_columns()
    )  # fmt: skip
    session.add(way)
    detail = {"method": method.value, "from_on": from_on.isoformat(), **facts.as_columns()}
    audit.record(by=by, now=now, action="payment_way.set", subject=("payment_way", method.value), detail=detail)
    session.flush()
    return way


def intend_customer(*, organization: Organization, language: str, now: datetime) -> StripeCustomer:
    """Whom Stripe is to know, with the key stored before the call (R-09); known already, the same."""
    known = queries.customer_of(organization.id)
    if known is not None:
        return known
    customer = StripeCustomer(
        organization=organization, idempotency_key=new_token(), name=organization.name,
        email=organization.contact_email, language=language, created_at=now,
    )  # fmt: skip
    session.add(customer)
    session.flush()
    return customer


def note_customer(*, customer: StripeCustomer, external_id: str) -> None:
    """What Stripe calls it."""
    customer.external_id = external_id
    session.flush()
