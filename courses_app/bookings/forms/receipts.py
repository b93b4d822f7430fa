"""Receipts in parts: for whom, for what, how much; and a corrected invoice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import FieldList, Form, FormField, HiddenField, SelectField, TextAreaField
from wtforms.validators import ValidationError

from courses_app.bookings.forms.attendees import printable
from courses_app.foundation.forms import (
    BaseForm,
    Length,
    NameField,
    Optional,
    Required,
    WholeNumberField,
    options,
)
from courses_app.foundation.papers import GlyphMissing, check_name
from courses_app.foundation.references import new_token, of_outside
from courses_app.foundation.yen import Yen
from courses_app.payments.rules.receipts import ReceiptPart

MOST_RECEIPTS = 200
BLANK_ROWS = 3


class ReceiptRow(Form):
    """One receipt; a row without an amount is left out."""

    addressee = SelectField(_l("Addressed to"), validate_choice=True, choices=())
    for_what = NameField(_l("For (after 但し)"), [Optional(), Length(max=60), printable])
    amount = WholeNumberField(_l("Amount"), [Optional()])


class ReceiptsForm(BaseForm):
    """All receipts together, instead of those that stand."""

    form_token = HiddenField("", validators=[Length(max=100)], filters=[of_outside])
    rows = FieldList(FormField(ReceiptRow), _l("Receipts"), max_entries=MOST_RECEIPTS)

    @classmethod
    def proposed(cls, parts: Sequence[ReceiptPart]) -> ReceiptsForm:
        blank = [{"addressee": parts[0].addressee}] * BLANK_ROWS
        return cls(formdata=None, form_token=new_token(), rows=[*(vars(part) for part in parts), *blank])

    def offer(self, addressees: Iterable[str]) -> None:
        """In whose name a receipt may be."""
        choices = options((name, name) for name in addressees)
        for row in self.rows:
            row.form.addressee.choices = choices

    @property
    def parts(self) -> list[ReceiptPart]:
        """What was typed."""
        typed: list[Mapping[str, Any]] = self.rows.data
        return [
            ReceiptPart(row["addressee"], row["for_what"] or "", Yen(row["amount"]))
            for row in typed
            if row["amount"] is not None
        ]


def printable_lines(_form: Form, field: TextAreaField) -> None:
    """Refuse what our papers could not print, line by line."""
    for line in (field.data or "").splitlines():
        try:
            check_name(line)
        except GlyphMissing as missing:
            raise ValidationError(str(missing)) from missing


class LineWording(Form):
    """The words of one line; its amount stays."""

    description = NameField(_l("Item"), [Required(), Length(max=200), printable])
    details = TextAreaField(_l("Details, one a line"), [Optional(), Length(max=2000), printable_lines])


class InvoiceWordingForm(BaseForm):
    """A corrected invoice: words, never amounts."""

    addressee = NameField(_l("Addressed to"), [Required(), Length(max=100), printable])
    subject = NameField(_l("Subject of the paper"), [Required(), Length(max=200), printable])
    lines = FieldList(FormField(LineWording), _l("Lines"))

    @classmethod
    def of(cls, wording: Mapping[str, Any]) -> InvoiceWordingForm:
        lines = [{**line, "details": "\n".join(line["details"])} for line in wording["lines"]]
        return cls(formdata=None, data={**wording, "lines": lines})

    @property
    def wording(self) -> dict[str, Any]:
        """What was typed, as a paper says it."""
        lines = [
            {
                "description": line["description"],
                "details": [one for one in (line["details"] or "").splitlines() if one],
            }
            for line in self.lines.data
        ]
        return {"addressee": self.addressee.data or "", "subject": self.subject.data or "", "lines": lines}
