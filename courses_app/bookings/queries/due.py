"""What the clock must do, as ids: each is looked at again in its own transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, not_, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from courses_app.bookings.models import LIVING, Booking, Seat, Supplement
from courses_app.bookings.queries.supplements import OPEN
from courses_app.bookings.rules import REQUEST_UNANSWERED, BookingStatus, SeatStatus
from courses_app.catalogue.models import CourseRun
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.foundation.matters import Matter
from courses_app.foundation.yen import Yen
from courses_app.payments.models import Checkout, CheckoutStatus, Invoice, Payment, Refund, RefundStatus
from courses_app.payments.queries import PAID, SETTLED

TAKING_MONEY = (CheckoutStatus.OPEN, CheckoutStatus.PROMISED)
TICKET_FAILED = "ticket_failed"  # the matter of a ticket that could not be printed
# The page of an additional invoice that is still asked for.
STILL_ADDED = exists().where(Supplement.invoice_id == Checkout.invoice_id) & OPEN
# A part of a transfer has come to its account at Stripe: the office decides, not the clock.
PART_BROUGHT = exists().where(
    Checkout.invoice_id == Booking.invoice_id, Checkout.status == CheckoutStatus.PROMISED, Checkout.brought > 0
)
REST = timedelta(minutes=30)  # until it is tried again


def holds_run_out(*, now: datetime) -> Sequence[int]:
    """Held bookings whose time is over."""
    return session.scalars(
        select(Booking.id)
        .where(Booking.status == BookingStatus.HELD, Booking.hold_until <= now)
        .order_by(Booking.hold_until)
    ).all()


def orders_unpaid(*, now: datetime) -> Sequence[int]:
    """Orders whose money did not come in time; of which a part came, the office decides."""
    part = exists().where(Invoice.id == Booking.invoice_id, SETTLED > 0, ~PAID)
    return session.scalars(
        select(Booking.id)
        .where(Booking.status == BookingStatus.ORDERED, Booking.pay_until <= now, ~part, ~PART_BROUGHT)
        .order_by(Booking.pay_until)
    ).all()


def requests_due(*, now: datetime) -> Sequence[int]:
    """Requests for whose run booking has closed, and those whose day of answer is over and nobody is asked yet."""
    today = day_of(now)
    closed = Booking.seats.any(and_(LIVING, Seat.run.has(CourseRun.booking_closes_at <= now)))
    asked = exists().where(
        Matter.kind == REQUEST_UNANSWERED, Matter.subject_reference == Booking.reference, Matter.settled_at.is_(None)
    )
    late = and_(Booking.answer_by_on < today, ~asked)
    return session.scalars(
        select(Booking.id).where(Booking.status == BookingStatus.REQUESTED, or_(closed, late)).order_by(Booking.id)
    ).all()


def checkouts_to_close() -> Sequence[Checkout]:
    """Payment pages still open though their booking no longer waits for this money; nobody shall pay there (R-13)."""
    return session.scalars(
        select(Checkout)
        .join(Checkout.invoice)
        .join(Booking, Booking.reference == Invoice.order_reference)
        .where(
            Checkout.status.in_(TAKING_MONEY),
            Checkout.external_id.is_not(None),
            or_(Booking.status != BookingStatus.ORDERED, Booking.invoice_id != Checkout.invoice_id),
            not_(STILL_ADDED),
        )
        .order_by(Checkout.id)
    ).all()


def checkouts_of(booking_id: int) -> Sequence[Checkout]:
    """The payment pages of a booking that are still open at Stripe."""
    return session.scalars(
        select(Checkout)
        .join(Booking, Booking.invoice_id == Checkout.invoice_id)
        .where(Booking.id == booking_id, Checkout.status.in_(TAKING_MONEY), Checkout.external_id.is_not(None))
        .order_by(Checkout.id)
    ).all()


def is_part_brought(booking: Booking) -> bool:
    """Whether a part of its money lies in an account at Stripe."""
    return session.scalar(select(Booking.id).where(Booking.id == booking.id, PART_BROUGHT)) is not None


def refund_of_payment(external_id: str, amount: Yen) -> Refund | None:
    """The refund that somebody has sent from Stripe's dashboard: still owed and not asked for, else sent by hand."""
    by_hand = and_(Refund.status == RefundStatus.SENT, Refund.external_id.is_(None))
    return session.scalars(
        select(Refund)
        .join(Refund.payment)
        .where(Payment.external_id == external_id, Refund.amount == amount)
        .where(or_(Refund.status.in_((RefundStatus.DUE, RefundStatus.FAILED)), by_hand))
        .order_by(Refund.status, Refund.id)
        .limit(1)
    ).one_or_none()


def seat_without_ticket(*, now: datetime, without: Collection[int] = ()) -> Seat | None:
    """The next confirmed seat that waits for its ticket, whole; `without` those that can't be printed now.

    A seat without a name has none, and nobody needs a ticket for a run that is over.
    """
    return session.scalars(
        select(Seat)
        .join(Seat.run)
        .options(contains_eager(Seat.run), joinedload(Seat.booking).joinedload(Booking.organization))
        .where(
            Seat.status == SeatStatus.CONFIRMED,
            Seat.person_id.is_not(None),
            Seat.ticket_document_id.is_(None),
            Seat.id.not_in(list(without)),
        )
        .where(CourseRun.ends_at > now)
        .order_by(Seat.id)
        .limit(1)
    ).one_or_none()


def tickets_put_off(*, now: datetime) -> set[int]:
    """Seats whose ticket could not be printed just now."""
    since = (now - REST).isoformat()
    found = session.execute(
        select(Seat.id, Matter.detail)
        .join(Matter, Matter.subject_reference == Seat.reference)
        .where(Matter.kind == TICKET_FAILED, Matter.settled_at.is_(None))
    )
    return {seat_id for seat_id, detail in found if (detail or {}).get("tried_at", "") > since}
