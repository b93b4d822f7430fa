"""Demand that no seat answers yet: who waits for a course in which region, and which runs have a line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from courses_app.bookings.models import STILL_WAITING, RunAlert, WaitingParty
from courses_app.bookings.rules import ANY_PLACE, ONLINE
from courses_app.catalogue.models import Course, CourseRun, Prefecture, RunStatus, Venue
from courses_app.catalogue.queries import OF_EVERYBODY
from courses_app.foundation.db import session

MOST_LINES = 50  # runs with a line on one page, the longest first
# The region of an alert for a prefecture or a region; `any` and `online` are regions of their own.
REGION = func.coalesce(Prefecture.region, RunAlert.place)


@dataclass(frozen=True)
class Demand:
    """Who wants to hear of runs of a course in a region: `places` are prefectures with how many ask for each.

    `whole` is how many ask for all of the region. `organizations` counts each once, `open_runs` the runs there that can
    be booked now (online: those; any: all).
    """

    course: Course
    region: str
    organizations: int
    since: datetime
    whole: int
    places: Sequence[tuple[Prefecture, int]]
    open_runs: int


@dataclass(frozen=True)
class RunLine:
    """A run with those who wait for it."""

    run: CourseRun
    parties: int
    seats: int


def demand_by_region(*, now: datetime) -> list[Demand]:
    """One entry for each course and region that somebody asked for, where most ask first. Four statements."""
    asking = func.count(func.distinct(RunAlert.organization_id))
    whole = func.count().filter(RunAlert.place == REGION, RunAlert.place.not_in((ANY_PLACE, ONLINE)))
    rows = session.execute(
        select(Course, REGION, asking, func.min(RunAlert.asked_at), whole)
        .join(RunAlert, RunAlert.course_id == Course.id)
        .outerjoin(Prefecture, Prefecture.code == RunAlert.place)
        .group_by(Course.id, REGION)
        .order_by(asking.desc(), Course.position, REGION)
    ).all()
    places, runs = _places(), _open_runs(now=now)
    return [
        Demand(course, region, number, since, all_of_it, places[course.id, region], _of(runs[course.id], region))
        for course, region, number, since, all_of_it in rows
    ]


def lines_of_runs() -> Sequence[RunLine]:
    """The runs with the longest lines."""
    seats = func.sum(WaitingParty.wanted)
    lines = (
        select(WaitingParty.run_id, func.count().label("parties"), seats.label("seats"))
        .where(STILL_WAITING)
        .group_by(WaitingParty.run_id)
        .subquery()
    )
    query = (
        select(CourseRun, lines.c.parties, lines.c.seats)
        .join(lines, lines.c.run_id == CourseRun.id)
        .options(joinedload(CourseRun.course), joinedload(CourseRun.venue).joinedload(Venue.prefecture))
        .order_by(lines.c.seats.desc(), CourseRun.starts_at)
        .limit(MOST_LINES)
    )
    return [RunLine(run, parties, int(wanted)) for run, parties, wanted in session.execute(query)]


def _places() -> dict[tuple[int, str], list[tuple[Prefecture, int]]]:
    found: dict[tuple[int, str], list[tuple[Prefecture, int]]] = defaultdict(list)
    query = (
        select(RunAlert.course_id, Prefecture, func.count())
        .join(Prefecture, Prefecture.code == RunAlert.place)
        .group_by(RunAlert.course_id, Prefecture.code)
        .order_by(func.count().desc(), Prefecture.code)
    )
    for course_id, prefecture, asking in session.execute(query):
        found[course_id, prefecture.region].append((prefecture, asking))
    return found


def _open_runs(*, now: datetime) -> dict[int, dict[str, int]]:
    """How many runs of each course can be booked, by region."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    region = func.coalesce(Prefecture.region, ONLINE)
    query = (
        select(CourseRun.course_id, region, func.count())
        .outerjoin(Venue, Venue.id == CourseRun.venue_id)
        .outerjoin(Prefecture, Prefecture.code == Venue.prefecture_code)
        .where(OF_EVERYBODY, CourseRun.status == RunStatus.PUBLISHED, CourseRun.booking_closes_at > now)
        .group_by(CourseRun.course_id, region)
    )
    for course_id, where, number in session.execute(query):
        found[course_id][where] = number
    return found


def _of(runs: dict[str, int], region: str) -> int:
    return runs.get(region, 0) if region != ANY_PLACE else sum(runs.values())
