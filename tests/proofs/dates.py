"""Seats that move to another date, in any order with everything else (T2)."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlalchemy import select

from courses_app.bookings import operations, queries
from courses_app.bookings.models import Booking
from courses_app.bookings.queries.dates import DateForSeat
from courses_app.bookings.rules import BookingStatus
from courses_app.catalogue.models import CourseRun
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen
from tests.proofs.living import ANY, SELDOM, Living, there

SEAT = st.integers(0, 3)


class Dates(Living):
    """What the page offers is chosen, and what nobody offered."""

    @precondition(there("invoice"))
    @rule(at=ANY, seat=SEAT, date=ANY, office=st.booleans(), waived=SELDOM)
    def move_a_seat(self, at: int, seat: int, date: int, office: bool, waived: bool) -> None:
        """To a date of the page, at the figures that stand there; it may be dearer, and a fee be asked or waived."""
        booking = self._some(Booking, at, Booking.status.in_((BookingStatus.ORDERED, BookingStatus.PAID)))
        if booking is None:
            return
        live = booking.live_seats
        chosen = live[seat % len(live)]
        if dates := queries.dates_for(chosen, waived=waived and office, now=self.now):
            waiver = "講師の都合により" if waived and office else ""
            self._move(booking, chosen.position, dates[date % len(dates)], office=office, waived=waiver)

    @precondition(there("booking"))
    @rule(at=ANY, seat=SEAT, to=ANY, less=st.sampled_from([0, 0, 2_500]), office=st.booleans())
    def move_a_seat_anywhere(self, at: int, seat: int, to: int, less: int, office: bool) -> None:
        """To any run, open or not, full or not, at a figure that was perhaps never shown; of a booking in any state."""
        booking, run = self._some(Booking, at), self._some(CourseRun, to)
        if booking and run:
            self._do(
                operations.move_seat, booking=booking, position=seat + 1, run_reference=run.reference, agreed=Yen(less),
                office=office, by=SYSTEM,
            )  # fmt: skip

    def _move(self, booking: Booking, position: int, date: DateForSeat, *, office: bool, waived: str) -> None:
        moved = self._do(
            operations.move_seat, booking=booking, position=position, run_reference=date.run.reference,
            agreed=date.cost.less, more=date.cost.more, waived=waived, office=office, by=SYSTEM,
        )  # fmt: skip
        if moved is not None:
            assert moved.run_id == session.scalar(select(CourseRun.id).where(CourseRun.reference == date.run.reference))
            assert moved.price == date.cost.new
