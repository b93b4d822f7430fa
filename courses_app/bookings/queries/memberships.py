"""Bookings made while the office had not decided yet on a claimed supporting membership."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from courses_app.accounts.models import MemberStatus, Organization
from courses_app.bookings.models import Absence, Booking, Seat
from courses_app.bookings.queries.vouchers import vouchers_by_seat
from courses_app.bookings.rules import BookingStatus
from courses_app.catalogue.models import CourseRun
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen, total

WAITING = Seat.pending_price.is_not(None)


@dataclass(frozen=True)
class Decidable:
    """A booking, and how much less it costs once the membership is verified."""

    booking: Booking
    less: Yen

    @property
    def paid(self) -> bool:
        return self.booking.status is BookingStatus.PAID

    @property
    def then(self) -> Yen:
        """What its seats cost in all, once verified."""
        return Yen(total(seat.price for seat in self.booking.live_seats) - self.less)


def memberships_decided() -> Sequence[int]:
    """Bookings whose seats wait for a decision that has been made."""
    return session.scalars(
        select(Booking.id)
        .join(Organization, Organization.id == Booking.organization_id)
        .where(
            Booking.id.in_(select(Seat.booking_id).where(WAITING)), Organization.member_status != MemberStatus.PENDING
        )
        .order_by(Booking.id)
    ).all()


def prices_if_verified(booking: Booking) -> dict[Seat, tuple[Yen, Yen]]:
    """The seats that cost less once verified: price and what a code takes off it then.

    Not those that ended, or to which nobody came.
    """
    waiting = {seat: seat.pending_price for seat in booking.live_seats if seat.pending_price is not None}
    if not waiting:
        return {}
    missed = set(session.scalars(select(Absence.seat_id).where(Absence.seat_id.in_([seat.id for seat in waiting]))))
    vouchers, prices = vouchers_by_seat(booking), {}
    for seat, pending in waiting.items():
        voucher = vouchers.get(seat.id)
        discount = voucher.terms.less(pending) if voucher is not None else Yen(0)
        if pending - discount < seat.price and seat.id not in missed:
            prices[seat] = (Yen(pending - discount), discount)
    return prices


def less_if_verified(booking: Booking) -> Yen:
    """How much less it costs once the membership is verified."""
    return total(Yen(seat.price - price) for seat, (price, _off) in prices_if_verified(booking).items())


def decidable_of(organization: Organization) -> list[Decidable]:
    """What a decision means for each booking of an organization, the oldest first."""
    found = session.scalars(
        select(Booking)
        .options(
            selectinload(Booking.seats).joinedload(Seat.run).joinedload(CourseRun.course), joinedload(Booking.invoice)
        )
        .where(Booking.organization_id == organization.id, Booking.seats.any(WAITING))
        .order_by(Booking.id)
    ).all()
    return [Decidable(one, less) for one in found if one.live_seats and (less := less_if_verified(one))]
