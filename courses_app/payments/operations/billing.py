"""An organization owes money, or no longer does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select

from courses_app.accounts.models import Organization
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.references import new_reference
from courses_app.foundation.yen import Yen, total
from courses_app.payments import queries
from courses_app.payments.models import (
    Invoice,
    InvoiceLine,
    InvoiceTax,
    LedgerAccount,
    LedgerEntry,
    PaymentMethod,
)
from courses_app.payments.operations.allocating import free_allocations
from courses_app.payments.operations.ledger import locked, post, refuse_to_pay, watch_balance
from courses_app.payments.rules import AlreadyRefunded, LineFacts, taxes_of


def bill(
    *,
    organization: Organization,
    addressee: str,
    subject: str,
    lines: Sequence[LineFacts],
    method: PaymentMethod,
    language: str,
    supplied_on: date,
    due_on: date | None,
    grace_until_on: date | None,
    by: Actor,
    now: datetime,
    order_reference: str = "",
) -> Invoice:
    """What the organization owes from now on; a total of zero owes nothing. Its number and paper come later (`tasks`).

    `order_reference` is what the caller calls the order: printed as 申込番号 and put before the payer's name in a
    transfer (without it, the invoice's own reference). Raises ValueError without lines, LookupError without a tax rate.
    """
    if not lines:
        raise ValueError("an invoice needs a line")
    invoice = Invoice(
        reference=new_reference("Q"),
        order_reference=order_reference,
        organization_id=organization.id,
        addressee=addressee,
        subject=subject,
        method=method,
        language=language,
        total=total(line.amount for line in lines),
        supplied_on=supplied_on,
        ordered_at=now,
        due_on=due_on,
        grace_until_on=grace_until_on,
        lines=[_line(position, line) for position, line in enumerate(lines, start=1)],
        taxes=_taxes(lines, supplied_on),
    )
    session.add(invoice)
    owed = {LedgerAccount.RECEIVABLE: invoice.total}, {LedgerAccount.REVENUE: invoice.total}
    post(invoice, kind="invoice", key=f"invoice:{invoice.reference}", now=now, debit=owed[0], credit=owed[1])
    _note("invoice.billed", invoice, by=by, now=now, after="open", detail={"total": invoice.total})
    session.flush()
    return invoice


def let_lapse(invoice: Invoice) -> None:
    """Nobody need ask for it: what it is for is given up when nobody pays in time. Said once, when it is billed."""
    invoice.lapses = True
    session.flush()


def cancel_invoice(*, invoice: Invoice, by: Actor, now: datetime) -> None:
    """Nothing is owed any more: the open receivable is reversed. Twice does nothing more.

    What was paid in full stays, to be refunded by its own verb; a part that came becomes the organization's credit.
    """
    invoice = locked(invoice)
    if invoice.cancelled_at is not None:
        return
    if invoice.is_part_paid:
        free_allocations(invoice=invoice, by=by, now=now)
    invoice.cancelled_at = now
    still_open = Yen(max(-queries.balance(invoice), 0))
    _reverse("cancellation", invoice, still_open, now)
    _note(
        "invoice.cancelled", invoice, by=by, now=now, before="open", after="cancelled", detail={"reversed": still_open}
    )
    session.flush()


def ask_for_transfer(
    *, invoice: Invoice, due_on: date | None, grace_until_on: date | None, by: Actor, now: datetime
) -> None:
    """What was to be paid by card is to be transferred by a day; its number and paper follow. Twice does nothing more.

    Raises AlreadyPaid, InvoiceCancelled.
    """
    invoice = locked(invoice)
    if invoice.method is PaymentMethod.BANK_TRANSFER:
        return
    refuse_to_pay(invoice)
    invoice.method, invoice.due_on, invoice.grace_until_on = PaymentMethod.BANK_TRANSFER, due_on, grace_until_on
    _note("invoice.method_changed", invoice, by=by, now=now, detail={"method": invoice.method.value})
    session.flush()


def reinstate_invoice(*, invoice: Invoice, by: Actor, now: datetime) -> None:
    """A cancelled invoice is owed again: its money came late and there was still room (R-07). Twice does nothing more.

    Raises AlreadyRefunded.
    """
    invoice = locked(invoice)
    if invoice.cancelled_at is None:
        return
    if queries.refunded(invoice):
        raise AlreadyRefunded
    invoice.cancelled_at = None
    _reverse("reinstatement", invoice, Yen(-_reversed_so_far(invoice)), now)
    _note("invoice.reinstated", invoice, by=by, now=now, before="cancelled", after="open")
    watch_balance(invoice, by=by, now=now)


def _line(position: int, line: LineFacts) -> InvoiceLine:
    return InvoiceLine(
        position=position,
        description=line.description,
        details=list(line.details),
        supplied_on=line.supplied_on,
        quantity=line.quantity,
        unit_amount=line.unit_amount,
        amount=line.amount,
        tax_category=line.tax_category,
        about=line.about,
    )


def _taxes(lines: Sequence[LineFacts], day: date) -> list[InvoiceTax]:
    return [
        InvoiceTax(category=part.category, percent=part.percent, amount=part.amount, tax=part.tax)
        for part in taxes_of(lines, queries.tax_rates_on(day))
    ]


def _reverse(kind: str, invoice: Invoice, amount: Yen, now: datetime) -> None:
    """Take `amount` off what is owed; a negative amount puts it back."""
    count = session.scalar(
        select(func.count(LedgerEntry.transaction_id.distinct())).where(LedgerEntry.invoice_id == invoice.id)
    )
    key = f"{kind}:{invoice.reference}:{count}"
    if amount >= 0:
        debit, credit = {LedgerAccount.REVENUE: amount}, {LedgerAccount.RECEIVABLE: amount}
    else:
        debit, credit = {LedgerAccount.RECEIVABLE: Yen(-amount)}, {LedgerAccount.REVENUE: Yen(-amount)}
    post(invoice, kind=kind, key=key, now=now, debit=debit, credit=credit)


def _reversed_so_far(invoice: Invoice) -> Yen:
    """How much less than its total is owed because of cancellations."""
    billed = queries.ledger_side(invoice, LedgerAccount.REVENUE)
    return Yen(invoice.total + billed)


def _note(
    action: str,
    invoice: Invoice,
    *,
    by: Actor,
    now: datetime,
    before: str | None = None,
    after: str | None = None,
    detail: dict[str, object] | None = None,
) -> None:
    subject = ("invoice", invoice.reference)
    audit.record(by=by, now=now, action=action, subject=subject, before=before, after=after, detail=detail)
