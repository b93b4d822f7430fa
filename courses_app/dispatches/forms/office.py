"""A quote as staff type it, their questions and reasons, and what they narrow the list to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import FieldList, Form, FormField, HiddenField, SelectField, StringField, TextAreaField

from courses_app.accounts.models import Person
from courses_app.dispatches.forms.printing import printable
from courses_app.dispatches.models import Dispatch, Quote
from courses_app.dispatches.rules import (
    MOST_LINES,
    MOST_MEETINGS,
    DispatchState,
    OfficeWanted,
    PlannedMeeting,
    QuotedLine,
    QuoteFacts,
)
from courses_app.foundation.clock import JST, day_of
from courses_app.foundation.forms import (
    BaseForm,
    ClockField,
    DayField,
    FilterForm,
    Given,
    Length,
    NameField,
    Optional,
    Required,
    WholeNumberField,
    between,
    options,
)
from courses_app.foundation.yen import TaxCategory, Yen

MOST_YEN = 10_000_000
WORDS = Length(max=4000)
TAXES = options(
    [
        (TaxCategory.TAXABLE_10, _l("Taxable, tax included")),
        (TaxCategory.EXEMPT, _l("Exempt")),
        (TaxCategory.OUT_OF_SCOPE, _l("Out of scope")),
    ]
)


class LineForm(Form):
    """A line of a quote; one without words and amount is left out."""

    description = NameField(_l("Item"), [Optional(), Length(max=200), printable])
    quantity = WholeNumberField(_l("How many"), [Optional(), between(1, 1000)], default=1)
    unit_amount = WholeNumberField(_l("Amount each, tax included"), [Optional(), between(0, MOST_YEN)])
    tax_category = SelectField(_l("Tax"), choices=TAXES, default=TaxCategory.TAXABLE_10)

    @property
    def used(self) -> bool:
        return bool(self.description.data) or self.unit_amount.data is not None

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        if self.used and not (self.description.data and self.unit_amount.data is not None and self.quantity.data):
            self.description.errors = [_l("Write what it is for, how many, and how much each costs.")]
            return False
        return fine


class DayForm(Form):
    """When it is held on one day."""

    on = DayField(_l("Day"), [Given()])
    begins = ClockField(_l("Begins"), [Given()])
    ends = ClockField(_l("Ends"), [Given()])


class QuoteForm(BaseForm):
    """What we offer."""

    lines = FieldList(FormField(LineForm), _l("Lines"), min_entries=MOST_LINES, max_entries=MOST_LINES)
    meetings = FieldList(FormField(DayForm), _l("Days"), min_entries=1, max_entries=MOST_MEETINGS)
    instructor = SelectField(_l("Instructor"), validate_choice=False)
    capacity = WholeNumberField(_l("Seats"), [Given(), between(1, 1000)])
    valid_until = DayField(_l("Valid until (that day included)"), [Given()])
    words = TextAreaField(_l("Words to the organization"), [Optional(), WORDS])
    seen = HiddenField("", [Length(max=6)])  # how many quotes there were when the page was opened

    @classmethod
    def proposed(cls, dispatch: Dispatch, *, today: date) -> QuoteForm:
        """The former quote, or the first wish with the usual validity."""
        if dispatch.quote is not None:
            return cls(formdata=None, data={**_as_typed(dispatch.quote), "seen": str(dispatch.quote.number)})
        wished = dispatch.wishes[0].on
        ends = min(today + timedelta(days=dispatch.service.quote_valid_days), wished - timedelta(days=1))
        data = {"meetings": [{"on": wished}], "capacity": dispatch.heads, "valid_until": max(ends, today), "seen": "0"}
        return cls(formdata=None, data=data)

    def added_or_removed(self, sent: Mapping[str, str]) -> bool:
        """Whether the button pressed was for a day more or less (without JavaScript); the rows are changed then."""
        place = sent.get("remove", "")
        if "add" in sent:
            self.meetings.append_entry()
        elif place.isdecimal() and len(self.meetings.entries) > 1 and int(place[:3]) < len(self.meetings.entries):
            del self.meetings.entries[int(place[:3])]
        return "add" in sent or bool(place)

    def offer(self, instructors: Iterable[Person]) -> None:
        """The people to choose from."""
        people = ((each.reference, each.full_name) for each in instructors)
        self.instructor.choices = options([("", _l("Not decided yet")), *people])

    @property
    def quotes_seen(self) -> int | None:
        """How many; None where the form does not say."""
        typed = self.seen.data or ""
        return int(typed) if typed.isascii() and typed.isdecimal() else None

    def facts(self) -> QuoteFacts:
        """What was typed."""
        typed: dict[str, Any] = self.data
        return QuoteFacts(
            lines=tuple(_line(row.form) for row in self.lines if row.form.used),
            meetings=tuple(_meeting(row) for row in typed["meetings"]),
            valid_until=typed["valid_until"],
            capacity=typed["capacity"],
            instructor=typed["instructor"] or None,
            words=typed["words"] or "",
        )


class QuestionForm(BaseForm):
    """What we need to know."""

    question = TextAreaField(_l("Your question"), [Required(), WORDS])


class ReasonForm(BaseForm):
    """Why we can't."""

    reason = TextAreaField(_l("Reason, which the organization reads"), [Required(), WORDS])


class OfficeFilter(FilterForm):
    """What the list is narrowed to."""

    q = StringField(_l("Number, organization or subject"))
    state = SelectField(
        _l("State"),
        choices=options([("", _l("Every state")), *((each.value, each.label) for each in DispatchState)]),
    )

    def wanted(self) -> OfficeWanted:
        state = self.state.data
        return OfficeWanted(self.q.data or "", DispatchState(state) if state in set(DispatchState) else None)


def _line(form: Form) -> QuotedLine:
    typed: dict[str, Any] = form.data
    return QuotedLine(
        typed["description"], typed["quantity"], Yen(typed["unit_amount"]), TaxCategory(typed["tax_category"])
    )


def _meeting(typed: dict[str, Any]) -> PlannedMeeting:
    begins, ends = (datetime.combine(typed["on"], typed[name], tzinfo=JST) for name in ("begins", "ends"))
    return PlannedMeeting(begins, ends)


def _as_typed(quote: Quote) -> dict[str, Any]:
    lines = [
        {name: getattr(line, name) for name in ("description", "quantity", "unit_amount", "tax_category")}
        for line in quote.lines
    ]
    meetings = [
        {
            "on": day_of(one.starts_at),
            "begins": one.starts_at.astimezone(JST).time(),
            "ends": one.ends_at.astimezone(JST).time(),
        }
        for one in quote.meetings
    ]
    return {
        "lines": lines, "meetings": meetings, "capacity": quote.capacity, "valid_until": quote.valid_until,
        "words": quote.words, "instructor": quote.instructor.reference if quote.instructor else "",
    }  # fmt: skip
