"""Filters, appointments, and the rows of the law that staff may correct."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, TypeVar

from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Regexp, ValidationError

from courses_app.accounts.models import Establishment
from courses_app.catalogue.rules import DutyStrength
from courses_app.compliance.models import Requirement, Role
from courses_app.compliance.rules import UNASSIGNED, RequirementFacts, StandingFilter, StandingState
from courses_app.foundation.forms import (
    BaseForm,
    DayField,
    FilterForm,
    FoldedField,
    Required,
    WholeNumberField,
    options,
)
from courses_app.foundation.templating import local

STATES: dict[str, Any] = {
    StandingState.EXPIRED.value: _l("Expired"),
    StandingState.NEVER.value: _l("Not taken yet"),
    StandingState.EXPIRING.value: _l("Expiring soon"),
    StandingState.VALID.value: _l("Valid"),
    UNASSIGNED: _l("No role"),
}
Value = TypeVar("Value")
LONGEST_MONTHS = 600
MOST_STEPS = 12


class BoardFilter(FilterForm):
    """What narrows the list of an organization's people."""

    q = StringField(_l("Name"))
    state = SelectField(_l("Standing"), choices=options([("", _l("All")), *STATES.items()]), validate_choice=False)
    role = SelectField(_l("Role"), choices=options([("", _l("All"))]), validate_choice=False)
    establishment = SelectField(_l("Establishment"), choices=options([("", _l("All"))]), validate_choice=False)

    def wanted(self) -> StandingFilter:
        """The filter; what isn't known narrows to nothing, as the address says."""
        return StandingFilter(
            state=self.state.data or "",
            role=self.role.data or "",
            establishment=self.establishment.data or "",
            q=self.q.data or "",
        )

    def offer(self, roles: Iterable[Role], establishments: Iterable[Establishment]) -> BoardFilter:
        """The choices that occur among the people."""
        self.role.choices = options([("", _l("All")), *((role.code, local(role, "name")) for role in roles)])
        self.establishment.choices = options([("", _l("All")), *((one.reference, one.name) for one in establishments)])
        return self


class AppointmentForm(BaseForm):
    """A role at an establishment from a day on."""

    role = SelectField(_l("Role"), [InputRequired(_l("Choose a role."))])
    establishment = SelectField(_l("Establishment"), [InputRequired(_l("Choose an establishment."))])
    from_on = DayField(_l("From which day"), [Required()])

    @property
    def first_day(self) -> date:
        """The day of a valid form."""
        return _given(self.from_on.data)

    def offer(self, roles: Iterable[Role], establishments: Iterable[Establishment]) -> AppointmentForm:
        """The roles and open establishments to choose from."""
        self.role.choices = options([(role.code, local(role, "name")) for role in roles])
        self.establishment.choices = options(
            [(one.reference, one.name) for one in establishments if one.closed_on is None]
        )
        return self


class EndForm(BaseForm):
    """The last day of a role."""

    until_on = DayField(_l("Last day in the role"), [Required()])

    @property
    def last_day(self) -> date:
        """The day of a valid form."""
        return _given(self.until_on.data)


class RequirementForm(BaseForm):
    """What staff may correct about a requirement."""

    strength = RadioField(
        _l("Duty"),
        [InputRequired()],
        choices=options([(one.value, one.label) for one in DutyStrength]),
        coerce=DutyStrength,
    )
    validity_months = WholeNumberField(_l("A completion counts for"), [Required(), NumberRange(1, LONGEST_MONTHS)])
    legal_basis_ja = TextAreaField(_l("Legal basis (Japanese)"), [Required(), Length(max=500)])
    legal_basis_en = TextAreaField(_l("Legal basis (English)"), [Required(), Length(max=500)])
    from_on = DayField(_l("In force from"), [Required()])
    until_on = DayField(_l("In force until"), description=_l("Leave it empty while no end is known."))
    version = HiddenField(validators=[InputRequired(), Regexp(r"\d{1,9}")])

    @classmethod
    def of(cls, requirement: Requirement) -> RequirementForm:
        """The form as sent, or with the requirement as it stands."""
        form: RequirementForm = cls(obj=requirement)
        return form

    @property
    def seen_version(self) -> int:
        """The version the page showed."""
        return int(self.version.data or 0)

    def facts(self) -> RequirementFacts:
        return RequirementFacts(
            strength=DutyStrength(self.strength.data),
            validity_months=_given(self.validity_months.data),
            legal_basis_ja=_given(self.legal_basis_ja.data).strip(),
            legal_basis_en=_given(self.legal_basis_en.data).strip(),
            from_on=_given(self.from_on.data),
            until_on=self.until_on.data,
        )


class StepsForm(BaseForm):
    """How many months before the last day reminders go out."""

    months = FoldedField(_l("Months before the last day"), [Required()])

    def validate_months(self, field: Field) -> None:
        """Whole months from 1 on, in any order, with any punctuation between them."""
        numbers = [int(number) for number in re.findall(r"\d{1,4}", field.data)]
        if not numbers or len(numbers) > MOST_STEPS or not all(1 <= number <= LONGEST_MONTHS for number in numbers):
            raise ValidationError(_l("Write the months as numbers, for example 12, 6, 3, 1."))

    def steps(self) -> list[int]:
        return sorted({int(number) for number in re.findall(r"\d{1,4}", self.months.data or "")}, reverse=True)


def _given(value: Value | None) -> Value:
    """What a validated form holds for certain."""
    if value is None:
        raise ValueError("the form was not validated")
    return value
