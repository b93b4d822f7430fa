"""Who shall attend: rows of new people, and known people chosen by their reference."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    SubmitField,
)
from wtforms.validators import ValidationError

from courses_app.bookings.rules import (
    MOST_ATTENDEES,
    MOST_TO_CHOOSE,
    AlreadyWaiting,
    AttendeeFacts,
    FormSentBefore,
    NobodyNamed,
    NoRoom,
    PartyTooLarge,
    TooManyAttendees,
    UnnamedWait,
    WaitingIsOver,
)
from courses_app.foundation.forms import (
    BaseForm,
    DayField,
    FoldedField,
    KanaField,
    Length,
    NameField,
    Optional,
    Required,
    WholeNumberField,
    email_shape,
    options,
)
from courses_app.foundation.papers import GlyphMissing, check_name
from courses_app.foundation.references import new_token, of_outside
from courses_app.foundation.refusal import Refusal

# Known people are checkboxes of the same list; their rows are numbered from here, new people from 0.
KNOWN_FROM = 1000
SPELLING = ("family_name", "given_name", "family_name_kana", "given_name_kana", "born_on")
MOST_ROWS = 2 * MOST_ATTENDEES  # of new people; some of them may stay empty
ONLY = re.compile(r"\b(?:([0-9]{1,4})|u([0-9]{1,4}))\b")  # a row by its number, or so many seats without a name
ROW_NUMBER = re.compile(r"-([0-9]{1,4})-")
REFERENCE = re.compile(r"[A-Z0-9-]{3,40}")
ROLE_CODE = re.compile(r"[a-z_]{1,40}")
# After these the page offers what can be done with the same people.
NO_SEAT_HERE = (NoRoom, PartyTooLarge, AlreadyWaiting, UnnamedWait, WaitingIsOver)
Choices = list[tuple[str, str]]


def printable(_form: Form, field: NameField) -> None:
    """Refuse a name that our papers could not print, while it can still be mended."""
    try:
        check_name(field.data or "")
    except GlyphMissing as missing:
        raise ValidationError(str(missing)) from missing


class NameFields(Form):
    """A person as on the residence record (住民票)."""

    family_name = NameField(
        _l("Family name"),
        [Required(), Length(max=60), printable],
        description=_l("As on the residence record. People with a single name write it here."),
    )
    given_name = NameField(_l("Given name"), [Length(max=60), printable])
    family_name_kana = KanaField(_l("Family name (reading)"), [Required(), Length(max=60)])
    given_name_kana = KanaField(_l("Given name (reading)"), [Length(max=60)])
    born_on = DayField(
        _l("Date of birth"), [Required()], description=_l("It is printed on the certificate. For example 1985-04-09.")
    )


class AttendeeRow(NameFields):
    """One attendee: the reference of a known person, or everything about a new one."""

    person = StringField("")
    run = SelectField(_l("Date"), validate_choice=False, choices=())
    role = SelectField(_l("Role"), validate_choice=False, choices=())
    email = FoldedField(
        _l("E-mail"), [Length(max=254), email_shape], description=_l("The admission ticket is also sent there.")
    )

    @property
    def is_known(self) -> bool:
        return bool(self.person.data)

    @property
    def is_blank(self) -> bool:
        """Nothing was typed: the row is left out."""
        typed = (self.family_name, self.given_name, self.family_name_kana, self.given_name_kana, self.email)
        return not self.is_known and not any(field.data for field in typed) and not any(self.born_on.raw_data or ())

    def validate(self, extra_validators: Any = None) -> bool:
        if self.is_blank:
            return True
        if self.is_known:
            return bool(self.email.validate(self))
        return bool(super().validate(extra_validators))

    @property
    def full_name(self) -> str:
        return f"{self.family_name.data or ''} {self.given_name.data or ''}".strip()

    def facts(self) -> AttendeeFacts:
        """What was typed, as plain values; a role that is not a code is left out."""
        role = self.role.data if ROLE_CODE.fullmatch(self.role.data or "") else None
        run = self.run.data or None
        if self.is_known:
            return AttendeeFacts(person=self.person.data, email=self.email.data or None, role_code=role, run=run)
        return AttendeeFacts(
            family_name=self.family_name.data or "",
            given_name=self.given_name.data or "",
            family_name_kana=self.family_name_kana.data or "",
            given_name_kana=self.given_name_kana.data or "",
            born_on=self.born_on.data,
            email=self.email.data or None,
            role_code=role,
            run=run,
        )


class Rows(FieldList):  # type: ignore[type-arg]  # no generic class when it runs
    """Rows by their numbers: so many new people and the known ones; numbers we never gave out are not read (S-40)."""

    def _extract_indices(self, prefix: str, formdata: MultiDict[str, str]) -> list[int]:
        ours = (name[len(prefix) :] for name in formdata if name.startswith(prefix))
        numbers = {int(found[1]) for rest in ours if (found := ROW_NUMBER.match(rest))}
        new = sorted(number for number in numbers if number < KNOWN_FROM)
        known = sorted(numbers.intersection(range(KNOWN_FROM, KNOWN_FROM + MOST_TO_CHOOSE)))
        return [*new[:MOST_ROWS], *(number for number in known if formdata.get(f"{prefix}-{number}-person"))]


class AttendeesForm(BaseForm):
    """The details of a booking. `add`, `remove` and `choose_dates` change the page and send
    nothing, `edit` only shows it again.

    `only` says what is booked where the seats are too few for all: numbers of rows, and u3 for three without a name.
    """

    form_token = HiddenField("", validators=[Length(max=100)], filters=[of_outside])
    attendees = Rows(FormField(AttendeeRow), label=_l("Attendee"))
    accepts_part = BooleanField(
        _l("We also take seats for a part of us"),
        description=_l("The first in the list are served first; the others keep the place."),
    )
    dates = SelectMultipleField(_l("Other dates"), validate_choice=False, choices=())
    unnamed = WholeNumberField(_l("Number of seats without a name yet"), [Optional()], default=0)
    add = SubmitField("")
    remove = StringField("")
    edit = SubmitField("")
    choose_dates = SubmitField("")
    only = StringField("")
    sent_before = ""  # what the form was sent for before, with something else in it; now it has a token of its own
    found_no_room = False  # whether the form was refused for want of seats: then the page offers to wait

    def refuse(self, refusal: Refusal) -> None:
        self.found_no_room = isinstance(refusal, NO_SEAT_HERE)
        if isinstance(refusal, FormSentBefore | UnnamedWait):
            self.sent_before, self.form_token.data = refusal.reference, new_token()
        super().refuse(refusal)

    def prepare(self, roles: Choices, dates: Choices) -> None:
        """At least one row to type into, each with the roles the course names and the dates that were chosen."""
        if not self.new_rows and not self.chosen and not self.seats_unnamed:
            self.add_row()
        for entry in self.attendees:
            entry.form.role.choices = options([("", _l("Not decided, or another")), *roles])
            entry.form.run.choices = dates

    @property
    def wanted_dates(self) -> set[str]:
        """References of the other dates that were ticked, or chosen for somebody."""
        rows = {entry.form.run.data or "" for entry in self.attendees}
        return {one for one in (*(self.dates.data or ()), *rows) if REFERENCE.fullmatch(one)}

    def first_that_fit(self, left: Mapping[str, int]) -> list[tuple[int, AttendeeRow]]:
        """The first so many rows of each date as it has seats left, with their numbers; "" is the page's own date."""
        free, found = dict(left), []
        for entry in self.attendees:
            if not entry.form.is_blank and free.get(entry.form.run.data or "", 0) > 0:
                free[entry.form.run.data or ""] -= 1
                found.append((_number(entry), entry.form))
        return found

    def unnamed_that_fit(self, left: int, named: Collection[tuple[int, AttendeeRow]]) -> int:
        """How many seats without a name find room on the page's own date, once those who fit have theirs."""
        return min(self.seats_unnamed, max(0, left - len([row for _number, row in named if not row.run.data])))

    @property
    def new_rows(self) -> list[FormField[AttendeeRow]]:
        """The rows that are shown to be typed into."""
        return [entry for entry in self.attendees if _number(entry) < KNOWN_FROM and not entry.form.is_known]

    @property
    def chosen(self) -> set[str]:
        """The references of the known people who were chosen."""
        return {entry.form.person.data or "" for entry in self.attendees if entry.form.is_known}

    @property
    def new_names(self) -> list[str]:
        """The names that were typed, in order."""
        typed = [entry.form for entry in self.new_rows if not entry.form.is_blank]
        return [f"{row.family_name.data} {row.given_name.data or ''}".strip() for row in typed]

    @property
    def size(self) -> int:
        """For how many people it is."""
        return len([entry for entry in self.attendees if not entry.form.is_blank]) + self.seats_unnamed

    @property
    def seats_unnamed(self) -> int:
        """How many seats it asks for without saying for whom."""
        return max(0, self.unnamed.data or 0)

    def kept_of(self, person: str) -> dict[str, str]:
        """What goes along with a known person: role and address of an earlier choice."""
        rows = [entry.form for entry in self.attendees if entry.form.person.data == person]
        return {field.short_name: field.data for row in rows for field in (row.role, row.email) if field.data}

    def run_of(self, person: str) -> str:
        """The date chosen for a known person; empty for the page's own."""
        return next((e.form.run.data or "" for e in self.attendees if e.form.person.data == person), "")

    def changed_rows(self) -> bool:
        """Add or take out a row where a button asked for it; whether one did, or the rows are to be seen again."""
        if re.fullmatch(r"[0-9]{1,4}", self.remove.data or ""):
            shown = self.new_rows
            at = int(self.remove.data or "0")
            if at < len(shown):
                self.attendees.entries.remove(shown[at])
            return True
        if self.add.data:
            self.add_row()
        return bool(self.add.data or self.choose_dates.data or self.edit.data)

    def add_row(self) -> None:
        """One more row to type into, numbered after those that are shown."""
        if len(self.new_rows) >= MOST_ROWS:
            return
        numbers = [_number(entry) for entry in self.new_rows]
        self.attendees.last_index = max(numbers, default=-1)
        self.attendees.append_entry()

    def validate_unnamed(self, field: WholeNumberField) -> None:
        """A number of seats."""
        if field.data is not None and not 0 <= field.data <= MOST_ATTENDEES:
            raise ValidationError(_l("Write a number from 0 to %(most)d.", most=MOST_ATTENDEES))

    def validate(self, extra_validators: Any = None) -> bool:
        sound = bool(super().validate(extra_validators))
        if sound and not 0 < self.size <= MOST_ATTENDEES:
            self.refuse(TooManyAttendees() if self.size else NobodyNamed())
            sound = False
        return sound

    def facts(self) -> list[AttendeeFacts]:
        """Everybody named, in order, then the seats whose names follow; only those in `only`, where it says who."""
        only = ONLY.findall(self.only.data or "")
        rows, unnamed = {int(row) for row, _seats in only if row}, sum(int(seats) for _row, seats in only if seats)
        named = [entry for entry in self.attendees if not entry.form.is_blank and (not only or _number(entry) in rows)]
        seats = min(unnamed, self.seats_unnamed) if only else self.seats_unnamed
        return [*(entry.form.facts() for entry in named), *(AttendeeFacts() for _seat in range(seats))]


class CorrectionForm(BaseForm, NameFields):
    """The spelling of one attendee, before the order."""

    @property
    def spelling(self) -> dict[str, Any]:
        """The fields of a person this form asks for."""
        return {name: getattr(self, name).data for name in SPELLING}


def _number(entry: FormField[AttendeeRow]) -> int:
    return int(entry.name.rsplit("-", 1)[1])
