"""The invoice of an accepted quote, and its end."""

from __future__ import annotations

from datetime import datetime

from courses_app.dispatches.models import Dispatch, Quote
from courses_app.foundation.audit import Actor
from courses_app.foundation.clock import add_business_days, day_of
from courses_app.payments.models import Invoice, PaymentMethod
from courses_app.payments.operations import LineFacts, bill, cancel_invoice, owe_refund
from courses_app.payments.queries import kept


def bill_of(dispatch: Dispatch, quote: Quote, *, by: Actor, now: datetime) -> Invoice:
    """The whole of the quote, once, to the organization, by transfer; due as the service says."""
    held_on = day_of(quote.meetings[-1].starts_at)
    due_on = add_business_days(day_of(now), dispatch.service.payment_due_business_days)
    course = dispatch.service.course.code
    lines = [
        LineFacts(line.description, held_on, line.quantity, line.unit_amount, line.tax_category, about=course)
        for line in quote.lines
    ]
    return bill(
        organization=dispatch.organization,
        addressee=dispatch.organization.invoice_addressee or dispatch.organization.name,
        subject=dispatch.subject,
        lines=lines,
        method=PaymentMethod.BANK_TRANSFER if quote.total else PaymentMethod.NONE,
        language=dispatch.mail_language,
        supplied_on=held_on,
        due_on=due_on if quote.total else None,
        grace_until_on=add_business_days(due_on, dispatch.service.payment_grace_business_days) if quote.total else None,
        by=by,
        now=now,
        order_reference=dispatch.reference,
    )


def end_bill(dispatch: Dispatch, *, reason: str, by: Actor, now: datetime) -> None:
    """Nothing is owed any more; what was paid goes back in full."""
    invoice = dispatch.invoice
    if invoice is None:
        return
    held = kept(invoice)
    if held:
        owe_refund(invoice=invoice, amount=held, reason=reason, key=f"dispatch:{dispatch.reference}", by=by, now=now)
    else:
        cancel_invoice(invoice=invoice, by=by, now=now)
