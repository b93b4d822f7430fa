"""What staff type about reminders: steps with their texts, which to send, why to stop."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectMultipleField, StringField, TextAreaField
from wtforms.widgets import CheckboxInput, ListWidget

from courses_app.foundation.forms import (
    BaseForm,
    Given,
    Length,
    NameField,
    Required,
    WholeNumberField,
    between,
    options,
)
from courses_app.payments.rules.dunning import DebtKind, StepFacts

MOST_DAYS = 365
LONGEST_SUBJECT, LONGEST_BODY = 150, 4000
TEXTS = ("subject_ja", "body_ja", "subject_en", "body_en")


class StepForm(BaseForm):
    """One step."""

    name = NameField(_l("Name of the step"), [Required(), Length(max=60)])
    days = WholeNumberField(
        _l("Days after the day it is to be paid by"),
        [Given(), between(-MOST_DAYS, MOST_DAYS)],
        description=_l("Before that day: write a minus, for example -3."),
    )
    kinds = SelectMultipleField(
        _l("For which invoices"),
        [Required()],
        choices=lambda: options([(each.value, each.label) for each in DebtKind]),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    subject_ja = StringField(_l("Subject line (Japanese)"), [Required(), Length(max=LONGEST_SUBJECT)])
    body_ja = TextAreaField(_l("Text (Japanese)"), [Required(), Length(max=LONGEST_BODY)], render_kw={"rows": 14})
    subject_en = StringField(_l("Subject line (English)"), [Required(), Length(max=LONGEST_SUBJECT)])
    body_en = TextAreaField(_l("Text (English)"), [Required(), Length(max=LONGEST_BODY)], render_kw={"rows": 14})
    automatic = BooleanField(
        _l("Goes out by itself on business days from 9:00; otherwise only when somebody presses the button")
    )

    @classmethod
    def of(cls, facts: StepFacts | None) -> StepForm:
        """A form that begins with a step."""
        if facts is None:
            return cls(formdata=None)
        data: dict[str, Any] = {**vars(facts), "kinds": [kind.value for kind in facts.kinds]}
        return cls(formdata=None, data=data)

    def facts(self) -> StepFacts:
        """What was typed."""
        return StepFacts(
            name=self.name.data or "",
            days=self.days.data or 0,
            kinds=tuple(DebtKind(kind) for kind in self.kinds.data or []),
            automatic=bool(self.automatic.data),
            **{name: (self.data[name] or "").strip().replace("\r\n", "\n") for name in TEXTS},
        )


class ReasonForm(BaseForm):
    """Why reminders of an invoice stop, or go on."""

    reason = StringField(_l("Reason"), [Required(), Length(max=300)])
