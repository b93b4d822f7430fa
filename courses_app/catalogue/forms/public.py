"""The questions that narrow the catalogue."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from courses_app.catalogue.rules import Audience, Programme
from courses_app.foundation.forms import FilterForm, options

ORGANIZATIONS = [member for member in Audience if member is not Audience.ANYONE]


class CourseFilter(FilterForm):
    """`audience, programme`."""

    audience = SelectField(
        _l("For whom"),
        choices=options([("", _l("Everybody")), *((member.value, member.label) for member in ORGANIZATIONS)]),
        validate_choice=False,
    )
    programme = SelectField(
        _l("Programme"),
        choices=options([("", _l("All programmes")), *((member.value, member.label) for member in Programme)]),
        validate_choice=False,
    )
