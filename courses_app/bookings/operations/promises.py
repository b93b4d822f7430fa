"""Payment promised elsewhere: at a convenience store or by transfer; the seats wait as long as the payer was told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from courses_app.bookings import emails
from courses_app.bookings.models import Booking
from courses_app.bookings.operations.locks import locked_booking
from courses_app.bookings.queries import of_invoice
from courses_app.bookings.rules import NEWS_TRAVELS, BookingStatus
from courses_app.foundation import matters
from courses_app.foundation.audit import STRIPE
from courses_app.foundation.db import session
from courses_app.payments.gateways.stripe_checkout import Awaited, CheckoutState
from courses_app.payments.models import Checkout, CheckoutStatus
from courses_app.payments.operations import note_checkout_ended, note_checkout_promised
from courses_app.payments.queries import open_matter_of

TRANSFER_INCOMPLETE = "transfer_incomplete"  # the matter of a virtual account into which too little came


def wait_for_promise(*, checkout: Checkout, state: CheckoutState, awaited: Awaited, now: datetime) -> None:
    """The payer has numbers or an account: the seats wait for it, and a mail says where to pay and until when.

    Told again, nothing more happens but that a part that came is put before the office (R-18).
    """
    booking = _booking_of(checkout)
    is_new = note_checkout_promised(
        checkout=checkout, awaited=awaited, external_id=state.id, payment_intent=state.payment_intent, now=now
    )
    if booking is None:
        return
    if booking.status is BookingStatus.ORDERED and booking.pay_until and awaited.until:
        booking.pay_until = max(booking.pay_until, awaited.until + NEWS_TRAVELS)
    if checkout.brought:
        _tell_of_part(booking, checkout, now=now)
    session.flush()
    if is_new:
        emails.pay_elsewhere(booking, checkout=checkout, now=now)


def give_up_promise(*, checkout: Checkout, now: datetime) -> None:
    """Nobody paid in time, says Stripe: an order that was to be paid so lapses with the next round of the worker."""
    booking, was = _booking_of(checkout), checkout.status
    note_checkout_ended(checkout=checkout, status=CheckoutStatus.FAILED, now=now)
    if booking is None or was is not CheckoutStatus.PROMISED or booking.invoice_id != checkout.invoice_id:
        return
    if booking.status is BookingStatus.ORDERED and booking.payment_method is checkout.method:
        booking.pay_until = min(filter(None, (booking.pay_until, now)))
        session.flush()


def settle_part(checkout: Checkout, *, now: datetime) -> None:
    """All of it came, or nothing is awaited any more: the office needn't look."""
    matter = open_matter_of(TRANSFER_INCOMPLETE, "booking", checkout.invoice.order_reference)
    if matter is not None:
        matters.settle(matter, by=STRIPE, now=now, note="balanced")


def _booking_of(checkout: Checkout) -> Booking | None:
    found = session.scalars(select(Booking.id).where(of_invoice(checkout.invoice))).one_or_none()
    return locked_booking(found) if found is not None else None


def _tell_of_part(booking: Booking, checkout: Checkout, *, now: datetime) -> None:
    matter = matters.open_matter(
        kind=TRANSFER_INCOMPLETE, subject=("booking", booking.reference), now=now, by=STRIPE, detail=None
    )
    matter.detail = {"amount": checkout.amount - checkout.brought, "object": checkout.payment_intent or ""}
