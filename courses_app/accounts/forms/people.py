"""The forms about people and establishments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field, SearchField, SelectField
from wtforms.validators import Optional, ValidationError

from courses_app.accounts.forms.fields import LONGEST_TEXT, AddressField, PrefectureField, SecondLook, Versioned
from courses_app.accounts.models import Establishment, Membership, Person
from courses_app.accounts.rules.facts import EstablishmentFacts, PersonFacts
from courses_app.foundation.forms import (
    LONGEST_NAME,
    BaseForm,
    DayField,
    FilterForm,
    FoldedField,
    KanaField,
    Length,
    NameField,
    Required,
    email_shape,
    options,
)

OLDEST = date(1900, 1, 1)


class PeopleFilter(FilterForm):
    """Narrow a list of people."""

    search = SearchField(_l("Name or kana"))


class NamesForm(BaseForm):
    """How somebody is called."""

    family_name = NameField(_l("Family name"), [Required(), Length(max=LONGEST_NAME)])
    given_name = NameField(_l("Given name"), [Optional(), Length(max=LONGEST_NAME)])
    family_name_kana = KanaField(_l("Family name in kana"), [Required(), Length(max=LONGEST_NAME)])
    given_name_kana = KanaField(_l("Given name in kana"), [Length(max=LONGEST_NAME)])

    def validate_given_name_kana(self, field: Field) -> None:
        if self.given_name.data and not field.data:
            raise ValidationError(_l("Enter the given name in kana too."))

    def person_facts(self, *, born_on: date | None, email: str | None) -> PersonFacts:
        return PersonFacts(
            family_name=self.family_name.data or "",
            given_name=self.given_name.data or "",
            family_name_kana=self.family_name_kana.data or "",
            given_name_kana=self.given_name_kana.data or "",
            born_on=born_on,
            email=email,
        )


class PersonForm(NamesForm, SecondLook, Versioned):
    """A person of the organization."""

    born_on = DayField(_l("Date of birth"), [Optional()])
    email = AddressField(_l("E-mail address"), [Optional(), email_shape])
    establishment = SelectField(_l("Establishment"), [Optional()])

    def __init__(self, *args: Any, establishments: Sequence[Establishment], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.namesakes: Sequence[Person] = ()
        open_ones = [
            place for place in establishments if place.closed_on is None or place.reference == self.establishment.data
        ]
        self.establishment.choices = options(
            [("", _l("Not assigned")), *((place.reference, place.name) for place in open_ones)]
        )

    @classmethod
    def of(cls, membership: Membership, **more: Any) -> PersonForm:
        """The form filled with what is kept, when nothing has been sent."""
        place = membership.establishment
        return cls(obj=membership.person, establishment=place.reference if place else "", **more)

    def validate_born_on(self, field: Field) -> None:
        if field.data and not OLDEST <= field.data <= self.today:
            raise ValidationError(_l("Check the date of birth."))

    def facts(self) -> PersonFacts:
        return self.person_facts(born_on=self.born_on.data, email=self.email.data or None)


class DepartureForm(BaseForm):
    """The last day somebody belongs to the organization."""

    until_on = DayField(_l("Last day in the organization"), [Required()])

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    @property
    def last_day(self) -> date:
        return self.until_on.data or self.today

    def validate_until_on(self, field: Field) -> None:
        if field.data and field.data > self.today:
            raise ValidationError(_l("Enter this on the last day or later: until then the person belongs to you."))


class EstablishmentForm(BaseForm):
    """An establishment."""

    name = NameField(_l("Name of the establishment"), [Required(), Length(max=LONGEST_TEXT)])
    prefecture = PrefectureField(_l("Prefecture"), [Required(_l("Choose the prefecture."))])
    address = FoldedField(_l("Address"), [Required(), Length(max=LONGEST_TEXT)])

    def facts(self) -> EstablishmentFacts:
        return EstablishmentFacts(
            name=self.name.data or "", prefecture=self.prefecture.data or "", address=self.address.data or ""
        )
