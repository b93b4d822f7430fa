"""Runs that the office moves, and the answers of who has seats in them, in any order with everything else (T2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from courses_app.bookings import operations, queries
from courses_app.bookings.models import Booking, MoveQuestion
from courses_app.bookings.rules import ASKED_OF, QuestionState, SeatChoice
from courses_app.catalogue import queries as catalogue
from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.rules import MeetingPlan, RunPlan, fingerprint
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.yen import Yen
from tests.catalogue.test_operations import moved_by
from tests.proofs.living import ANY, PARTY, SELDOM, WHO, Living, there

KEEP, GIVE_BACK, MOVE, MIXED = SeatChoice.KEEP.value, SeatChoice.GIVE_BACK.value, SeatChoice.MOVE.value, "mixed"


def plan_as_it_is(run: CourseRun) -> RunPlan:
    """What stands on the page where staff change it."""
    return RunPlan(
        course=run.course.code, delivery=run.delivery, venue=run.venue.code if run.venue else None,
        language=run.language, capacity=run.capacity, booking_opens_at=run.booking_opens_at,
        booking_closes_at=run.booking_closes_at, price_general=run.price_general, price_member=run.price_member,
        private=run.private, organization=run.organization.reference if run.organization else None,
        meetings=tuple(
            MeetingPlan(
                starts_at=one.starts_at, ends_at=one.ends_at, title_ja=one.title_ja, title_en=one.title_en,
                net_minutes=one.net_minutes, subject_id=one.subject_id, number=number,
            )
            for number, one in enumerate(run.meetings, start=1)
        ),
    )  # fmt: skip


class Moved(Living):
    """Who has ordered keeps the seats, takes another date, or wants the money back; seat by seat, or says nothing."""

    @precondition(there("booking"))
    @rule(at=ANY, days=st.integers(-5, 20))
    def move_a_run(self, at: int, days: int) -> None:
        if run := self._some(CourseRun, at):
            self._move_run(run, days=days)

    @precondition(there("booking"))
    @rule(party=PARTY, at=ANY, who=WHO, how=st.sampled_from([KEEP, GIVE_BACK, MOVE, MIXED]), off=SELDOM, later=SELDOM)
    def answer_about_a_moved_run(self, party: int, at: int, who: list[int], how: str, off: bool, later: bool) -> None:
        """At the figures of the page, or at others; where nobody is asked yet, a run is moved for it."""
        if not self._some(Booking, at, Booking.status.in_(ASKED_OF)):
            self._buy(party, at, who, card=False, paid=later)
        if question := self._asked(at):
            self._wait_for(timedelta(days=2 * later))
            whole = queries.question_for_office(question.reference)
            assert whole is not None
            choices = self._choices(whole, how)
            less = queries.answering(whole, choices, now=self.now).less
            self._answer(whole, choices, less=Yen(less + off))

    def _answer(self, question: MoveQuestion, choices: dict[int, str], *, less: Yen) -> None:
        """And once more: the same answer changes nothing (R-42)."""
        facts = {"question": question, "choices": choices, "agreed": less, "by": SYSTEM}
        if self._do(operations.answer, **facts) is None:
            return
        self.done.update(f"answered {one if one in (KEEP, GIVE_BACK) else MOVE}" for one in choices.values())
        before = self._rows()
        assert self._do(operations.answer, **facts) is not None
        assert self._rows() == before

    def _choices(self, question: MoveQuestion, how: str) -> dict[int, str]:
        """For each seat that can be answered for; the dates are those of the page."""
        here = queries.answerable(question)
        dates = [one.run.reference for one in queries.answering(question, {}, now=self.now).dates]
        wanted = [KEEP, GIVE_BACK, *dates[:1]] if how == MIXED else dates[:1] if how == MOVE else [how]
        return {position: wanted[turn % len(wanted)] for turn, position in enumerate(here) if wanted}

    def _asked(self, at: int) -> MoveQuestion | None:
        open_one = MoveQuestion.state == QuestionState.ASKED
        if (found := self._some(MoveQuestion, at, open_one)) is None:
            booking = self._some(Booking, at, Booking.status.in_(ASKED_OF))
            if booking is not None:
                self._move_run(booking.live_seats[0].run, days=7)
            found = self._some(MoveQuestion, at, open_one)
        return found

    def _move_run(self, run: CourseRun, *, days: int) -> None:
        later = timedelta(days=days)
        plan = replace(moved_by(plan_as_it_is(run), later), booking_closes_at=run.booking_closes_at + later)

        def change(now: datetime) -> None:
            locked = catalogue.run_for_update(run.reference)
            assert locked is not None
            seen = fingerprint(catalogue.clashes_of(plan, except_run=locked))
            operations.change_run(locked, plan, version=locked.version, by=SYSTEM, now=now, clashes_seen=seen)

        self._do(change)
