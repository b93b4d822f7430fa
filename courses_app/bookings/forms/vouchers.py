"""A voucher code: typed by who books, described by the office."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectMultipleField, StringField, widgets
from wtforms.validators import InputRequired, Length, Optional, StopValidation

from courses_app.bookings.rules.vouchers import CODE, VoucherFacts, code_of
from courses_app.catalogue.rules import FeeAudience
from courses_app.foundation.forms import BaseForm, DayField, NameField, Required, WholeNumberField, options
from courses_app.foundation.yen import Yen

LONGEST_CODE, MOST_USES, MOST_YEN = 60, 100_000, 1_000_000
PERCENT, AMOUNT = "percent", "amount"
EVERYBODY = "everybody"


class VoucherForm(BaseForm):
    """A code somebody was given."""

    code = StringField(
        _l("Voucher code"),
        [Required(), Length(max=LONGEST_CODE)],
        description=_l("Upper or lower case, full width or not: however you type it."),
    )


class NewVoucherForm(BaseForm):
    """A code that the office gives out."""

    code = StringField(
        _l("Code"),
        [Optional(), Length(max=LONGEST_CODE)],
        description=_l("6 to 20 letters (A to Z) and digits. Left empty, one is made up that nobody guesses."),
    )
    purpose = NameField(
        _l("Purpose of the code"), [Required(), Length(max=200)], description=_l("Only the office sees this.")
    )
    kind = RadioField(
        _l("What it takes off the price of each seat"),
        [Required()],
        choices=options([(PERCENT, _l("A percentage")), (AMOUNT, _l("An amount"))]),
    )
    off = WholeNumberField(
        _l("How much (percent, or yen with tax)"),
        [InputRequired()],
        description=_l("100 percent makes seats free. No seat costs less than nothing."),
    )
    most_uses = WholeNumberField(
        _l("For how many seats in all"), [Optional()], description=_l("Empty: as many as you like.")
    )
    most_per_organization = WholeNumberField(
        _l("For how many seats of one organization"), [Optional()], description=_l("Empty: as many as you like.")
    )
    courses = SelectMultipleField(
        _l("Only for these courses"),
        option_widget=widgets.CheckboxInput(),
        widget=widgets.ListWidget(prefix_label=False),
        description=_l("None: for all courses."),
    )
    audience = RadioField(
        _l("For whom"),
        [Required()],
        choices=options([(EVERYBODY, _l("Whoever books")), *((each.value, each.label) for each in FeeAudience)]),
        default=EVERYBODY,
    )
    from_on = DayField(_l("Can be used from"), [InputRequired()])
    until_on = DayField(_l("Can be used until"), [Optional()], description=_l("Empty: until you end it."))
    returns_once_paid = BooleanField(
        _l("A seat given back after payment gives its use back"),
        description=_l("Before payment it always comes back by itself."),
    )

    def offer(self, courses: Sequence[tuple[str, str]]) -> None:
        """The courses to choose from: code and name."""
        self.courses.choices = list(courses)

    def validate_code(self, field: StringField) -> None:
        if field.data and not CODE.fullmatch(code_of(field.data)):
            raise StopValidation(_l("Please use 6 to 20 letters (A to Z) and digits, or leave it empty."))

    def validate_off(self, field: WholeNumberField) -> None:
        most = 100 if self.kind.data == PERCENT else MOST_YEN
        if field.data is not None and not 1 <= field.data <= most:
            raise StopValidation(
                _l("Please write a whole number from 1 to 100.")
                if most == 100
                else _l("Please write an amount from ¥1 to ¥1,000,000.")
            )

    def validate_most_uses(self, field: WholeNumberField) -> None:
        if field.data is not None and not 1 <= field.data <= MOST_USES:
            raise StopValidation(_l("Please write a number from 1 to 100,000, or leave it empty."))

    validate_most_per_organization = validate_most_uses

    def validate_until_on(self, field: DayField) -> None:
        if field.data and self.from_on.data and field.data < self.from_on.data:
            raise StopValidation(_l("The last day is before the first. Please correct one of them."))

    def facts(self) -> VoucherFacts:
        """What was typed."""
        percent, audience = self.kind.data == PERCENT, self.audience.data
        facts: dict[str, Any] = {name: self[name].data for name in (
            "purpose", "most_uses", "most_per_organization", "from_on", "until_on", "returns_once_paid")}  # fmt: skip
        return VoucherFacts(
            code=code_of(self.code.data),
            percent=self.off.data if percent else None,
            amount=None if percent else Yen(self.off.data or 0),
            audience=None if audience == EVERYBODY else FeeAudience(audience),
            **facts,
        )

    @classmethod
    def starting(cls, day: date) -> NewVoucherForm:
        """An empty form that proposes a first day."""
        return cls(formdata=None, data={"from_on": day, "kind": PERCENT, "audience": EVERYBODY})
