"""The forms about an organization: joining, changing, and the office's filter."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field, SearchField, SelectField
from wtforms.validators import Optional, ValidationError

from courses_app.accounts.forms.fields import (
    LONGEST_TEXT,
    AddressField,
    PickField,
    PrefectureField,
    SecondLook,
    ShapedField,
    Versioned,
    corporate_number,
)
from courses_app.accounts.forms.people import NamesForm
from courses_app.accounts.models import LicenceClass, Organization, OrganizationKind
from courses_app.accounts.rules import numbers
from courses_app.accounts.rules.facts import OrganizationFacts, PersonFacts
from courses_app.accounts.rules.labels import KINDS, LICENCE_CLASSES, MEMBER_STATUSES
from courses_app.foundation.forms import (
    FilterForm,
    FoldedField,
    KanaField,
    Length,
    NameField,
    PhoneField,
    Required,
    email_shape,
    options,
)

FEWEST_PHONE_DIGITS, MOST_PHONE_DIGITS = 9, 15


class OrganizationForm(SecondLook, Versioned):
    """What we ask of an organization."""

    name = NameField(_l("Name of the organization"), [Required(), Length(max=LONGEST_TEXT)])
    name_kana = KanaField(_l("Name in kana"), [Required(), Length(max=LONGEST_TEXT)])
    kind = PickField(_l("Kind of organization"), nothing=_l("Choose the kind of organization."))
    corporate_number = ShapedField(_l("Corporate number"), [Optional()], shape=corporate_number)
    licence_number = ShapedField(_l("Licence number"), [Optional()], shape=numbers.licence_number)
    licence_class = SelectField(_l("Licence class"), [Optional()])
    postal_code = ShapedField(_l("Postal code"), [Required()], shape=numbers.postal_code)
    prefecture = PrefectureField(_l("Prefecture"), [Required(_l("Choose the prefecture."))])
    address = FoldedField(_l("Address"), [Required(), Length(max=LONGEST_TEXT)])
    phone = PhoneField(_l("Telephone number"), [Required()])
    contact_name = NameField(_l("Contact person"), [Length(max=LONGEST_TEXT)])
    contact_email = AddressField(_l("E-mail address of the contact person"), [Optional(), email_shape])
    invoice_addressee = NameField(_l("Addressee of invoices"), [Length(max=LONGEST_TEXT)])
    member_number = FoldedField(_l("Supporting-member number"), [Length(max=40)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = options([(kind.value, label) for kind, label in KINDS.items()])
        classes = [(licence.value, label) for licence, label in LICENCE_CLASSES.items()]
        self.licence_class.choices = options([("", _l("No licence")), *classes])

    def validate_phone(self, field: Field) -> None:
        figures = sum(character.isdigit() for character in field.data)
        if not FEWEST_PHONE_DIGITS <= figures <= MOST_PHONE_DIGITS:
            raise ValidationError(_l("Write the telephone number with its area code, for example 03-1234-5678."))

    def doubts_number(self) -> bool:
        """Whether the corporate number looks mistyped and has not been looked at again: True at most once a number."""
        number = self.corporate_number.data or ""
        return bool(number) and not numbers.corporate_number_holds(number) and self.needs_second_look(number)

    def facts(self, *, contact_name: str = "", contact_email: str = "") -> OrganizationFacts:
        """What was typed; the contact is who is given here, unless another one was typed."""
        return OrganizationFacts(
            name=self.name.data or "",
            name_kana=self.name_kana.data or "",
            kind=OrganizationKind(self.kind.data),
            corporate_number=self.corporate_number.data or None,
            licence_number=self.licence_number.data or None,
            licence_class=LicenceClass(self.licence_class.data) if self.licence_class.data else None,
            postal_code=self.postal_code.data or "",
            prefecture=self.prefecture.data or "",
            address=self.address.data or "",
            phone=self.phone.data or "",
            contact_name=self.contact_name.data or contact_name,
            contact_email=self.contact_email.data or contact_email,
            invoice_addressee=self.invoice_addressee.data or "",
            member_number=self.member_number.data or "",
        )


class JoinForm(OrganizationForm, NamesForm):
    """An organization and its first coordinator."""

    def coordinator(self, email: str) -> PersonFacts:
        return self.person_facts(born_on=None, email=email)


class ChangeOrganizationForm(OrganizationForm):
    """An organization that is there already: the contact has to stay filled in."""

    contact_name = NameField(_l("Contact person"), [Required(), Length(max=LONGEST_TEXT)])
    contact_email = AddressField(_l("E-mail address of the contact person"), [Required(), email_shape])

    @classmethod
    def of(cls, organization: Organization) -> ChangeOrganizationForm:
        """The form filled with what is kept, when nothing has been sent."""
        return cls(obj=organization)


class OrganizationFilterForm(FilterForm):
    """Narrow the office's list."""

    search = SearchField(_l("Name, kana or number"))
    kind = SelectField(_l("Kind of organization"), [Optional()])
    member_status = SelectField(_l("Supporting membership"), [Optional()])
    prefecture = PrefectureField(_l("Prefecture"), [Optional()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = options([("", _l("All")), *((kind.value, label) for kind, label in KINDS.items())])
        statuses = [(status.value, label) for status, label in MEMBER_STATUSES.items()]
        self.member_status.choices = options([("", _l("All")), *statuses])
