"""A request as an organization types it, and its later words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import FieldList, Form, FormField, HiddenField, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.validators import Regexp

from courses_app.catalogue.models import Course, Prefecture
from courses_app.catalogue.rules import Language
from courses_app.dispatches.forms.printing import printable
from courses_app.dispatches.models import Service
from courses_app.dispatches.rules import MOST_WISHES, DispatchFacts, Place, TimeOfDay, Wished
from courses_app.foundation.forms import (
    BaseForm,
    DayField,
    Given,
    Length,
    NameField,
    Optional,
    PhoneField,
    Required,
    WholeNumberField,
    between,
    options,
)
from courses_app.foundation.templating import local

LINE, WORDS = Length(max=200), Length(max=4000)
TIMES = options([(each.value, each.label) for each in TimeOfDay])


class WishForm(Form):
    """A day that would suit, and when on it; an empty row is no wish."""

    on = DayField(_l("Day"), [Optional()])
    time = SelectField(_l("Time of day"), choices=TIMES, default=TimeOfDay.ANY)


class RequestForm(BaseForm):
    """What is asked for. The token makes the same form sent twice one request (R-42)."""

    form_token = HiddenField("", [Length(max=100)])
    course = SelectField(_l("One of our seminars"), validate_choice=False)
    subject = NameField(_l("What should it be about?"), [Required(), LINE, printable])
    wishes = FieldList(
        FormField(WishForm), _l("Days that would suit you"), min_entries=MOST_WISHES, max_entries=MOST_WISHES
    )
    place = RadioField(_l("Where"), [Required()], validate_choice=False)
    place_name = NameField(_l("Name of the place"), [Optional(), LINE])
    postal_code = PhoneField(
        _l("Postal code"),
        [Optional(), Regexp(r"^\d{3}-?\d{4}$", message=_l("Write seven digits, for example 105-0003."))],
    )
    prefecture = SelectField(_l("Prefecture"), validate_choice=False)
    address = NameField(_l("Address"), [Optional(), LINE])
    heads = WholeNumberField(_l("Number of people"), [Given(), between(1, 1000)])
    language = SelectField(_l("Language"), [Required()], validate_choice=False)
    words = TextAreaField(_l("Anything else we should know"), [Optional(), WORDS])

    @classmethod
    def proposed(cls, service: Service, *, organization: Any, form_token: str) -> RequestForm:
        """An empty form with what we know already."""
        data = {
            "form_token": form_token, "place": service.places[0], "place_name": organization.name,
            "postal_code": organization.postal_code, "prefecture": organization.prefecture,
            "address": organization.address, "language": service.languages[0],
        }  # fmt: skip
        return cls(formdata=None, data=data)

    def offer(self, service: Service, *, prefectures: Iterable[Prefecture], seminars: Iterable[Course]) -> None:
        """Fill in what can be chosen."""
        please = ("", _l("Please choose"))
        self.place.choices = options([(each.value, each.label) for each in service.places])
        self.prefecture.choices = options([please, *((each.code, local(each, "name")) for each in prefectures)])
        self.language.choices = options([(code, Language(code).label) for code in service.languages])
        self.course.choices = options(
            [("", _l("None: as described below")), *((each.code, local(each, "name")) for each in seminars)]
        )

    def facts(self) -> DispatchFacts:
        """What was typed."""
        typed: dict[str, Any] = self.data
        return DispatchFacts(
            subject=typed["subject"], place=_place(typed["place"]), heads=typed["heads"], language=typed["language"],
            wishes=tuple(Wished(row["on"], TimeOfDay(row["time"])) for row in typed["wishes"] if row["on"]),
            course=typed["course"] or None, place_name=typed["place_name"] or "",
            postal_code=typed["postal_code"] or "", prefecture=typed["prefecture"] or "",
            address=typed["address"] or "", words=(typed["words"] or "").strip(),
        )  # fmt: skip


class AnswerForm(BaseForm):
    """What we asked, answered."""

    words = TextAreaField(_l("Your reply"), [Required(), WORDS])


class WithdrawalForm(BaseForm):
    """A quote accepted (`number`), or turned down with a reason."""

    number = IntegerField("", [Optional()])
    reason = TextAreaField(
        _l("Reason"), [Optional(), WORDS], description=_l("It helps us to do better; leave it empty if you like.")
    )


def _place(typed: str) -> Place:
    return Place(typed) if typed in set(Place) else Place.PREMISES
