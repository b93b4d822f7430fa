"""Bookings, found through the organization they belong to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, not_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from courses_app.accounts.models import Organization
from courses_app.bookings.models import Booking, Seat
from courses_app.bookings.rules import BookingStatus
from courses_app.catalogue.models import CourseRun
from courses_app.foundation.db import session
from courses_app.foundation.paging import Page, paged
from courses_app.payments.models import OWED, Allocation, Invoice, Refund


def booking_of(organization: Organization, reference: str) -> Booking | None:
    """The organization's booking with seats, run, course and venue; None for all others, as if they were not there."""
    its = _whole().where(Booking.organization_id == organization.id, Booking.reference == reference)
    return session.scalars(its).unique().one_or_none()


def booking_for_office(reference: str) -> Booking | None:
    """Anybody's booking, for staff."""
    return session.scalars(_whole().where(Booking.reference == reference)).unique().one_or_none()


def booking_of_invoice(invoice: Invoice) -> Booking | None:
    """The booking an invoice asks (or, before it was replaced by another, asked) the money of."""
    return session.scalars(select(Booking).where(of_invoice(invoice))).one_or_none()


def of_invoice(invoice: Invoice) -> ColumnElement[bool]:
    """The booking an invoice was made for, also after another replaced it."""
    return or_(Booking.invoice_id == invoice.id, Booking.reference == invoice.order_reference)


def invoices_of(booking: Booking) -> list[Invoice]:
    """What was billed to it and not replaced before it was paid: its own invoice, then the additional ones."""
    return [*([booking.invoice] if booking.invoice else []), *(one.invoice for one in booking.supplements)]


def still_owed(booking: Booking) -> bool:
    """Whether money for any of its invoices, also of those replaced, is still to be sent back."""
    of_it = or_(Invoice.id == booking.invoice_id, Invoice.order_reference == booking.reference)
    due = select(Refund.id).join(Refund.invoice).where(Refund.status.in_(OWED), of_it)
    return session.scalar(due.limit(1)) is not None


def seat_of(booking: Booking, position: int) -> Seat | None:
    """The attendee at a place of the booking's list, counted from 1."""
    return next((seat for seat in booking.seats if seat.position == position), None)


def named_seat_of(booking: Booking, position: int) -> Seat | None:
    """The same, if somebody is named for it."""
    seat = seat_of(booking, position)
    return seat if seat is not None and seat.person_id is not None else None


def bookings_of(
    organization: Organization, *, state: BookingStatus | None, number: int, now: datetime
) -> Page[Booking]:
    """A page of an organization's bookings, the latest first."""
    query = lines().where(Booking.organization_id == organization.id)
    if state is not None:
        query = query.where(in_state(state, now=now))
    return paged(query.order_by(Booking.id.desc()), number=number)


def in_state(state: BookingStatus, *, now: datetime) -> ColumnElement[bool]:
    """Bookings in a state as people see it: a hold that has run out counts as expired before it is written down."""
    over = and_(Booking.status == BookingStatus.HELD, Booking.hold_until <= now)
    if state is BookingStatus.HELD:
        return and_(Booking.status == state, not_(over))
    if state is BookingStatus.EXPIRED:
        return or_(Booking.status == state, over)
    return Booking.status == state


def _whole() -> Select[Booking]:
    """With everything the page of one booking shows."""
    return select(Booking).options(
        joinedload(Booking.organization),
        joinedload(Booking.booked_by),
        joinedload(Booking.invoice).joinedload(Invoice.allocations).joinedload(Allocation.payment),
        selectinload(Booking.seats).joinedload(Seat.run).joinedload(CourseRun.course),
        selectinload(Booking.seats).joinedload(Seat.run).joinedload(CourseRun.venue),
        selectinload(Booking.seats).joinedload(Seat.person),
    )


def lines() -> Select[Booking]:
    """With what a line of a list shows."""
    return select(Booking).options(
        joinedload(Booking.organization),
        joinedload(Booking.booked_by),
        joinedload(Booking.invoice),
        selectinload(Booking.seats).joinedload(Seat.run).joinedload(CourseRun.course),
    )
