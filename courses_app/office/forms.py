"""What is typed in the office: conditions of lists, a word to search for, the note that settles a matter."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from functools import cache
from typing import Any, Self

from flask import current_app
from flask_babel import lazy_gettext as _l
from wtforms import MonthField, SelectField, TextAreaField

from courses_app.foundation.forms import (
    BaseForm,
    DayField,
    FilterForm,
    FoldedField,
    Length,
    NameField,
    Optional,
    Required,
    options,
)
from courses_app.foundation.outbox import OutboxState
from courses_app.office.rules import WORDS, EntriesWanted, MailsWanted, fiscal_year_of

EVERY = ("", _l("All"))
SUPPLY, BOOKING = "supply", "booking"
OUTBOX_STATES = {
    OutboxState.QUEUED: _l("Mail waiting to be sent"),
    OutboxState.SENDING: _l("Mail being sent"),
    OutboxState.SENT: _l("Mail sent"),
    OutboxState.FAILED: _l("Mail not delivered"),
}
STATE_TONES = {
    OutboxState.QUEUED: "info",
    OutboxState.SENDING: "info",
    OutboxState.SENT: "success",
    OutboxState.FAILED: "error",
}


class OutboxFilter(FilterForm):
    """Which mail: by state, kind, and recipient or what it is about."""

    q = FoldedField(_l("Recipient or reference"))
    state = SelectField(
        _l("State"),
        choices=options([EVERY, *((state.value, word) for state, word in OUTBOX_STATES.items())]),
        validate_choice=False,
    )
    kind = SelectField(
        _l("Kind of mail"),
        choices=lambda: options([EVERY, *((kind, WORDS.mail(kind)) for kind in _kinds())]),
        validate_choice=False,
    )

    def wanted(self) -> MailsWanted:
        """The conditions; a state or kind that doesn't exist is left out."""
        state, kind = self.state.data or "", self.kind.data or ""
        known_state, known_kind = state in set(OutboxState), kind in _kinds()
        return MailsWanted(self.q.data or "", state if known_state else "", kind if known_kind else "")


class AuditFilter(FilterForm):
    """Which changes: about what, by whom, when, in which request."""

    subject = FoldedField(_l("Reference"))
    action = FoldedField(_l("Action (word or code)"))
    actor = FoldedField(_l("Who"))
    from_on = DayField(_l("From"), [Optional()])
    until_on = DayField(_l("Until"), [Optional()])
    request_id = FoldedField(_l("Inquiry number"))

    def wanted(self) -> EntriesWanted:
        """The conditions; what can't be read is left out, and its field says so."""
        self.validate()
        return EntriesWanted(**{field.name: field.data for field in self if field.data and not field.errors})


class SearchForm(FilterForm):
    """One word for everything."""

    q = NameField(_l("Name, reference or number"))


class ReportFilter(FilterForm):
    """From which month until which; the present fiscal year unless told otherwise."""

    from_month = MonthField(_l("From month"), [Optional()])
    until_month = MonthField(_l("Until month"), [Optional()])

    @classmethod
    def asked(cls, args: Any, *, today: date) -> Self:
        first, last = fiscal_year_of(today)
        form = cls(args, data={"from_month": first, "until_month": last})
        if not form.validate() or not form.from_month.data or not form.until_month.data:
            form.from_month.data, form.until_month.data = first, last
        return form

    def days(self) -> dict[str, date]:
        """The first and the last day asked for."""
        first, last = self.from_month.data, self.until_month.data
        if first is None or last is None:
            raise LookupError("made by `asked`, both months are known")
        return {"from_on": first.replace(day=1), "until_on": last.replace(day=monthrange(last.year, last.month)[1])}


class RevenueFilter(ReportFilter):
    """The same, and which day of a thing counts."""

    by = SelectField(
        _l("Which month counts"),
        choices=options([(SUPPLY, _l("The month of the course")), (BOOKING, _l("The month of posting"))]),
        validate_choice=False,
    )

    @property
    def by_supply(self) -> bool:
        """By the day of the course, unless posting days are asked for."""
        return bool(self.by.data != BOOKING)


class SettleForm(BaseForm):
    """What was done about a matter."""

    note = TextAreaField(_l("What was done"), [Required(), Length(max=1000)], render_kw={"rows": 2})


def _kinds() -> list[str]:
    return _kinds_of_mail(current_app.jinja_env)


@cache
def _kinds_of_mail(templates: Any) -> list[str]:
    """Every mail the house can write, by its template; parts of mails begin with an underscore."""
    names = templates.list_templates(filter_func=lambda name: name.startswith("emails/") and name.endswith(".ja.txt"))
    return [name.removeprefix("emails/").removesuffix(".ja.txt") for name in names if "/_" not in name]
