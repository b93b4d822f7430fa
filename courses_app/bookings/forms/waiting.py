"""What staff type about the waiting list; prefixes, because both forms stand on one page."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField

from courses_app.foundation.forms import BaseForm, Length, Required


class PassingForm(BaseForm):
    """Why a party is served by hand; needed where it passes others."""

    reason = TextAreaField(_l("Reason for serving this party now"), [Length(max=1000)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix="passing", **kwargs)


class RemovalForm(BaseForm):
    """Why a party is taken off the list."""

    reason = TextAreaField(_l("Reason (the party reads it)"), [Required(), Length(max=1000)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix="removal", **kwargs)
