"""Parties that wait for seats, in any order with everything else (T2)."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlalchemy import select

from courses_app.bookings import operations, queries
from courses_app.bookings.models import WaitingParty
from courses_app.bookings.rules import PartyState
from courses_app.catalogue.models import CourseRun
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session
from tests.proofs.living import ANY, PARTY, WHO, Living, there


class Line(Living):
    """They come, are served by hand or by the worker, leave, or are taken off."""

    @precondition(there("booking"))
    @rule(party=PARTY, at=ANY, who=WHO, part=st.booleans())
    def wait(self, party: int, at: int, who: list[int], part: bool) -> None:
        self._wait(party, at, who, part=part)

    @precondition(there("booking"))
    @rule(party=PARTY, at=ANY, other=ANY, who=WHO)
    def wait_for_some_and_sit_in_others(self, party: int, at: int, other: int, who: list[int]) -> None:
        """A form over two dates, one of which is full; sent twice, it is one form."""
        run, second = self._some(CourseRun, at), self._some(CourseRun, other)
        if run is None or second is None:
            return
        self._fill(run)
        facts = {**self._form(party, run, who), "accepts_part": True}
        facts["attendees"] = [*facts["attendees"][:-1], replace(facts["attendees"][-1], run=second.reference)]
        if self._do(operations.wait_or_hold, **facts):
            before = self._rows()
            assert self._do(operations.wait_or_hold, **facts) is not None
            assert self._rows() == before

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

    @precondition(there("booking"))
    @rule(party=PARTY, at=ANY, who=WHO, reason=st.sampled_from(["", "更新の期限が近いため"]), enough=st.booleans())
    def offer_by_hand(self, party: int, at: int, who: list[int], reason: str, enough: bool) -> None:
        """Perhaps where there are seats enough, for a larger hall was found; where nobody waits, somebody comes."""
        if not self._many(WaitingParty):
            self._wait(party, at, who, part=False)
        found = self._some(WaitingParty, at, WaitingParty.state == PartyState.WAITING)
        if found is None:
            return
        if enough:
            taken = queries.taken_by_run([found.run_id], now=self.now)[found.run_id]
            capacity = max(found.run.capacity, taken) + found.wanted
            self._do(operations.change_capacity, run=found.run, capacity=capacity, by=SYSTEM)
        self._do(operations.offer_by_hand, party=session.get_one(WaitingParty, found.id), reason=reason, by=SYSTEM)

    def _wait(self, party: int, at: int, who: list[int], *, part: bool) -> None:
        """For a run that is full; where none is, the hall becomes as small as what is taken."""
        taken = queries.taken_by_run(session.scalars(select(CourseRun.id)).all(), now=self.now)
        sought = [run_id for run_id, seats in taken.items() if seats]
        if not (run := self._some(CourseRun, at, CourseRun.id.in_(sought))):
            return
        self._fill(run)
        self._send(operations.join_waiting_list, {**self._form(party, run, who), "accepts_part": part})
