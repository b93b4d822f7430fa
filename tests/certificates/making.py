"""Builds certificates the way the worker makes them."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import Flask, has_app_context
from sqlalchemy import select

from courses_app.bookings.models import Seat
from courses_app.catalogue.models import CourseRun
from courses_app.certificates import queries, tasks
from courses_app.certificates.models import Certificate
from courses_app.foundation.db import session
from courses_app.rosters.models import Roster, RosterEntry

if TYPE_CHECKING:
    from courses_app.bookings.models import Booking

PAID_BEFORE = timedelta(days=40)
ISSUED_AFTER = timedelta(hours=1)


class MakeCertificates:
    """`make.certificate()`, `make.papers(run)`."""

    app: Flask  # given by Make

    def deed(self) -> AbstractContextManager[None]:  # given by Make
        raise NotImplementedError

    def run(self, course: str = "SUP", **how: Any) -> CourseRun:  # given by MakeCatalogue
        raise NotImplementedError

    def paid(self, run: CourseRun, n: int = 1, **how: Any) -> Booking:  # given by MakeBookings
        raise NotImplementedError

    def closed_roster(self, run: CourseRun, **how: Any) -> Roster:  # given by MakeRosters
        raise NotImplementedError

    def certificate(self, course: str = "SUP", *, days_ago: int = 7, **booking: Any) -> Certificate:
        """The certificate of somebody who completed a course so many days ago; `booking` says whose (`attendees=…`)."""
        run = self.run(course, days_ahead=-days_ago)
        booked = self.paid(run, now=run.starts_at - PAID_BEFORE, **booking)
        self.closed_roster(run)
        self.papers(run)
        with self.deed():
            number = session.scalars(
                select(Certificate.number)
                .join(RosterEntry, RosterEntry.id == Certificate.entry_id)
                .join(Seat, Seat.id == RosterEntry.seat_id)
                .where(Seat.booking_id == booked.id)
            ).one()
            return queries.copies_of(number)[0]

    def papers(self, run: CourseRun, *, now: datetime | None = None) -> int:
        """All that closed rosters owe is issued, an hour after the run unless told otherwise; returns how much."""
        at = now or run.ends_at + ISSUED_AFTER
        with nullcontext() if has_app_context() else self.app.app_context():
            return tasks.run_due(clock=lambda: at)
