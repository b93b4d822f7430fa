"""Lists from spreadsheets that keep seats while they are mended, in any order with everything else (T2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from courses_app.accounts.models import Organization, Person
from courses_app.bookings import operations, queries
from courses_app.bookings.models import AttendeeDraft
from courses_app.bookings.rules.sheets import DraftRow
from courses_app.catalogue.models import CourseRun
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session
from courses_app.foundation.references import new_token
from tests.proofs.living import ANY, NAMED, PARTY, SELDOM, WHO, Living, there

FIRST_ROW = 2  # below the headings
WRONG, RIGHT = "?", "1985-04-09"
END = st.sampled_from(["", "", "booked", "booked", "taken in part", "waits", "given up", "forgotten"])


class Lists(Living):
    """Sent, mended, booked, given up, forgotten."""

    @rule(party=PARTY, at=ANY, who=WHO, other=st.none() | ANY, wrong=st.sampled_from([True, True, False]), end=END)
    def send_a_list(self, party: int, at: int, who: list[int], other: int | None, wrong: bool, end: str) -> None:
        """Perhaps one of it for another date; where a row is wrong, seats are kept meanwhile. It may end at once."""
        run = self._some(CourseRun, at)
        second = run if other is None else self._some(CourseRun, other)
        if run is None or second is None:
            return
        theirs = self.ground.parties[party]
        rows = [self._row(party, one, number) for number, one in enumerate(who, FIRST_ROW)]
        rows[-1] |= {"run": second.reference}
        rows[0] |= {"born_on": WRONG if wrong else RIGHT}

        def keep_a_list(now: datetime, run: CourseRun) -> AttendeeDraft:
            booked_by = session.get_one(Person, theirs.coordinator)
            draft = operations.keep_draft(
                organization=session.get_one(Organization, theirs.organization), run=run, form_token=new_token(),
                rows=[DraftRow.typed(FIRST_ROW + turn, row, {}) for turn, row in enumerate(rows)], filename="名簿.csv",
                digest=new_token(), created_by=booked_by, by=SYSTEM, now=now,
            )  # fmt: skip
            operations.keep_while_mended(draft=draft, booked_by=booked_by, language="ja", by=SYSTEM, now=now)
            return draft

        made = self._do(keep_a_list, run=run)
        if made:
            self.done["a list keeps seats"] += made.hold_id is not None
            self._end_list(made, end)

    @precondition(there("list"))
    @rule(at=ANY, who=st.integers(0, NAMED - 1), other=ANY, out=SELDOM, stale=SELDOM)
    def mend_a_list(self, at: int, who: int, other: int, out: bool, stale: bool) -> None:
        """A row for somebody else on another date, or taken out; perhaps on a page that was looked at before."""
        draft, run = self._open_list(at), self._some(CourseRun, other)
        if draft and run and draft.rows:
            number = draft.rows[-1]["number"]
            row = self._row(self._party_of(draft), who, number) | {"run": run.reference}
            self._do(
                operations.mend_draft, draft=draft, version=draft.version - stale, typed={} if out else {number: row},
                removed=[number] if out else [], by=SYSTEM,
            )  # fmt: skip

    @precondition(there("list"))
    @rule(at=ANY, only_excess=st.booleans())
    def send_rows_to_another_date(self, at: int, only_excess: bool) -> None:
        if (draft := self._open_list(at)) and (dates := queries.dates_of(draft, now=self.now)):
            to = dates[at % len(dates)].run.reference
            self._do(operations.move_rows, draft=draft, to=to, only_excess=only_excess, by=SYSTEM)

    @precondition(there("list"))
    @rule(at=ANY, end=END, late=SELDOM)
    def end_a_list(self, at: int, end: str, late: bool) -> None:
        """Perhaps after hours, when its seats are no longer kept."""
        if draft := self._open_list(at):
            self._wait_for(timedelta(hours=late))
            self._end_list(draft, end)

    def _end_list(self, draft: AttendeeDraft, end: str) -> None:
        """Booked, all or a part; in the line; given up; or nobody touches it for a month, and the worker forgets it."""
        if end == "booked":
            self._press(draft, operations.book_draft)
        elif end == "taken in part":
            self._press(draft, operations.take_what_is_left)
        elif end == "waits":
            self._fill(draft.run)
            self._press(draft, operations.wait_with_list, accepts_part=True)
        elif end == "given up":
            self._do(operations.give_up_draft, draft=draft, by=SYSTEM)
        elif end == "forgotten":
            draft_id = draft.id
            self._pass(operations.KEPT_FOR + timedelta(seconds=1))
            assert session.get(AttendeeDraft, draft_id) is None
            self.done["a list is forgotten"] += 1

    def _press(self, draft: AttendeeDraft, deed: Callable[..., Any], **more: Any) -> None:
        """What is wrong is mended before; pressed twice, it is done once (R-05, R-42)."""
        wrong = {row["number"]: {"born_on": RIGHT} for row in draft.rows if row.get("born_on") == WRONG}
        self._do(operations.mend_draft, draft=draft, version=draft.version, typed=wrong, removed=(), by=SYSTEM)
        draft = session.get_one(AttendeeDraft, draft.id)
        booked_by = session.get_one(Person, draft.created_by_person_id)
        facts = {"draft": draft, "version": draft.version, "booked_by": booked_by, "language": "ja", "by": SYSTEM}
        if made := self._do(deed, **facts, **more):
            before, references = self._rows(), [one.reference for one in made]
            again = self._do(deed, **facts, **more)
            assert again is not None
            assert [one.reference for one in again] == references
            assert self._rows() == before

    def _open_list(self, at: int) -> AttendeeDraft | None:
        return self._some(AttendeeDraft, at, AttendeeDraft.ended_at.is_(None))

    def _row(self, party: int, who: int, number: int) -> dict[str, str]:
        """Somebody the organization knows, or somebody new; the list names everybody."""
        one = self._attendee(party, who)
        if one.person:
            return {"person": one.person}
        return {
            "family_name": one.family_name or "新井", "given_name": one.given_name or f"花子{number}",
            "family_name_kana": "アライ", "given_name_kana": "ハナコ", "born_on": RIGHT,
        }  # fmt: skip
