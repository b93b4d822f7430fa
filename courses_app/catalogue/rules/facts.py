"""What staff say about courses and venues, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from courses_app.catalogue.rules.changes import DayKind
from courses_app.catalogue.rules.naming import UnnamedSeats
from courses_app.catalogue.rules.words import SubjectKind


@dataclass(frozen=True)
class SubjectChange:
    """A subject as staff want it. `number` is its present place (from 1) in the course, None for a new one."""

    name_ja: str
    name_en: str
    minutes: int
    kind: SubjectKind
    number: int | None = None


@dataclass(frozen=True)
class CourseChange:
    """Everything about a course that staff may change. Its code and address stay."""

    name_ja: str
    name_en: str
    summary_ja: str
    summary_en: str
    description_ja: str
    description_en: str
    certificate_worth_ja: str
    certificate_worth_en: str
    legal_basis_ja: str
    legal_basis_en: str
    net_minutes: int
    pass_mark: int | None
    test_minutes: int | None
    test_questions: int | None
    validity_months: int | None
    default_capacity: int
    default_language: str
    closes_days_before_venue: int
    closes_business_days_before_online: int
    payment_due_business_days: int
    payment_grace_business_days: int
    hold_minutes: int
    quoted_days: int
    offer_hours: int
    smaller_may_pass: bool
    naming_days_before: int
    naming_day_kind: DayKind
    naming_reminder_days: int
    unnamed_seats: UnnamedSeats
    needs_approval: bool
    approval_business_days: int
    move_answer_days: int
    move_reminder_days: int
    withdrawn_on: date | None


@dataclass(frozen=True)
class VenueFacts:
    """What staff say about a venue; `prefecture_code` after JIS X 0401."""

    name_ja: str
    name_en: str
    prefecture_code: str
    postal_code: str
    address_ja: str
    address_en: str
    access_ja: str
    access_en: str
    capacity: int
    closed_on: date | None
