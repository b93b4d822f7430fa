"""What was kept of seats that were given back, and what giving back more would cost."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import func, select

from courses_app.bookings.models import Booking, BookingFee, Seat, SeatEvent
from courses_app.bookings.queries.freed import freed_seats
from courses_app.bookings.queries.supplements import unpaid_by_seat
from courses_app.bookings.rules import NoSeatChosen, SeatFees, SeatMove, seat_fees
from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.rules import step_words
from courses_app.foundation.clock import last_day_of
from courses_app.foundation.db import session
from courses_app.foundation.templating import day, until_words
from courses_app.foundation.yen import Yen, total
from courses_app.payments.models import Refund

# What happens to a seat and not to its whole booking.
OF_ONE_SEAT = (
    SeatMove.CANCEL, SeatMove.SUBSTITUTE, SeatMove.NAME, SeatMove.MOVE, SeatMove.MISS, SeatMove.ATTEND,
)  # fmt: skip


@dataclass(frozen=True)
class SeatQuote:
    """One seat that would be given back, and the fee for it."""

    seat: Seat
    fees: SeatFees
    rule: str  # in the reader's language; empty where no fee is asked
    unpaid: Yen  # billed for it in addition, and not paid yet
    free_until: datetime | None = None  # we moved its run, and ask until then whether it stays

    def back(self, *, waived: bool = False) -> Yen:
        """What goes back in money: what was not paid for the seat is deducted."""
        return Yen(max((self.seat.price if waived else self.fees.refund) - self.unpaid, 0))

    def still_owed(self, *, waived: bool = False) -> Yen:
        """What is left to pay of what was billed in addition, once the refund is taken off it."""
        return Yen(max(self.unpaid - (self.seat.price if waived else self.fees.refund), 0))

    @property
    def cheaper_until(self) -> date | None:
        """The last day on which it costs no more than now, where it grows dearer afterwards."""
        if self.free_until is not None:
            return last_day_of(self.free_until)
        because = self.fees.because
        return because.until_on if because and because.worse else None


@dataclass(frozen=True)
class Quote:
    """What giving back some seats of a booking means in money, before it is done."""

    seats: Sequence[SeatQuote]
    left_to_pay: Yen | None  # of an unpaid order: what will be billed anew; None once paid

    @property
    def fee(self) -> Yen:
        return total(one.fees.total for one in self.seats)

    @property
    def refund(self) -> Yen:
        return self.back(waived=False)

    @property
    def unpaid(self) -> Yen:
        return total(one.unpaid for one in self.seats)

    def back(self, *, waived: bool) -> Yen:
        return total(one.back(waived=waived) for one in self.seats)

    def still_owed(self, *, waived: bool = False) -> Yen:
        return total(one.still_owed(waived=waived) for one in self.seats)

    @property
    def cheaper_until(self) -> date | None:
        return min((one.cheaper_until for one in self.seats if one.cheaper_until), default=None)


def runs_at(booking: Booking, positions: Collection[int]) -> list[CourseRun]:
    """The runs in which the live seats at these positions are; the first of the order where there are none."""
    chosen = {seat.run_id: seat.run for seat in booking.live_seats if seat.position in positions}
    return list(chosen.values()) or [booking.first_run]


def still_to_come(booking: Booking, *, now: datetime) -> list[Seat]:
    """The live seats in runs that have not begun; of an order whose every run has, all of them."""
    return [seat for seat in booking.live_seats if seat.run.starts_at > now] or booking.live_seats


def quote_of(booking: Booking, positions: Collection[int], *, now: datetime) -> Quote:
    """The figures for giving back these seats now. Raises NoSeatChosen and RunDayOver."""
    chosen = [seat for seat in booking.live_seats if seat.position in positions]
    if not chosen or len(chosen) < len(set(positions)):
        raise NoSeatChosen()
    rest = total(seat.price for seat in booking.live_seats if seat not in chosen)
    freed = freed_seats(booking, now=now)
    unpaid = unpaid_by_seat(booking) if booking.paid_at else {}
    quoted = [_quoted(seat, unpaid.get(seat.id, Yen(0)), freed.get(seat.id), now=now) for seat in chosen]
    return Quote(quoted, None if booking.paid_at else rest)


def fees_kept(booking: Booking) -> Yen:
    """Yen kept of seats that were given back, without what was waived."""
    return total(fee.amount for fee in booking.fees if fee.waived_by is None)


def changes_of(booking: Booking) -> Sequence[SeatEvent]:
    """Seats given back, handed on, named afterwards, moved to another date, and missed; oldest first."""
    return session.scalars(
        select(SeatEvent)
        .where(
            SeatEvent.seat_id.in_([seat.id for seat in booking.seats]),
            SeatEvent.move.in_(OF_ONE_SEAT),
        )
        .order_by(SeatEvent.id)
    ).all()


def moves_of(seat: Seat) -> int:
    """How often a seat was moved to another date."""
    made = select(func.count()).where(SeatEvent.seat_id == seat.id, SeatEvent.move == SeatMove.MOVE)
    return session.scalar(made) or 0


def _quoted(seat: Seat, unpaid: Yen, free_until: datetime | None, *, now: datetime) -> SeatQuote:
    booking = seat.booking
    terms = booking.change_terms if free_until is None else None
    starts_at, moved_from = seat.run.starts_at, booking.moved_from(seat.run)
    fees = seat_fees(booking.status, seat.price, terms, starts_at=starts_at, moved_from=moved_from, now=now)
    rule = step_words(terms, fees.because.step) if terms and fees.because else ""
    if fees.counted_from:
        was = day(fees.counted_from)
        rule = _("%(rule)s (counted to %(day)s as ordered, for we moved the run)", rule=rule, day=was)
    if free_until is not None and fees.refund:
        rule = _("no fee until %(until)s, for we moved the run", until=until_words(free_until))
    return SeatQuote(seat, fees, rule, unpaid, free_until)


def fees_behind(refund: Refund, booking: Booking) -> Sequence[BookingFee]:
    """What was kept when a refund was promised; of several refunds of one cause only the first is told of it."""
    cause = (Refund.invoice_id == refund.invoice_id, Refund.due_at == refund.due_at)
    first = session.scalar(select(func.min(Refund.id)).where(*cause))
    if refund.id != first or refund.invoice_id != booking.invoice_id:
        return []
    of_it = (
        BookingFee.booking_id == booking.id,
        BookingFee.charged_at == refund.due_at,
        BookingFee.waived_by.is_(None),
    )
    return session.scalars(select(BookingFee).where(*of_it).order_by(BookingFee.id)).all()
