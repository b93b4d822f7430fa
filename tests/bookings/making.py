"""Builds bookings through their operations."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from courses_app.accounts.models import Organization, Person
from courses_app.bookings import operations, queries
from courses_app.bookings.models import AttendeeDraft, Booking, Estimate, WaitingParty
from courses_app.bookings.operations import AttendeeFacts
from courses_app.bookings.rules import QuotedSeats
from courses_app.bookings.rules.sheets import DraftRow
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM, Actor, ActorKind
from courses_app.foundation.db import session
from courses_app.foundation.references import new_token
from courses_app.payments.models import PaymentMethod, Provider

if TYPE_CHECKING:
    from tests.accounts.making import Coordinator

_turn = count(1)
FAMILIES = ("山田", "佐藤", "髙﨑", "𠮷野", "渡邉󠄁", "鈴木", "田中", "伊藤", "小林", "加藤")


def attendee(**changes: Any) -> AttendeeFacts:
    """Somebody new, each time somebody else."""
    turn = next(_turn)
    facts: dict[str, Any] = {
        "family_name": FAMILIES[turn % len(FAMILIES)], "given_name": f"太郎{turn}",
        "family_name_kana": "ヤマダ", "given_name_kana": "タロウ",
        "born_on": date(1970, 1, 1) + timedelta(days=turn), "email": f"attendee{turn}@example.jp", **changes,
    }  # fmt: skip
    return AttendeeFacts(**facts)


def draft_row(number: int, **changes: str) -> DraftRow:
    """A row without faults of somebody new."""
    values = {
        "family_name": "山田", "given_name": f"花子{number}", "family_name_kana": "ヤマダ", "given_name_kana": "ハナコ",
        "born_on": "1985-04-09", **changes,
    }  # fmt: skip
    return DraftRow.typed(number, values, {})


def by(person: Person) -> Actor:
    return Actor(ActorKind.PERSON, person.id, person.full_name)


class MakeBookings:
    """`make.held(run)`, `make.ordered(run)`, `make.paid(run)`, `make.free(run)`: each a booking, whole."""

    def deed(self) -> AbstractContextManager[None]:  # given by Make
        raise NotImplementedError

    def issuer(self) -> None:  # given by MakePayments
        raise NotImplementedError

    def coordinator(self, organization: Organization | None = None) -> Coordinator:  # given by MakeAccounts
        raise NotImplementedError

    def quote(self, who: Coordinator, *runs: CourseRun, people: int = 2, now: datetime | None = None) -> Estimate:
        """A quote for so many people in each of these runs; its paper is printed by the worker."""
        self.issuer()
        now = now or clock.now()
        with self.deed():
            wanted = [QuotedSeats(run.reference, people) for run in runs]
            known = queries.runs_to_quote(now=now)
            facts = operations.estimate(organization=who.organization, seats=wanted, runs=known, now=now)
            return operations.make_estimate(
                organization=who.organization, facts=facts, addressee=who.organization.name,
                form_token=new_token(), language="ja", by=SYSTEM, now=now,
            )  # fmt: skip

    def held(
        self,
        run: CourseRun,
        n: int = 1,
        *,
        organization: Organization | None = None,
        booked_by: Person | None = None,
        attendees: Sequence[AttendeeFacts] = (),
        form_token: str = "",
        now: datetime | None = None,
    ) -> Booking:
        """`n` seats held for new people of the organization (a new one with its coordinator, if none is given)."""
        if booked_by is None:
            somebody = self.coordinator(organization)
            organization, booked_by = somebody.organization, somebody.person
        with self.deed():
            person = session.get_one(Person, booked_by.id)
            booking = operations.hold_seats(
                organization=session.get_one(Organization, organization.id) if organization else _theirs(person),
                run_reference=run.reference,
                attendees=attendees or [attendee() for _ in range(n)],
                form_token=form_token or new_token(),
                by=by(person),
                booked_by=person,
                now=now or clock.now(),
            )
            return self.whole(booking)

    def ordered(
        self,
        run: CourseRun,
        n: int = 1,
        *,
        method: PaymentMethod = PaymentMethod.BANK_TRANSFER,
        now: datetime | None = None,
        **how: Any,
    ) -> Booking:
        """A paid order (of a free run: paid at once)."""
        self.issuer()
        held = self.held(run, n, now=now, **how)
        with self.deed():
            booking = operations.order(
                booking=held,
                payment_method=method if held.total else PaymentMethod.NONE,
                stripe_enabled=True,
                language="ja",
                by=by(held.booked_by),
                now=now or clock.now(),
            )
            return self.whole(booking)

    def paid(self, run: CourseRun, n: int = 1, *, now: datetime | None = None, **how: Any) -> Booking:
        """An order whose transfer has arrived: its seats are confirmed."""
        ordered = self.ordered(run, n, now=now, **how)
        return self.pay(ordered, now=now)

    def pay(self, booking: Booking, *, now: datetime | None = None, external_id: str = "") -> Booking:
        """The transfer of an ordered booking arrives; a free one is paid already."""
        now = now or clock.now()
        with self.deed():
            booking = self.whole(booking)
            if booking.invoice is None:
                return booking
            operations.settle(
                invoice=booking.invoice,
                provider=Provider.BANK_TRANSFER,
                external_id=external_id or f"transfer-{next(_turn)}",
                amount=booking.invoice.total,
                received_on=clock.day_of(now),
                by=SYSTEM,
                now=now,
            )
            return self.whole(booking)

    def waiting(
        self,
        run: CourseRun,
        n: int = 1,
        *,
        organization: Organization | None = None,
        booked_by: Person | None = None,
        attendees: Sequence[AttendeeFacts] = (),
        accepts_part: bool = False,
        form_token: str = "",
        now: datetime | None = None,
    ) -> WaitingParty:
        """A party of `n` on the waiting list of a run that has no room for it."""
        self.issuer()
        if booked_by is None:
            somebody = self.coordinator(organization)
            organization, booked_by = somebody.organization, somebody.person
        with self.deed():
            person = session.get_one(Person, booked_by.id)
            return operations.join_waiting_list(
                organization=session.get_one(Organization, organization.id) if organization else _theirs(person),
                run_reference=run.reference,
                attendees=attendees or [attendee() for _ in range(n)],
                accepts_part=accepts_part,
                form_token=form_token or new_token(),
                by=by(person),
                booked_by=person,
                now=now or clock.now(),
            )

    def draft(
        self, run: CourseRun, *rows: DraftRow, somebody: Coordinator | None = None, now: datetime | None = None
    ) -> AttendeeDraft:
        """A list of attendees from a file, with one row unless said otherwise."""
        somebody = somebody or self.coordinator()
        with self.deed():
            draft = operations.keep_draft(
                organization=session.get_one(Organization, somebody.organization.id),
                run=session.get_one(CourseRun, run.id),
                rows=rows or [draft_row(2)],
                filename="名簿.xlsx",
                digest=new_token(),
                form_token=new_token(),
                created_by=session.get_one(Person, somebody.person.id),
                by=by(somebody.person),
                now=now or clock.now(),
            )
            session.flush()
            return draft

    def whole(self, booking: Booking) -> Booking:
        """The booking with everything its page shows, as it stands now."""
        session.flush()
        session.expire_all()
        found = queries.booking_for_office(booking.reference)
        assert found is not None
        return found


def _theirs(person: Person) -> Organization:
    from courses_app.accounts.models import Membership

    return session.scalars(
        select(Organization)
        .join(Membership, Membership.organization_id == Organization.id)
        .where(Membership.person_id == person.id, Membership.is_coordinator)
    ).one()
