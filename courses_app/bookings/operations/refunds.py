"""Money that went back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from courses_app.bookings import documents
from courses_app.bookings.models import Booking
from courses_app.bookings.operations.locks import locked_booking
from courses_app.bookings.operations.moves import move_booking
from courses_app.bookings.operations.settle import PAID_NO_SEAT
from courses_app.bookings.operations.unfitting import Unfitting
from courses_app.bookings.queries import fees_behind, of_invoice, refund_of_payment, still_owed
from courses_app.bookings.rules import BOOKING, BookingMove, BookingStatus
from courses_app.foundation import matters
from courses_app.foundation.audit import STRIPE, Actor
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen
from courses_app.payments import operations as payments
from courses_app.payments import queries as money
from courses_app.payments.gateways.stripe_answers import RefundState
from courses_app.payments.models import Invoice, Payment, Provider, Refund
from courses_app.payments.queries import open_matter_of, payment_by
from courses_app.payments.rules import RefundTooHigh

BY_DASHBOARD = "refund_by_dashboard"  # the matter, and the reason, of money sent back past us
GONE = ("failed", "canceled")


def note_refund_sent(
    *, refund: Refund, sent_on: date, by: Actor, now: datetime, external_id: str | None = None
) -> None:
    """The office has sent money back; a booking with nothing left to send is refunded. Twice does nothing more."""
    booking = _locked_booking_of(refund)
    kept = _kept(refund, booking)
    payments.note_refund_sent(refund=refund, sent_on=sent_on, external_id=external_id, kept=kept, by=by, now=now)
    _close_if_done(booking, by=by, now=now)


def note_refund_answer(*, refund: Refund, state: RefundState, now: datetime, by: Actor = STRIPE) -> None:
    """What Stripe says of a refund; a booking with nothing left to send is refunded, one it failed for is not."""
    booking = _locked_booking_of(refund)
    payments.note_refund_answer(refund=refund, state=state, kept=_kept(refund, booking), by=by, now=now)
    _close_if_done(booking, by=by, now=now)
    _reopen_if_owed(booking, by=by, now=now)


def hear_of_refund(*, state: RefundState, now: datetime) -> bool:
    """What Stripe tells of a refund, ours or made in its dashboard; False where the payment is none of ours.

    One that nobody here owes was sent by hand: it is written down like any other, and put before the office (R-24).
    Raises Unfitting.
    """
    refund = money.refund_at(state.id) or (money.refund_of(state.ours) if state.ours else None)
    if refund is None:
        refund = refund_of_payment(state.payment_intent or "", Yen(state.amount))
    payment = payment_by(Provider.STRIPE, state.payment_intent or "")
    if refund is None and payment is not None and state.status not in GONE:
        refund = _written_down(payment, state, now=now)
    if refund is None:
        return False
    note_refund_answer(refund=refund, state=state, now=now)
    return True


def _written_down(payment: Payment, state: RefundState, *, now: datetime) -> Refund:
    """Money that left us by Stripe's dashboard without being owed. Raises Unfitting where it is more than we hold."""
    key, amount = f"{BY_DASHBOARD}:{state.id}", Yen(state.amount)
    invoice = next((one for one in _invoices_of(payment) if money.kept_for(payment, one) >= amount), None)
    try:
        if invoice is not None:
            refund = payments.owe_refund(
                invoice=invoice, amount=amount, reason=BY_DASHBOARD, key=key, by=STRIPE, now=now
            )[0]
        else:
            refund = payments.owe_credit_back(
                payment=payment, amount=amount, reason=BY_DASHBOARD, key=key, by=STRIPE, now=now
            )
    except RefundTooHigh:
        raise Unfitting("refund_not_owed") from None
    subject = ("booking", invoice.order_reference) if invoice and invoice.order_reference else ("refund", key)
    matters.open_matter(
        kind=BY_DASHBOARD, subject=subject, now=now, by=STRIPE, detail={"amount": amount, "object": state.id}
    )
    return refund


def _invoices_of(payment: Payment) -> list[Invoice]:
    return list(dict.fromkeys(one.invoice for one in payment.allocations))


def _kept(refund: Refund, booking: Booking | None) -> list[dict[str, Any]]:
    """The fees that were taken off a refund, as its return invoice says them."""
    return documents.kept_words(fees_behind(refund, booking)) if booking is not None else []


def _locked_booking_of(refund: Refund) -> Booking | None:
    found = session.scalar(select(Booking.id).where(of_invoice(refund.invoice))) if refund.invoice else None
    return locked_booking(found) if found is not None else None


def _close_if_done(booking: Booking | None, *, by: Actor, now: datetime) -> None:
    if booking is None or still_owed(booking) or not BOOKING.allows(booking.status, BookingMove.REFUND):
        return
    move_booking(booking, BookingMove.REFUND, by=by, now=now)
    matter = open_matter_of(PAID_NO_SEAT, "booking", booking.reference)
    if matter is not None:
        matters.settle(matter, by=by, now=now, note="refunded")


def _reopen_if_owed(booking: Booking | None, *, by: Actor, now: datetime) -> None:
    """Money that came back to us weeks later is owed again (R-24b)."""
    if booking is not None and booking.status is BookingStatus.REFUNDED and still_owed(booking):
        move_booking(booking, BookingMove.REFUND_FAILED, by=by, now=now)
