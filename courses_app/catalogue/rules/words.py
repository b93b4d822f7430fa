"""The kinds of things the catalogue tells apart."""

from __future__ import annotations

from enum import StrEnum


class CourseKind(StrEnum):
    MANDATORY = "mandatory"
    SEMINAR = "seminar"
    EXPLANATORY = "explanatory"
    SKILL_IMPROVEMENT = "skill_improvement"


class Programme(StrEnum):
    TITP = "titp"  # 技能実習
    SSW = "ssw"  # 特定技能
    ESD = "esd"  # 育成就労
    GENERAL = "general"


class SubjectKind(StrEnum):
    LECTURE = "lecture"
    TEST = "test"


class DutyStrength(StrEnum):
    REQUIRED = "required"
    ENCOURAGED = "encouraged"


class FeeAudience(StrEnum):
    GENERAL = "general"
    MEMBER = "member"


class Delivery(StrEnum):
    VENUE = "venue"
    ONLINE = "online"


class RunStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    CALLED_OFF = "called_off"


# Languages in which a run can be held.
LANGUAGES = ("ja", "en", "zh", "vi", "id")
