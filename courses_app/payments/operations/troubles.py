"""News of a payment firm that only a person can act upon, put before the office: never silent (R-24b, R-24c)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from courses_app.foundation import audit, matters
from courses_app.foundation.db import session
from courses_app.foundation.templating import yen
from courses_app.foundation.yen import Yen
from courses_app.payments import queries
from courses_app.payments.models import Invoice, StripeEvent


def tell_of_trouble(*, event: StripeEvent, trouble: str, now: datetime) -> None:
    """Open the matter `trouble` of the booking whose payment the event is about (of the object alone, if unknown).

    What is told again while that matter is open changes nothing; another object of the same booking is added to it.
    """
    told = event.payload["data"]["object"]
    invoice = queries.invoice_paid_with(str(told.get("payment_intent") or ""))
    amount = _amount(told)
    detail = {"kind": event.kind, "object": event.object_id, "amount": amount}
    if invoice is not None:
        detail["invoice"] = invoice.number or invoice.reference
    matter = matters.open_matter(
        kind=trouble, subject=_subject(event, invoice), now=now, by=audit.STRIPE, detail=detail
    )
    known = (matter.detail or {}).get("object", "")
    if event.object_id not in known:
        shown = yen(Yen(amount)) if isinstance(amount, int) else amount
        matter.detail = {**(matter.detail or {}), "object": f"{known}, {event.object_id} ({shown})"}
    session.flush()


def _subject(event: StripeEvent, invoice: Invoice | None) -> tuple[str, str]:
    if invoice is None:
        return ("stripe_object", event.object_id)
    return ("booking", invoice.order_reference) if invoice.order_reference else ("invoice", invoice.reference)


def _amount(told: dict[str, Any]) -> int | str:
    """Whole yen; of another currency its smallest unit, with the currency's name."""
    amount, currency = told.get("amount"), told.get("currency")
    return amount if isinstance(amount, int) and currency == "jpy" else f"{amount} {currency}"
