"""What staff type about the books: days and periods, names of accounts, layouts of the journal file, closes."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Self

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, Form, FormField, HiddenField, MonthField, RadioField, SelectField
from wtforms.validators import AnyOf, DataRequired
from wtforms.widgets import HiddenInput

from courses_app.foundation.forms import (
    BaseForm,
    DayField,
    FilterForm,
    FoldedField,
    Length,
    NameField,
    Optional,
    Required,
    WholeNumberField,
    options,
)
from courses_app.payments.rules.books import CloseKind, Title
from courses_app.payments.rules.journal import MOST_COLUMNS, Column, DateFormat, Encoding, Layout, Source

LONGEST = 60
A_DAY = timedelta(days=1)


class AsOfForm(FilterForm):
    """How things stood on a day."""

    q = NameField(_l("Organization"), [Length(max=100)])
    as_of = DayField(_l("As of"), [Optional()])

    @classmethod
    def asked(cls, args: Any, *, today: date) -> Self:
        """The day asked for; one that can't be read says so and gives way to today."""
        form = cls(args)
        form.validate()
        form.day = form.as_of.data or today
        if not form.as_of.errors:
            form.as_of.data = form.day
        return form

    day: date


class PeriodForm(FilterForm):
    """From which day until which; the present month unless told otherwise."""

    month = MonthField(_l("Month of posting"), [Optional()])
    from_on = DayField(_l("From"), [Optional()])
    until_on = DayField(_l("Until"), [Optional()])

    first: date
    last: date

    @classmethod
    def asked(cls, args: Any, *, today: date) -> Self:
        """A month counts if no days are given; what can't be read says so, and the present month is shown."""
        form = cls(args)
        form.validate()
        month = form.month.data or today
        first = month.replace(day=1)
        form.first = form.from_on.data or (form.until_on.data.replace(day=1) if form.until_on.data else first)
        form.last = form.until_on.data or end_of_month(form.first)
        if form.first > form.last:
            form.until_on.errors = [*form.until_on.errors, _l("The last day is before the first one.")]
            form.last = form.first
        return form

    @property
    def days(self) -> dict[str, date]:
        return {"from_on": self.first, "until_on": self.last}


class MovementsForm(FilterForm):
    """Which part of an organization's account."""

    from_on = DayField(_l("From"), [Optional()])
    until_on = DayField(_l("Until"), [Optional()])


class JournalForm(PeriodForm):
    """Which entries, in which layout."""

    layout = SelectField(_l("Layout"), validate_choice=False, choices=[])


def end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


class TitleForm(Form):
    """One account."""

    key = HiddenField()
    code = FoldedField(_l("Code"), [Length(max=20)])
    name_ja = NameField(_l("Name in Japanese"), [Required(), Length(max=LONGEST)])
    name_en = NameField(_l("Name in English"), [Required(), Length(max=LONGEST)])
    tax_code = NameField(_l("Tax category in packages"), [Length(max=LONGEST)])


class TitlesForm(BaseForm):
    """All accounts."""

    rows = FieldList(FormField(TitleForm, _l("Ledger account")), _l("Ledger account"), max_entries=60)

    @classmethod
    def of(cls, titles: Iterable[Title]) -> TitlesForm:
        return cls(formdata=None, data={"rows": [vars(title) for title in titles]})

    def wanted(self, known: Mapping[str, Title]) -> list[Title]:
        """What was typed; rows that name no account are left out."""
        return [_title(known[row["key"]], row) for row in self.rows.data if row["key"] in known]


def _title(known: Title, row: Mapping[str, str]) -> Title:
    typed = {name: row[name] or "" for name in ("code", "name_ja", "name_en", "tax_code")}
    return Title(known.key, known.kind, **typed)


class ColumnForm(Form):
    """One column of the file."""

    position = WholeNumberField(_l("Position"), [Optional()])
    header = NameField(_l("Heading"), [Length(max=LONGEST)])
    source = SelectField(
        _l("What it shows"), [Required()], choices=lambda: options([(each.value, each.label) for each in Source])
    )
    value = NameField(_l("Text that is the same in every line"), [Length(max=LONGEST)])


class TaxWordForm(Form):
    """What a package calls a tax category."""

    ours = NameField(_l("Tax category of the account"), [Length(max=LONGEST)])
    theirs = NameField(_l("What the package calls it"), [Length(max=LONGEST)])


class LayoutForm(BaseForm):
    """How a journal file is arranged."""

    name = NameField(_l("Name of the journal layout"), [Required(), Length(max=LONGEST)])
    encoding = RadioField(
        _l("Encoding"), [Required()], choices=lambda: options([(each.value, each.label) for each in Encoding])
    )
    date_format = RadioField(
        _l("How days are written"), [Required()], choices=options([(each.value, each.value) for each in DateFormat])
    )
    with_header = BooleanField(_l("The first line holds the headings"))
    columns = FieldList(FormField(ColumnForm, _l("Column")), _l("Column"), max_entries=MOST_COLUMNS)
    tax_words = FieldList(FormField(TaxWordForm, _l("Tax category")), _l("Tax category"), max_entries=12)

    @classmethod
    def of(cls, name: str, layout: Layout, taxes: Iterable[str]) -> LayoutForm:
        """A form that begins with a layout; `taxes` are the tax categories the accounts have."""
        columns = [
            {"position": place, "header": one.header, "source": one.source.value, "value": one.value}
            for place, one in enumerate(layout.columns, start=1)
        ]
        words = [{"ours": tax, "theirs": layout.tax_words.get(tax, "")} for tax in taxes]
        data: dict[str, Any] = {
            "name": name, "encoding": layout.encoding.value, "date_format": layout.date_format.value,
            "with_header": layout.with_header, "columns": columns, "tax_words": words,
        }  # fmt: skip
        return cls(formdata=None, data=data)

    def wanted(self) -> Layout:
        """What was typed, the columns by their places; those without one come last."""
        rows = sorted(self.columns.data, key=lambda row: (row["position"] is None, row["position"] or 0))
        columns = tuple(Column(row["header"] or "", Source(row["source"]), row["value"] or "") for row in rows)
        words = {row["ours"]: row["theirs"] for row in self.tax_words.data if row["ours"] and row["theirs"]}
        return Layout(
            columns, Encoding(self.encoding.data), DateFormat(self.date_format.data), bool(self.with_header.data), words
        )


class CloseFilter(FilterForm):
    """What would be closed: looked at before it is done."""

    kind = SelectField(
        _l("What is closed"), choices=lambda: options([(each.value, each.label) for each in CloseKind]),
        validate_choice=False,
    )  # fmt: skip
    until_on = DayField(_l("Last day that is closed"), [Optional()])

    @classmethod
    def asked(cls, args: Any, *, today: date) -> Self:
        """Until yesterday, or the end of the month before, unless a day is asked for."""
        form = cls(args)
        form.validate()
        month = form.kind.data == CloseKind.MONTH.value
        form.kind.data = (CloseKind.MONTH if month else CloseKind.DAY).value
        if form.until_on.data is None:
            form.until_on.data = today.replace(day=1) - A_DAY if month else today - A_DAY
        return form


class CloseForm(BaseForm):
    """Until when the books are closed, as it was looked at."""

    kind = HiddenField(validators=[AnyOf([each.value for each in CloseKind])])
    until_on = DayField(_l("Last day that is closed"), [Required()], widget=HiddenInput())
    understood = BooleanField(
        _l("I know that a close can't be undone"), [DataRequired(_l("Tick this before you close."))]
    )
