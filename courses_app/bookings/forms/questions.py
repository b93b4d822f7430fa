"""The answer to a question about a moved run: what becomes of each seat."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectMultipleField, StringField

from courses_app.bookings.forms.changes import RoomForm
from courses_app.foundation.forms import FilterForm, FoldedField, Length, WholeNumberField


class AnswerForm(RoomForm):
    """`seat` is `position:choice`, once for each seat; `all` is for those without a choice of their own.

    A choice is `keep`, `give_back` or the reference of another date; `less` is the figure that was shown.
    """

    all = StringField(_l("For all seats"), [Length(max=40)])
    seat = SelectMultipleField(_l("For each seat"), validate_choice=False)
    less = WholeNumberField("")

    def choices(self, positions: Collection[int]) -> dict[int, str]:
        """What was chosen, by the position of the seat; `positions` are those that can be answered for."""
        for_all = self.all.data or ""
        typed = (one.partition(":") for one in self.seat.data or ())
        own = {int(place): choice for place, _colon, choice in typed if choice and _is_place(place)}
        return {**dict.fromkeys(positions if for_all else (), for_all), **own}


class QuestionsFilter(FilterForm):
    """Which questions the office looks at."""

    run = FoldedField(_l("Number of the run"), [Length(max=20)])
    open = BooleanField(_l("Only those not answered yet"))


def _is_place(typed: str) -> bool:
    return typed.isascii() and typed.isdigit() and len(typed) < 5
