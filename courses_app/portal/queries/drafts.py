"""A list of attendees with everything its reader should know: what is wrong, and what the other rooms say of people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from courses_app.accounts.models import MemberStatus
from courses_app.bookings.models import AttendeeDraft, Seat
from courses_app.bookings.queries import rows_of, seats_left, seats_meanwhile
from courses_app.bookings.rules.sheets import MOST_FROM_FILE, Examined, typed_day
from courses_app.catalogue.models import CourseRun, FeeAudience
from courses_app.catalogue.queries import price_of
from courses_app.certificates.queries import valid_certificates_of
from courses_app.certificates.rules.validity import valid_through
from courses_app.foundation.clock import day_of
from courses_app.foundation.paging import Page
from courses_app.foundation.yen import Yen

ROWS_A_PAGE = 50


@dataclass(frozen=True)
class Clocks:
    """The last day of the present certificate, and of the one this run would give."""

    present: date
    new: date


@dataclass(frozen=True)
class DraftLine:
    """A row with what other rooms know: seats at the same time, and a certificate that still counts."""

    one: Examined
    meanwhile: Sequence[Seat]
    clocks: Clocks | None

    @property
    def born_on(self) -> date | None:
        """As on record, else as the file says."""
        return self.one.known.born_on if self.one.known else typed_day(self.one.row.born_on)


@dataclass(frozen=True)
class DraftSheet:
    """A list: its figures, and one page of its rows, those to be mended first."""

    page: Page[DraftLine]
    rows: int
    wrong: int
    known: int
    booked: int
    left: int
    kept: int  # seats that are kept for it, beside those left
    kept_until: datetime | None
    price: Yen
    most: int = MOST_FROM_FILE

    @property
    def new(self) -> int:
        """People the organization doesn't know yet."""
        return self.rows - self.known

    @property
    def total(self) -> Yen:
        return Yen(self.price * self.rows)

    @property
    def may_be_booked(self) -> bool:
        """Whether the button is worth pressing."""
        return 0 < self.rows <= min(self.most, max(self.left, 0) + self.kept) and not self.wrong

    @property
    def may_be_kept(self) -> bool:
        """Whether seats could be kept while it is mended."""
        return not self.kept and 0 < self.rows <= min(self.most, self.left)


def draft_sheet(draft: AttendeeDraft, *, number: int, now: datetime) -> DraftSheet:
    """The list as it stands now. Nine statements, however many rows."""
    rows = rows_of(draft, now=now)
    ordered = sorted(rows, key=lambda one: (not one.errors, not one.warnings, one.number))
    number = min(number, max(1, -(-len(rows) // ROWS_A_PAGE)))
    shown = ordered[(number - 1) * ROWS_A_PAGE : number * ROWS_A_PAGE]
    kept = draft.kept(now=now)
    verified = draft.organization.member_status is MemberStatus.VERIFIED
    return DraftSheet(
        page=Page(_lines(shown, draft.run, now=now), number, ROWS_A_PAGE, len(rows)),
        rows=len(rows),
        wrong=sum(bool(one.errors) for one in rows),
        known=sum(one.known is not None for one in rows),
        booked=sum(one.booked for one in rows),
        left=seats_left(draft.run, now=now),
        kept=len(kept.live_seats) if kept else 0,
        kept_until=kept.hold_until if kept else None,
        price=price_of(draft.run, FeeAudience.MEMBER if verified else FeeAudience.GENERAL).amount,
    )


def rows_booked(draft: AttendeeDraft, *, now: datetime) -> set[int]:
    """The numbers of the rows whose people have a seat in the run already."""
    return {one.number for one in rows_of(draft, now=now) if one.booked}


def _lines(shown: Sequence[Examined], run: CourseRun, *, now: datetime) -> list[DraftLine]:
    people = {one.known.id for one in shown if one.known is not None}
    meanwhile: defaultdict[int, list[Seat]] = defaultdict(list)
    for seat in seats_meanwhile(run, people, now=now):
        meanwhile[seat.person_id or 0].append(seat)
    clocks = _clocks(run, people, now=now)
    return [
        DraftLine(one, meanwhile[one.known.id], clocks.get(one.known.id)) if one.known else DraftLine(one, [], None)
        for one in shown
    ]


def _clocks(run: CourseRun, people: Collection[int], *, now: datetime) -> dict[int, Clocks]:
    months = run.course.validity_months
    if months is None:
        return {}
    new = valid_through(day_of(run.ends_at), months)
    return {
        found.person_id: Clocks(found.valid_through, new)
        for found in valid_certificates_of(people)
        if found.course_id == run.course_id and found.valid_through and found.valid_through >= day_of(now)
    }
