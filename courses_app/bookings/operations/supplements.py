"""Money of a booking that was paid: what a seat costs more is billed in addition, what it costs less goes back.

Who owes us for a seat gets no money for it: an additional invoice that is still open is replaced by what is left of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from courses_app.bookings import documents
from courses_app.bookings.models import Booking, Seat, Supplement
from courses_app.bookings.queries import due_for, open_supplement_of, open_supplements, refund_plan, was_absent
from courses_app.bookings.rules import MoveCost
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen, total
from courses_app.payments.models import PaymentMethod
from courses_app.payments.operations import bill, cancel_invoice, owe_refund


def settle_difference(seat: Seat, cost: MoveCost, *, key: str, by: Actor, now: datetime) -> None:
    """A seat of a paid booking was moved: bill what it costs more, or owe back what it costs less.

    The booking is locked. What was open of earlier moves is in `cost`, so its invoice is replaced.
    """
    before = open_supplement_of(seat)
    if before is not None:
        cancel_invoice(invoice=before.invoice, by=by, now=now)
    if cost.more:
        _bill(seat, owed=cost.more, fee=Yen(cost.fee + (before.fee if before else 0)), before=before, by=by, now=now)
    if cost.less:
        _refund(seat.booking, cost.less, reason=seat.full_name or seat.reference, key=key, by=by, now=now)


def owe_back(
    booking: Booking, amounts: Sequence[tuple[Seat, Yen]], *, reason: str, key: str, by: Actor, now: datetime
) -> Yen:
    """Seats of a paid booking were given back: each amount goes back less what was not paid for its seat.

    Returns what goes back in money; the booking is locked.
    """
    unpaid = {one.seat_id: one for one in open_supplements(booking)}
    back = total(_less_unpaid(seat, amount, unpaid.get(seat.id), by=by, now=now) for seat, amount in amounts)
    _refund(booking, back, reason=reason, key=key, by=by, now=now)
    return back


def bill_again(seat: Seat, amount: Yen, *, by: Actor, now: datetime) -> Yen:
    """What had gone back for a seat by mistake is owed again; the booking is locked.

    Returns over how much the invoice was that is void now, as the new one holds it too.
    """
    before = open_supplement_of(seat)
    if before is not None:
        cancel_invoice(invoice=before.invoice, by=by, now=now)
    void = before.invoice.total if before else Yen(0)
    _bill(seat, owed=Yen(amount + void), fee=before.fee if before else Yen(0), before=before, by=by, now=now)
    return void


def _less_unpaid(seat: Seat, amount: Yen, unpaid: Supplement | None, *, by: Actor, now: datetime) -> Yen:
    """What goes back of an amount; of the open invoice there is left what passes it."""
    if unpaid is None:
        return amount
    cancel_invoice(invoice=unpaid.invoice, by=by, now=now)
    left = Yen(unpaid.invoice.total - amount)
    if left > 0:
        _bill(seat, owed=left, fee=unpaid.fee, before=unpaid, by=by, now=now)
    return Yen(max(-left, 0))


def _refund(booking: Booking, amount: Yen, *, reason: str, key: str, by: Actor, now: datetime) -> None:
    """From the order's own invoice as far as it goes, then from the additional ones."""
    for number, (invoice, part) in enumerate(refund_plan(booking, amount)):
        its_key = f"{key}:{invoice.reference}" if number else key
        owe_refund(invoice=invoice, amount=part, reason=reason, key=its_key, by=by, now=now)


def _bill(seat: Seat, *, owed: Yen, fee: Yen, before: Supplement | None, by: Actor, now: datetime) -> None:
    """An invoice of its own, to be transferred like an order for that date, and no later than one it replaces."""
    booking, due, attendance = seat.booking, due_for(seat.run, before, now=now), was_absent(seat)
    invoice = bill(
        organization=booking.organization,
        addressee=booking.organization.invoice_addressee or booking.organization.name,
        subject=documents.supplement_subject(seat, attendance=attendance),
        lines=documents.supplement_lines(seat, owed=owed, fee=fee, attendance=attendance),
        method=PaymentMethod.BANK_TRANSFER,
        language=booking.language,
        supplied_on=documents.supplied_on(seat),
        due_on=due.due_on,
        grace_until_on=due.grace_until_on,
        by=by,
        now=now,
        order_reference=booking.reference,
    )
    session.add(Supplement(booking_id=booking.id, seat_id=seat.id, invoice=invoice, fee=min(fee, owed)))
    session.flush()
