"""Revenue by course and month as the ledger has it, made ready for a table and a chart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from courses_app.catalogue.models import Course
from courses_app.foundation.db import session, snapshot
from courses_app.foundation.yen import Yen
from courses_app.payments import queries as payments
from courses_app.payments.models import LedgerAccount
from courses_app.payments.queries import RevenueLine

SERIES = 5  # courses with a colour of their own; what brought less stands together
ENDLESS = date.max


@dataclass(frozen=True)
class CourseRevenue:
    """What one course brought in one month; no course: what can't be told apart."""

    month: date
    course: Course | None
    billed: Yen
    taken_back: Yen

    @property
    def revenue(self) -> Yen:
        return Yen(self.billed - self.taken_back)


@dataclass(frozen=True)
class Revenue:
    """The lines of a period by month and course, what the whole account holds, what of it lies outside the period."""

    lines: Sequence[CourseRevenue]
    ledger: Yen
    outside: Yen

    @property
    def whole(self) -> Yen:
        return Yen(sum(line.revenue for line in self.lines))

    @property
    def adds_up(self) -> bool:
        return self.whole + self.outside == self.ledger

    @property
    def months(self) -> list[date]:
        return sorted({line.month for line in self.lines})

    @property
    def largest(self) -> list[Course | None]:
        """The courses that brought most, most first."""
        brought: dict[Course | None, int] = {}
        for line in self.lines:
            brought[line.course] = brought.get(line.course, 0) + line.revenue
        return sorted(brought, key=lambda course: -brought[course])[:SERIES]


def revenue(*, from_on: date, until_on: date, by_supply: bool) -> Revenue:
    """What each course brought in each month that begins in a period; adds up to the ledger's account."""
    snapshot()
    courses = {course.code: course for course in session.scalars(select(Course))}
    every = payments.revenue(by_supply=by_supply)
    lines = _by_course((one for one in every if from_on <= one.month <= until_on), courses)
    outside = sum(one.revenue for one in every) - sum(one.revenue for one in lines)
    ledger = -payments.account_balance(LedgerAccount.REVENUE, until_on=ENDLESS)
    return Revenue(_in_order(lines), Yen(ledger), Yen(outside))


def _by_course(lines: Iterable[RevenueLine], courses: Mapping[str, Course]) -> list[CourseRevenue]:
    """One line for each month and course; what names no course stands together."""
    gathered: dict[tuple[date, Course | None], list[int]] = {}
    for line in lines:
        sums = gathered.setdefault((line.month, courses.get(line.about)), [0, 0])
        sums[0], sums[1] = sums[0] + line.billed, sums[1] + line.taken_back
    return [CourseRevenue(month, course, Yen(sums[0]), Yen(sums[1])) for (month, course), sums in gathered.items()]


def _in_order(lines: Sequence[CourseRevenue]) -> list[CourseRevenue]:
    """By month, then in the institution's order of courses, what is no course's last."""
    return sorted(lines, key=lambda line: (line.month, line.course is None, line.course.position if line.course else 0))
