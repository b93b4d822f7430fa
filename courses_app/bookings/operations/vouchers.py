"""Voucher codes: given out and ended by the office, used on the last page before the order.

The row of a code is locked before its uses are counted, after the runs and the booking: never more uses than it may
have. A use comes back by itself when the hold runs out or the order is given up before it was paid.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from courses_app.accounts.models import Organization
from courses_app.accounts.rules.throttling import Limit
from courses_app.bookings.models import Booking, Seat, Voucher, VoucherUse
from courses_app.bookings.operations.locks import locked_booking
from courses_app.bookings.queries import uses_of, vouchers_by_seat
from courses_app.bookings.rules import BookingStatus, HoldChanged, HoldRanOut, hold_has_run_out
from courses_app.bookings.rules.vouchers import (
    CodeTaken,
    NothingOff,
    TooManyCodes,
    Uses,
    VoucherFacts,
    VoucherUnknown,
    VoucherUsedUp,
    check_voucher,
    code_of,
)
from courses_app.catalogue.models import Course
from courses_app.foundation import audit, throttle
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.references import new_reference
from courses_app.foundation.yen import Yen, total

CODES = Limit("vouchers.organization", 20, timedelta(hours=1))


def add_voucher(*, facts: VoucherFacts, courses: Sequence[Course], by: Actor, now: datetime) -> Voucher:
    """A new code. Raises CodeTaken."""
    code = facts.code or new_reference("X").removeprefix("X-")
    if session.scalar(select(Voucher.id).where(Voucher.code == code)) is not None:
        raise CodeTaken()
    voucher = Voucher(**{**vars(facts), "code": code}, created_at=now, created_by=by.label)
    voucher.courses = list(courses)
    session.add(voucher)
    session.flush()
    detail = {"percent": facts.percent, "amount": facts.amount, "most_uses": facts.most_uses}
    audit.record(by=by, now=now, action="voucher.added", subject=("voucher", code), detail=detail)
    return voucher


def end_voucher(*, voucher: Voucher, by: Actor, now: datetime) -> None:
    """Nobody uses it from now on; whoever has keeps it. Twice does nothing more."""
    if voucher.ended_at is not None:
        return
    voucher.ended_at, voucher.ended_by = now, by.label
    session.flush()
    audit.record(by=by, now=now, action="voucher.ended", subject=("voucher", voucher.code))


def count_code(*, organization: Organization, now: datetime) -> None:
    """Count a code that is tried, right or wrong, in a transaction of its own. Raises TooManyCodes."""
    wait = throttle.seconds_to_wait(CODES.scope, organization.reference, limit=CODES.most, within=CODES.within, now=now)
    if wait:
        raise TooManyCodes(wait)
    throttle.count_attempt(CODES.scope, organization.reference, now=now)


def use_voucher(*, booking: Booking, code: str, by: Actor, now: datetime) -> Booking:
    """Take a code off the seats that are kept, instead of one used before; for as many as it is left for.

    What is asked is frozen with the seats. Raises VoucherUnknown, VoucherNotYet, VoucherOver, VoucherOtherCourse,
    VoucherForOthers, VoucherUsedUp, NothingOff; HoldRanOut and HoldChanged.
    """
    booking = _held(booking, now=now)
    voucher = session.scalar(select(Voucher).where(Voucher.code == code_of(code)).with_for_update())
    if voucher is None:
        raise VoucherUnknown()
    _take_off(booking, now=now)
    terms, seats = voucher.terms, booking.live_seats
    audiences = {seat.fee_audience for seat in seats}
    check_voucher(terms, course_id=booking.course.id, audiences=audiences, now=now)
    fitting = [seat for seat in seats if terms.audience in (None, seat.fee_audience) and terms.less(seat.price)]
    if not fitting:
        raise NothingOff()
    uses = uses_of(voucher, booking.organization_id, now=now)
    _put_on(booking, voucher, fitting[: _left(uses)], now=now)
    _note(booking, "booking.voucher_used", voucher, by=by, now=now)
    return booking


def drop_voucher(*, booking: Booking, by: Actor, now: datetime) -> Booking:
    """The code is taken off again before the order. Raises HoldRanOut and HoldChanged."""
    booking = _held(booking, now=now)
    voucher = _take_off(booking, now=now)
    if voucher is not None:
        _note(booking, "booking.voucher_dropped", voucher, by=by, now=now)
    return booking


def may_use_again(booking: Booking, *, now: datetime) -> bool:
    """Whether the code of a lapsed booking is left for all its seats, its row locked; of one without any, it is."""
    voucher = next(iter(vouchers_by_seat(booking).values()), None)
    if voucher is None:
        return True
    session.execute(select(Voucher.id).where(Voucher.id == voucher.id).with_for_update())
    left = uses_of(voucher, booking.organization_id, now=now).left
    return left is None or left >= len(vouchers_by_seat(booking))


def _held(booking: Booking, *, now: datetime) -> Booking:
    booking = locked_booking(booking.id)
    if booking.status is BookingStatus.EXPIRED or hold_has_run_out(booking.status, booking.hold_until, now=now):
        raise HoldRanOut(booking.hold_until)
    if booking.status is not BookingStatus.HELD:
        raise HoldChanged()
    return booking


def _left(uses: Uses) -> int | None:
    """For how many seats. Raises VoucherUsedUp."""
    if uses.left == 0:
        theirs = uses.most_of_one is not None and uses.used_by_them >= uses.most_of_one
        raise VoucherUsedUp(by_you=uses.used_by_them if theirs else None)
    return uses.left


def _take_off(booking: Booking, *, now: datetime) -> Voucher | None:
    """Every seat at its price before; which code it was."""
    before = vouchers_by_seat(booking)
    for seat in booking.live_seats:
        seat.price, seat.discount = Yen(seat.price + seat.discount), Yen(0)
    session.execute(
        update(VoucherUse)
        .where(VoucherUse.booking_id == booking.id, VoucherUse.given_back_at.is_(None))
        .values(given_back_at=now)
    )
    _sum_up(booking)
    return next(iter(before.values()), None)


def _put_on(booking: Booking, voucher: Voucher, seats: Collection[Seat], *, now: datetime) -> None:
    for seat in seats:
        seat.discount = voucher.terms.less(seat.price)
        seat.price = Yen(seat.price - seat.discount)
        session.add(
            VoucherUse(
                voucher_id=voucher.id, booking_id=booking.id, seat_id=seat.id,
                organization_id=booking.organization_id, used_at=now,
            )
        )  # fmt: skip
    _sum_up(booking)


def _sum_up(booking: Booking) -> None:
    booking.total = total(seat.price for seat in booking.live_seats)
    session.flush()


def _note(booking: Booking, action: str, voucher: Voucher, *, by: Actor, now: datetime) -> None:
    state, seats = booking.status.value, [seat for seat in booking.live_seats if seat.discount]
    detail = {"code": voucher.code, "seats": len(seats), "less": total(seat.discount for seat in seats)}
    audit.record(
        by=by, now=now, action=action, subject=("booking", booking.reference), before=state, after=state, detail=detail
    )
