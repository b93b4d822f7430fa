"""A quote: for which dates, how many people, in whose name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import FieldList, Form, FormField, HiddenField, SelectField

from courses_app.bookings.forms.attendees import AttendeesForm, printable
from courses_app.bookings.models import EstimateLine
from courses_app.bookings.rules import MOST_ATTENDEES, QuotedSeats
from courses_app.foundation.forms import (
    BaseForm,
    Length,
    NameField,
    Optional,
    Required,
    WholeNumberField,
    between,
    grouped,
)
from courses_app.foundation.references import new_token, of_outside

ROWS = 6


def seat_quoted(form: AttendeesForm, line: EstimateLine) -> None:
    """So many seats as were quoted, without saying for whom; rows to type into where names are needed at once."""
    if line.run.course.naming is not None:
        form.unnamed.data = line.people
        return
    for _row in range(line.people):
        form.add_row()


class QuotedRow(Form):
    """One date; a row without one is left out."""

    run = SelectField(_l("Date"), validate_choice=False, choices=())
    people = WholeNumberField(_l("Number of people"), [Optional(), between(1, MOST_ATTENDEES)])

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        if fine and bool(self.run.data) != bool(self.people.data):
            wrong = self.people if self.run.data else self.run
            wrong.errors = [_l("Choose the date and write the number of people.")]
            return False
        return fine


class EstimateForm(BaseForm):
    """`seen` is the sum that was shown: a quote is made once it was seen and is still the same."""

    form_token = HiddenField("", validators=[Length(max=100)], filters=[of_outside])
    seen = HiddenField("", [Length(max=12)])
    addressee = NameField(_l("Addressed to"), [Required(), Length(max=100), printable])
    rows = FieldList(FormField(QuotedRow), _l("Dates"), min_entries=ROWS, max_entries=ROWS)

    @classmethod
    def fresh(cls, *, addressee: str, run: str | None) -> EstimateForm:
        rows = [{"run": run, "people": 1}] if run else []
        return cls(formdata=None, form_token=new_token(), addressee=addressee, rows=rows)

    def offer(self, groups: Iterable[tuple[str, Iterable[tuple[str, str]]]]) -> None:
        """The dates to choose from, under the names of their courses."""
        choices = [*grouped([("", [("", "")])]), *grouped(groups)]
        for row in self.rows:
            row.form.run.choices = choices

    @property
    def seats(self) -> list[QuotedSeats]:
        """What was asked for."""
        typed: list[Mapping[str, Any]] = self.rows.data
        return [QuotedSeats(row["run"], row["people"]) for row in typed if row["run"]]
