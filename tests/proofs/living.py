"""How a life is lived (T2): what was read before is read anew under the lock, and after each step all is checked.

Each rule does what a page or the worker does: reads what stands there, acts in one transaction. A `Refusal` is a fine
answer; anything else that goes wrong is a fault.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant
from sqlalchemy import func, select

from courses_app.accounts.models import Organization, Person
from courses_app.bookings import operations, queries
from courses_app.bookings import tasks as bookings
from courses_app.bookings.models import AttendeeDraft, Booking, MoveQuestion, Seat, SeatBlock, SeatEvent, WaitingParty
from courses_app.bookings.rules import AttendeeFacts, BookingStatus
from courses_app.catalogue import operations as catalogue_operations
from courses_app.catalogue import queries as catalogue
from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.rules import fingerprint
from courses_app.certificates import tasks as certificates
from courses_app.dispatches import tasks as dispatches
from courses_app.dispatches.models import Dispatch, Service
from courses_app.foundation import audit
from courses_app.foundation.audit import SYSTEM, Actor, ActorKind, AuditEntry
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session, transaction
from courses_app.foundation.outbox.messages import OutboxMessage
from courses_app.foundation.papers.press import printing_here
from courses_app.foundation.references import new_token
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.yen import Yen
from courses_app.payments import tasks as payments
from courses_app.payments.models import Invoice, Payment, PaymentMethod, Provider, Refund
from courses_app.rosters.models import Roster
from tests.make import Make
from tests.proofs.checks import everything_holds, nothing_was_left_undone
from tests.proofs.ground import ORGANIZATIONS, PEOPLE, Ground

Found = TypeVar("Found")
BEGIN = datetime(2027, 1, 12, 1, 0, tzinfo=UTC)
TICK = timedelta(seconds=1)
MOST_ROUNDS = 10
ANY = st.integers(0, 11)
PARTY = st.integers(0, ORGANIZATIONS - 1)
NAMED = PEOPLE + 3  # whoever comes after these has no name yet
WHO = st.lists(st.integers(0, NAMED + 1), min_size=1, max_size=4, unique=True)
SELDOM = st.sampled_from([False, False, True])


def there(what: str) -> Callable[[Any], bool]:
    """Rules about what is not there would only waste a step."""
    return lambda life: what in life.there


def name_of(deed: Callable[..., Any]) -> str:
    """Under which name a deed is counted, with its room: several rooms decline and accept."""
    return f"{deed.__module__.split('.')[1]}.{deed.__name__}"


class Living(RuleBasedStateMachine):
    """What every deed stands on."""

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
        self.count, self.there, self.stirred = 0, set(), True
        self.many: Counter[str] = Counter()

    def teardown(self) -> None:
        """At the end of each life the seals of the audit as well."""
        try:
            session.rollback()
            with transaction():
                audit.seal_entries()
            session.rollback()
            assert not (lines := audit.broken_seals()), lines
        finally:
            session.remove()
            self.context.pop()

    @invariant()
    def all_invariants_hold(self) -> None:
        """Wherever something was written, or time has passed; a refusal has done neither."""
        if not self.stirred:
            return
        session.rollback()
        session.expire_all()
        bookings = everything_holds(self.ground.questions, now=self.now, swept=self.swept)
        self.done.update(one.status.value for one in bookings)
        self.many = Counter(dict(zip(NUMBERED, session.execute(HOW_MANY).one(), strict=True)))
        self.there = {one.status.value for one in bookings} | {name for name, count in self.many.items() if count}
        self.stirred = False

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
        self.done[name_of(deed)] += 1
        self.stirred = True
        return made

    @staticmethod
    def _fresh(value: Any) -> Any:
        return session.get_one(type(value), value.id) if isinstance(value, FRESH) else value

    def _send(self, deed: Callable[..., Any], facts: dict[str, Any]) -> Any:
        made = self._do(deed, **facts)
        if made is not None:
            self.forms.append((deed, facts, made.reference))
        return made

    def _wait_for(self, jump: timedelta) -> None:
        """The worker does not pass meanwhile."""
        self.now, self.stirred, self.swept = self.now + jump, True, False

    def _pass(self, jump: timedelta) -> None:
        """The worker, after so long a time: until nothing is due any more; then nothing is left undone."""
        self.now, self.stirred = self.now + jump, True
        session.rollback()
        rooms = [room for room, what in WORKERS.items() if self._many(what)]
        with printing_here():
            for _ in range(MOST_ROUNDS):
                if not sum(room.run_due(clock=lambda: self.now) for room in rooms):
                    break
            else:
                raise AssertionError("the worker finds no end")
        session.rollback()
        nothing_was_left_undone(now=self.now)
        self.swept = True

    def _order(self, booking: Booking, *, card: bool) -> Booking | None:
        method = PaymentMethod.STRIPE if card else PaymentMethod.BANK_TRANSFER
        method = method if booking.total else PaymentMethod.NONE
        how = {"payment_method": method, "stripe_enabled": True, "language": "ja"}
        return self._do(operations.order, booking=booking, by=SYSTEM, **how)

    def _buy(self, party: int, at: int, who: Iterable[int], *, card: bool, paid: bool) -> Booking | None:
        """Held and ordered, perhaps paid too: so that lives become interesting soon."""
        run = self._some(CourseRun, at)
        held = self._send(operations.hold_seats, self._form(party, run, who)) if run else None
        ordered = self._order(held, card=card) if held else None
        if ordered and ordered.status is BookingStatus.REQUESTED and paid:
            ordered = self._do(operations.approve, booking=ordered, by=SYSTEM)
        if ordered and ordered.invoice and paid:
            self._pay(ordered.invoice, card=card, off=0)
        return ordered

    def _pay(self, invoice: Invoice, *, card: bool, off: int) -> None:
        self.count += 1
        payment = {
            "invoice": invoice, "provider": Provider.STRIPE if card else Provider.BANK_TRANSFER,
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

    def _fill(self, run: CourseRun) -> None:
        """The hall becomes as small as what is taken, if anything is."""
        taken = queries.taken_by_run([run.id], now=self.now)[run.id]
        if 0 < taken < run.capacity:
            self._do(operations.change_capacity, run=run, capacity=taken, by=SYSTEM)

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

    def _plan(self, course: str, *, capacity: int, days: int, price: int | None, **changes: Any) -> None:
        """A published run; at the price of its course, unless another is given."""
        self.now, self.stirred = self.now + TICK, True
        on = day_of(self.now) + timedelta(days=days)
        if price is not None:
            changes |= {"price_general": Yen(price), "price_member": Yen(price * 4 // 5)}
        with transaction():
            plan = self.make_plan(course, on=on, capacity=capacity, **changes)
            seen = fingerprint(catalogue.clashes_of(plan))
            run = catalogue_operations.plan_run(plan, by=SYSTEM, now=self.now, clashes_seen=seen)
            catalogue_operations.publish_run(run, by=SYSTEM, now=self.now)

    def make_plan(self, course: str, **facts: Any) -> Any:
        return self.make.plan(catalogue.course_by_code(course), **facts)


FRESH = (
    AttendeeDraft, Organization, Person, Booking, SeatBlock, CourseRun, MoveQuestion, WaitingParty, Invoice, Refund,
    Service, Dispatch,
)  # fmt: skip
COUNTED = (
    Booking, Seat, SeatEvent, WaitingParty, Invoice, Payment, Refund, OutboxMessage, AuditEntry, Person, Dispatch,
    AttendeeDraft, MoveQuestion,
)  # fmt: skip
NUMBERED = {
    "run": CourseRun, "booking": Booking, "invoice": Invoice, "refund": Refund, "party": WaitingParty,
    "block": SeatBlock, "request": Dispatch, "list": AttendeeDraft, "roster": Roster,
}  # fmt: skip
# Who has something to do, and without what there is certainly nothing.
WORKERS = {bookings: CourseRun, dispatches: Dispatch, payments: Invoice, certificates: Roster}
HOW_MANY = select(*(select(func.count()).select_from(model).scalar_subquery() for model in NUMBERED.values()))
