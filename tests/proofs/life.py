"""Everything that can happen to runs, seats, money and waiting parties, in any order (T2).

Each rule does what a page or the worker does: reads what stands there, acts in one transaction. A `Refusal` is a fine
answer; anything else that goes wrong is a fault. After every step all invariants must hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import func, select

from courses_app.accounts.models import Organization, Person
from courses_app.accounts.operations.people import PersonFacts
from courses_app.bookings import operations, queries, tasks
from courses_app.bookings.models import Booking, Seat, SeatBlock, SeatEvent, WaitingParty
from courses_app.bookings.operations import Agreed
from courses_app.bookings.operations.overbooking import ByOffice
from courses_app.bookings.rules import AttendeeFacts, BookingStatus, PartyState
from courses_app.catalogue import operations as catalogue_operations
from courses_app.catalogue import queries as catalogue
from courses_app.catalogue.models import CourseRun, RunStatus
from courses_app.catalogue.rules import UnnamedSeats, fingerprint
from courses_app.cli import ledger
from courses_app.foundation import audit
from courses_app.foundation.audit import SYSTEM, Actor, ActorKind, AuditEntry
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session, transaction
from courses_app.foundation.outbox.messages import OutboxMessage
from courses_app.foundation.papers.press import printing_here
from courses_app.foundation.references import new_token
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.yen import Yen
from courses_app.payments import tasks as money_tasks
from courses_app.payments.models import Invoice, Payment, PaymentMethod, Refund, RefundStatus
from courses_app.rosters import operations as rosters
from tests.catalogue.test_operations import moved_by, plan_of
from tests.make import Make
from tests.proofs.checks import everything_holds, nothing_was_left_undone
from tests.proofs.ground import ORGANIZATIONS, PEOPLE, Ground, Party

Found = TypeVar("Found")
BEGIN = datetime(2027, 1, 12, 1, 0, tzinfo=UTC)
TICK = timedelta(seconds=1)
MOST_RUNS, MOST_ROUNDS = 3, 10
ANY = st.integers(0, 11)
PARTY = st.integers(0, ORGANIZATIONS - 1)
NAMED = PEOPLE + 3  # whoever comes after these has no name yet
WHO = st.lists(st.integers(0, NAMED + 1), min_size=1, max_size=4, unique=True)
SELDOM = st.sampled_from([False, False, True])
SEATS = st.lists(st.integers(0, 3), min_size=1, max_size=4, unique=True)
SHORT, LONG = [timedelta(minutes=1), timedelta(minutes=10)], [timedelta(days=1), timedelta(days=6), timedelta(days=11)]
JUMPS = [*SHORT * 2, timedelta(minutes=31), timedelta(hours=7), *LONG]


def there(what: str) -> Callable[[Any], bool]:
    """Rules about what is not there would only waste a step."""
    return lambda life: what in life.there


class Life(RuleBasedStateMachine):
    """One short life of the house, from an empty timetable on."""

    ground: Ground
    done: Counter[str]  # how often each deed was done, in all lives: what never happens proves nothing

    def __init__(self) -> None:
        super().__init__()
        self.context = self.ground.app.app_context()
        self.context.push()
        self.ground.empty()
        self.make, self.now, self.swept = Make(self.ground.app), BEGIN, False
        self.forms: list[tuple[Callable[..., Any], dict[str, Any], str]] = []
        self.payments: list[dict[str, Any]] = []
        self.count, self.there = 0, set()

    def teardown(self) -> None:
        """At the end of each life the whole check, seals of the audit included."""
        try:
            session.rollback()
            with transaction():
                audit.seal_entries()
            session.rollback()
            lines = [*audit.broken_seals(), *(line for room in ledger.ROOMS for line in room.violations(now=self.now))]
            lines = [line for line in lines if not line.startswith("INV-5")]
            assert not lines, lines
        finally:
            session.remove()
            self.context.pop()

    @invariant()
    def all_invariants_hold(self) -> None:
        session.rollback()
        session.expire_all()
        bookings = everything_holds(self.ground.questions, now=self.now, swept=self.swept)
        self.done.update(one.status.value for one in bookings)
        self.there = {one.status.value for one in bookings} | {
            name
            for name, model in (("booking", Booking), ("invoice", Invoice), ("refund", Refund), ("party", WaitingParty))
            if self._many(model)
        }

    # ---- The timetable ---------------------------------------------------------------------------------------------

    @initialize(
        first=st.integers(3, 8), second=st.integers(1, 3), smaller=st.booleans(), naming=st.sampled_from([0, 10]),
        unnamed=st.sampled_from(UnnamedSeats),
    )  # fmt: skip
    def opened(self, first: int, second: int, smaller: bool, naming: int, unnamed: UnnamedSeats) -> None:
        with transaction():
            course = catalogue.course_by_code("SUP")
            course.smaller_may_pass, course.naming_days_before, course.unnamed_seats = smaller, naming, unnamed
        self._plan("SUP", capacity=first, days=40, free=False)
        self._plan("SUP", capacity=second, days=25, free=False)

    @precondition(lambda self: self._many(CourseRun) < MOST_RUNS)
    @rule(capacity=st.integers(1, 6), days=st.integers(12, 45), free=st.booleans())
    def plan_a_run(self, capacity: int, days: int, free: bool) -> None:
        self._plan("SUP", capacity=capacity, days=days, free=free)

    @precondition(there("booking"))
    @rule(at=ANY, capacity=st.integers(1, 9))
    def change_capacity(self, at: int, capacity: int) -> None:
        if run := self._some(CourseRun, at):
            self._do(operations.change_capacity, run=run, capacity=capacity, by=SYSTEM)

    @precondition(there("booking"))
    @rule(at=ANY, days=st.integers(-5, 20))
    def move_a_run(self, at: int, days: int) -> None:
        if run := self._some(CourseRun, at):
            plan = moved_by(plan_of(run, self.make), timedelta(days=days))
            plan = replace(plan, capacity=run.capacity, price_general=run.price_general, price_member=run.price_member)

            def change(now: datetime) -> None:
                locked = catalogue.run_for_update(run.reference)
                assert locked is not None
                seen = fingerprint(catalogue.clashes_of(plan, except_run=locked))
                operations.change_run(locked, plan, version=locked.version, by=SYSTEM, now=now, clashes_seen=seen)

            self._do(change)

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

    @rule(at=ANY, seats=st.integers(1, 3), hours=st.sampled_from([None, 1, 48]))
    def keep_seats_for_a_purpose(self, at: int, seats: int, hours: int | None) -> None:
        if run := self._some(CourseRun, at):
            until = self.now + timedelta(hours=hours) if hours else None
            self._do(operations.block_seats, run=run, seats=seats, purpose="講師の同行者", until_at=until, by=SYSTEM)

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
        """Held and ordered, perhaps paid too: so that lives become interesting soon."""
        run = self._some(CourseRun, at)
        held = self._send(operations.hold_seats, self._form(party, run, who)) if run else None
        ordered = self._order(held, card=card) if held else None
        if ordered and ordered.invoice and paid:
            self._pay(ordered.invoice, card=card, off=0)

    @precondition(there("booking"))
    @rule(party=PARTY, at=ANY, who=WHO, part=st.booleans())
    def wait(self, party: int, at: int, who: list[int], part: bool) -> None:
        if run := self._some(CourseRun, at):
            self._send(operations.join_waiting_list, {**self._form(party, run, who), "accepts_part": part})

    @precondition(lambda self: self.forms)
    @rule(at=ANY)
    def send_a_form_again(self, at: int) -> None:
        """The same form makes the same thing, and nothing more (R-05, R-42)."""
        deed, facts, reference = self.forms[at % len(self.forms)]
        before = self._rows()
        assert self._do(deed, **facts).reference == reference
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
        if booking := self._some(Booking, at, Booking.status.not_in((BookingStatus.CANCELLED, BookingStatus.EXPIRED))):
            position = booking.attending[seat % len(booking.attending)].position
            attendee = self._attendee(self._party_of(booking), who)
            self._do(
                operations.substitute, booking=booking, position=position, attendee=attendee, office=office, by=SYSTEM
            )

    @precondition(there("booking"))
    @rule(at=ANY, who=WHO, office=st.booleans())
    def name_seats(self, at: int, who: list[int], office: bool) -> None:
        if booking := self._some(Booking, at):
            people = [self._attendee(self._party_of(booking), one) for one in who[: len(booking.unnamed) or 1]]
            self._do(
                operations.name_seats, booking=booking, run=booking.first_run, attendees=people, office=office,
                by=SYSTEM,
            )  # fmt: skip

    @precondition(there("booking"))
    @rule(at=ANY, seat=st.integers(0, 3))
    def correct_a_name(self, at: int, seat: int) -> None:
        if booking := self._some(Booking, at):
            found = booking.attending[seat % len(booking.attending)]
            names = ("family_name", "given_name", "given_name_kana", "born_on", "email")
            facts = PersonFacts(family_name_kana="ナオシ", **{name: getattr(found, name) for name in names})
            self._do(operations.correct_attendee, booking=booking, position=found.position, facts=facts, by=SYSTEM)

    # ---- Money -----------------------------------------------------------------------------------------------------

    @precondition(there("invoice"))
    @rule(at=ANY, card=st.booleans(), off=st.sampled_from([0, 0, 0, 1]))
    def pay(self, at: int, card: bool, off: int) -> None:
        """Any invoice, in time or late, an old one too; sometimes another amount."""
        if invoice := self._some(Invoice, at):
            self._pay(invoice, card=card, off=off)

    @precondition(lambda self: self.payments)
    @rule(at=ANY)
    def be_told_of_a_payment_again(self, at: int) -> None:
        before = self._rows()
        assert self._do(operations.settle, **self.payments[at % len(self.payments)]) is not None
        assert self._rows() == before

    @precondition(there("refund"))
    @rule(at=ANY)
    def send_money_back(self, at: int) -> None:
        if refund := self._some(Refund, at, Refund.status == RefundStatus.DUE):
            self._do(operations.note_refund_sent, refund=refund, sent_on=day_of(self.now), by=SYSTEM)

    # ---- The line --------------------------------------------------------------------------------------------------

    @precondition(there("party"))
    @rule(at=ANY)
    def leave_the_line(self, at: int) -> None:
        if party := self._some(WaitingParty, at):
            self._do(operations.leave_waiting_list, party=party, by=SYSTEM)

    @precondition(there("party"))
    @rule(at=ANY)
    def be_taken_off_the_line(self, at: int) -> None:
        if party := self._some(WaitingParty, at, WaitingParty.state == PartyState.WAITING):
            self._do(operations.remove_from_line, party=party, reason="ご連絡がつかないため", by=SYSTEM)

    @precondition(there("party"))
    @rule(at=ANY, reason=st.sampled_from(["", "更新の期限が近いため"]))
    def offer_by_hand(self, at: int, reason: str) -> None:
        if party := self._some(WaitingParty, at, WaitingParty.state == PartyState.WAITING):
            self._do(operations.offer_by_hand, party=party, reason=reason, by=SYSTEM)

    # ---- The clock -------------------------------------------------------------------------------------------------

    @rule(jump=st.sampled_from(JUMPS))
    def time_passes(self, jump: timedelta) -> None:
        self.now += jump
        self.swept = False

    @rule(jump=st.sampled_from([timedelta(0), *SHORT, *JUMPS]))
    def the_worker_passes(self, jump: timedelta) -> None:
        """Until nothing is due any more; then nothing is left undone."""
        self.now += jump
        session.rollback()
        with printing_here():
            for _ in range(MOST_ROUNDS):
                if not tasks.run_due(clock=lambda: self.now) + money_tasks.run_due(clock=lambda: self.now):
                    break
            else:
                raise AssertionError("the worker finds no end")
        session.rollback()
        nothing_was_left_undone(now=self.now)
        self.swept = True

    # ---- How it is done --------------------------------------------------------------------------------------------

    def _do(self, deed: Callable[..., Found], **facts: Any) -> Found | None:
        """In one transaction; None if it was refused. What was read before is read anew under the lock."""
        self.now += TICK
        audit.request_id.set(f"step-{new_token()}")
        try:
            with transaction():
                made = deed(now=self.now, **{name: self._fresh(value) for name, value in facts.items()})
        except Refusal as refusal:
            self.done[type(refusal).__name__] += 1
            return None
        self.done[deed.__name__] += 1
        return made

    @staticmethod
    def _fresh(value: Any) -> Any:
        return session.get_one(type(value), value.id) if isinstance(value, FRESH) else value

    def _send(self, deed: Callable[..., Any], facts: dict[str, Any]) -> Any:
        made = self._do(deed, **facts)
        if made is not None:
            self.forms.append((deed, facts, made.reference))
        return made

    def _order(self, booking: Booking, *, card: bool) -> Booking | None:
        method = PaymentMethod.STRIPE if card else PaymentMethod.BANK_TRANSFER
        method = method if booking.total else PaymentMethod.NONE
        how = {"payment_method": method, "stripe_enabled": True, "language": "ja"}
        return self._do(operations.order, booking=booking, by=SYSTEM, **how)

    def _pay(self, invoice: Invoice, *, card: bool, off: int) -> None:
        self.count += 1
        payment = {
            "invoice": invoice, "provider": PaymentMethod.STRIPE if card else PaymentMethod.BANK_TRANSFER,
            "external_id": f"money-{self.count}", "amount": Yen(invoice.total + off),
            "received_on": day_of(self.now), "by": SYSTEM,
        }  # fmt: skip
        if self._do(operations.settle, **payment) is not None:
            self.payments.append(payment)

    def _some(self, model: type[Found], at: int, *which: Any) -> Found | None:
        """One of the rows, by its place; None if there is none."""
        session.rollback()
        session.expire_all()
        found = session.scalars(select(model).where(*which).order_by(model.id)).all()
        return found[at % len(found)] if found else None

    def _many(self, model: type[Any]) -> int:
        return session.scalar(select(func.count()).select_from(model)) or 0

    def _rows(self) -> list[int]:
        session.rollback()
        return [self._many(model) for model in COUNTED]

    def _form(self, party: int, run: CourseRun, who: Iterable[int]) -> dict[str, Any]:
        theirs = self.ground.parties[party]
        person = session.get_one(Person, theirs.coordinator)
        return {
            "organization": session.get_one(Organization, theirs.organization), "run_reference": run.reference,
            "attendees": [self._attendee(party, one) for one in who], "form_token": new_token(), "booked_by": person,
            "by": Actor(ActorKind.PERSON, person.id, person.full_name), "language": "ja",
        }  # fmt: skip

    def _attendee(self, party: int, who: int) -> AttendeeFacts:
        """Somebody the organization knows, one of the few whose names it types, or nobody yet."""
        people = self.ground.parties[party].people
        if who >= NAMED:
            return AttendeeFacts()
        if who < len(people):
            return AttendeeFacts(person=people[who])
        return AttendeeFacts("新井", f"次郎{who}", "アライ", "ジロウ", date(1980, 1, 1 + who), f"new{who}@example.jp")

    def _party_of(self, booking: Booking) -> int:
        return [one.organization for one in self.ground.parties].index(booking.organization_id)

    def _plan(self, course: str, *, capacity: int, days: int, free: bool) -> None:
        self.now += TICK
        on = day_of(self.now) + timedelta(days=days)
        price = {"price_general": Yen(0), "price_member": Yen(0)} if free else {}
        with transaction():
            plan = self.make_plan(course, on=on, capacity=capacity, **price)
            seen = fingerprint(catalogue.clashes_of(plan))
            run = catalogue_operations.plan_run(plan, by=SYSTEM, now=self.now, clashes_seen=seen)
            catalogue_operations.publish_run(run, by=SYSTEM, now=self.now)

    def make_plan(self, course: str, **facts: Any) -> Any:
        return self.make.plan(catalogue.course_by_code(course), **facts)


FRESH = (Organization, Person, Booking, SeatBlock, CourseRun, WaitingParty, Invoice, Refund)
COUNTED = (Booking, Seat, SeatEvent, WaitingParty, Invoice, Payment, Refund, OutboxMessage, AuditEntry, Person)
__all__ = ["Life", "Party", "RunStatus"]
