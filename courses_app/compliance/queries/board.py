"""An organization's people at a glance: counted, narrowed, and with the next run for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from courses_app.accounts.models import Establishment, Organization, Person
from courses_app.bookings.models import Seat
from courses_app.bookings.queries import seats_of_organization
from courses_app.compliance.models import Role
from courses_app.compliance.queries.runs import FittingRun, choose_fitting, fitting_runs
from courses_app.compliance.queries.standings import Line, standing_of, standings_of
from courses_app.compliance.rules import StandingFilter, StandingState
from courses_app.foundation.clock import day_of
from courses_app.foundation.paging import Page
from courses_app.foundation.text import search_key

PER_PAGE = 40


@dataclass(frozen=True)
class Row:
    """A line with what can be done about it.

    `booked` is the seat in a coming run of the course, `next` the soonest run to book, `in_time` whether it ends by the
    last day, `renewed_through` the last day a completion in that run (booked or next) would have.
    """

    line: Line
    booked: Seat | None = None
    next: FittingRun | None = None
    in_time: bool = True
    renewed_through: date | None = None


@dataclass(frozen=True)
class Board:
    """One page of the rows, the number of lines in each state, and what the list can be narrowed by."""

    page: Page[Row]
    counts: Mapping[str, int]
    people: int
    roles: Sequence[Role]
    establishments: Sequence[Establishment]


def board_of(organization: Organization, wanted: StandingFilter, *, number: int, now: datetime) -> Board:
    """An organization's people, the most urgent first.

    The list is cut here and not by the database: the counts need every line, and an organization has some hundred at
    most.
    """
    lines = standings_of(organization, on=day_of(now))
    found = [line for line in lines if _fits(line, wanted)]
    shown = found[(number - 1) * PER_PAGE : number * PER_PAGE]
    return Board(
        page=Page(rows_of(organization, shown, now=now), number, PER_PAGE, len(found)),
        counts=Counter(line.state for line in lines),
        people=len({line.person.id for line in lines}),
        roles=sorted({line.role for line in lines if line.role}, key=lambda role: role.position),
        establishments=sorted({line.establishment for line in lines if line.establishment}, key=lambda one: one.id),
    )


def lines_of(organization: Organization, wanted: StandingFilter, *, on: date) -> list[Line]:
    """Every line under a filter, for exports."""
    return [line for line in standings_of(organization, on=on) if _fits(line, wanted)]


def rows_of_person(organization: Organization, person: Person, *, now: datetime) -> list[Row]:
    """One person's lines with what can be done about them."""
    lines = [line for line in standing_of(person, on=day_of(now)) if _in(line, organization)]
    return rows_of(organization, lines, now=now)


def _in(line: Line, organization: Organization) -> bool:
    """What a role at another organization asks for is not this one's to see."""
    return line.establishment is None or line.establishment.organization_id == organization.id


def _fits(line: Line, wanted: StandingFilter) -> bool:
    return (
        wanted.state in ("", line.state)
        and wanted.role in ("", line.role.code if line.role else None)
        and wanted.establishment in ("", line.establishment.reference if line.establishment else None)
        and search_key(wanted.q) in line.person.search_key
    )


def rows_of(organization: Organization, lines: Sequence[Line], *, now: datetime) -> list[Row]:
    """The lines with the next run for those who need one. Three statements."""
    needed = {line.course.id for line in lines if line.course and _asks(line)}
    runs = fitting_runs(needed, now=now)
    coming = _coming_seats(organization, now) if needed else []
    seats = {(seat.person_id, seat.run.course_id): seat for seat in coming if seat.person_id is not None}
    return [_row(line, runs, seats) for line in lines]


def _coming_seats(organization: Organization, now: datetime) -> Sequence[Seat]:
    return seats_of_organization(organization, now=now, ending_after=now)


def _asks(line: Line) -> bool:
    return line.requirement is not None and line.state != StandingState.VALID


def _row(line: Line, runs: Mapping[int, Sequence[FittingRun]], seats: Mapping[tuple[int, int], Seat]) -> Row:
    if line.course is None or line.requirement is None or line.standing is None or not _asks(line):
        return Row(line)
    months = line.requirement.validity_months
    seat = seats.get((line.person.id, line.course.id))
    if seat is not None:
        held = FittingRun(seat.run, 0, day_of(seat.run.ends_at))
        return Row(line, booked=seat, renewed_through=held.renewed_through(months))
    last = line.standing.valid_through if line.state == StandingState.EXPIRING else None
    fitting = choose_fitting(runs, line.course.id, before=last, most=1)
    soonest = fitting or choose_fitting(runs, line.course.id, before=None, most=1)
    if not soonest:
        return Row(line)
    return Row(line, next=soonest[0], in_time=bool(fitting), renewed_through=soonest[0].renewed_through(months))
