"""Seats and revenue of a period, by course and month of the run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from courses_app.bookings.models import Seat, SeatStatus
from courses_app.catalogue.models import Course, CourseRun, RunStatus
from courses_app.foundation.clock import day_of, end_of, start_of
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen


@dataclass(frozen=True)
class FigureLine:
    """What a course brought in a month: runs not called off, confirmed seats of so many, revenue tax included."""

    month: date
    course: Course
    runs: int
    seats: int
    capacity: int
    revenue: Yen


def figures(*, from_on: date, until_on: date) -> list[FigureLine]:
    """One line for each month and course that has runs, by month, then in the institution's order of courses."""
    query = (
        select(CourseRun.starts_at, CourseRun.course_id, CourseRun.capacity, func.count(Seat.id), func.sum(Seat.price))
        .outerjoin(Seat, (Seat.run_id == CourseRun.id) & (Seat.status == SeatStatus.CONFIRMED))
        .where(CourseRun.status == RunStatus.PUBLISHED)
        .where(CourseRun.starts_at >= start_of(from_on), CourseRun.starts_at < end_of(until_on))
        .group_by(CourseRun.id, CourseRun.starts_at, CourseRun.course_id, CourseRun.capacity)
    )
    courses = {course.id: course for course in session.scalars(select(Course).order_by(Course.position, Course.id))}
    gathered: dict[tuple[date, int], list[tuple[int, int, int]]] = {}
    for starts_at, course_id, capacity, seats, revenue in session.execute(query):
        month = day_of(starts_at).replace(day=1)
        gathered.setdefault((month, course_id), []).append((seats, capacity, int(revenue or 0)))
    order = {course_id: place for place, course_id in enumerate(courses)}
    keys = sorted(gathered, key=lambda key: (key[0], order[key[1]]))
    return [_line(month, courses[course_id], gathered[month, course_id]) for month, course_id in keys]


def together(lines: Iterable[FigureLine]) -> tuple[int, int, int, Yen]:
    """(runs, seats, capacity, revenue) of all lines."""
    whole = list(lines)
    return (
        sum(line.runs for line in whole),
        sum(line.seats for line in whole),
        sum(line.capacity for line in whole),
        Yen(sum(line.revenue for line in whole)),
    )


def _line(month: date, course: Course, runs: list[tuple[int, int, int]]) -> FigureLine:
    seats, capacity, revenue = (sum(part) for part in zip(*runs, strict=True))
    return FigureLine(month, course, len(runs), seats, capacity, Yen(revenue))
