"""What the catalogue keeps."""

from courses_app.catalogue.models.changes import ChangePolicy, ChangePolicyStep
from courses_app.catalogue.models.courses import Course, Duty, Fee, Subject
from courses_app.catalogue.models.runs import CourseRun, Meeting, Prefecture, Venue
from courses_app.catalogue.rules.words import (
    CourseKind,
    Delivery,
    DutyStrength,
    FeeAudience,
    Programme,
    RunStatus,
    SubjectKind,
    Visibility,
)

__all__ = [
    "ChangePolicy", "ChangePolicyStep", "Course", "CourseKind", "CourseRun", "Delivery", "Duty", "DutyStrength",
    "Fee", "FeeAudience", "Meeting", "Prefecture", "Programme", "RunStatus", "Subject", "SubjectKind", "Venue",
    "Visibility",
]  # fmt: skip
