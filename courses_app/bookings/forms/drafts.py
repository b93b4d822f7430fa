"""A list of attendees from a file: sending it, and mending its rows in place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Form, HiddenField, SelectField, StringField

from courses_app.bookings.rules.sheets import Examined
from courses_app.foundation import text
from courses_app.foundation.forms import BaseForm, Length, options
from courses_app.foundation.references import digest, of_outside

FIELD = re.compile(r"rows-([0-9]{1,7})-([a-z_]{1,20})")
LONGEST_FILENAME = 120
# What is mended together: a fault of one of them is often a fault of where they were parted.
TOGETHER = (("family_name", "given_name"), ("family_name_kana", "given_name_kana"))


class SheetForm(BaseForm):
    """The file. The token makes the same file sent twice one list."""

    form_token = HiddenField("", validators=[Length(max=100)], filters=[of_outside])
    sheet = FileField(
        _l("List of attendees (.xlsx or .csv)"),
        [FileRequired(_l("Choose the file with your attendees."))],
        description=_l("Up to 1 MB and 5,000 rows."),
    )

    @property
    def filename(self) -> str:
        """What the file is called, for people to recognise it; nothing of it is ever opened by that name."""
        name = text.kept(str(self.sheet.data.filename or "")) or ""
        return re.split(r"[\\/]", name)[-1][-LONGEST_FILENAME:]

    def content(self, *, most: int) -> tuple[bytes, str]:
        """The bytes (one more than allowed, if there are more) and their digest."""
        read = bytes(self.sheet.data.read(most + 1))
        return read, digest(read.hex())


class DraftRowForm(Form):
    """One row, with what is wrong at each field; rules of the list decide that, not the form."""

    family_name = StringField(_l("Family name"))
    given_name = StringField(_l("Given name"))
    family_name_kana = StringField(_l("Family name (reading)"))
    given_name_kana = StringField(_l("Given name (reading)"))
    born_on = StringField(_l("Date of birth"))
    role = SelectField(_l("Role"), validate_choice=False, choices=())
    email = StringField(_l("E-mail"))
    person = StringField(_l("Person number"))
    run = SelectField(_l("Date"), validate_choice=False, choices=())

    @classmethod
    def of(
        cls, one: Examined, roles: Mapping[str, str], dates: Mapping[str, str], typed: Mapping[str, str]
    ) -> DraftRowForm:
        """The row as kept, or as just typed."""
        row, errors = one.row, one.errors
        values = {**vars(row), "run": row.run if "run" in errors else one.run, **typed}
        form = cls(data=values, prefix=f"rows-{row.number}-")
        role = str(values["role"])
        unknown = [] if role in roles or not role else [(role, role)]
        form.role.choices = options([("", _l("Not decided, or another")), *roles.items(), *unknown])
        date = str(values["run"])
        form.run.choices = options([*([] if date in dates else [(date, date)]), *dates.items()])
        for name, sentences in errors.items():
            if name:
                form[name].errors = list(sentences)
        return form

    def narrowed(self, *, whole: bool) -> DraftRowForm:
        """Only the fields that need mending and their companions are shown, or all of them."""
        wrong = {field.short_name for field in self if field.errors}
        for pair in TOGETHER:
            wrong |= set(pair) if wrong & set(pair) else set()
        self.shown = [field.short_name for field in self if whole or field.short_name in wrong]
        return self


class WaitingListForm(BaseForm):
    """How a list waits: all together, or whoever finds a seat."""

    accepts_part = BooleanField(
        _l("We also take seats for a part of us"),
        description=_l("The first in the list are served first; the others keep the place."),
    )


class MovedRowsForm(Form):
    """Where rows shall move that find no seat on their date, or all of them."""

    to = SelectField(_l("To this date"), validate_choice=False, choices=())

    @classmethod
    def among(cls, dates: Mapping[str, str]) -> MovedRowsForm:
        form = cls()
        form.to.choices = list(dates.items())
        return form


@dataclass(frozen=True)
class MendedRows:
    """What was typed into the rows of one page, which version of the list it was, and what shall go."""

    version: int
    rows: Mapping[int, Mapping[str, str]]
    removed: frozenset[int]
    without_booked: bool = False
    edit: int | None = None  # the row that shall be shown whole, after what was typed is saved
    to: str = ""  # the date that rows shall move to: all of them, or only those who find no seat
    only_excess: bool = False

    @classmethod
    def read(cls, sent: MultiDict[str, str]) -> MendedRows:
        rows: dict[int, dict[str, str]] = {}
        for name, value in sent.items():
            if found := FIELD.fullmatch(name):
                rows.setdefault(int(found[1]), {})[found[2]] = value
        gone = sent.get("remove", "")
        return cls(
            version=_number(sent.get("version", "")) or 0,
            rows=rows,
            removed=frozenset(number for number in [_number(gone)] if number is not None),
            without_booked=gone == "booked",
            edit=_number(sent.get("edit", "")),
            to=sent.get("to", "") if sent.get("move") else "",
            only_excess=sent.get("move") == "rest",
        )


def _number(typed: str) -> int | None:
    return int(typed) if re.fullmatch(r"[0-9]{1,9}", typed) else None
