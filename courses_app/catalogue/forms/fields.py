"""Fields of the office's pages: a time of the day, versions, amounts."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from flask_babel import lazy_gettext as _l
from wtforms.validators import StopValidation

from courses_app.foundation.forms import ClockField, Given, Versioned, between

__all__ = ["LONGEST_TEXT", "LONGEST_TITLE", "MOST_YEN", "ClockField", "Given", "Versioned", "WebAddress", "between"]

LONGEST_TITLE = 200
LONGEST_TEXT = 20_000
MOST_YEN = 10_000_000


class WebAddress:
    """An address that a browser opens, with nothing in it that breaks a line."""

    def __call__(self, _form: Any, field: Any) -> None:
        parts = urlsplit(field.data) if re.fullmatch(r"[!-~]+", field.data) else None
        if parts is None or parts.scheme not in {"https", "http"} or not parts.hostname:
            raise StopValidation(str(_l("Write the whole address, beginning with https://.")))
