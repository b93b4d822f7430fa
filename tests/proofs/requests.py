"""Requests, their quotes and private runs, in any order with everything else (T2)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from courses_app.accounts.models import Organization, Person
from courses_app.bookings import operations as bookings
from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.rules import Visibility
from courses_app.dispatches import operations, queries
from courses_app.dispatches.models import Dispatch
from courses_app.dispatches.rules import Place, PlannedMeeting, QuotedLine, QuoteFacts, TimeOfDay, Wished
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.clock import JST, day_of
from courses_app.foundation.db import session
from courses_app.foundation.references import new_token
from courses_app.foundation.yen import TaxCategory, Yen
from tests.dispatches.making import NINE, NOON, asked
from tests.proofs.living import ANY, PARTY, SELDOM, WHO, Living, there

MOST_REQUESTS, MOST_PRIVATE = 2, 5
DAYS, SEATS, PRICE = st.integers(10, 40), st.integers(1, 4), st.sampled_from([0, 30_000, 30_000])
REASON = "日程が合わないため"


class Requests(Living):
    """An organization asks, the office answers, and a run of its own comes of it, or not."""

    @precondition(lambda self: self.many["request"] < MOST_REQUESTS)
    @rule(party=PARTY, days=DAYS, seats=SEATS, price=PRICE, far=st.integers(0, 3))
    def ask_for_a_run(self, party: int, days: int, seats: int, price: int, far: int) -> None:
        """Asked for; then perhaps quoted, accepted and planned as well, so that lives become interesting soon."""
        theirs = self.ground.parties[party]
        wish = Wished(day_of(self.now) + timedelta(days=40), TimeOfDay.MORNING)
        made = self._send(
            operations.ask_for,
            {
                "organization": session.get_one(Organization, theirs.organization), "form_token": new_token(),
                "service": queries.service_by_code("briefing"), "facts": asked(place=Place.ONLINE, wishes=(wish,)),
                "asked_by": session.get_one(Person, theirs.coordinator), "mail_language": "ja", "by": SYSTEM,
            },
        )  # fmt: skip
        if made and far > 0:
            self._do(operations.make_quote, dispatch=made, facts=self._quote(days, seats, price), by=SYSTEM)
        if made and far > 1:
            self._do(operations.accept, dispatch=made, number=1, by=SYSTEM)
        if made and far > 2:
            self._do(operations.plan, dispatch=made, by=SYSTEM)

    @precondition(there("request"))
    @rule(at=ANY, days=DAYS, seats=SEATS, price=PRICE)
    def quote(self, at: int, days: int, seats: int, price: int) -> None:
        if request := self._some(Dispatch, at):
            self._do(operations.make_quote, dispatch=request, facts=self._quote(days, seats, price), by=SYSTEM)

    @precondition(there("request"))
    @rule(at=ANY, number=st.sampled_from([None, None, 1]))
    def accept_a_quote(self, at: int, number: int | None) -> None:
        """The latest, or an old one that was left open on a page."""
        if (request := self._some(Dispatch, at)) and request.quote:
            self._do(operations.accept, dispatch=request, number=number or request.quote.number, by=SYSTEM)

    @precondition(there("request"))
    @rule(at=ANY)
    def confirm_the_plan(self, at: int) -> None:
        if request := self._some(Dispatch, at):
            self._do(operations.plan, dispatch=request, by=SYSTEM)

    @precondition(there("request"))
    @rule(at=ANY, how=st.sampled_from(["answer", "ask_back", "decline", "withdraw", "call_off"]), sure=SELDOM)
    def end_a_request_or_write(self, at: int, how: str, sure: bool) -> None:
        request = self._some(Dispatch, at)
        if request and (sure or how in ("answer", "ask_back")):
            words = {"reason": REASON} if how in ("decline", "call_off") else {"words": REASON}
            self._do(getattr(operations, how), dispatch=request, by=SYSTEM, **words)

    @precondition(there("request"))
    @rule(at=ANY, who=WHO)
    def book_in_the_run_of_their_own(self, at: int, who: list[int]) -> None:
        """Its organization books without a key; the seats cost nothing."""
        request = self._some(Dispatch, at, Dispatch.run_id.is_not(None))
        if request and request.run:
            party = [one.organization for one in self.ground.parties].index(request.organization_id)
            held = self._send(bookings.hold_seats, self._form(party, request.run, who))
            if held:
                self._order(held, card=False)

    @precondition(lambda self: self.many["run"] < MOST_PRIVATE)
    @rule(capacity=st.integers(1, 3), days=st.integers(15, 40), price=st.sampled_from([None, 9_000]), bound=SELDOM)
    def plan_a_private_run(self, capacity: int, days: int, price: int | None, bound: bool) -> None:
        """For who has its link, or for one organization."""
        to = session.get_one(Organization, self.ground.parties[0].organization).reference if bound else None
        self._plan("SUP", capacity=capacity, days=days, price=price, private=True, organization=to)

    @rule(party=PARTY, at=ANY, who=WHO, has_key=st.booleans())
    def book_by_a_link(self, party: int, at: int, who: list[int], has_key: bool) -> None:
        """Whoever has no key, and takes no part, finds nothing there."""
        run = self._some(CourseRun, at, CourseRun.visibility == Visibility.PRIVATE)
        if run is None:
            return
        theirs = self.ground.parties[party].organization
        stranger = run.organization_id not in (None, theirs)
        form = self._form(party, run, who) | {"key": run.link_token if has_key else ""}
        held = self._send(bookings.hold_seats, form)
        assert not (held and stranger), "somebody else's run was booked"

    def _quote(self, days: int, seats: int, price: int) -> QuoteFacts:
        on = day_of(self.now) + timedelta(days=days)
        meeting = PlannedMeeting(datetime.combine(on, NINE, tzinfo=JST), datetime.combine(on, NOON, tzinfo=JST))
        lines: Any = (QuotedLine("講師料", 1, Yen(price), TaxCategory.TAXABLE_10),)
        until = day_of(self.now) + timedelta(days=7)
        return QuoteFacts(lines=lines, meetings=(meeting,), valid_until=until, capacity=seats)
