"""The questions that narrow the timetable, and the office's list of runs."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from babel.dates import format_skeleton
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SearchField, SelectField

from courses_app.accounts.rules.people import person_in
from courses_app.catalogue.queries import CourseLine, OfficeFilter, Region
from courses_app.catalogue.rules import Audience, CourseKind, Language, Programme, RunStatus, month_of
from courses_app.foundation.forms import FilterForm, options
from courses_app.foundation.templating import local, locale

MONTHS_AHEAD = 12
Choices = list[tuple[str, Any]]
WHERE = options([("", _l("Venue or online")), ("0", _l("At a venue")), ("1", _l("Online"))])


def _choices(members: Iterable[CourseKind | Audience | Programme | Language], first: LazyString) -> list[Any]:
    return options([("", first), *((str(member), member.label) for member in members)])


class TimetableFilter(FilterForm):
    """`q, course, kind, audience, programme, region, online, language, month, open`; `person`, whom a seat is for."""

    q = SearchField(_l("Course, venue or place"))
    course = SelectField(_l("Course"), validate_choice=False)
    region = SelectField(_l("Region"), validate_choice=False)
    month = SelectField(_l("Month"), validate_choice=False)
    online = SelectField(_l("Where"), choices=WHERE, validate_choice=False)
    kind = SelectField(_l("Kind"), choices=_choices(CourseKind, _l("Every kind")), validate_choice=False)
    audience = SelectField(
        _l("For whom"),
        choices=_choices((member for member in Audience if member is not Audience.ANYONE), _l("Everybody")),
        validate_choice=False,
    )
    programme = SelectField(_l("Programme"), choices=_choices(Programme, _l("All programmes")), validate_choice=False)
    language = SelectField(_l("Held in"), choices=_choices(Language, _l("Any language")), validate_choice=False)
    open = BooleanField(_l("Only runs with seats"))
    person = HiddenField(filters=[person_in])
    shown: Hashable = None  # everything that tells one appearance of this form from another

    def offer(self, *, courses: Iterable[CourseLine], regions: Iterable[Region], today: date) -> None:
        """Fill in what can be chosen at present."""
        names = [(course.slug, local(course, "name")) for course in courses]
        self.course.choices = options([("", _l("All courses and seminars")), *names])
        self.shown = (*(field.data for field in self), *names, today)
        self.region.choices = options(
            [("", _l("Everywhere")), *((region.code, local(region, "name")) for region in regions)]
        )
        self.month.choices = options([("", _l("Any month")), *_months(today.replace(day=1), locale())])


class RunsFilter(FilterForm):
    """`status, course, month, region, past`."""

    status = SelectField(
        _l("State"),
        choices=options([("", _l("All")), *((each.value, each.label) for each in RunStatus)]),
        validate_choice=False,
    )
    course = SelectField(_l("Course"), validate_choice=False)
    month = SelectField(_l("Month"), validate_choice=False)
    region = SelectField(_l("Region"), validate_choice=False)
    past = BooleanField(_l("Runs that are over"))

    def offer(self, *, courses: Iterable[CourseLine], regions: Iterable[Region], today: date) -> None:
        """Fill in what can be chosen at present."""
        self.month.choices = options(
            [("", _l("Any month")), *_months(today.replace(day=1), locale(), first=-MONTHS_AHEAD)]
        )
        self.course.choices = options(
            [("", _l("All courses")), *((each.code, local(each, "name")) for each in courses)]
        )
        places = ((each.code, local(each, "name")) for each in regions)
        self.region.choices = options([("", _l("Everywhere")), ("online", _l("Online")), *places])

    def wanted(self) -> OfficeFilter:
        """The filter as the query takes it; what can't be understood is left out."""
        status = self.status.data if self.status.data in set(RunStatus) else None
        return OfficeFilter(
            status=RunStatus(status) if status else None,
            course=self.course.data or "",
            month=month_of(self.month.data or ""),
            region=self.region.data or "",
            past=bool(self.past.data),
        )


@lru_cache(maxsize=8)
def _months(today: date, language: str, *, first: int = 0) -> Choices:
    """Months from the `first` (counted from the present one) to a year ahead."""
    counted = (today.year * 12 + today.month - 1 + n for n in range(first, MONTHS_AHEAD))
    firsts = (date(months // 12, months % 12 + 1, 1) for months in counted)
    return [(f"{month:%Y-%m}", format_skeleton("yMMMM", month, locale=language)) for month in firsts]
