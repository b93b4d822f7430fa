"""The kinds of things the catalogue tells apart, each with its `label` for people."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l


class CourseKind(StrEnum):
    MANDATORY = "mandatory"
    SEMINAR = "seminar"
    EXPLANATORY = "explanatory"
    SKILL_IMPROVEMENT = "skill_improvement"

    @property
    def label(self) -> LazyString:
        return _KINDS[self]

    @property
    def heading(self) -> LazyString:
        """The label above several of the kind."""
        return _HEADINGS[self]


class Programme(StrEnum):
    TITP = "titp"  # 技能実習
    SSW = "ssw"  # 特定技能
    ESD = "esd"  # 育成就労
    GENERAL = "general"

    @property
    def label(self) -> LazyString:
        return _PROGRAMMES[self]


class Audience(StrEnum):
    """Whom a course is for: kinds of organizations, or anyone."""

    SUPERVISING = "supervising"
    IMPLEMENTING = "implementing"
    ACCEPTING = "accepting"
    REGISTERED_SUPPORT = "registered_support"
    SENDING = "sending"
    ANYONE = "anyone"

    @property
    def label(self) -> LazyString:
        return _AUDIENCES[self]


class SubjectKind(StrEnum):
    LECTURE = "lecture"
    TEST = "test"

    @property
    def label(self) -> LazyString:
        return _SUBJECT_KINDS[self]


class DutyStrength(StrEnum):
    REQUIRED = "required"
    ENCOURAGED = "encouraged"

    @property
    def label(self) -> LazyString:
        return _STRENGTHS[self]


class FeeAudience(StrEnum):
    GENERAL = "general"
    MEMBER = "member"

    @property
    def label(self) -> LazyString:
        return _FEE_AUDIENCES[self]


class Delivery(StrEnum):
    VENUE = "venue"
    ONLINE = "online"

    @property
    def label(self) -> LazyString:
        return _DELIVERIES[self]


class RunStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    CALLED_OFF = "called_off"

    @property
    def label(self) -> LazyString:
        return _STATUSES[self]


class Visibility(StrEnum):
    """Who comes to see a run: everybody, or those who hold its link and those who take part."""

    PUBLIC = "public"
    PRIVATE = "private"

    @property
    def label(self) -> LazyString:
        return _VISIBILITIES[self]


class Language(StrEnum):
    """Languages in which a run can be held."""

    JAPANESE = "ja"
    ENGLISH = "en"
    CHINESE = "zh"
    VIETNAMESE = "vi"
    INDONESIAN = "id"

    @property
    def label(self) -> LazyString:
        return _LANGUAGES[self]


_KINDS = {
    CourseKind.MANDATORY: _l("Course required or encouraged by law"),
    CourseKind.SEMINAR: _l("Seminar"),
    CourseKind.EXPLANATORY: _l("Explanatory session"),
    CourseKind.SKILL_IMPROVEMENT: _l("Skill improvement course"),
}
_HEADINGS = {
    CourseKind.MANDATORY: _l("Courses required or encouraged by law"),
    CourseKind.SEMINAR: _l("Seminars"),
    CourseKind.EXPLANATORY: _l("Explanatory sessions"),
    CourseKind.SKILL_IMPROVEMENT: _l("Skill improvement courses"),
}
_PROGRAMMES = {
    Programme.TITP: _l("Technical Intern Training"),
    Programme.SSW: _l("Specified Skilled Worker"),
    Programme.ESD: _l("Employment for Skill Development"),
    Programme.GENERAL: _l("Every programme"),
}
_AUDIENCES = {
    Audience.SUPERVISING: _l("Supervising organizations"),
    Audience.IMPLEMENTING: _l("Implementing organizations"),
    Audience.ACCEPTING: _l("Organizations accepting specified skilled workers"),
    Audience.REGISTERED_SUPPORT: _l("Registered support organizations"),
    Audience.SENDING: _l("Sending organizations"),
    Audience.ANYONE: _l("Anyone"),
}
_SUBJECT_KINDS = {SubjectKind.LECTURE: _l("Lecture"), SubjectKind.TEST: _l("Test (outside the net time)")}
_STRENGTHS = {DutyStrength.REQUIRED: _l("Must take it"), DutyStrength.ENCOURAGED: _l("Should take it")}
_FEE_AUDIENCES = {FeeAudience.GENERAL: _l("General"), FeeAudience.MEMBER: _l("Supporting members")}
_DELIVERIES = {Delivery.VENUE: _l("At a venue"), Delivery.ONLINE: _l("Online")}
_STATUSES = {
    RunStatus.DRAFT: _l("Draft"),
    RunStatus.PUBLISHED: _l("Published"),
    RunStatus.CALLED_OFF: _l("Called off"),
}
_VISIBILITIES = {
    Visibility.PUBLIC: _l("Public: it stands in the timetable"),
    Visibility.PRIVATE: _l("Private: only by its link"),
}
_LANGUAGES = {
    Language.JAPANESE: _l("Japanese"),
    Language.ENGLISH: _l("English"),
    Language.CHINESE: _l("Chinese"),
    Language.VIETNAMESE: _l("Vietnamese"),
    Language.INDONESIAN: _l("Indonesian"),
}
