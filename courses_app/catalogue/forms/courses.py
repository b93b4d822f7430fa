"""A course and its fees as staff describe them."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, Form, FormField, HiddenField, RadioField, SelectField, TextAreaField
from wtforms.validators import Length, Optional

from courses_app.catalogue.forms.fields import LONGEST_TEXT, LONGEST_TITLE, MOST_YEN, Given, Versioned, between
from courses_app.catalogue.models import Course
from courses_app.catalogue.rules import (
    CourseChange,
    DayKind,
    FeeAudience,
    Language,
    SubjectChange,
    SubjectKind,
    UnnamedSeats,
)
from courses_app.foundation.forms import BaseForm, DayField, NameField, Required, WholeNumberField, options
from courses_app.foundation.yen import TaxCategory

TITLE = Length(max=LONGEST_TITLE)
TEXT = Length(max=LONGEST_TEXT)
TALL = {"rows": 12}
MOST_MINUTES = 6000
MOST_SUBJECTS = 30
MOST_DAYS_BEFORE = 365
REGULAR, EARLY = "regular", "early"

TEXTS = ("name", "summary", "description", "certificate_worth", "legal_basis")
NUMBERS = (
    "net_minutes", "pass_mark", "test_minutes", "test_questions", "validity_months", "default_capacity",
    "default_language", "closes_days_before_venue", "closes_business_days_before_online", "payment_due_business_days",
    "payment_grace_business_days", "hold_minutes", "quoted_days", "offer_hours", "smaller_may_pass",
    "naming_days_before",
    "naming_day_kind", "naming_reminder_days", "unnamed_seats", "needs_approval", "approval_business_days",
    "move_answer_days", "move_reminder_days", "withdrawn_on",
)  # fmt: skip
FIELDS = (*(f"{name}_{language}" for name in TEXTS for language in ("ja", "en")), *NUMBERS)


class SubjectForm(Form):
    """One subject."""

    number = HiddenField()
    name_ja = NameField(_l("Name in Japanese"), [Required(), TITLE])
    name_en = NameField(_l("Name in English"), [Required(), TITLE])
    minutes = WholeNumberField(_l("Minutes"), [Given(), between(1, 600)])
    kind = SelectField(_l("Kind"), [Required()], choices=options([(kind.value, kind.label) for kind in SubjectKind]))


class CourseForm(Versioned):
    """Words and numbers of a course; what the business may change is here, not in the code."""

    name_ja = NameField(_l("Name in Japanese"), [Required(), TITLE])
    name_en = NameField(_l("Name in English"), [Required(), TITLE])
    summary_ja = TextAreaField(_l("Summary in Japanese"), [Required(), TEXT])
    summary_en = TextAreaField(_l("Summary in English"), [Required(), TEXT])
    description_ja = TextAreaField(
        _l("Description in Japanese"),
        [Required(), TEXT],
        render_kw=TALL,
        description=_l("An empty line begins a new paragraph."),
    )
    description_en = TextAreaField(_l("Description in English"), [Required(), TEXT], render_kw=TALL)
    legal_basis_ja = TextAreaField(_l("Legal basis in Japanese"), [Optional(), TEXT])
    legal_basis_en = TextAreaField(_l("Legal basis in English"), [Optional(), TEXT])
    certificate_worth_ja = TextAreaField(_l("Worth of the certificate in Japanese"), [Optional(), TEXT])
    certificate_worth_en = TextAreaField(_l("Worth of the certificate in English"), [Optional(), TEXT])
    net_minutes = WholeNumberField(
        _l("Net time in minutes"),
        [Given(), between(0, MOST_MINUTES)],
        description=_l("The lectures below must add up to it."),
    )
    pass_mark = WholeNumberField(
        _l("Pass mark of the test"), [Optional(), between(0, 100)], description=_l("Of 100 points; empty: no test.")
    )
    test_minutes = WholeNumberField(_l("Length of the test in minutes"), [Optional(), between(1, 600)])
    test_questions = WholeNumberField(_l("Questions of the test"), [Optional(), between(1, 500)])
    validity_months = WholeNumberField(
        _l("The certificate counts for (months)"),
        [Optional(), between(1, 240)],
        description=_l("Empty: without an end."),
    )
    default_capacity = WholeNumberField(_l("Usual number of seats"), [Given(), between(1, 1000)])
    default_language = SelectField(
        _l("Usual language"), [Required()], choices=options([(each.value, each.label) for each in Language])
    )
    closes_days_before_venue = WholeNumberField(_l("Booking ends before a venue run (days)"), [Given(), between(0, 90)])
    closes_business_days_before_online = WholeNumberField(
        _l("Booking ends before an online run (business days)"), [Given(), between(0, 60)]
    )
    payment_due_business_days = WholeNumberField(
        _l("A bank transfer is due after (business days)"), [Given(), between(1, 60)]
    )
    payment_grace_business_days = WholeNumberField(
        _l("An unpaid order is cancelled after another (business days)"), [Given(), between(0, 60)]
    )
    hold_minutes = WholeNumberField(_l("Seats are held for (minutes)"), [Given(), between(5, 240)])
    quoted_days = WholeNumberField(
        _l("The prices of a quote hold for (days)"),
        [Given(), between(1, 365)],
        description=_l("At the longest until booking closes. Quotes that were issued keep their day."),
    )
    offer_hours = WholeNumberField(
        _l("An offer to the waiting list stands for (hours)"),
        [Given(), between(1, 336)],
        description=_l("At the longest until booking closes."),
    )
    smaller_may_pass = BooleanField(
        _l("A smaller party may be served before a larger one that does not fit"),
        description=_l("The page of the run says which rule holds."),
    )
    naming_days_before = WholeNumberField(
        _l("Seats booked without a name are named until (days before the run)"),
        [Given(), between(0, 60)],
        description=_l("0: everybody is named when booking. Orders keep the rule they were placed under."),
    )
    naming_day_kind = RadioField(
        _l("How these days are counted"), [Required()], choices=options([(kind.value, kind.label) for kind in DayKind])
    )
    naming_reminder_days = WholeNumberField(
        _l("Who booked is reminded before that (days)"), [Given(), between(0, 60)], description=_l("0: no reminder.")
    )
    unnamed_seats = RadioField(
        _l("A seat without a name then"),
        [Required()],
        choices=options([(each.value, each.label) for each in UnnamedSeats]),
    )
    needs_approval = BooleanField(
        _l("A booking is a request until the office has approved it"),
        description=_l("Seats that are kept already are ordered as their page says."),
    )
    approval_business_days = WholeNumberField(
        _l("The office answers a request within (business days)"),
        [Given(), between(1, 30)],
        description=_l(
            "After that the request stands among the open matters; it is never refused by itself before booking closes."
        ),
    )
    move_answer_days = WholeNumberField(
        _l("After a run was moved, answers are asked for within (days)"),
        [Given(), between(1, 60)],
        description=_l("Proposed when you move a run; at the longest until its booking closes."),
    )
    move_reminder_days = WholeNumberField(
        _l("Who has not answered is reminded before that (days)"),
        [Given(), between(0, 60)],
        description=_l("0: no reminder."),
    )
    withdrawn_on = DayField(
        _l("No longer offered from"),
        [Optional()],
        description=_l("Empty while it is offered. Runs that stand are kept."),
    )
    subjects = FieldList(FormField(SubjectForm, _l("Subject")), _l("Subjects"), max_entries=MOST_SUBJECTS)

    @classmethod
    def of(cls, course: Course) -> CourseForm:
        """The form as the course is now."""
        subjects = [
            {
                "number": number,
                "name_ja": each.name_ja,
                "name_en": each.name_en,
                "minutes": each.minutes,
                "kind": each.kind,
            }
            for number, each in enumerate(course.subjects, start=1)
        ]
        facts = {name: getattr(course, name) for name in FIELDS}
        return cls(formdata=None, data={**facts, "version": course.version, "subjects": subjects})

    def change(self) -> CourseChange:
        """What was typed about the course."""
        facts = {name: _plain(self.data[name]) for name in FIELDS}
        kinds = {"naming_day_kind": DayKind, "unnamed_seats": UnnamedSeats}
        return CourseChange(**facts | {name: kind(facts[name]) for name, kind in kinds.items()})

    def wanted_subjects(self) -> list[SubjectChange]:
        """What was typed about its subjects."""
        return [
            SubjectChange(
                name_ja=row["name_ja"],
                name_en=row["name_en"],
                minutes=row["minutes"],
                kind=SubjectKind(row["kind"]),
                number=place_of(row["number"]),
            )
            for row in self.subjects.data
        ]


class FeeForm(BaseForm):
    """A fee from a day on, or an early price."""

    kind = RadioField(
        _l("Kind of price"),
        [Required()],
        choices=options([(REGULAR, _l("Regular fee")), (EARLY, _l("Early price"))]),
        default=REGULAR,
    )
    audience = RadioField(
        _l("For whom"),
        [Required()],
        choices=options([(each.value, each.label) for each in FeeAudience]),
        default=FeeAudience.GENERAL,
    )
    amount = WholeNumberField(_l("Amount in yen, tax included"), [Given(), between(0, MOST_YEN)])
    tax_category = SelectField(
        _l("Consumption tax"),
        [Required()],
        choices=options(
            [
                (TaxCategory.TAXABLE_10.value, _l("Taxable (10 %)")),
                (TaxCategory.EXEMPT.value, _l("Exempt")),
                (TaxCategory.OUT_OF_SCOPE.value, _l("Out of scope")),
            ]
        ),
    )
    from_on = DayField(
        _l("For runs held from"),
        [Given()],
        description=_l("Of a regular fee a day after today. The present fee ends the day before."),
    )
    until_on = DayField(
        _l("For runs held until"),
        [Optional()],
        description=_l("Empty: until another begins. After a fee with a last day, the one before holds again."),
    )
    early_until_on = DayField(
        _l("Early price: booked until this day"), [Optional()], description=_l("This day or the next field, not both.")
    )
    early_days_before = WholeNumberField(
        _l("Early price: booked until so many days before the run"), [Optional(), between(1, MOST_DAYS_BEFORE)]
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """An early price has one last day to book, a regular fee none; no price ends before it begins."""
        fine: bool = super().validate(extra_validators)
        return not self._refused() and fine

    def _refused(self) -> bool:
        ends, begins = self.until_on, self.from_on.data
        day, days = self.early_until_on, self.early_days_before
        if ends.data and begins and ends.data < begins and not ends.errors:
            ends.errors = [_l("The last day is before the first. Please correct one of them.")]
        if self.kind.data == EARLY and (day.data is None) == (days.data is None) and not (day.errors or days.errors):
            day.errors = [_l("Please give one of the two: a last day to book, or a number of days before the run.")]
        if self.kind.data == REGULAR and (day.data is not None or days.data is not None):
            day.errors = [
                _l("Only an early price has a last day to book. Please choose it above, or leave this empty.")
            ]
        return bool(ends.errors or day.errors)

    def fee(self) -> dict[str, Any]:
        """What was typed, as set_fee takes it."""
        days = {name: self[name].data for name in ("from_on", "until_on", "early_until_on", "early_days_before")}
        return {
            "audience": FeeAudience(self.audience.data),
            "amount": self.amount.data,
            "tax_category": TaxCategory(self.tax_category.data),
            **days,
        }

    @classmethod
    def starting(cls, day: date) -> FeeForm:
        """An empty form that proposes a first day."""
        return cls(formdata=None, data={"from_on": day, "audience": FeeAudience.GENERAL.value, "kind": REGULAR})


def place_of(typed: str | None) -> int | None:
    """The place (from 1) a hidden field carries, or None for a new row."""
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) < 4 else None


def _plain(value: Any) -> Any:
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value
