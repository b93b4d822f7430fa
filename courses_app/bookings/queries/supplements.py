"""Additional invoices of paid bookings: what is still to pay, and from which invoices money goes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from courses_app.bookings.models import Booking, BookingStatus, Seat, Supplement
from courses_app.bookings.rules import CourseDays, Payable, payable, shares
from courses_app.catalogue.models import CourseRun
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen
from courses_app.payments.models import Allocation, Invoice, PaymentMethod
from courses_app.payments.queries import PAID, STILL_OWED, kept, way_of

LONG = timedelta(days=365)  # further away than any day a transfer is due
# Its money is still awaited.
OPEN = Invoice.cancelled_at.is_(None) & ~PAID


def open_supplements(booking: Booking) -> Sequence[Supplement]:
    """Those whose money is still awaited as it stands now, the oldest first."""
    return session.scalars(
        select(Supplement)
        .join(Supplement.invoice)
        .options(contains_eager(Supplement.invoice))
        .where(Supplement.booking_id == booking.id, OPEN)
        .order_by(Supplement.id)
        .execution_options(populate_existing=True)
    ).all()


def read_supplements(booking: Booking) -> None:
    """All of them with their payments and refunds at once, for the pages that show them."""
    found = session.scalars(
        select(Supplement)
        .options(
            joinedload(Supplement.invoice).options(
                selectinload(Invoice.allocations).joinedload(Allocation.payment), selectinload(Invoice.refunds)
            )
        )
        .where(Supplement.booking_id == booking.id)
        .order_by(Supplement.id)
    ).all()
    set_committed_value(booking, "supplements", list(found))


def open_supplement_of(seat: Seat) -> Supplement | None:
    """The one whose money is still awaited for a seat."""
    return next((one for one in open_supplements(seat.booking) if one.seat_id == seat.id), None)


def unpaid_of(seat: Seat) -> Yen:
    """How much of a seat's price and fees of moving was billed in addition and has not come."""
    found = select(func.sum(STILL_OWED)).join(Supplement, Supplement.invoice_id == Invoice.id)
    return Yen(int(session.scalar(found.where(Supplement.seat_id == seat.id, OPEN)) or 0))


def unpaid_by_seat(booking: Booking) -> dict[int, Yen]:
    """The same for all seats of a booking that owe something, in one statement."""
    rows = session.execute(
        select(Supplement.seat_id, func.sum(STILL_OWED))
        .join(Supplement.invoice)
        .where(Supplement.booking_id == booking.id, OPEN)
        .group_by(Supplement.seat_id)
    )
    return {row[0]: Yen(int(row[1])) for row in rows}


def is_supplement(invoice: Invoice) -> bool:
    return session.scalar(select(Supplement.id).where(Supplement.invoice_id == invoice.id)) is not None


def to_pay(booking: Booking) -> Invoice | None:
    """The invoice whose money is awaited: the order's, or of a booking that was paid the oldest additional one."""
    if booking.status is BookingStatus.ORDERED:
        return booking.invoice
    return next((one.invoice for one in open_supplements(booking)), None)


def refund_plan(booking: Booking, amount: Yen) -> list[tuple[Invoice, Yen]]:
    """From which invoices an amount goes back: the order's own first, then the additional ones that were paid."""
    added = select(Invoice).join(Supplement, Supplement.invoice_id == Invoice.id)
    others = session.scalars(added.where(Supplement.booking_id == booking.id).order_by(Supplement.id)).all()
    invoices = [*([booking.invoice] if booking.invoice else []), *others]
    held = [kept(one) for one in invoices]
    return [(one, part) for one, part in zip(invoices, shares(amount, held), strict=True) if part]


def due_for(run: CourseRun, before: Supplement | None, *, now: datetime) -> Payable:
    """By when an additional invoice is to be transferred: as an order for the run; a debt is due no later than before.

    No seat waits for it, so nothing lapses. Once the run has begun only the course's days count, and what was overdue
    is asked for anew: it is another amount.
    """
    begun = run.starts_at <= now
    way = payable(
        way_of(PaymentMethod.BANK_TRANSFER, day_of(now)), starts_at=now + LONG if begun else run.starts_at, now=now,
        course=CourseDays(run.course.payment_due_business_days, run.course.payment_grace_business_days),
    )  # fmt: skip
    known = before.invoice.due_on if before is not None else None
    if known is None or way.due_on is None or (begun and known < day_of(now)):
        return way
    return replace(way, due_on=min(known, way.due_on))
