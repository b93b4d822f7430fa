"""A venue as staff describe it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, TextAreaField
from wtforms.validators import Length, Optional, Regexp

from courses_app.catalogue.forms.fields import LONGEST_TITLE, Given, Versioned, between
from courses_app.catalogue.models import Prefecture, Venue
from courses_app.catalogue.rules import VenueFacts
from courses_app.foundation.forms import (
    DayField,
    FoldedField,
    NameField,
    PhoneField,
    Required,
    WholeNumberField,
    options,
)
from courses_app.foundation.templating import local

CODE = Regexp(
    r"^[a-z0-9]+(-[a-z0-9]+)*$", message=_l("Use small letters, digits and single hyphens, for example tokyo-kanda.")
)
SHORT = Length(max=LONGEST_TITLE)


class VenueForm(Versioned):
    """Name, place and size of a hall; the code is asked for once, when it is new."""

    code = FoldedField(
        _l("Code"), [Required(), CODE, SHORT], description=_l("Stands in files; it can't be changed later.")
    )
    name_ja = NameField(_l("Name in Japanese"), [Required(), SHORT])
    name_en = NameField(_l("Name in English"), [Required(), SHORT])
    prefecture = SelectField(_l("Prefecture"), [Required()])
    postal_code = PhoneField(
        _l("Postal code"),
        [Required(), Regexp(r"^\d{3}-?\d{4}$", message=_l("Write seven digits, for example 105-0003."))],
    )
    address_ja = NameField(_l("Address in Japanese"), [Required(), SHORT])
    address_en = NameField(_l("Address in English"), [Required(), SHORT])
    access_ja = TextAreaField(_l("Access in Japanese"), [Optional(), Length(max=1000)])
    access_en = TextAreaField(_l("Access in English"), [Optional(), Length(max=1000)])
    capacity = WholeNumberField(_l("People who fit in"), [Given(), between(1, 10_000)])
    closed_on = DayField(
        _l("Not used from"),
        [Optional()],
        description=_l("Leave empty while the venue is in use. Runs that stand are kept."),
    )

    @classmethod
    def of(cls, venue: Venue) -> VenueForm:
        """The form as the venue is now."""
        facts = {name: getattr(venue, name) for name in TOLD}
        return cls(formdata=None, data={**facts, "prefecture": venue.prefecture_code, "version": venue.version})

    def offer(self, prefectures: Iterable[Prefecture], *, venue: Venue | None) -> None:
        """The prefectures to choose from; a venue that exists keeps its code."""
        choices = options([("", _l("Please choose")), *((each.code, local(each, "name")) for each in prefectures)])
        self.prefecture.choices = choices
        if venue is not None and "code" in self:
            del self.code

    def facts(self) -> VenueFacts:
        """What was typed."""
        told: dict[str, Any] = {name: self[name].data for name in TOLD}
        return VenueFacts(prefecture_code=self.prefecture.data, **told)


TOLD = (
    "name_ja", "name_en", "postal_code", "address_ja", "address_en", "access_ja", "access_en", "capacity", "closed_on",
)  # fmt: skip
