"""Builds the catalogue through its operations."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from courses_app.accounts.models import Person
from courses_app.catalogue import operations, queries
from courses_app.catalogue.models import Course, CourseRun, Delivery, SubjectKind, Venue
from courses_app.catalogue.rules import (
    MeetingPlan,
    RunPlan,
    VenueFacts,
    booking_closes_by_default,
    fingerprint,
    lay_out_day,
)
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.clock import JST
from tests.catalogue.content import load_once


class MakeCatalogue:
    """`make.course()`, `make.venue()`, `make.run()`."""

    def deed(self) -> AbstractContextManager[None]:  # given by Make
        raise NotImplementedError

    def course(self, code: str = "SUP") -> Course:
        """A course of the institution's catalogue, which is loaded the first time."""
        with self.deed():
            load_once(now=clock.now())
            return queries.course_by_code(code)

    def venue(self, code: str = "test-hall", *, capacity: int = 60, **facts: Any) -> Venue:
        """A hall in Tokyo."""
        self.course()
        told: dict[str, Any] = {
            "name_ja": "試験会場", "name_en": "Test Hall", "prefecture_code": "13", "postal_code": "100-0001",
            "address_ja": "東京都千代田区千代田99-9", "address_en": "99-9 Chiyoda, Tokyo",
            "access_ja": "東京駅から徒歩5分", "access_en": "5 minutes from Tokyo Station", "closed_on": None, **facts,
        }  # fmt: skip
        with self.deed():
            return operations.add_venue(VenueFacts(capacity=capacity, **told), code=code, by=SYSTEM, now=clock.now())

    def plan(
        self,
        course: Course,
        *,
        on: date,
        begins: time = time(9, 30),
        venue: str | None = "tokyo-kanda",
        instructor: Person | None = None,
        capacity: int = 40,
        opens_at: datetime | None = None,
        **changes: Any,
    ) -> RunPlan:
        """A plan of one day, laid out as the office's page proposes it; `venue=None` is online."""
        start = datetime.combine(on, begins, tzinfo=JST)
        parts = lay_out_day([subject.minutes for subject in course.subjects], starts_at=start)
        meetings = tuple(
            MeetingPlan(
                starts_at=part.starts_at,
                ends_at=part.ends_at,
                title_ja=subject.name_ja,
                title_en=subject.name_en,
                net_minutes=subject.minutes if subject.kind is SubjectKind.LECTURE else 0,
                subject_id=subject.id,
                instructor=instructor.reference if instructor else None,
            )
            for part, subject in zip(parts, course.subjects, strict=True)
        )
        delivery = Delivery.VENUE if venue else Delivery.ONLINE
        plan = RunPlan(
            course=course.code, delivery=delivery, venue=venue, language="ja", capacity=capacity, meetings=meetings,
            booking_opens_at=opens_at or start - timedelta(days=400),
            booking_closes_at=booking_closes_by_default(
                on, delivery, days_before_venue=course.closes_days_before_venue,
                business_days_before_online=course.closes_business_days_before_online,
            ),
        )  # fmt: skip
        return replace(plan, **changes)

    def run(
        self,
        course: str = "SUP",
        *,
        capacity: int = 40,
        days_ahead: int = 30,
        published: bool = True,
        instructor: Person | None = None,
        online: bool = False,
        venue: str = "tokyo-kanda",
        **changes: Any,
    ) -> CourseRun:
        """A run `days_ahead` days from today (negative: it has been held), open for booking unless told otherwise.

        Other fields of the plan (`language`, `price_general`, `booking_closes_at`, `begins`, …) may be given by name.
        """
        taught = self.course(course)
        on = clock.today() + timedelta(days=days_ahead)
        plan = self.plan(
            taught, on=on, capacity=capacity, instructor=instructor, venue=None if online else venue, **changes
        )
        now = min(clock.now(), plan.starts_at - timedelta(days=60), plan.booking_closes_at - timedelta(days=30))
        with self.deed():
            seen = fingerprint(queries.clashes_of(plan))
            run = operations.plan_run(plan, by=SYSTEM, now=now, clashes_seen=seen)
            if published:
                operations.publish_run(run, by=SYSTEM, now=now)
            whole = queries.run_by_reference(run.reference)
            assert whole is not None
            return whole

    def called_off(self, run: CourseRun, *, reason: str = "講師の都合により") -> CourseRun:
        """The run called off, as far as the catalogue goes."""
        with self.deed():
            locked = queries.run_for_update(run.reference)
            assert locked is not None
            return operations.call_off(locked, reason=reason, by=SYSTEM, now=clock.now())
