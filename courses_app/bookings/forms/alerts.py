"""Where a new run may be."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from courses_app.bookings.rules import ANY_PLACE, ONLINE
from courses_app.foundation.forms import BaseForm, grouped, options


class AlertForm(BaseForm):
    """The place one wants to hear of."""

    place = SelectField(_l("Place of the run"), default=ANY_PLACE, choices=())

    def offer(self, regions: Iterable[tuple[str, Iterable[tuple[str, str]]]]) -> None:
        """Anywhere, online, a whole region, or one of its prefectures: the places of each region by its name."""
        wide = options([(ANY_PLACE, _l("Anywhere")), (ONLINE, _l("Online"))])
        self.place.choices = [*wide, *grouped(regions)]
