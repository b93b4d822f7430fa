"""Which ways to pay there are on a day: what the office set last, else what the data file says."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from courses_app.foundation.db import session
from courses_app.payments.models import PaymentMethod, PaymentWay, StripeCustomer

FILE = Path(__file__).resolve().parents[1] / "data" / "ways.toml"
ALWAYS = date(1989, 4, 1)
OPTIONAL = ("most", "page_minutes", "pay_days", "grace_days", "set_at", "set_by_person_id")


def ways_on(day: date) -> list[PaymentWay]:
    """Every way to pay, switched off ones too, in the order in which they are shown."""
    known = {method: _of_the_house(method) for method in _file()}
    for row in session.scalars(
        select(PaymentWay).where(PaymentWay.from_on <= day).order_by(PaymentWay.from_on, PaymentWay.id)
    ):
        known[row.method] = row  # the latest of a method stays
    return sorted(known.values(), key=lambda way: way.position)


def way_of(method: PaymentMethod, day: date) -> PaymentWay:
    """How a method may be used on a day. Raises LookupError for one that is no way to pay an order."""
    found = next((way for way in ways_on(day) if way.method is method), None)
    if found is None:
        raise LookupError(f"'{method.value}' is no way to pay an order")
    return found


def ways_set(*, after: date) -> Sequence[PaymentWay]:
    """What the office has set for later days, the next one first."""
    query = select(PaymentWay).options(joinedload(PaymentWay.set_by)).where(PaymentWay.from_on > after)
    return session.scalars(query.order_by(PaymentWay.from_on, PaymentWay.id)).all()


def customer_of(organization_id: int) -> StripeCustomer | None:
    """Whom Stripe knows by the name of an organization."""
    return session.scalar(select(StripeCustomer).where(StripeCustomer.organization_id == organization_id))


@cache
def _file() -> dict[PaymentMethod, dict[str, Any]]:
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))["ways"]
    return {PaymentMethod(row["method"]): row for row in rows}


def _of_the_house(method: PaymentMethod) -> PaymentWay:
    """A row that stands in no table."""
    values = dict.fromkeys(OPTIONAL) | _file()[method] | {"method": method, "from_on": ALWAYS}
    return PaymentWay(**values)
