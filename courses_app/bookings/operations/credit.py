"""What we hold of an organization without an invoice for it (前受金): used for what it owes, or paid back."""

from __future__ import annotations

from datetime import datetime

from courses_app.accounts.models import Organization
from courses_app.bookings.operations.settle import Money, locked_bookings_of, take
from courses_app.foundation.audit import Actor
from courses_app.foundation.yen import Yen
from courses_app.payments import queries
from courses_app.payments.models import Invoice, Payment
from courses_app.payments.operations import allocate, owe_credit_back
from courses_app.payments.queries import refund_of
from courses_app.payments.queries.banking import payments_by, was_settled
from courses_app.payments.rules import CreditTooLow


def use_credit(
    *, organization: Organization, invoice: Invoice, amount: Yen, key: str, by: Actor, now: datetime
) -> None:
    """Settle an invoice with credit, the oldest money first; what is paid by it is confirmed.

    `key` names the form: sent twice it settles once. Raises CreditTooLow, AlreadyPaid, InvoiceCancelled, AmountDiffers.
    """
    concerned = locked_bookings_of([(invoice, amount)])
    if was_settled(f"{key}:1"):
        return
    for number, (payment, part) in enumerate(_parts(organization, amount), start=1):
        done = allocate(payment=payment, invoice=invoice, amount=part, key=f"{key}:{number}", by=by, now=now)
        if done.invoice_id in concerned:
            take(concerned[done.invoice_id], Money(payment, done.invoice, part), by=by, now=now)


def pay_credit_back(
    *, organization: Organization, amount: Yen, reason: str, key: str, by: Actor, now: datetime
) -> None:
    """Promise credit back, a refund for each payment it came by, the oldest first. Raises CreditTooLow."""
    if refund_of(f"{key}:1") is not None:
        return
    for number, (payment, part) in enumerate(_parts(organization, amount), start=1):
        owe_credit_back(payment=payment, amount=part, reason=reason, key=f"{key}:{number}", by=by, now=now)


def _parts(organization: Organization, amount: Yen) -> list[tuple[Payment, Yen]]:
    """From which payments the credit is taken. Raises CreditTooLow."""
    parts, wanted = [], int(amount)
    for payment in reversed(payments_by(organization)):
        part = min(wanted, queries.unallocated(payment))
        if part > 0:
            parts.append((payment, Yen(part)))
            wanted -= part
    if wanted or not parts:
        raise CreditTooLow(left=Yen(amount - wanted), asked=amount)
    return parts
