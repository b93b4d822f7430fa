"""Giving single seats back: the others are not touched; a fee by the rules the order was placed under."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import force_locale

from courses_app.bookings import emails
from courses_app.bookings.models import Booking, BookingFee, Seat
from courses_app.bookings.operations.asking import note_choice
from courses_app.bookings.operations.locks import locked_booking
from courses_app.bookings.operations.moves import move_booking, move_seats
from courses_app.bookings.operations.order import bill_booking, settle_for_free
from courses_app.bookings.operations.settle import confirm
from courses_app.bookings.operations.supplements import owe_back
from courses_app.bookings.queries import Quote, SeatQuote, freed_seats, quote_of, runs_at
from courses_app.bookings.rules import (
    AmountsChanged,
    BookingMove,
    BookingStatus,
    FeeKind,
    ReasonMissing,
    SeatChoice,
    SeatMove,
    SeatStatus,
    check_cancellable,
)
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen, total
from courses_app.payments.models import LookKind, PaymentMethod
from courses_app.payments.operations import cancel_invoice, carry_over, check_looked_at


@dataclass(frozen=True)
class Agreed:
    """The figures that were shown before the click."""

    fee: Yen
    refund: Yen


def cancel_seats(
    *,
    booking: Booking,
    positions: Collection[int],
    agreed: Agreed,
    waived: str = "",
    office: bool = False,
    by: Actor,
    now: datetime,
) -> Quote:
    """Give back the seats at these positions, at exactly the figures shown; nothing happens if they differ now.

    `waived` is the office's reason for asking no fee: the fee stays on record, the whole price goes back. An unpaid
    order is billed anew for what is left. Raises NoSeatChosen, AmountsChanged, BookingHasEnded, TooLateToChange,
    CancelByOffice, RunDayOver.
    """
    booking = locked_booking(booking.id)
    freed = freed_seats(booking, now=now)
    free = office or all(seat.id in freed for seat in booking.live_seats if seat.position in positions)
    for run in runs_at(booking, positions):
        check_cancellable(booking.standing, starts_at=run.starts_at, now=now, office=free)
    with force_locale(booking.language):
        quote = quote_of(booking, positions, now=now)
    if agreed != Agreed(quote.fee, quote.refund):
        raise AmountsChanged()
    if waived.strip():
        check_waiver(booking, quote.fee, deed=f"cancel:{','.join(map(str, sorted(positions)))}", now=now)
    told = [one.seat for one in quote.seats if one.seat.status is SeatStatus.CONFIRMED]
    give_back(booking, quote, waived=waived.strip(), by=by, now=now)
    emails.seats_cancelled(booking, quote=quote, waived=bool(waived.strip()), now=now)
    for seat in told:
        emails.seat_cancelled_attendee(seat, now=now)
    return quote


def take_out(booking: Booking, seats: Sequence[Seat], *, reason: str, by: Actor, now: datetime) -> Yen:
    """Cancel some seats of a locked booking for a reason of ours, at no fee; its other seats stay.

    Returns what is owed back; an unpaid order is billed anew for what is left.
    """
    for seat in seats:
        detail = {"run": seat.run.reference, "reason": reason}
        audit.record(by=by, now=now, action="seat.cancelled", subject=("seat", seat.reference), detail=detail)
    move_seats(seats, SeatMove.CANCEL, by=by, now=now)
    session.flush()
    if booking.status is not BookingStatus.PAID:
        bill_anew(booking, by=by, now=now)
        return Yen(0)
    key = f"called_off:{booking.reference}:{seats[0].reference}"
    return owe_back(booking, [(seat, seat.price) for seat in seats], reason=reason, key=key, by=by, now=now)


def check_waiver(booking: Booking, fee: Yen, *, deed: str, now: datetime) -> None:
    """Fees of a booking that are not asked count together, so that many small ones are no way around the limit.

    Raises SecondLookNeeded, unless a second person has agreed to this deed.
    """
    so_far = total(one.amount for one in booking.fees if one.waived_by)
    key, amount = f"waiver:{booking.reference}:{deed}", Yen(so_far + fee)
    if fee:
        check_looked_at(kind=LookKind.WAIVER, key=key, amount=amount, today=day_of(now))


def waiver(reason: str | None, *, wanted: bool) -> str:
    """The reason for asking no fee, or nothing where a fee is asked. Raises ReasonMissing."""
    if wanted and not (reason or "").strip():
        raise ReasonMissing()
    return (reason or "").strip() if wanted else ""


def give_back(booking: Booking, quote: Quote, *, waived: str, by: Actor, now: datetime) -> None:
    """Cancel the seats of a quote, keep its fees, owe its refunds; the booking is locked, and nobody is told here."""
    paid = booking.status is BookingStatus.PAID
    _note(quote.seats, waived=waived, by=by, now=now)
    seats = [one.seat for one in quote.seats]
    move_seats(seats, SeatMove.CANCEL, by=by, now=now)
    note_choice(seats, SeatChoice.GIVE_BACK, by=by, now=now)
    if not booking.live_seats:
        booking.closed_at = now
        move_booking(booking, BookingMove.CANCEL, by=by, now=now)
    session.flush()
    if paid:
        _owe_back(booking, quote.seats, waived=bool(waived), by=by, now=now)
    else:
        bill_anew(booking, by=by, now=now)


def _note(seats: Sequence[SeatQuote], *, waived: str, by: Actor, now: datetime) -> None:
    """The fees as rows, and the deed in the audit trail of each seat."""
    for one in seats:
        for kind, amount in ((FeeKind.CANCELLATION, one.fees.cancellation), (FeeKind.HANDLING, one.fees.handling)):
            if amount:
                session.add(_fee(one, kind, amount, waived=waived, by=by, now=now))
        detail = {"fee": one.fees.total, "rule": one.rule} | ({"waived": waived} if waived else {})
        audit.record(by=by, now=now, action="seat.cancelled", subject=("seat", one.seat.reference), detail=detail)


def _fee(one: SeatQuote, kind: FeeKind, amount: Yen, *, waived: str, by: Actor, now: datetime) -> BookingFee:
    return BookingFee(
        booking_id=one.seat.booking_id,
        seat_id=one.seat.id,
        kind=kind,
        amount=amount,
        tax_category=kind.tax_category,
        rule=one.rule,
        charged_at=now,
        waived_by=by.label if waived else None,
        waived_reason=waived,
    )


def _owe_back(booking: Booking, seats: Sequence[SeatQuote], *, waived: bool, by: Actor, now: datetime) -> None:
    """A refund of its own for each seat, so that each can be sent and explained by itself."""
    for one in seats:
        amount = one.seat.price if waived else one.fees.refund
        key = f"cancelled:{booking.reference}:{one.seat.reference}"
        reason = f"{one.seat.full_name} {one.rule}".strip()
        owe_back(booking, [(one.seat, amount)], reason=reason, key=key, by=by, now=now)


def bill_anew(booking: Booking, *, by: Actor, now: datetime) -> None:
    """The old invoice is void; who is left is billed by a new one, by the day that was promised.

    Where nothing is left to pay, the seats that are left are confirmed.
    """
    if booking.live_seats:
        booking.total = total(seat.price for seat in booking.live_seats)
    if booking.invoice is None:
        return
    old, money = booking.invoice, booking.invoice.payments
    cancel_invoice(invoice=old, by=by, now=now)
    if booking.live_seats and booking.total:
        booking.invoice = bill_booking(booking, due_on=old.due_on, grace_until_on=old.grace_until_on, by=by, now=now)
        carry_over(payments=money, invoice=booking.invoice, by=by, now=now)
        if booking.invoice.is_paid:
            confirm(booking, SeatMove.CONFIRM, by=by, now=now)
    elif booking.live_seats:
        booking.invoice, booking.payment_method = None, PaymentMethod.NONE
        settle_for_free(booking, by=by, now=now)
        emails.confirmed(booking, now=now)
    session.flush()
