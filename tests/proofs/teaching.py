"""Runs that take place: rosters are written and closed, papers issued, in any order with everything else (T2)."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from courses_app.bookings.models import Absence, Seat
from courses_app.bookings.rules import SeatStatus
from courses_app.catalogue.models import CourseRun, RunStatus
from courses_app.certificates import operations as certificates
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session
from courses_app.rosters import queries
from courses_app.rosters.models import Roster
from tests.proofs.living import ANY, PARTY, SELDOM, WHO, Living, there
from tests.rosters.making import present

TAUGHT = CourseRun.status == RunStatus.PUBLISHED
SEATED = CourseRun.id.in_(
    Seat.__table__.select().with_only_columns(Seat.run_id).where(Seat.status == SeatStatus.CONFIRMED)
)


class Teaching(Living):
    """The day comes; who was there completes the course, who was not does not."""

    @precondition(there("invoice"))
    @rule(party=PARTY, at=ANY, who=WHO, away=st.integers(0, 1), closed=st.booleans(), sure=SELDOM)
    def teach_a_run(self, party: int, at: int, who: list[int], away: int, closed: bool, sure: bool) -> None:
        """To its end, and the roster is closed; or only the first of the list is written down so far."""
        if sure and not self._some(CourseRun, at, TAUGHT, SEATED):
            self._buy(party, at, who, card=True, paid=True)
        if not (run := self._some(CourseRun, at, TAUGHT, SEATED)):
            return
        self._wait_for(max(run.ends_at - self.now, timedelta(0)))

        def write(now: datetime, run: CourseRun) -> None:
            meetings = len(queries.net_minutes(run))
            first = {one.seat.reference: present(meetings) for one in queries.attendees(run)[:1]}
            self.make.recorded(run, first, now=now)

        def close(now: datetime, run: CourseRun) -> Roster:
            return self.make.closed_roster(run, failed=1 - away, absent=away, now=now)

        if self._do(close if closed else write, run=run) and away:
            self._pass(timedelta(0))
            self.done["nobody came, and it is settled"] += self._many(Absence) > 0

    @precondition(there("roster"))
    @rule(at=ANY)
    def reopen_a_roster(self, at: int) -> None:
        if roster := self._some(Roster, at):
            run = session.get_one(CourseRun, roster.run_id)
            self._do(certificates.reopen_roster, run=run, reason="採点の誤り", by=SYSTEM)
