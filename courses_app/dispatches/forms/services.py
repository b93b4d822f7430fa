"""A service as staff describe it."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectMultipleField, TextAreaField
from wtforms.validators import Regexp

from courses_app.catalogue.rules import Language
from courses_app.dispatches.models import Service
from courses_app.dispatches.rules import ServiceFacts
from courses_app.foundation.forms import (
    DayField,
    FoldedField,
    Given,
    Length,
    NameField,
    Optional,
    Required,
    Versioned,
    WholeNumberField,
    between,
    options,
)

NUMBERS = (
    "least_minutes", "most_minutes", "most_heads", "notice_days", "quote_valid_days", "payment_due_business_days",
    "payment_grace_business_days",
)  # fmt: skip
SHORT, LONG = Length(max=200), Length(max=20_000)
LANGUAGES = options([(each.value, each.label) for each in Language])


class ServiceForm(Versioned):
    """Words, guide to fees, and the numbers by which requests are checked."""

    name_ja = NameField(_l("Name in Japanese"), [Required(), SHORT])
    name_en = NameField(_l("Name in English"), [Required(), SHORT])
    summary_ja = TextAreaField(_l("Summary in Japanese"), [Required(), LONG])
    summary_en = TextAreaField(_l("Summary in English"), [Required(), LONG])
    description_ja = TextAreaField(_l("Description in Japanese"), [Required(), LONG])
    description_en = TextAreaField(_l("Description in English"), [Required(), LONG])
    fee_guide_ja = TextAreaField(_l("Guide to fees, in Japanese"), [Required(), LONG])
    fee_guide_en = TextAreaField(_l("Guide to fees, in English"), [Required(), LONG])
    languages = SelectMultipleField(_l("Languages"), [Required()], choices=LANGUAGES)
    at_premises = BooleanField(_l("We come to the organization"))
    online = BooleanField(_l("Online"))
    least_minutes = WholeNumberField(_l("Shortest, in minutes"), [Given(), between(1, 10_000)])
    most_minutes = WholeNumberField(_l("Longest, in minutes"), [Given(), between(1, 10_000)])
    most_heads = WholeNumberField(_l("Most people"), [Given(), between(1, 1000)])
    notice_days = WholeNumberField(_l("Days of notice"), [Given(), between(0, 365)])
    quote_valid_days = WholeNumberField(_l("Days a quote is valid"), [Given(), between(1, 365)])
    payment_due_business_days = WholeNumberField(_l("Business days to pay"), [Given(), between(0, 365)])
    payment_grace_business_days = WholeNumberField(_l("Business days of grace"), [Given(), between(0, 365)])
    from_on = DayField(_l("Offered from"), [Given()])
    until_on = DayField(_l("Offered until (that day included)"), [Optional()])

    @classmethod
    def of(cls, service: Service) -> ServiceForm:
        """The form as the service is now."""
        names = ServiceFacts.__dataclass_fields__
        return cls(formdata=None, data={name: getattr(service, name) for name in (*names, "version")})

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        for wrong, field, words in (
            (not (self.at_premises.data or self.online.data), self.at_premises, _l("Choose at least one place.")),
            (
                _more(self.least_minutes.data, self.most_minutes.data),
                self.most_minutes,
                _l("This is less than the shortest."),
            ),
            (_more(self.from_on.data, self.until_on.data), self.until_on, _l("This is before the first day.")),
        ):
            if wrong:
                field.errors = [*field.errors, words]
                fine = False
        return fine

    def facts(self) -> ServiceFacts:
        """What was typed."""
        typed: dict[str, Any] = self.data
        facts = {name: typed[name] for name in ServiceFacts.__dataclass_fields__}
        texts = {
            name: "\n".join(value.split("\r\n")).strip() for name, value in facts.items() if isinstance(value, str)
        }
        return ServiceFacts(**{**facts, **texts})


class NewServiceForm(ServiceForm):
    """The same, and the code, which is asked for once."""

    code = FoldedField(
        _l("Code"),
        [
            Required(),
            Length(max=40),
            Regexp(
                r"^[a-z0-9]+(-[a-z0-9]+)*$",
                message=_l("Use small letters, digits and single hyphens, for example tokyo-kanda."),
            ),
        ],
        description=_l("Stands in addresses and files; it can't be changed later."),
    )

    @classmethod
    def like(cls, example: Service | None, *, today: date) -> NewServiceForm:
        """An empty form with the numbers of a service there is: they are looked at, and seldom differ."""
        numbers = {name: getattr(example, name) for name in NUMBERS} if example else {}
        return cls(formdata=None, data={**numbers, "from_on": today})


def _more(least: Any, most: Any) -> bool:
    return least is not None and most is not None and least > most
