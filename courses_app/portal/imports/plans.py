"""How a run of the demonstration is planned: the course's subjects laid out over the day, one instructor for all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from courses_app.catalogue.models import Course
from courses_app.catalogue.rules import (
    Delivery,
    MeetingPlan,
    RunPlan,
    SubjectKind,
    booking_closes_by_default,
    lay_out_day,
)
from courses_app.foundation.clock import JST

MORNING, AFTERNOON = time(9, 30), time(13, 0)
HALF_A_DAY = 240  # minutes
ONLINE_NOTE_JA = "接続先は受講票でお知らせします。カメラ付きのパソコンをご用意ください。"
ONLINE_NOTE_EN = "The address to connect to stands on the admission ticket. Please use a computer with a camera."
JOINING_NOTE_JA = (
    "ミーティングID：812 3456 7890\n開始の20分前から入室できます。お名前は受講票のとおりに表示してください。"
)
JOINING_NOTE_EN = "Meeting ID: 812 3456 7890\nThe room opens 20 minutes before. Please show your name as on the ticket."


@dataclass(frozen=True)
class Where:
    """The place of a run, who teaches (a person's reference), in which language; no venue is online."""

    venue: str | None
    instructor: str
    language: str = "ja"


def plan_of(course: Course, on: date, where: Where, *, capacity: int | None, opens_at: datetime) -> RunPlan:
    """A run on one day; short ones in the afternoon."""
    delivery = Delivery.VENUE if where.venue else Delivery.ONLINE
    return RunPlan(
        course=course.code,
        delivery=delivery,
        venue=where.venue,
        language=where.language,
        capacity=capacity or course.default_capacity,
        meetings=_meetings(course, on, where.instructor),
        booking_opens_at=opens_at,
        booking_closes_at=booking_closes_by_default(
            on,
            delivery,
            days_before_venue=course.closes_days_before_venue,
            business_days_before_online=course.closes_business_days_before_online,
        ),
        online_note_ja="" if where.venue else ONLINE_NOTE_JA,
        online_note_en="" if where.venue else ONLINE_NOTE_EN,
        joining_address="" if where.venue else f"https://online.example.jp/join/{course.slug}-{on:%Y%m%d}",
        joining_note_ja="" if where.venue else JOINING_NOTE_JA,
        joining_note_en="" if where.venue else JOINING_NOTE_EN,
    )


def _meetings(course: Course, on: date, instructor: str) -> tuple[MeetingPlan, ...]:
    begins = AFTERNOON if course.net_minutes <= HALF_A_DAY else MORNING
    start = datetime.combine(on, begins, tzinfo=JST)
    parts = lay_out_day([subject.minutes for subject in course.subjects], starts_at=start)
    return tuple(
        MeetingPlan(
            starts_at=part.starts_at,
            ends_at=part.ends_at,
            title_ja=subject.name_ja,
            title_en=subject.name_en,
            net_minutes=subject.minutes if subject.kind is SubjectKind.LECTURE else 0,
            subject_id=subject.id,
            instructor=instructor,
        )
        for part, subject in zip(parts, course.subjects, strict=True)
    )
