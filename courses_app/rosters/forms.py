"""What is typed into a roster: one row per attendee, each with what its writer saw when the page was loaded (R-41)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, FieldList, Form, FormField, HiddenField, TextAreaField
from wtforms.fields.core import Label

from courses_app.foundation.forms import BaseForm, Length, NameField, Required, WholeNumberField
from courses_app.rosters.rules import EntryChanged, EntryConflict, Record, Value, blank, problems

LONGEST_REMARKS = 300
WAS = "-was"


class CallingOffForm(BaseForm):
    """Why a run is called off; `agreed` names the consequences that were shown."""

    agreed = HiddenField()
    reason = TextAreaField(_l("Reason"), [Required(), Length(max=1000)])


class MinutesForm(Form):
    """The minutes of one meeting; empty means none."""

    missed = WholeNumberField(_l("Minutes missed"))
    made_up = WholeNumberField(_l("Made up"))


class EntryForm(Form):
    """One attendee's row. `was` holds the record as it stood on the page."""

    was = HiddenField()
    identity = BooleanField(_l("Identity checked"))
    absent = BooleanField(_l("Did not come"))
    score = WholeNumberField(_l("Test score"))
    minutes = FieldList(FormField(MinutesForm), label=_l("Minutes missed and made up"))
    remarks = NameField(_l("Remarks"), [Length(max=LONGEST_REMARKS, message=_l("Write up to %(max)d characters."))])

    def record(self) -> Record:
        """What was typed."""
        return Record(
            absent=self.absent.data,
            identity=self.identity.data,
            missed=tuple(part.missed.data or 0 for part in self.minutes),
            made_up=tuple(part.made_up.data or 0 for part in self.minutes),
            score=self.score.data,
            remarks=self.remarks.data or "",
        )

    def base(self) -> Record:
        """What its writer saw; nothing, if the row doesn't say so in a way we can read."""
        meetings = len(self.minutes)
        try:
            absent, identity, missed, made_up, score, remarks = json.loads(self.was.data or "")
            base = Record(bool(absent), bool(identity), tuple(missed), tuple(made_up), score, str(remarks))
        except (ValueError, TypeError):
            return blank(meetings)
        return base if len(base.missed) == len(base.made_up) == meetings else blank(meetings)

    def field_of(self, name: str) -> Any:
        """The control of one field of a record (`score`, `missed-0`, …)."""
        kind, _dash, at = name.partition("-")
        return getattr(self.minutes[int(at)].form, kind) if at else getattr(self, kind)


class Row:
    """One attendee of the page: the form, whose it is, and what somebody else wrote meanwhile."""

    def __init__(self, seat: str, name: str, form: EntryForm) -> None:
        self.seat = seat
        self.label = Label(seat, name)
        self.form = form
        self.conflict: EntryConflict | None = None

    @property
    def errors(self) -> dict[Any, Any]:
        return {**self.form.errors}

    @property
    def field_names(self) -> list[str]:
        """The names a browser sends for this row alone."""
        parts = [field.name for part in self.form.minutes for field in part.form]
        return [*(field.name for field in self.form if field.name != self.form.minutes.name), *parts]

    def check(self, net: Sequence[int]) -> bool:
        """Whether the row is readable and free of contradictions; sentences stand at the fields."""
        if not self.form.validate():
            return False
        for problem in problems(self.form.record(), net):
            field = self.form.field_of(problem.field)
            field.errors = [*field.errors, problem.message]
        self.form.minutes.errors = [part.errors for part in self.form.minutes if part.errors]
        return not self.form.errors

    def show(self, conflict: EntryConflict) -> None:
        """Mine stays in the controls, what others changed elsewhere comes in; saving again decides for the controls."""
        self.form = _entry_form(self.seat, conflict.merged, was=conflict.theirs)
        self.conflict = conflict

    def compared(self) -> Iterator[tuple[Any, int | None, str, str]]:
        """Of each field both wrote: its control, which meeting it is of (if one), my value, the kept one."""
        for part in self.conflict.fields if self.conflict else ():
            at = part.field.partition("-")[2]
            yield self.form.field_of(part.field), int(at) if at else None, _shown(part.mine), _shown(part.theirs)


class RosterForm:
    """All rows of the page, or those that were sent."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self.form_errors: list[str] = []

    @classmethod
    def of(cls, records: Sequence[tuple[str, str, Record]]) -> RosterForm:
        """The page as it is loaded: (seat, name, record) of each attendee."""
        return cls([Row(seat, name, _entry_form(seat, record, was=record)) for seat, name, record in records])

    @classmethod
    def typed(cls, records: Sequence[tuple[str, str, Record]], sent: MultiDict[str, str], meetings: int) -> RosterForm:
        """The page as it was sent: rows left out of the sending stand as they are kept."""
        known = {seat: (name, record) for seat, name, record in records}
        gone = [name.removesuffix(WAS) for name in sent if name.endswith(WAS) and name.removesuffix(WAS) not in known]
        rows = [
            Row(
                seat,
                name,
                _sent_form(seat, sent, meetings) if seat + WAS in sent else _entry_form(seat, record, record),
            )
            for seat, (name, record) in known.items()
        ]
        return cls([*rows, *(Row(seat, seat, _sent_form(seat, sent, meetings)) for seat in gone)])

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    @property
    def errors(self) -> dict[Any, Any]:
        found: dict[Any, Any] = {row.seat: row.errors for row in self.rows if row.errors}
        return {**found, None: self.form_errors} if self.form_errors else found

    def check(self, net: Sequence[int]) -> bool:
        """Whether every row can be saved."""
        return [row.check(net) for row in self.rows].count(False) == 0

    def show(self, changed: EntryChanged) -> None:
        """Put both values before the reader, row by row."""
        by_seat = {conflict.seat: conflict for conflict in changed.conflicts}
        for row in self.rows:
            if row.seat in by_seat:
                row.show(by_seat[row.seat])
        self.form_errors.append(str(changed.message))


def _entry_form(seat: str, record: Record, was: Record) -> EntryForm:
    minutes = [
        {"missed": missed or None, "made_up": made_up or None}
        for missed, made_up in zip(record.missed, record.made_up, strict=True)
    ]
    data = {
        "was": _as_text(was), "identity": record.identity, "absent": record.absent, "score": record.score,
        "minutes": minutes, "remarks": record.remarks,
    }  # fmt: skip
    return EntryForm(prefix=seat, data=data)


def _sent_form(seat: str, sent: MultiDict[str, str], meetings: int) -> EntryForm:
    """What was sent, with a control for each of the run's meetings, no more and no less."""
    form = EntryForm(formdata=sent, prefix=seat)
    while len(form.minutes) > meetings:
        form.minutes.pop_entry()
    while len(form.minutes) < meetings:
        form.minutes.append_entry()
    return form


def _as_text(record: Record) -> str:
    parts = [record.absent, record.identity, record.missed, record.made_up, record.score, record.remarks]
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return str(_("Ticked") if value else _("Not ticked"))
    return "—" if value is None or value == "" else str(value)
