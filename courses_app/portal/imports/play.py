"""The play: scene by scene everything is done by the rooms' own operations, at its time and by whom it concerns."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import partial

from courses_app.bookings import operations as bookings
from courses_app.bookings.models import Booking
from courses_app.catalogue import operations as catalogue
from courses_app.catalogue import queries
from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.rules import fingerprint
from courses_app.foundation.audit import STRIPE
from courses_app.foundation.clock import JST, day_of
from courses_app.foundation.references import new_token
from courses_app.payments.models import PaymentMethod, Provider
from courses_app.portal.imports import seats
from courses_app.portal.imports.cast import Cast, demo_data
from courses_app.portal.imports.days import Day, record_day
from courses_app.portal.imports.plans import Where, plan_of
from courses_app.portal.imports.requests import play_requests
from courses_app.portal.imports.scenes import Order, Scene, SheetSent, Waiting, scenes
from courses_app.portal.imports.script import Room, Script
from courses_app.rosters import operations as rosters

OPENS_BEFORE = timedelta(days=60)
PLANNED_BEFORE = timedelta(days=14)  # before booking opens
READING_THE_LAST_PAGE = timedelta(minutes=4)
LAPSED_BY = timedelta(days=21)  # an unpaid order has lapsed by then
BEFORE_EVERYTHING = timedelta(days=120)
REFUSING_MAILBOX = "supriyadi@example.jp"
LATE_MEMBER = ("hakata-bridge", "M-0163")
GIVEN_BACK_BEFORE, OFFERED_BEFORE = timedelta(hours=3), timedelta(hours=2)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A time of a day in Tokyo."""
    return datetime.combine(day, time(hour, minute), tzinfo=JST)


def play(cast: Cast, *, now: datetime) -> None:
    """All scenes, the oldest deed first."""
    today = day_of(now)
    written = scenes(cast, today=today)
    first = min(scene.on for scene in written) - BEFORE_EVERYTHING
    script = Script(now=now, refuses=REFUSING_MAILBOX)
    script.at(at(first, 9), cast.enter)
    script.at(at(first, 10), partial(_former_fees, cast, {scene.course for scene in written}, first))
    for scene in written:
        Performance(scene, cast, script).begin()
    script.at(at(today - timedelta(days=2), 11), lambda when: cast.claim_membership(*LATE_MEMBER, when))
    alerts = demo_data("demo_runs")["alerts"]
    script.at(now - timedelta(days=1), partial(seats.ask_for_news, cast, alerts))
    script.worker_at(now - OFFERED_BEFORE, Room.BOOKINGS, Room.PAYMENTS)
    play_requests(cast, script, now=now)
    script.at(now, cast.open_accounts)
    script.play()


def _former_fees(cast: Cast, courses: set[str], first: date, now: datetime) -> None:
    """Runs before the first fee of the catalogue cost the same: the fees are set as they would have been then."""
    for code in sorted(courses):
        course = queries.course_by_code(code)
        for fee in [fee for fee in course.fees if fee.from_on > first]:
            catalogue.set_fee(
                course,
                audience=fee.audience,
                amount=fee.amount,
                tax_category=fee.tax_category,
                from_on=first,
                by=cast.office,
                now=now,
                today=first - timedelta(days=1),
            )


