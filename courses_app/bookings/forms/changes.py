"""Giving seats back, and naming somebody else."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, SelectMultipleField, StringField, TextAreaField

from courses_app.bookings.forms.attendees import Choices, CorrectionForm, NameFields
from courses_app.bookings.rules import AttendeeFacts, NoRoom
from courses_app.foundation.forms import BaseForm, FoldedField, Length, Required, WholeNumberField, email_shape, options
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.yen import Yen


def _position(typed: str) -> int:
    """The place of a seat; 0, which no seat has, for anything else."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else 0


def _yen(typed: str) -> Yen:
    return Yen(int(typed)) if typed.isascii() and typed.isdigit() and len(typed) < 10 else Yen(0)


class CancellationForm(BaseForm):
    """Which seats are given back, and the figures that were shown for them."""

    seat = SelectMultipleField(_l("Seats to cancel"), coerce=_position, validate_choice=False)
    fee = WholeNumberField("")
    refund = WholeNumberField("")

    @property
    def positions(self) -> list[int]:
        return sorted(set(self.seat.data or ()))


class OfficeCancellationForm(CancellationForm):
    """The same by staff, who may ask for no fee."""

    waive = BooleanField(_l("Ask for no fee: refund the whole price"))
    reason = TextAreaField(
        _l("Reason for asking no fee"),
        [Length(max=1000)],
        description=_l("It is kept with the fee and in the audit trail."),
    )


class OfficeCorrectionForm(CorrectionForm):
    """Another spelling by staff, after the order; a day of birth included."""

    reason = TextAreaField(
        _l("Reason for the correction"),
        [Required(), Length(max=1000)],
        description=_l("For example a document that was shown. It is kept in the audit trail."),
    )


class RoomForm(BaseForm):
    """A form that may find too few seats: then its page offers to wait."""

    found_no_room = False

    def refuse(self, refusal: Refusal) -> None:
        self.found_no_room = isinstance(refusal, NoRoom)
        super().refuse(refusal)


class MoveForm(RoomForm):
    """To which date a seat goes, and the figures that were shown for it: one button says all three."""

    run = StringField(_l("Date"), [Length(max=60)])

    @property
    def choice(self) -> tuple[str, Yen, Yen]:
        """The run's reference, what goes back, what is more to pay; no figures where they can't be read."""
        reference, _colon, figures = (self.run.data or "").partition(":")
        less, _colon, more = figures.partition(":")
        return reference, _yen(less), _yen(more)


class OfficeMoveForm(MoveForm):
    """The same by staff, who may ask for no fee."""

    waive = BooleanField(_l("Ask for no fee for this move"))
    reason = TextAreaField(
        _l("Reason for asking no fee"),
        [Length(max=1000)],
        description=_l("It is kept with the fee for moving and in the audit trail."),
    )


class SubstituteForm(NameFields, BaseForm):
    """Who comes instead: somebody known, or everything about somebody new."""

    person = SelectField(_l("Who comes instead?"), validate_choice=False, choices=())
    email = FoldedField(
        _l("E-mail"), [Length(max=254), email_shape], description=_l("The admission ticket is also sent there.")
    )

    def offer(self, people: Choices) -> None:
        """The people to choose from."""
        self.person.choices = options([("", _l("Somebody new, entered below")), *people])

    def validate(self, extra_validators: Any = None) -> bool:
        if self.person.data:
            return True
        return bool(BaseForm.validate(self, extra_validators))

    def facts(self) -> AttendeeFacts:
        """Who was named, as plain values."""
        if self.person.data:
            return AttendeeFacts(person=self.person.data)
        return AttendeeFacts(
            family_name=self.family_name.data or "",
            given_name=self.given_name.data or "",
            family_name_kana=self.family_name_kana.data or "",
            given_name_kana=self.given_name_kana.data or "",
            born_on=self.born_on.data,
            email=self.email.data or None,
        )
