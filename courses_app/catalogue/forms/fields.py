"""Fields of the office's pages: a time of the day, versions, amounts."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField
from wtforms.validators import InputRequired, NumberRange, StopValidation

from courses_app.foundation.forms import BaseForm

LONGEST_TITLE = 200
LONGEST_TEXT = 20_000
MOST_YEN = 10_000_000


class Given(InputRequired):
    """The field must be filled in, zero included; a reading error already shown is enough."""

    def __call__(self, form: Any, field: Any) -> None:
        if field.data is not None and field.data != "":
            return
        if not field.errors:
            raise StopValidation(str(_l("Enter: %(label)s", label=field.label.text)))
        raise StopValidation()


class WebAddress:
    """An address that a browser opens, with nothing in it that breaks a line."""

    def __call__(self, _form: Any, field: Any) -> None:
        parts = urlsplit(field.data) if re.fullmatch(r"[!-~]+", field.data) else None
        if parts is None or parts.scheme not in {"https", "http"} or not parts.hostname:
            raise StopValidation(str(_l("Write the whole address, beginning with https://.")))


def between(least: int, most: int) -> NumberRange:
    """A whole number in a range, ends included."""
    return NumberRange(least, most, _l("Enter a number from %(least)d to %(most)d.", least=least, most=most))


class Versioned(BaseForm):
    """A form that remembers which version of a thing it shows (R-41)."""

    version = HiddenField()

    @property
    def seen_version(self) -> int:
        """The version the form was made from; 0, which nothing has, when it doesn't say."""
        typed = self.version.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
