"""A list of attendees with everything its reader should know: what is wrong, and what the other rooms say of people."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from courses_app.accounts.models import MemberStatus
from courses_app.bookings.models import AttendeeDraft, BookingStatus, Seat
from courses_app.bookings.queries import Line, OtherDate, dates_of, lines_of, rows_of, seats_to_come
from courses_app.bookings.rules.sheets import MOST_FROM_FILE, Examined, typed_day
from courses_app.catalogue.models import CourseRun, FeeAudience, RunStatus
from courses_app.catalogue.queries import price_of
from courses_app.certificates.queries import valid_certificates_of
from courses_app.certificates.rules.validity import valid_through
from courses_app.foundation.clock import day_of
from courses_app.foundation.paging import Page
from courses_app.foundation.yen import Yen, total

ROWS_A_PAGE = 50


@dataclass(frozen=True)
class Clocks:
    """The last day of the present certificate, and of the one this run would give."""

    present: date
    new: date


@dataclass(frozen=True)
class DraftLine:
    """A row with what other rooms know: seats at the same time or in the course, a certificate that counts."""

    one: Examined
    run: CourseRun  # the date it asks for
    meanwhile: Sequence[Seat]
    again: Sequence[Seat]  # in the same course on another date
    clocks: Clocks | None

    @property
    def born_on(self) -> date | None:
        """As on record, else as the file says."""
        return self.one.known.born_on if self.one.known else typed_day(self.one.row.born_on)


@dataclass(frozen=True)
class DateOfList:
    """A date that rows ask for: how many, what is kept and left for them there, and what a seat costs."""

    run: CourseRun
    rows: int
    kept: int
    left: int
    price: Yen
    line: Line
    open: bool  # whether booking is
    last: int  # the number of the last row that finds a seat

    @property
    def fitting(self) -> int:
        """How many of the rows find a seat, the first of them."""
        return self.rows - self.lacking

    @property
    def lacking(self) -> int:
        """How many of the rows find no seat."""
        return max(0, self.rows - self.kept - self.left)

    @property
    def may_wait(self) -> bool:
        """Whether its rows can wait for seats: too few are there, and some could still be offered."""
        return self.lacking > 0 and self.line.open


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
    dates: Sequence[DateOfList]  # those its rows ask for, its own first
    open_dates: Sequence[OtherDate]  # all it may name
    most: int = MOST_FROM_FILE

    @property
    def new(self) -> int:
        """People the organization doesn't know yet."""
        return self.rows - self.known

    @property
    def total(self) -> Yen:
        return total(Yen(one.price * one.rows) for one in self.dates)

    @property
    def lacking(self) -> int:
        """How many rows find no seat on the date they ask for."""
        return sum(one.lacking for one in self.dates)

    @property
    def fitting(self) -> int:
        """For how many rows seats can be had at once."""
        return sum(one.fitting for one in self.dates)

    @property
    def to_wait(self) -> list[DateOfList]:
        """The dates whose rows can wait as a party."""
        return [one for one in self.dates if one.may_wait]

    @property
    def waiting(self) -> int:
        """How many people that would be."""
        return sum(one.rows for one in self.to_wait)

    @property
    def elsewhere(self) -> list[OtherDate]:
        """Dates that could take rows from others: seats are left, and not all rows are there already."""
        full = {one.run.id for one in self.dates if one.lacking or one.rows == self.rows}
        return [one for one in self.open_dates if one.left and one.run.id not in full]

    @property
    def may_be_booked(self) -> bool:
        """Whether the button is worth pressing."""
        return self.rows > 0 and not self.lacking and not self.wrong

    @property
    def ends_at(self) -> datetime | None:
        """When its seats stop being kept whatever is pressed, because others wait for them."""
        awaited = any(one.kept and one.line.parties for one in self.dates)
        return self.kept_until if awaited else None

    @property
    def orders(self) -> int:
        """How many bookings it takes."""
        return -(-self.rows // self.most)

    @property
    def may_be_kept(self) -> bool:
        """Whether seats could be kept while it is mended."""
        return not self.kept and 0 < self.rows <= self.most and not self.lacking


def draft_sheet(draft: AttendeeDraft, *, number: int, now: datetime) -> DraftSheet:
    """The list as it stands now. Eleven statements, however many rows."""
    open_dates = dates_of(draft, now=now)
    rows = rows_of(draft, now=now, among=open_dates)
    ordered = sorted(rows, key=lambda one: (not one.errors, not one.warnings, one.number))
    number = min(number, max(1, -(-len(rows) // ROWS_A_PAGE)))
    shown = ordered[(number - 1) * ROWS_A_PAGE : number * ROWS_A_PAGE]
    kept = draft.kept(now=now)
    dates = _dates(draft, rows, open_dates, now=now)
    return DraftSheet(
        page=Page(_lines(shown, open_dates, now=now), number, ROWS_A_PAGE, len(rows)),
        rows=len(rows),
        wrong=sum(bool(one.errors) for one in rows),
        known=sum(one.known is not None for one in rows),
        booked=sum(one.booked for one in rows),
        left=sum(one.left for one in dates),
        kept=len(draft.kept_seats(now=now)),
        kept_until=kept.hold_until if kept and kept.status is BookingStatus.HELD else None,
        dates=dates,
        open_dates=open_dates,
    )


def rows_booked(draft: AttendeeDraft, *, now: datetime) -> set[int]:
    """The numbers of the rows whose people have a seat in the run already."""
    return {one.number for one in rows_of(draft, now=now) if one.booked}


def _dates(
    draft: AttendeeDraft,
    rows: Sequence[Examined],
    open_dates: Sequence[OtherDate],
    *,
    now: datetime,
) -> list[DateOfList]:
    verified = draft.organization.member_status is MemberStatus.VERIFIED
    audience = FeeAudience.MEMBER if verified else FeeAudience.GENERAL
    asked = Counter(one.run for one in rows)
    held = Counter(seat.run_id for seat in draft.kept_seats(now=now))
    wanted = [one for one in open_dates if asked[one.run.reference] or (not rows and one.run.id == draft.run_id)]
    lines = lines_of([one.run for one in wanted], now=now)
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for row in rows:
        numbers[row.run].append(row.number)
    return [
        DateOfList(
            one.run, asked[one.run.reference], held[one.run.id], one.left,
            price_of(one.run, audience, booked_on=day_of(now)).amount, lines[one.run.id], _is_open(one.run, now=now),
            last=max(numbers[one.run.reference][: held[one.run.id] + one.left], default=0),
        )
        for one in wanted
    ]  # fmt: skip


def _is_open(run: CourseRun, *, now: datetime) -> bool:
    published = run.status is RunStatus.PUBLISHED
    return published and run.booking_opens_at <= now < run.booking_closes_at


def _lines(shown: Sequence[Examined], dates: Sequence[OtherDate], *, now: datetime) -> list[DraftLine]:
    runs = {one.run.reference: one.run for one in dates}
    people = {one.known.id for one in shown if one.known is not None}
    seats: defaultdict[int, list[Seat]] = defaultdict(list)
    for seat in seats_to_come(people, now=now):
        seats[seat.person_id or 0].append(seat)
    present = _present(dates[0].run, people, now=now)
    return [_line(one, runs[one.run], seats, present) for one in shown]


def _line(one: Examined, run: CourseRun, seats: Mapping[int, Sequence[Seat]], present: Mapping[int, date]) -> DraftLine:
    if one.known is None:
        return DraftLine(one, run, [], [], None)
    others = [seat for seat in seats.get(one.known.id, ()) if seat.run_id != run.id]
    meanwhile = [seat for seat in others if seat.run.starts_at < run.ends_at and seat.run.ends_at > run.starts_at]
    again = [seat for seat in others if seat.run.course_id == run.course_id and seat not in meanwhile]
    months, old = run.course.validity_months, present.get(one.known.id)
    clocks = Clocks(old, valid_through(day_of(run.ends_at), months)) if old and months else None
    return DraftLine(one, run, meanwhile, again, clocks)


def _present(run: CourseRun, people: Collection[int], *, now: datetime) -> dict[int, date]:
    """The last day of each person's certificate of the course, where it still counts."""
    if run.course.validity_months is None:
        return {}
    return {
        found.person_id: found.valid_through
        for found in valid_certificates_of(people)
        if found.course_id == run.course_id and found.valid_through and found.valid_through >= day_of(now)
    }