class Performance:
    """One scene: the run is planned and published, booked and paid for, held or called off."""

    def __init__(self, scene: Scene, cast: Cast, script: Script) -> None:
        self.scene, self.cast, self.script = scene, cast, script
        self.reference = ""
        first = scene.first_order
        opens = scene.on - OPENS_BEFORE
        self.opens_at = at(min(opens, first - timedelta(days=1)) if first else opens, 9)

    def begin(self) -> None:
        self.script.at(self.opens_at - PLANNED_BEFORE, self._plan)
        for order in self.scene.orders:
            self.script.at(at(order.ordered, 10, 20), partial(self._book, order))
            self._worker(order.ordered, Room.PAYMENTS)
        for party in self.scene.waiting:
            self.script.at(at(party.joined, 13, 5), partial(self._wait, party))
        for sheet in self.scene.lists:
            self.script.at(at(sheet.sent, 16, 40), partial(self._keep_list, sheet))
        if self.scene.called_off:
            self.script.at(at(self.scene.called_off, 15), self._call_off)
            self._worker(self.scene.called_off)

    def _plan(self, now: datetime) -> None:
        scene = self.scene
        where = Where(scene.venue, self.cast.people[scene.instructor].reference, scene.language)
        course = queries.course_by_code(scene.course)
        plan = plan_of(course, scene.on, where, capacity=scene.capacity, opens_at=self.opens_at)
        seen, by = fingerprint(queries.clashes_of(plan)), self.cast.office
        run = catalogue.publish_run(catalogue.plan_run(plan, by=by, now=now, clashes_seen=seen), by=by, now=now)
        self.reference = run.reference
        if scene.roster is not None:
            self.script.at(plan.ends_at, self._hold)
            self._worker(scene.on, Room.CERTIFICATES)

    def _book(self, order: Order, now: datetime) -> None:
        cast, booker = self.cast, self.cast.booker_key(order.organization)
        held = bookings.hold_seats(
            organization=cast.organizations[order.organization],
            run_reference=self.reference,
            attendees=seats.attendees(cast, order.people),
            form_token=new_token(),
            by=cast.actor(booker),
            booked_by=cast.people[booker],
            now=now,
        )
        method = PaymentMethod(order.method) if held.total else PaymentMethod.NONE
        done = now + READING_THE_LAST_PAGE
        booking = bookings.order(
            booking=held, payment_method=method, stripe_enabled=True, language="ja", by=cast.actor(booker), now=done
        )
        self._go_on(order, booking)

    def _go_on(self, order: Order, booking: Booking) -> None:
        """What becomes of the order."""
        if order.cancelled:
            by = self.cast.actor(self.cast.booker_key(order.organization))
            self.script.at(at(order.cancelled, 11), lambda now: bookings.cancel(booking=booking, by=by, now=now))
            self._worker(order.cancelled)
        if order.paid and booking.invoice:
            moment = at(order.paid, 10, 35) if order.method == "stripe" else at(order.paid, 14)
            self.script.at(moment, partial(self._settle, order, booking))
            self._worker(order.paid, Room.BOOKINGS, Room.PAYMENTS)
        if order.given_back:
            self.script.at(self.script.now - GIVEN_BACK_BEFORE, partial(self._give_back, order, booking))
        if order.paid is None or order.paid > order.ordered + LAPSED_BY:
            self._worker(order.ordered + LAPSED_BY, Room.BOOKINGS)

    def _settle(self, order: Order, booking: Booking, now: datetime) -> None:
        invoice, by_card = booking.invoice, order.method == "stripe"
        if invoice is None:
            return
        bookings.settle(
            invoice=invoice,
            provider=Provider(order.method),
            external_id=f"{'pi_demo' if by_card else 'transfer'}_{booking.reference}",
            amount=invoice.total,
            received_on=day_of(now),
            payer="" if by_card else self.cast.organizations[order.organization].name_kana,
            by=STRIPE if by_card else self.cast.office,
            now=now,
        )

    def _give_back(self, order: Order, booking: Booking, now: datetime) -> None:
        by = self.cast.actor(self.cast.booker_key(order.organization))
        seats.give_back(self.cast, booking, order.given_back, by=by, now=now)

    def _wait(self, party: Waiting, now: datetime) -> None:
        seats.wait(self.cast, self._run(), party, now)

    def _keep_list(self, sheet: SheetSent, now: datetime) -> None:
        seats.keep_list(self.cast, self._run(), sheet, now)

    def _hold(self, now: datetime) -> None:
        run, told = self._run(), self.scene.roster or {}
        people = self.cast.people
        day = Day(
            scores={people[key].reference: score for key, score in told.get("scores", {}).items()},
            late={people[key].reference: minutes for key, minutes in told.get("late", {}).items()},
            absent=frozenset(people[key].reference for key in told.get("absent", [])),
        )
        record_day(run, day, by=self.cast.actor(self.scene.instructor), now=now)

    def _call_off(self, now: datetime) -> None:
        rosters.call_off(run=self._run(), reason=self.scene.reason, by=self.cast.office, now=now)

    def _run(self) -> CourseRun:
        run = queries.run_by_reference(self.reference)
        if run is None:
            raise LookupError(self.reference)
        return run

    def _worker(self, day: date, *rooms: Room) -> None:
        self.script.worker_at(at(day, 18), *rooms)
