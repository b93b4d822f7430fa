"""Builds roles, appointments and completions through their operations."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date
from typing import TYPE_CHECKING, Any

from courses_app.accounts.models import Establishment, Person
from courses_app.accounts.queries import establishments_of
from courses_app.bookings.operations import AttendeeFacts
from courses_app.catalogue.imports import load_catalogue
from courses_app.certificates.models import Certificate
from courses_app.compliance import operations
from courses_app.compliance.imports import load
from courses_app.compliance.models import Appointment
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session

if TYPE_CHECKING:
    from tests.accounts.making import Coordinator


class MakeCompliance:
    """`make.law()`, `make.appointed(person)`, `make.completed(person, on=…)`."""

    def deed(self) -> AbstractContextManager[None]:  # given by Make
        raise NotImplementedError

    def certificate(self, course: str = "SUP", **how: Any) -> Certificate:  # given by MakeCertificates
        raise NotImplementedError

    def law(self) -> None:
        """The catalogue, and what it asks of each role; loaded once."""
        with self.deed():
            load_catalogue(by=SYSTEM, now=clock.now())
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

    def completed(self, coordinator: Coordinator, person: Person, *, on: date, course: str = "SUP") -> Certificate:
        """The person took the course on a day: booked, paid, attended, certified."""
        self.law()
        return self.certificate(
            course,
            days_ago=(clock.today() - on).days,
            booked_by=coordinator.person,
            organization=coordinator.organization,
            attendees=[AttendeeFacts(person=person.reference)],
        )
