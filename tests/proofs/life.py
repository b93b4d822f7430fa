"""Everything that can happen to runs and seats, in any order (T2).

What else can happen: money (`money`), the waiting list (`line`), lists from spreadsheets (`lists`), moves to another
date (`dates`), runs that the office moves (`moved`), requests and private runs (`requests`), the day (`teaching`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from sqlalchemy import and_

from courses_app.accounts.operations.people import PersonFacts
from courses_app.bookings import operations, queries
from courses_app.bookings.models import LIVING, Booking, Seat, SeatBlock
from courses_app.bookings.operations import Agreed
from courses_app.bookings.operations.overbooking import ByOffice
from courses_app.bookings.rules import ASKED_OF, BookingStatus
from courses_app.catalogue import queries as catalogue
from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.rules import UnnamedSeats
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import transaction
from courses_app.foundation.refusal import Refusal
from courses_app.rosters import operations as rosters
from tests.proofs.dates import Dates
from tests.proofs.ground import PEOPLE
from tests.proofs.line import Line
from tests.proofs.lists import Lists
from tests.proofs.living import ANY, NAMED, PARTY, SELDOM, WHO, Living, there
from tests.proofs.money import Money
from tests.proofs.moved import Moved
from tests.proofs.requests import Requests
from tests.proofs.teaching import Teaching

MOST_RUNS = 4
SEATS = st.lists(st.integers(0, 3), min_size=1, max_size=4, unique=True)
SHORT, LONG = [timedelta(minutes=1), timedelta(minutes=10)], [timedelta(days=1), timedelta(days=6), timedelta(days=11)]
JUMPS = [*SHORT * 2, timedelta(minutes=31), timedelta(hours=7), *LONG]


class Life(Dates, Line, Lists, Money, Moved, Requests, Teaching, Living):
    """One short life of the house, from an empty timetable on."""

    # ---- The timetable ---------------------------------------------------------------------------------------------

    @initialize(
        first=st.integers(3, 8), second=st.integers(1, 3), smaller=st.booleans(), naming=st.sampled_from([10, 10, 0]),
        unnamed=st.sampled_from(UnnamedSeats), asks_first=SELDOM,
    )  # fmt: skip
    def opened(
        self, first: int, second: int, smaller: bool, naming: int, unnamed: UnnamedSeats, asks_first: bool
    ) -> None:
        with transaction():
            course = catalogue.course_by_code("SUP")
            course.smaller_may_pass, course.naming_days_before, course.unnamed_seats = smaller, naming, unnamed
            course.needs_approval = asks_first
        self._plan("SUP", capacity=first, days=40, price=None)
        self._plan("SUP", capacity=second, days=25, price=None)

    @precondition(lambda self: self.many["run"] < MOST_RUNS)
    @rule(capacity=st.integers(1, 6), days=st.integers(12, 45), price=st.sampled_from([None, 0, 9_000, 15_000]))
    def plan_a_run(self, capacity: int, days: int, price: int | None) -> None:
        self._plan("SUP", capacity=capacity, days=days, price=price)

    @precondition(there("booking"))
    @rule(at=ANY, capacity=st.integers(1, 9))
    def change_capacity(self, at: int, capacity: int) -> None:
        if run := self._some(CourseRun, at):
            self._do(operations.change_capacity, run=run, capacity=capacity, by=SYSTEM)

    @precondition(there("booking"))
    @rule(at=ANY, sure=SELDOM)
    def call_off_a_run(self, at: int, sure: bool) -> None:
        if sure and (run := self._some(CourseRun, at)):
            self._do(rosters.call_off, run=run, reason="講師の都合により", by=SYSTEM)

    # ---- Seats -----------------------------------------------------------------------------------------------------

    @rule(party=PARTY, at=ANY, who=WHO)
    def hold(self, party: int, at: int, who: list[int]) -> None:
        if run := self._some(CourseRun, at):
            self._send(operations.hold_seats, self._form(party, run, who))

    @rule(party=PARTY, at=ANY, who=WHO, other=ANY, card=st.booleans())
    def order_over_dates(self, party: int, at: int, who: list[int], other: int, card: bool) -> None:
        """One order, two dates: every second attendee takes the other one."""
        run, second = self._some(CourseRun, at), self._some(CourseRun, other)
        if run and second:
            form = self._form(party, run, who)
            form["attendees"] = [
                replace(one, run=second.reference) if turn % 2 else one for turn, one in enumerate(form["attendees"])
            ]
            if held := self._send(operations.hold_seats, form):
                self._order(held, card=card)

    @precondition(there("booking"))
    @rule(party=PARTY, at=ANY, who=WHO, beyond=SELDOM, long=st.booleans())
    def hold_by_the_office(self, party: int, at: int, who: list[int], beyond: bool, long: bool) -> None:
        """For hours, or beyond the capacity with a reason."""
        if run := self._some(CourseRun, at):
            office = ByOffice(beyond="更新の期限が近いため" if beyond else "", long=long)
            self._send(operations.hold_seats, {**self._form(party, run, who), "office": office})

    @precondition(there("booking"))
    @rule(at=ANY, seats=st.integers(1, 3), hours=st.sampled_from([None, 1, 48]))
    def keep_seats_for_a_purpose(self, at: int, seats: int, hours: int | None) -> None:
        if run := self._some(CourseRun, at):
            until = self.now + timedelta(hours=hours) if hours else None
            self._do(operations.block_seats, run=run, seats=seats, purpose="講師の同行者", until_at=until, by=SYSTEM)

    @precondition(there("block"))
    @rule(at=ANY)
    def release_kept_seats(self, at: int) -> None:
        if block := self._some(SeatBlock, at):
            self._do(operations.release_block, block=block, by=SYSTEM)

    @precondition(there("booking"))
    @rule(at=ANY, capacity=st.integers(1, 4))
    def lower_the_capacity_below_what_is_taken(self, at: int, capacity: int) -> None:
        if run := self._some(CourseRun, at):
            over = queries.taken_by_run([run.id], now=self.now)[run.id] - capacity
            self._do(
                operations.change_capacity, run=run, capacity=capacity, accepted_over=over, reason="会場の都合により",
                by=SYSTEM,
            )  # fmt: skip

    @rule(party=PARTY, at=ANY, who=WHO, card=st.booleans(), paid=st.booleans())
    def buy(self, party: int, at: int, who: list[int], card: bool, paid: bool) -> None:
        self._buy(party, at, who, card=card, paid=paid)

    @precondition(lambda self: self.forms)
    @rule(at=ANY)
    def send_a_form_again(self, at: int) -> None:
        """The same form makes the same thing, and nothing more (R-05, R-42); or it is said that it was sent before,
        where other people or dates stand in what it made by now."""
        deed, facts, reference = self.forms[at % len(self.forms)]
        before, said = self._rows(), self.done["FormSentBefore"]
        made = self._do(deed, **facts)
        assert made.reference == reference if made else self.done["FormSentBefore"] > said
        assert self._rows() == before

    @precondition(there("held"))
    @rule(at=ANY, who=WHO)
    def change_attendees(self, at: int, who: list[int]) -> None:
        if booking := self._some(Booking, at, Booking.status == BookingStatus.HELD):
            party = self._party_of(booking)
            form = self._form(party, booking.first_run, who)
            del form["run_reference"], form["organization"]
            self._do(operations.change_attendees, booking=booking, **form)

    @precondition(there("held"))
    @rule(at=ANY, card=st.booleans())
    def order(self, at: int, card: bool) -> None:
        """What was held, or offered."""
        if booking := self._some(Booking, at, Booking.status == BookingStatus.HELD):
            self._order(booking, card=card)

    @precondition(there("requested"))
    @rule(at=ANY, yes=st.booleans(), late=SELDOM)
    def answer(self, at: int, yes: bool, late: bool) -> None:
        """The office answers what the course asks it to look at first; or on a page that was left open, whatever the
        booking has become."""
        still = [] if late else [Booking.status == BookingStatus.REQUESTED]
        if booking := self._some(Booking, at, *still):
            self._approve(booking) if yes else self._do(
                operations.decline, booking=booking, reason="対象の方ではないため", by=SYSTEM
            )

    def _approve(self, booking: Booking) -> Booking | None:
        return self._do(operations.approve, booking=booking, by=SYSTEM)

    @precondition(there("ordered"))
    @rule(at=ANY)
    def pay_by_transfer_after_all(self, at: int) -> None:
        if booking := self._some(Booking, at, Booking.status == BookingStatus.ORDERED):
            self._do(operations.change_to_transfer, booking=booking, by=SYSTEM)

    @precondition(there("booking"))
    @rule(at=ANY, sure=SELDOM)
    def give_back(self, at: int, sure: bool) -> None:
        if sure and (booking := self._some(Booking, at)):
            self._do(operations.cancel, booking=booking, by=SYSTEM)

    @precondition(there("booking"))
    @rule(at=ANY, sure=SELDOM)
    def cancel_by_office(self, at: int, sure: bool) -> None:
        if sure and (booking := self._some(Booking, at)):
            self._do(operations.cancel_by_office, booking=booking, reason="ご依頼により", by=SYSTEM)

    @precondition(there("invoice"))
    @rule(at=ANY, seats=SEATS, office=st.booleans(), waived=st.booleans())
    def give_back_seats(self, at: int, seats: list[int], office: bool, waived: bool) -> None:
        booking = self._some(Booking, at, Booking.status.in_((BookingStatus.ORDERED, BookingStatus.PAID)))
        if booking is None:
            return
        live = [seat.position for seat in booking.live_seats]
        positions = {live[one % len(live)] for one in seats}
        try:
            quote = queries.quote_of(booking, positions, now=self.now)
        except Refusal:
            return
        self._do(
            operations.cancel_seats, booking=booking, positions=positions, agreed=Agreed(quote.fee, quote.refund),
            waived="講師の遅刻により" if waived and office else "", office=office, by=SYSTEM,
        )  # fmt: skip

    @precondition(there("booking"))
    @rule(at=ANY, seat=st.integers(0, 3), who=st.integers(0, PEOPLE + 2), office=st.booleans())
    def substitute(self, at: int, seat: int, who: int, office: bool) -> None:
        """Of an order, by somebody who has no seat there yet, or by anybody; else of whatever there is."""
        named = Booking.seats.any(and_(Seat.person_id.is_not(None), LIVING))
        booking = self._some(Booking, at, named, Booking.status.in_(ASKED_OF)) or self._some(Booking, at)
        if booking:
            seats = [one for one in booking.live_seats if one.person_id] or booking.attending
            position = seats[seat % len(seats)].position
            attendee = self._attendee(self._party_of(booking), who)
            self._do(
                operations.substitute, booking=booking, position=position, attendee=attendee, office=office, by=SYSTEM
            )

    @precondition(there("booking"))
    @rule(party=PARTY, at=ANY, seats=st.integers(1, 3), who=WHO, office=st.booleans())
    def name_seats(self, party: int, at: int, seats: int, who: list[int], office: bool) -> None:
        """Of an order for people who were not known yet; where there is none, one is made."""
        unnamed = Booking.seats.any(and_(Seat.person_id.is_(None), LIVING))
        booking = self._some(Booking, at, unnamed)
        if booking is None and (run := self._some(CourseRun, at)):
            form = self._form(party, run, [NAMED] * seats)
            held = self._send(operations.hold_seats, form)
            booking = self._order(held, card=False) if held else None
        if booking:
            people = [self._attendee(self._party_of(booking), one) for one in who[: len(booking.unnamed) or 1]]
            run = booking.unnamed[0].run if booking.unnamed else booking.first_run
            self._do(operations.name_seats, booking=booking, run=run, attendees=people, office=office, by=SYSTEM)

    @precondition(there("booking"))
    @rule(at=ANY, seat=st.integers(0, 3))
    def correct_a_name(self, at: int, seat: int) -> None:
        if booking := self._some(Booking, at):
            found = booking.attending[seat % len(booking.attending)]
            names = ("family_name", "given_name", "given_name_kana", "born_on", "email")
            facts = PersonFacts(family_name_kana="ナオシ", **{name: getattr(found, name) for name in names})
            self._do(operations.correct_attendee, booking=booking, position=found.position, facts=facts, by=SYSTEM)

    # ---- The clock -------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.there)
    @rule(jump=st.sampled_from(JUMPS))
    def time_passes(self, jump: timedelta) -> None:
        self._wait_for(jump)

    @precondition(there("booking"))
    @rule(jump=st.sampled_from([timedelta(0), *SHORT, *JUMPS]))
    def the_worker_passes(self, jump: timedelta) -> None:
        """Until nothing is due any more; then nothing is left undone."""
        self._pass(jump)
