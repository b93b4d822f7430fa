"""Builds roles, appointments and completions through their operations."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, select

from courses_app.accounts.models import Establishment, Person
from courses_app.accounts.queries import establishments_of
from courses_app.bookings.models import Seat
from courses_app.bookings.operations import AttendeeFacts
from courses_app.bookings.rules import MOST_ATTENDEES
from courses_app.catalogue import queries
from courses_app.catalogue.models import CourseRun, Fee, FeeAudience
from courses_app.certificates.models import Certificate
from courses_app.compliance import operations
from courses_app.compliance.imports import load
from courses_app.compliance.models import Appointment, Requirement
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen
from courses_app.rosters.models import Roster, RosterEntry
from tests.catalogue.content import load_once

if TYPE_CHECKING:
    from courses_app.bookings.models import Booking
    from tests.accounts.making import Coordinator

FIRST_FEE = date(2000, 1, 1)


class MakeCompliance:
    """`make.law()`, `make.appointed(person)`, `make.completed(person, on=…)`."""

    def deed(self) -> AbstractContextManager[None]:  # given by Make
        raise NotImplementedError

    def issuer(self) -> None:  # given by MakePayments
        raise NotImplementedError

    def run(self, course: str = "SUP", **how: Any) -> CourseRun:  # given by MakeCatalogue
        raise NotImplementedError

    def paid(self, run: CourseRun, n: int = 1, **how: Any) -> Booking:  # given by MakeBookings
        raise NotImplementedError

    def closed_roster(self, run: CourseRun, **how: Any) -> Roster:  # given by MakeRosters
        raise NotImplementedError

    def papers(self, run: CourseRun, **how: Any) -> int:  # given by MakeCertificates
        raise NotImplementedError

    def law(self) -> None:
        """The catalogue, and what it asks of each role; loaded once."""
        with self.deed():
            load_once(now=clock.now())
            if not session.scalar(select(exists().where(Requirement.id.is_not(None)))):
                load(by=SYSTEM, now=clock.now())

    def appointed(
        self,
        coordinator: Coordinator,
        person: Person,
        role: str = "supervision_manager",
        *,
        at: Establishment | None = None,
        from_on: date = date(2020, 4, 1),
    ) -> Appointment:
        """The person in a role, at the head office unless said otherwise."""
        self.law()
        with self.deed():
            place = session.get_one(Establishment, at.id) if at else establishments_of(coordinator.organization)[0]
            here = session.get_one(Person, person.id)
            return operations.appoint(here, role, place, from_on=from_on, by=SYSTEM, now=clock.now())

    def completed(self, coordinator: Coordinator, *people: Person, on: date, course: str = "SUP") -> list[Certificate]:
        """The people took the course on a day: booked, attended, certified today. The run was free of charge: nothing
        but the course is of interest here."""
        self.law()
        self.issuer()
        self._taught_before(course)
        free = {"price_general": Yen(0), "price_member": Yen(0)}
        run = self.run(course, days_ahead=(on - clock.today()).days, capacity=100, venue="tokyo-kanda", **free)
        for some in (people[at : at + MOST_ATTENDEES] for at in range(0, len(people), MOST_ATTENDEES)):
            self.paid(
                run,
                now=run.starts_at - timedelta(days=40),
                booked_by=coordinator.person,
                organization=coordinator.organization,
                attendees=[AttendeeFacts(person=person.reference) for person in some],
            )
        self.closed_roster(run)
        while self.papers(run, now=clock.now()):
            pass
        with self.deed():
            return list(
                session.scalars(
                    select(Certificate)
                    .join(Certificate.entry)
                    .join(RosterEntry.seat)
                    .where(Seat.run_id == run.id)
                    .order_by(Certificate.id)
                )
            )

    def _taught_before(self, code: str) -> None:
        """The catalogue's fees begin in 2025; completions that expire now are older."""
        with self.deed():
            course = queries.course_by_code(code)
            first = min(course.fees, key=lambda fee: fee.from_on)
            if first.from_on > FIRST_FEE:
                ended = first.from_on - timedelta(days=1)
                facts = {"audience": FeeAudience.GENERAL, "amount": Yen(0), "tax_category": first.tax_category}
                course.fees.append(Fee(from_on=FIRST_FEE, until_on=ended, **facts))
