"""Where a new run may be."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from courses_app.bookings.rules import ANY_PLACE, ONLINE
from courses_app.foundation.forms import BaseForm, options


class AlertForm(BaseForm):
    """The place one wants to hear of."""

    place = SelectField(_l("Place of the run"), default=ANY_PLACE, choices=())

    def offer(self, prefectures: Iterable[tuple[str, str]]) -> None:
        """Anywhere, online, or one of the prefectures."""
        self.place.choices = options([(ANY_PLACE, _l("Anywhere")), (ONLINE, _l("Online")), *prefectures])
