"""Voucher codes: which one a booking uses, how often one is used, and the lists of the office."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from courses_app.bookings.models import Booking, Seat, SeatStatus, Voucher, VoucherUse
from courses_app.bookings.rules.vouchers import Uses
from courses_app.foundation.db import session
from courses_app.foundation.paging import Page, paged
from courses_app.foundation.yen import Yen


def voucher_of(booking: Booking) -> Voucher | None:
    """The code a booking uses; one at most."""
    return next(iter(vouchers_by_seat(booking).values()), None)


def vouchers_by_seat(booking: Booking) -> Mapping[int, Voucher]:
    """By the numbers of the seats of a booking: the code that is used for it."""
    found = session.scalars(
        select(VoucherUse)
        .options(joinedload(VoucherUse.voucher))
        .where(VoucherUse.booking_id == booking.id, VoucherUse.given_back_at.is_(None))
        .order_by(VoucherUse.seat_id)
    )
    return {one.seat_id: one.voucher for one in found}


def voucher_on(seat: Seat) -> Voucher | None:
    """The code that is used for a seat; none is asked for where a price that holds something stayed whole."""
    if seat.price and not seat.discount:
        return None
    return vouchers_by_seat(seat.booking).get(seat.id)


def taken_off(seat: Seat, price: Yen) -> Yen:
    """What the code of a seat takes off another price of it; a code goes with its seat to another date."""
    voucher = voucher_on(seat)
    return voucher.terms.less(price) if voucher is not None else Yen(0)


def counts(*, now: datetime) -> ColumnElement[bool]:
    """Whether a use (joined to its seat, booking and voucher) counts at this moment.

    The seat is kept, ordered or theirs; or it was given back after payment, where that does not give the use back.
    """
    kept = or_(
        Seat.status.in_((SeatStatus.ORDERED, SeatStatus.CONFIRMED)),
        and_(Seat.status == SeatStatus.HELD, Seat.hold_until > now),
    )
    spent = and_(Seat.status == SeatStatus.CANCELLED, Booking.paid_at.is_not(None), ~Voucher.returns_once_paid)
    return and_(VoucherUse.given_back_at.is_(None), or_(kept, spent))


def uses_of(voucher: Voucher, organization_id: int, *, now: datetime) -> Uses:
    """How often a code may be used and is, by all and by one organization; exact while the voucher is locked."""
    theirs = VoucherUse.organization_id == organization_id
    row = session.execute(
        select(func.count(), func.count().filter(theirs))
        .select_from(VoucherUse)
        .join(VoucherUse.seat)
        .join(VoucherUse.booking)
        .join(VoucherUse.voucher)
        .where(VoucherUse.voucher_id == voucher.id, counts(now=now))
    ).one()
    return Uses(voucher.most_uses, row[0], voucher.most_per_organization, row[1])


def voucher_by_code(code: str) -> Voucher | None:
    """The voucher with this code, with its courses."""
    return session.scalar(select(Voucher).options(selectinload(Voucher.courses)).where(Voucher.code == code))


def page_of_vouchers(*, number: int, now: datetime) -> tuple[Page[Voucher], Mapping[int, int]]:
    """All codes, the newest first, and by their number for how many seats each is used."""
    page = paged(select(Voucher).options(selectinload(Voucher.courses)).order_by(Voucher.id.desc()), number=number)
    rows = session.execute(
        select(VoucherUse.voucher_id, func.count())
        .join(VoucherUse.seat)
        .join(VoucherUse.booking)
        .join(VoucherUse.voucher)
        .where(VoucherUse.voucher_id.in_([one.id for one in page.rows]), counts(now=now))
        .group_by(VoucherUse.voucher_id)
    )
    return page, {row[0]: row[1] for row in rows}


def page_of_uses(voucher: Voucher, *, number: int) -> Page[VoucherUse]:
    """The seats a code was used for, the latest first; those that were taken off again are left out."""
    return paged(
        select(VoucherUse)
        .options(joinedload(VoucherUse.booking).joinedload(Booking.organization), joinedload(VoucherUse.seat))
        .where(VoucherUse.voucher_id == voucher.id, VoucherUse.given_back_at.is_(None))
        .order_by(VoucherUse.id.desc()),
        number=number,
    )


def vouchers_broken(now: datetime) -> Iterator[str]:
    """A line for each code that is used more often than it may, and each seat that is cheaper without one."""
    used = (
        select(Voucher.code)
        .join(VoucherUse, VoucherUse.voucher_id == Voucher.id)
        .join(VoucherUse.seat)
        .join(VoucherUse.booking)
        .where(counts(now=now))
    )
    for code in session.scalars(used.group_by(Voucher.id).having(func.count() > Voucher.most_uses)):
        yield f"voucher {code} is used more often than it may"
    each = used.group_by(Voucher.id, VoucherUse.organization_id)
    for code in session.scalars(each.having(func.count() > Voucher.most_per_organization)):
        yield f"voucher {code} is used by an organization more often than it may"
    theirs = select(VoucherUse.seat_id).where(VoucherUse.given_back_at.is_(None))
    for reference in session.scalars(select(Seat.reference).where(Seat.discount > 0, Seat.id.not_in(theirs))):
        yield f"seat {reference} costs less by a voucher that is not used for it"
