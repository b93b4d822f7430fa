"""Money came: the one way by which staff, the return page, the webhook and the worker confirm seats; safe to repeat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import select

from courses_app.accounts.models import Organization
from courses_app.bookings import emails
from courses_app.bookings.models import Booking, Seat
from courses_app.bookings.operations.crowd import crowd_of, make_room
from courses_app.bookings.operations.lapse import give_up_if_over
from courses_app.bookings.operations.locks import locked_booking
from courses_app.bookings.operations.moves import move_booking, move_seats
from courses_app.bookings.operations.vouchers import may_use_again
from courses_app.bookings.queries import is_supplement, of_invoice
from courses_app.bookings.rules import (
    BOOKING,
    AlreadyBooked,
    BookingMove,
    BookingStatus,
    RunFull,
    SeatMove,
    SeatStatus,
)
from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.rules import RunStatus
from courses_app.foundation import matters
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen
from courses_app.payments.models import Invoice, Payment, PaymentMethod, Provider
from courses_app.payments.operations import cancel_invoice, owe_refund, receive, reinstate_invoice
from courses_app.payments.queries import kept, open_matter_of, payment_by

PAID_NO_SEAT = "paid_no_seat"  # the matter of money that found no seat
POSTED_IN_ERROR = "posted_in_error"  # the matter of a booking whose money was another's: its seats are kept unpaid
REPLACED_INVOICE = "replaced_invoice"  # why money for an invoice that another had replaced goes back


def settle(
    *,
    invoice: Invoice,
    provider: Provider,
    external_id: str,
    amount: Yen,
    received_on: date,
    payer: str = "",
    method: PaymentMethod | None = None,
    by: Actor,
    now: datetime,
) -> Booking | None:
    """Record money that pays all that is owed of one invoice, like `settle_shares`; None for what is no booking's.

    Raises AlreadyPaid for other money for the same invoice (R-16), AmountDiffers, RecordedElsewhere.
    """
    settle_shares(
        organization=invoice.organization, provider=provider, method=method or PaymentMethod(provider.value),
        external_id=external_id, amount=amount, received_on=received_on, payer=payer, shares=[(invoice, amount)],
        whole=True, by=by, now=now,
    )  # fmt: skip
    return session.scalars(select(Booking).where(of_invoice(invoice))).one_or_none()


def settle_shares(
    *,
    organization: Organization,
    provider: Provider,
    method: PaymentMethod,
    external_id: str,
    amount: Yen,
    received_on: date,
    payer: str,
    shares: Sequence[tuple[Invoice, Yen]],
    whole: bool = False,
    by: Actor,
    now: datetime,
) -> Payment:
    """Record the money and confirm the seats of every booking it pays; the same payment again changes nothing (R-10).

    Money after the seats were given up finds seats again if there is room, else it is owed back and never silent (R-07,
    R-19), as is money for an order one of whose dates is over. What pays a part keeps the order waiting for the rest
    (R-18), unless it must be the `whole`; what no share takes is credit. Raises as `payments.operations.receive`.
    """
    concerned = locked_bookings_of(shares)
    known = payment_by(provider, external_id) is not None
    if not known:
        for booking in concerned.values():
            give_up_if_over(booking, by=by, now=now)
    payment = receive(
        organization=organization, provider=provider, method=method, external_id=external_id, amount=amount,
        received_on=received_on, payer=payer, shares=shares, whole=whole, by=by, now=now,
    )  # fmt: skip
    if not known:
        for invoice, share in shares:
            if invoice.id in concerned:
                take(concerned[invoice.id], Money(payment, invoice, share), by=by, now=now)
    return payment


@dataclass(frozen=True)
class Money:
    """What of a payment settles an invoice."""

    payment: Payment
    invoice: Invoice
    amount: Yen


def take(booking: Booking, money: Money, *, by: Actor, now: datetime) -> None:
    """What follows for a locked booking from money that was recorded for an invoice of it."""
    invoice = money.invoice
    if not invoice.is_paid:
        return
    if is_supplement(invoice):
        _take_addition(money, by=by, now=now)
    elif booking.status is BookingStatus.ORDERED:
        _take_up(booking, invoice, by=by, now=now)
        confirm(booking, SeatMove.CONFIRM, by=by, now=now)
    elif booking.status is BookingStatus.EXPIRED and _finds_seats_again(booking, now=now):
        _take_up(booking, invoice, by=by, now=now)
        confirm(booking, SeatMove.RESEAT, by=by, now=now)
    elif booking.status is BookingStatus.PAID and booking.invoice_id == invoice.id:
        _settle_again(booking, by=by, now=now)
    elif _is_second(booking, invoice) or not BOOKING.allows(booking.status, BookingMove.SETTLE_WITHOUT_SEAT):
        _owe_second_money(money, by=by, now=now)
    else:
        _owe_back(booking, money, by=by, now=now)


def confirm(booking: Booking, how: SeatMove, *, by: Actor, now: datetime) -> None:
    """The money is there: the seats that were not given back are theirs, and they are told."""
    booking.paid_at, booking.closed_at, booking.closed_reason = now, None, ""
    move_booking(booking, BookingMove.SETTLE, by=by, now=now)
    move_seats(_awaited(booking), how, by=by, now=now)
    session.flush()
    emails.confirmed(booking, now=now)


def locked_bookings_of(shares: Sequence[tuple[Invoice, Yen]]) -> dict[int, Booking]:
    """The bookings whose money it is by their invoices, under their locks, always in one order."""
    found: list[tuple[int, int]] = []
    for invoice, _share in shares:
        booking_id = session.scalars(select(Booking.id).where(of_invoice(invoice))).one_or_none()
        if booking_id is not None:
            found.append((booking_id, invoice.id))
    return {invoice_id: locked_booking(booking_id) for booking_id, invoice_id in sorted(found)}


def _is_second(booking: Booking, invoice: Invoice) -> bool:
    """Whether the booking was paid for already, by another invoice."""
    return booking.paid_at is not None and booking.invoice_id != invoice.id


def _awaited(booking: Booking) -> list[Seat]:
    """The seats the money is for: those that were not given back."""
    return [seat for seat in booking.seats if seat.status is not SeatStatus.CANCELLED]


def _take_up(booking: Booking, invoice: Invoice, *, by: Actor, now: datetime) -> None:
    """The invoice that was paid is the booking's, whichever was to replace it; for more seats, the rest goes back.

    Somebody paid by the invoice from before some seats were given back (R-19).
    """
    reinstate_invoice(invoice=invoice, by=by, now=now)
    if booking.invoice is None or booking.invoice_id == invoice.id:
        return
    cancel_invoice(invoice=booking.invoice, by=by, now=now)
    booking.invoice, booking.total = invoice, invoice.total
    surplus = Yen(invoice.total - sum(seat.price for seat in _awaited(booking)))
    if surplus:
        key = f"{REPLACED_INVOICE}:{invoice.reference}"
        owe_refund(invoice=invoice, amount=surplus, reason=REPLACED_INVOICE, key=key, by=by, now=now)


def _take_addition(money: Money, *, by: Actor, now: datetime) -> None:
    """The seat was moved already, so its debt is paid and that is all; one that was replaced is owed no more (R-19)."""
    if money.invoice.cancelled_at is not None:
        _owe_second_money(money, by=by, now=now)


def _settle_again(booking: Booking, *, by: Actor, now: datetime) -> None:
    """Its first money had been posted by mistake and was taken back; the seats were kept, now they are paid."""
    matter = open_matter_of(POSTED_IN_ERROR, "booking", booking.reference)
    if matter is not None:
        matters.settle(matter, by=by, now=now, note="balanced")


def _owe_second_money(money: Money, *, by: Actor, now: datetime) -> None:
    """The booking is paid (or its money on the way back) and somebody paid an earlier invoice of it, too."""
    key = f"{REPLACED_INVOICE}:{money.invoice.reference}"
    held = kept(money.invoice)
    owe_refund(invoice=money.invoice, amount=held, reason=REPLACED_INVOICE, key=key, by=by, now=now)


def _finds_seats_again(booking: Booking, *, now: datetime) -> bool:
    """Whether everybody of a lapsed order can still be seated, on every date of it; all or nothing."""
    awaited = sorted(_awaited(booking), key=lambda seat: seat.run_id)
    return may_use_again(booking, now=now) and all(
        _has_room_again(booking, [seat.person_id for seat in of_run], run, now=now)
        for run, of_run in groupby(awaited, key=lambda seat: seat.run)
    )


def _has_room_again(booking: Booking, people: Sequence[int | None], run: CourseRun, *, now: datetime) -> bool:
    """Whether the run is on, has room for these people, and none of them is in it."""
    if run.status is not RunStatus.PUBLISHED or run.starts_at <= now:
        return False
    known = [person_id for person_id in people if person_id is not None]
    crowd = crowd_of(run.id, people=known, now=now)
    try:
        make_room(
            crowd, run_id=run.id, capacity=run.capacity, people=known, wanted=len(people),
            organization_id=booking.organization_id, now=now,
        )  # fmt: skip
    except (RunFull, AlreadyBooked):
        return False
    return True


def _owe_back(booking: Booking, money: Money, *, by: Actor, now: datetime) -> None:
    """No seat for this money: it goes back, the office and the payer know."""
    booking.paid_at = now
    move_booking(booking, BookingMove.SETTLE_WITHOUT_SEAT, by=by, now=now)
    held = kept(money.invoice)
    key = f"{PAID_NO_SEAT}:{booking.reference}:{money.payment.id}"
    owe_refund(invoice=money.invoice, amount=held, reason=PAID_NO_SEAT, key=key, by=by, now=now)
    matters.open_matter(
        kind=PAID_NO_SEAT,
        subject=("booking", booking.reference),
        now=now,
        by=by,
        detail={"amount": held, "provider": money.payment.provider.value},
    )
    emails.no_seat(booking, payment=money.payment, amount=held, now=now)
