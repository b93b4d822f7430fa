"""The public catalogue, and how templates name its words."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from courses_app.catalogue import queries
from courses_app.catalogue.forms import CourseFilter
from courses_app.catalogue.rules import Audience, Language, run_filter
from courses_app.foundation import clock
from courses_app.foundation.web import public

pages = Blueprint("catalogue", __name__)

MONTHS_A_YEAR = 12


@pages.get("/courses")
@public
def courses() -> str:
    groups = queries.catalogue_on(clock.today(), run_filter(request.args))
    return render_template("catalogue/courses.html", form=CourseFilter(request.args), groups=groups)


@pages.app_template_filter("audience_names")
def audience_names(codes: Iterable[str]) -> str:
    """監理団体、実習実施者"""
    return str(_(", ")).join(str(Audience(code).label) for code in codes)


@pages.app_template_filter("language_name")
def language_name(code: str) -> str:
    """日本語"""
    return str(Language(code).label)


@pages.app_template_filter("months_long")
def months_long(months: int) -> str:
    """3年, 18か月"""
    years, rest = divmod(months, MONTHS_A_YEAR)
    if rest:
        return str(ngettext("%(num)d month", "%(num)d months", months))
    return str(ngettext("%(num)d year", "%(num)d years", years))
