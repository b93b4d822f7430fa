"""A line of our bank's statement becomes money received, or ceases to be it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from courses_app.bookings.models import Booking
from courses_app.bookings.operations.settle import POSTED_IN_ERROR, locked_bookings_of, settle_shares
from courses_app.bookings.rules import BookingStatus
from courses_app.foundation import matters
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen
from courses_app.payments.models import AllocationSource, BankDraft, BankLine, Invoice, Payment, PaymentMethod, Provider
from courses_app.payments.operations import banking, settle_without_money
from courses_app.payments.operations.banking.deciding import check_shares, decided
from courses_app.payments.operations.banking.taking_back import fee_key
from courses_app.payments.queries.banking import invoices_named

BANK_FEE = "bank_fee"  # why a part of an invoice is settled without money


def post_line(*, line: BankLine, stamp: int, by: Actor, now: datetime) -> Payment:
    """The money of a line is received as its draft says: bookings are confirmed, mails owed, the rest is credit.

    `stamp` is that of the draft somebody looked at. Raises LineDealtWith (R-16), LineChanged, NobodyChosen,
    MoneyTakenBack, AlreadyPaid and the refusals of shares (money has come otherwise meanwhile).
    """
    draft = banking.open_draft(line, stamp)
    decided(draft)
    assert draft.organization is not None  # or it would not be decided
    shares = _shares(draft)
    locked_bookings_of(shares)
    bearing = check_shares(line, shares, draft.fee)
    name = _name(line)
    if bearing is not None:
        settle_without_money(
            invoice=bearing, amount=draft.fee, source=AllocationSource.BANK_FEE, reason=BANK_FEE, key=fee_key(name),
            by=by, now=now,
        )  # fmt: skip
    payment = settle_shares(
        organization=draft.organization, provider=Provider.BANK_TRANSFER, method=PaymentMethod.BANK_TRANSFER,
        external_id=name, amount=line.amount, received_on=line.came_on, payer=line.payer, shares=shares, by=by, now=now,
    )  # fmt: skip
    banking.note_posted(draft, payment=payment, by=by, now=now)
    return payment


def take_back_line(*, line: BankLine, reason: str, by: Actor, now: datetime) -> list[Booking]:
    """A line was posted wrongly: its invoices owe again, and it can be posted anew.

    Seats that it confirmed are kept, for nobody loses them over our mistake; each such booking is a matter for the
    office until it is paid or cancelled. Returns these bookings. Raises MoveNotAllowed, RefundPromised.
    """
    draft = banking.posted_draft(line)
    payment = draft.payment
    assert payment is not None  # it is posted
    concerned = locked_bookings_of([(one.invoice, one.amount) for one in payment.allocations])
    owing = banking.take_back_payment(payment=payment, by=by, now=now)
    banking.note_taken_back(draft, reason=reason, by=by, now=now)
    unpaid = [concerned[one.id] for one in owing if one.id in concerned and not one.is_paid]
    unpaid = [booking for booking in unpaid if booking.status is BookingStatus.PAID]
    for booking in unpaid:
        subject, detail = ("booking", booking.reference), {"reason": reason}
        matters.open_matter(kind=POSTED_IN_ERROR, subject=subject, now=now, by=by, detail=detail)
    session.flush()
    return unpaid


def _shares(draft: BankDraft) -> list[tuple[Invoice, Yen]]:
    """What the draft gives to which invoices, as they stand now that their bookings are read anew."""
    found = invoices_named([reference for reference, _amount in draft.shares])
    return [(found[reference], Yen(amount)) for reference, amount in draft.shares]


def _name(line: BankLine) -> str:
    """What the payment is called: a line that was taken back and is posted again is another payment."""
    first = f"line:{line.reference}"
    before = session.scalar(
        select(func.count(Payment.id)).where(
            Payment.provider == Provider.BANK_TRANSFER, Payment.external_id.startswith(first, autoescape=True)
        )
    )
    return f"{first}:{before + 1}" if before else first
