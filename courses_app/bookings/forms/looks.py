"""What a second person decides, and from how many yen on one is needed."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, TextAreaField

from courses_app.foundation.forms import (
    BaseForm,
    DayField,
    Length,
    Optional,
    Required,
    WholeNumberField,
    between,
    options,
)
from courses_app.payments.models import LookKind

MOST_YEN = 99_999_999
LOOK_LABELS = {LookKind.REFUND: _l("Refunds"), LookKind.WAIVER: _l("Fees that are not asked")}


DECISIONS = [
    ("agree", _l("Agree: it is done at once, at these figures")),
    ("decline", _l("Decline: nothing is done")),
    ("withdraw", _l("Withdraw the request: nothing is done")),
]


class LookForm(BaseForm):
    """Agree, decline with a reason, or withdraw."""

    decision = RadioField(_l("Decision"), [Required()], choices=options(DECISIONS))
    note = TextAreaField(_l("Note"), [Length(max=1000)], description=_l("Needed to decline. It is kept."))

    def offer(self, *, own: bool) -> None:
        """What this person may choose: nobody agrees to what they asked for themselves."""
        self.decision.choices = options(DECISIONS[2:] if own else DECISIONS[:2])

    def validate(self, extra_validators: Any = None) -> bool:
        fine = bool(super().validate(extra_validators))
        if fine and self.decision.data == "decline" and not (self.note.data or "").strip():
            self.note.errors = [_l("Say why you decline, so that who asked can mend it.")]
            return False
        return fine


class LimitForm(BaseForm):
    """From how many yen on two people must agree."""

    kind = RadioField(_l("For"), [Required()], choices=options([(one.value, LOOK_LABELS[one]) for one in LookKind]))
    from_on = DayField(_l("From"), [Required()], description=_l("Tomorrow at the earliest."))
    amount = WholeNumberField(
        _l("From how many yen on"),
        [Optional(), between(1, MOST_YEN)],
        description=_l("Empty: one person is enough, whatever the amount."),
    )
